"""An autoregressive prior: one coordinate after the other, each a mixture of normals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import MADE, Component, Size, as_shape
from lowerbound.core.component import positive
from lowerbound.priors.context import last_context

__all__ = ["AutoregressivePrior"]

SPREAD = 0.5
"""Standard deviation of a coordinate's centres at first; the whole mixture's is one."""


class AutoregressivePrior(Component, nn.Module):
    """A masked network gives each coordinate's mixture from the coordinates before it.

    At first it is close to N(0, I). A density takes one pass of the network, a draw one pass a coordinate.

    Parameters
    ----------
    event_shape
        Shape of one latent value; its entries are taken in order.
    hidden
        Widths of the network's hidden layers.
    mixtures
        Components of each coordinate.
    condition
        Shape of c, for p(z | c).

    Raises
    ------
    ShapeError
        When it is conditional and the condition is missing.

    References
    ----------
    Germain et al., MADE: Masked Autoencoder for Distribution Estimation, 2015; Uria, Murray and Larochelle, RNADE,
    2013 (mixtures of normals).

    Examples
    --------
    >>> AutoregressivePrior((3,), mixtures=2)().log_prob(torch.zeros(5, 3)).shape
    torch.Size([5])
    """

    support = "real"
    centres: Tensor

    def __init__(
        self, event_shape: Size, hidden: Sequence[int] = (128,), mixtures: int = 4, condition: Size | None = None
    ) -> None:
        super().__init__()
        self.event_shape, self.hidden = as_shape(event_shape), tuple(hidden)
        self.mixtures = positive(mixtures, "mixtures")
        self.condition = None if condition is None else as_shape(condition)
        context = 0 if self.condition is None else math.prod(self.condition)
        self.network = MADE(math.prod(self.event_shape), 3 * mixtures, hidden, context)
        centres = torch.linspace(-1, 1, mixtures) if mixtures > 1 else torch.zeros(1)
        self.register_buffer("centres", SPREAD * centres / centres.std(correction=0).clamp(min=SPREAD))

    def forward(self, *contexts: Tensor | None) -> distributions.AutoregressiveMixture:
        """Return the distribution: of empty batch shape, or that of the condition, the last context."""
        c = last_context(self, self.condition, contexts)
        lead = () if c is None else c.shape[:-1]
        inner = 0.5 * torch.log1p(-self.centres.square().mean())

        def conditionals(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            logits, shift, raw = self.network(x, c).chunk(3, -1)
            return logits, self.centres + shift, distributions.gentle_log(raw) + inner

        like = self.centres.new_zeros(()).expand(*lead, *self.event_shape)
        return distributions.AutoregressiveMixture(conditionals, like, len(self.event_shape))
