"""Ordered classes, how far apart is not known: p(x <= v | params) = sigmoid(edge_v - params)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.distributions import gentle_concentration
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.location_scale import PACE

__all__ = ["Ordinal"]

LEAST = 1e-2
"""How much narrower than at first the step between two edges can become."""


class Ordinal(Family):
    """A probability mass on {0, ..., levels - 1} for each entry: answers from "never" to "always", grades.

    The network places each entry on a line; the edges that cut the line into levels are learned, the same for
    every row, and equally likely levels at first.

    Parameters
    ----------
    event_shape
        Shape of one row.
    levels
        Number of levels, at least 2.

    Raises
    ------
    ConfigError
        For fewer than two levels.

    References
    ----------
    McCullagh, Regression Models for Ordinal Data, 1980, section 2.3 (cumulative logits).

    Examples
    --------
    >>> Ordinal((2,), levels=4)(torch.zeros(2)).log_prob(torch.tensor([0.0, 3.0])).exp().detach()
    tensor(0.0625)
    """

    support = "levels"
    first: Tensor
    steps: Tensor

    def __init__(self, event_shape: Size, levels: int = 256) -> None:
        super().__init__()
        if levels < 2:
            raise ConfigError(f"An ordinal likelihood needs at least two levels; got levels={levels}.")
        self.event_shape = self.params_shape = as_shape(event_shape)
        self.levels = levels
        edges = torch.logit(torch.arange(1, levels) / levels)
        self.register_buffer("first", edges[:1], persistent=False)
        self.register_buffer("steps", edges.diff(), persistent=False)
        self.raw_edges = nn.Parameter(torch.zeros(*self.event_shape, levels - 1))

    def edges(self) -> Tensor:
        """Return the increasing edges of each entry, ``(*event, levels - 1)``."""
        raw = PACE * self.raw_edges
        steps = self.steps * gentle_concentration(raw[..., 1:], LEAST)
        return torch.cat([self.first + raw[..., :1], steps], -1).cumsum(-1)

    def forward(self, params: Tensor) -> distributions.Ordinal:
        """Map places ``(*lead, *event)`` to the distribution."""
        return distributions.Ordinal(params, self.edges())
