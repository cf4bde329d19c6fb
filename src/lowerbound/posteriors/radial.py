"""A posterior of radial flows."""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Size
from lowerbound.distributions import RadialTransform, Transform
from lowerbound.posteriors.flow_family import FlowFamily

__all__ = ["Radial"]


class Radial(FlowFamily):
    """A normal pushed away from some centres, or drawn to them.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    flows
        K steps; 2 D + K (D + 2) parameters.

    Raises
    ------
    ShapeError
        For latents that are not vectors.

    References
    ----------
    Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015, section 4.1.

    Examples
    --------
    >>> import torch
    >>> Radial((2,), flows=3)(torch.zeros(5, 16)).rsample().shape
    torch.Size([5, 2])
    """

    def __init__(self, event_shape: Size, flows: int = 8) -> None:
        super().__init__(event_shape, flows, flows * (event_shape[0] + 2))
        self.start_from(flows)

    def steps(self, params: Tensor) -> list[Transform]:
        """Split the parameters into centre, width and ratio of each step."""
        d = self.event_shape[0]
        centre, width, ratio = params.unflatten(-1, (self.flows, d + 2)).split([d, 1, 1], -1)
        centre = self.directions + centre
        return [RadialTransform(centre[..., k, :], width[..., k, :], ratio[..., k, :]) for k in range(self.flows)]
