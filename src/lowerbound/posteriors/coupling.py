"""A posterior of affine coupling flows."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from lowerbound.core import Size
from lowerbound.distributions import MonotoneAffine, Transform
from lowerbound.posteriors.conditioners import Conditioners
from lowerbound.posteriors.flow_family import FlowFamily

__all__ = ["Coupling"]


class Coupling(FlowFamily):
    """Half of the coordinates are shifted and scaled as the other half says, in turns.

    Networks are the family's own; a context from the encoder tells them about the row. Draws and densities of any
    value take one pass of each network.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    flows
        K steps.
    hidden
        Widths of the hidden layers of each network.
    context
        Size of the context; 2 D + context parameters.
    linear
        Mix the coordinates by a learned matrix before each step.

    Raises
    ------
    ShapeError
        For latents that are not vectors.

    References
    ----------
    Dinh, Sohl-Dickstein and Bengio, Density Estimation using Real NVP, 2017, section 3; Kingma and Dhariwal,
    Glow, 2018 (the matrices).

    Examples
    --------
    >>> import torch
    >>> Coupling((3,), context=4)(torch.zeros(5, 10)).rsample().shape
    torch.Size([5, 3])
    """

    def __init__(
        self, event_shape: Size, flows: int = 4, hidden: Sequence[int] = (64,), context: int = 32, linear: bool = False
    ) -> None:
        super().__init__(event_shape, flows, context)
        self.hidden, self.context, self.linear = tuple(hidden), context, linear
        self.networks = Conditioners(event_shape[0], MonotoneAffine.size, flows, hidden, context, linear)

    def steps(self, params: Tensor) -> list[Transform]:
        """Return the networks' steps given the context."""
        return self.networks.steps(params, MonotoneAffine)
