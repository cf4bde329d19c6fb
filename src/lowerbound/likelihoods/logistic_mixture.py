"""Integer levels, of an 8-bit image say, as a mixture of discretized logistics: several peaks an entry."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.limits import between

__all__ = ["LogisticMixture"]


class LogisticMixture(Family):
    """A probability mass on {0, ..., levels - 1} for each entry.

    Parameters
    ----------
    event_shape
        Shape of one row.
    components
        Logistics an entry, K; at first they share the levels among themselves.
    levels
        Number of levels: 256 for 8-bit images.
    min_log_scale, max_log_scale
        Bounds of the log scales, in units where the levels span [-1, 1]: smooth, so gradients
        never vanish.

    Raises
    ------
    ConfigError
        For fewer than two levels or no component.

    References
    ----------
    Salimans et al., PixelCNN++, 2017, section 2.1.

    Examples
    --------
    >>> p = LogisticMixture((3,), components=2, levels=17)(torch.zeros(6, 3))
    >>> p.log_density(torch.zeros(3)).exp()
    tensor([0.0756, 0.0756, 0.0756])
    """

    support = "levels"
    centres: Tensor

    def __init__(
        self,
        event_shape: Size,
        components: int = 5,
        levels: int = 256,
        min_log_scale: float = -7.0,
        max_log_scale: float = 5.0,
    ) -> None:
        super().__init__()
        if levels < 2 or components < 1:
            raise ConfigError(
                f"A mixture of logistics needs two levels and one component; got levels={levels} and "
                f"components={components}."
            )
        self.event_shape = as_shape(event_shape)
        self.components, self.levels = components, levels
        self.min_log_scale, self.max_log_scale = min_log_scale, max_log_scale
        self.params_shape = (3 * components, *self.event_shape)
        centres = (2 * torch.arange(components) + 1) / components - 1
        self.register_buffer("centres", centres, persistent=False)
        share = (math.log(0.5 / components) - min_log_scale) / (max_log_scale - min_log_scale)
        self.widening = math.log(max(share, 0.01) / max(1 - share, 0.01)) + 0.5

    def forward(self, params: Tensor) -> distributions.LogisticMixture:
        """Map (logits, means, raw log scales), K of each, ``(*lead, 3 K, *event)`` to the distribution."""
        axis = params.ndim - len(self.event_shape) - 1
        blocks = params.unflatten(axis, (3, self.components)).movedim(axis + 1, -1)
        logits, loc, raw = blocks.unbind(axis)
        log_scale = between(raw + self.widening, self.min_log_scale, self.max_log_scale)
        return distributions.LogisticMixture(logits, self.centres + loc, log_scale, self.levels, len(self.event_shape))
