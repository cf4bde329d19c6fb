"""Images of integer levels, pixel by pixel: a causal convolution gives each pixel's discretised logistic."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape, call
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.causal_network import CausalNetwork
from lowerbound.likelihoods.limits import between

__all__ = ["PixelLogistic"]


class PixelLogistic(Family):
    """Integers 0 to levels - 1, each pixel given those above it and to its left.

    A density takes one pass of the causal network, a draw one pass an entry. Few blocks and small
    kernels leave the large shapes to the latents; a far-reaching network may leave them unused.

    Parameters
    ----------
    event_shape
        ``(C, H, W)``.
    levels
        Number of levels: 256 for 8-bit images.
    context
        Planes F that the decoder puts out for the causal network.
    channels, blocks, size
        Features of the causal network, its residual blocks, and the width of its kernels.
    min_log_scale, max_log_scale
        Bounds of the log scale, in units where the levels span [-1, 1].

    Raises
    ------
    ShapeError, ConfigError
        For rows that are no images, fewer than two levels, and impossible sizes.

    References
    ----------
    Salimans et al., PixelCNN++, 2017, section 2.1; Gulrajani et al., PixelVAE: A Latent Variable
    Model for Natural Images, 2017.

    Examples
    --------
    >>> import torch
    >>> family = PixelLogistic((3, 4, 4), levels=17, context=2)
    >>> family(torch.zeros(5, *family.params_shape)).log_prob(torch.zeros(5, 3, 4, 4)).shape
    torch.Size([5])
    """

    support = "levels"

    def __init__(
        self,
        event_shape: Size,
        levels: int = 256,
        context: int = 8,
        channels: int = 32,
        blocks: int = 2,
        size: int = 5,
        min_log_scale: float = -7.0,
        max_log_scale: float = 5.0,
    ) -> None:
        super().__init__()
        if levels < 2:
            raise ConfigError(f"A discretized logistic needs at least two levels; got levels={levels}.")
        self.event_shape, self.levels = as_shape(event_shape), levels
        self.context, self.channels, self.blocks, self.size = context, channels, blocks, size
        self.min_log_scale, self.max_log_scale = min_log_scale, max_log_scale
        self.network = CausalNetwork(self.event_shape, 2, context, channels, blocks, size)
        self.params_shape = (context, *self.event_shape[1:])

    def forward(self, params: Tensor) -> distributions.Autoregressive:
        """Map planes ``(*lead, F, H, W)`` to the distribution."""
        shapes, half = [self.event_shape, self.params_shape], (self.levels - 1) / 2

        def conditionals(x: Tensor) -> distributions.DiscretizedLogistic:
            loc, raw = call(self.network, shapes, [x / half - 1, params]).unbind(-4)
            log_scale = between(raw, self.min_log_scale, self.max_log_scale)
            return distributions.DiscretizedLogistic(loc, log_scale, self.levels, 3)

        like = params[..., :1, :, :].detach().expand(*params.shape[:-3], *self.event_shape)
        return distributions.Autoregressive(conditionals, like, 3)
