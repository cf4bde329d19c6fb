"""Integer levels, of an 8-bit image say: bins of a logistic distribution, open at both ends."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.limits import between

__all__ = ["DiscretizedLogistic"]


class DiscretizedLogistic(Family):
    """A probability mass on {0, ..., levels - 1} for each entry.

    Parameters
    ----------
    event_shape
        Shape of one row.
    levels
        Number of levels: 256 for 8-bit images.
    min_log_scale, max_log_scale
        Bounds of the log scale, in units where the levels span [-1, 1]: smooth, so gradients
        never vanish.

    Raises
    ------
    ConfigError
        For fewer than two levels.

    References
    ----------
    Kingma et al., Improving Variational Inference with Inverse Autoregressive Flow, 2016, C.1;
    Salimans et al., PixelCNN++, 2017, section 2.1.

    Examples
    --------
    >>> import torch
    >>> p = DiscretizedLogistic((3,))(torch.zeros(2, 2, 3))
    >>> p.log_prob(torch.full((2, 3), 128.0)).shape
    torch.Size([2])
    """

    support = "levels"

    def __init__(
        self, event_shape: Size, levels: int = 256, min_log_scale: float = -7.0, max_log_scale: float = 5.0
    ) -> None:
        super().__init__()
        if levels < 2:
            raise ConfigError(f"A discretized logistic needs at least two levels; got levels={levels}.")
        self.event_shape = as_shape(event_shape)
        self.levels = levels
        self.min_log_scale, self.max_log_scale = min_log_scale, max_log_scale
        self.params_shape = (2, *self.event_shape)

    def forward(self, params: Tensor) -> distributions.DiscretizedLogistic:
        """Map (mean, raw log scale) ``(*lead, 2, *event)`` to the distribution; zeros give a scale of 0.08."""
        loc, raw = params.unbind(params.ndim - len(self.event_shape) - 1)
        log_scale = between(raw, self.min_log_scale, self.max_log_scale)
        return distributions.DiscretizedLogistic(loc, log_scale, self.levels, len(self.event_shape))
