"""Binary images, pixel by pixel: a causal convolution that the decoder's planes steer."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape, call
from lowerbound.likelihoods.causal_network import CausalNetwork

__all__ = ["PixelBernoulli"]


class PixelBernoulli(Family):
    """Zeros and ones, each pixel given those above it and to its left.

    A density takes one pass of the causal network, a draw one pass an entry. Few blocks and small
    kernels leave the large shapes to the latents; a far-reaching network may leave them unused.

    Parameters
    ----------
    event_shape
        ``(C, H, W)``.
    context
        Planes F that the decoder puts out for the causal network.
    channels, blocks, size
        Features of the causal network, its residual blocks, and the width of its kernels.

    Raises
    ------
    ShapeError, ConfigError
        For rows that are no images, and impossible sizes.

    References
    ----------
    Gulrajani et al., PixelVAE: A Latent Variable Model for Natural Images, 2017; van den Oord et
    al., Conditional Image Generation with PixelCNN Decoders, 2016.

    Examples
    --------
    >>> import torch
    >>> family = PixelBernoulli((1, 4, 4), context=2)
    >>> family(torch.zeros(5, *family.params_shape)).log_prob(torch.zeros(5, 1, 4, 4)).shape
    torch.Size([5])
    """

    support = "binary"

    def __init__(self, event_shape: Size, context: int = 8, channels: int = 32, blocks: int = 2, size: int = 5) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.context, self.channels, self.blocks, self.size = context, channels, blocks, size
        self.network = CausalNetwork(self.event_shape, 1, context, channels, blocks, size)
        self.params_shape = (context, *self.event_shape[1:])

    def forward(self, params: Tensor) -> distributions.Autoregressive:
        """Map planes ``(*lead, F, H, W)`` to the distribution."""
        shapes = [self.event_shape, self.params_shape]

        def conditionals(x: Tensor) -> distributions.Bernoulli:
            out = call(self.network, shapes, [2 * x - 1, params])
            return distributions.Bernoulli(out.squeeze(-4), 3)

        like = params[..., :1, :, :].detach().expand(*params.shape[:-3], *self.event_shape)
        return distributions.Autoregressive(conditionals, like, 3)
