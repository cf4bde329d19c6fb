r"""Rows of several kinds for one code: p(x | params) = sum_k w_k p(x | params_k)."""

from __future__ import annotations

import math

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size
from lowerbound.core.component import positive

__all__ = ["Mixture"]


class Mixture(Family):
    """K copies of a family for whole rows, with weights, all given by the network.

    As a setting: ``likelihood="Mixture(Normal(), components=3)"``. What the family learns by itself
    (a variance for each feature) the copies share. They start a little apart, so that they need not
    stay alike.

    Parameters
    ----------
    family
        Of one copy.
    components
        Number of copies K.

    Raises
    ------
    ConfigError
        For no component.

    References
    ----------
    Bishop, Mixture Density Networks, 1994, equation 22.

    Examples
    --------
    >>> import torch
    >>> from lowerbound.likelihoods import Normal
    >>> family = Mixture(Normal((3,)), components=2)
    >>> family.params_shape, family(torch.zeros(5, 8)).mean.shape
    ((8,), torch.Size([5, 3]))
    """

    start: Tensor

    def __init__(self, family: Family, components: int = 2) -> None:
        super().__init__()
        self.family, self.components = family, positive(components, "components")
        self.support = family.support
        self.event_shape: Size = tuple(family.event_shape)
        self.params_shape = (components * (math.prod(family.params_shape) + 1),)
        self.register_buffer(
            "start", distributions.small_directions(components, tuple(family.params_shape)), persistent=False
        )

    def forward(self, params: Tensor) -> distributions.Mixture:
        """Map log-weights and the copies' raw parameters, joined, ``(*lead, K + K P)`` to the distribution."""
        shape = (self.components, *self.family.params_shape)
        logits, raw = params.split([self.components, params.shape[-1] - self.components], -1)
        return distributions.Mixture(logits, self.family(raw.unflatten(-1, shape) + self.start))
