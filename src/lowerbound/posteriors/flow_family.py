r"""What the flow posteriors share: standard noise, moved by steps, then shifted and scaled.

.. math:: z = \mu + \sigma \odot (f_K \circ \dots \circ f_1)(\epsilon), \qquad \epsilon \sim N(0, I)

The steps act at the scale of the posterior, however narrow it is. Where they should know where the posterior is, shift
and scale come first, :math:`z = (f_K \circ \dots \circ f_1)(\mu + \sigma \odot \epsilon)`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.core.component import positive
from lowerbound.distributions import AffineTransform, DiagonalNormal, Transform
from lowerbound.errors import ShapeError

__all__ = ["FlowFamily"]


class FlowFamily(Family):
    """A normal with independent coordinates and ``flows`` steps.

    Parameters
    ----------
    event_shape
        ``(D,)``.
    flows
        How many steps.
    extra
        Raw parameters of all steps together; mean and raw scale take 2 D more.

    Raises
    ------
    ShapeError
        For latents that are not vectors.
    """

    located = True
    directions: Tensor
    shifted_first: ClassVar[bool] = False
    """Whether the steps act on the shifted and scaled noise, instead of before shift and scale."""

    def __init__(self, event_shape: Size, flows: int, extra: int) -> None:
        super().__init__()
        if len(event_shape) != 1:
            raise ShapeError(f"{type(self).__name__} is over vectors; got the event shape {tuple(event_shape)}.")
        self.event_shape = as_shape(event_shape)
        self.flows = positive(flows, "flows")
        self.params_shape = (2 * self.event_shape[0] + extra,)

    @abstractmethod
    def steps(self, params: Tensor) -> list[Transform]:
        """Return the steps of raw parameters ``(*lead, extra)``."""

    def forward(self, params: Tensor) -> distributions.Flow:
        """Map (mean, raw scale, parameters of the steps) ``(*lead, 2 D + extra)`` to the distribution."""
        d = self.event_shape[0]
        loc, raw, rest = params.split([d, d, params.shape[-1] - 2 * d], -1)
        zeros = torch.zeros_like(loc)
        affine, steps = AffineTransform(loc, distributions.gentle_log(raw)), self.steps(rest)
        return distributions.Flow(
            DiagonalNormal(zeros, zeros), [affine, *steps] if self.shifted_first else [*steps, affine]
        )

    def start_from(self, count: int) -> None:
        """Fix ``count`` directions, unit vectors ``(count, D)`` that raw parameters are added to.

        Where a direction is zero, no gradient says which way to turn it.
        """
        generator = torch.Generator().manual_seed(count)
        drawn = torch.randn(count, self.event_shape[0], generator=generator, device="cpu")
        self.register_buffer("directions", torch.nn.functional.normalize(drawn, dim=-1))
