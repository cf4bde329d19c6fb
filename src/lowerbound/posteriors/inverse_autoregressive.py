"""A posterior of inverse autoregressive flows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn

from lowerbound.core import MADE, Size
from lowerbound.core.component import positive
from lowerbound.distributions import AutoregressiveTransform, MonotoneAffine, PermutationTransform, Transform
from lowerbound.posteriors.flow_family import FlowFamily

__all__ = ["InverseAutoregressive"]


class InverseAutoregressive(FlowFamily):
    """Each coordinate is shifted and scaled by what is before it, in reverse at every second step.

    Networks are the family's own, and see the latents themselves; a context from the encoder tells them about the row.
    A draw takes one pass of each network; the density of other values takes one pass a coordinate.

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
    pace
        How fast the outputs of the networks learn, beside all else. Latents that are correlated from the start give a
        model no reason to align what it encodes with the axes, and it learns far more slowly.

    Raises
    ------
    ShapeError
        For latents that are not vectors.
    ConfigError
        For a pace that is not above zero.

    References
    ----------
    Kingma et al., Improving Variational Inference with Inverse Autoregressive Flow, 2016, section 3, equations 8-10.

    Examples
    --------
    >>> InverseAutoregressive((3,), context=4)(torch.zeros(5, 10)).rsample().shape
    torch.Size([5, 3])
    """

    backwards: Tensor
    shifted_first = True

    def __init__(
        self,
        event_shape: Size,
        flows: int = 4,
        hidden: Sequence[int] = (128,),
        context: int = 32,
        pace: float = 0.03,
    ) -> None:
        super().__init__(event_shape, flows, positive(context, "context"))
        self.hidden, self.context, self.pace = tuple(hidden), context, pace
        d = self.event_shape[0]
        self.networks = nn.ModuleList([MADE(d, MonotoneAffine.size, hidden, context, pace) for _ in range(flows)])
        self.register_buffer("backwards", torch.arange(d).flip(0), persistent=False)

    def steps(self, params: Tensor) -> list[Transform]:
        """Return the networks' steps given the context, each followed by a reversal."""
        steps: list[Transform] = []
        for network in self.networks:
            steps.append(AutoregressiveTransform(partial(network, context=params), MonotoneAffine))
            steps.append(PermutationTransform(self.backwards))
        return steps if self.flows % 2 == 0 else steps[:-1]
