"""Convolutions that see only the pixels before: those above, those to the left, and earlier channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowerbound.core import Size
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError, ShapeError

__all__ = ["CausalNetwork"]

START = 0.03
"""Size of the last layer's weights at first, of their usual one: outputs start near zero."""


class _CausalConv(nn.Conv2d):
    """A convolution whose kernel is masked; groups say which channel of the image a feature belongs to."""

    mask: Tensor

    def __init__(self, before: Tensor, after: Tensor, size: int, strict: bool = False) -> None:
        super().__init__(len(before), len(after), size, padding=size // 2)
        mask = torch.zeros(len(after), len(before), size, size)
        middle = size // 2
        mask[:, :, :middle] = 1
        mask[:, :, middle, :middle] = 1
        here = before < after[:, None] if strict else before <= after[:, None]
        mask[:, :, middle, middle] = here.float()
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        return functional.conv2d(input, self.weight * self.mask, self.bias, padding=self.padding)


class _Block(nn.Module):
    """x + conv(act(conv(act(x))))."""

    def __init__(self, groups: Tensor, size: int) -> None:
        super().__init__()
        self.first = _CausalConv(groups, groups, size)
        self.second = _CausalConv(groups, groups, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(functional.elu(self.first(functional.elu(x))))


class CausalNetwork(nn.Module):
    """All conditionals of an image, pixel by pixel in the order of reading, in one pass.

    Parameters
    ----------
    image
        ``(C, H, W)``.
    outputs
        K, numbers an entry.
    context
        Planes F of what every output may see at its pixel.
    channels
        Features of each layer, at least C.
    blocks
        Residual blocks.
    size
        Width of the kernels, odd.

    Raises
    ------
    ShapeError
        For what is no image.
    ConfigError
        For an impossible size.

    References
    ----------
    van den Oord, Kalchbrenner and Kavukcuoglu, Pixel Recurrent Neural Networks, 2016, section
    3.4; van den Oord et al., Conditional Image Generation with PixelCNN Decoders, 2016.

    Examples
    --------
    >>> net = CausalNetwork((1, 5, 4), outputs=2, context=3)
    >>> net(torch.zeros(6, 1, 5, 4), torch.zeros(6, 3, 5, 4)).shape
    torch.Size([6, 2, 1, 5, 4])
    """

    def __init__(
        self, image: Size, outputs: int, context: int, channels: int = 32, blocks: int = 2, size: int = 5
    ) -> None:
        super().__init__()
        if len(image) != 3:
            raise ShapeError(f"A causal convolution is over images (C, H, W); got the shape {tuple(image)}.")
        if size < 3 or size % 2 == 0 or blocks < 0:
            raise ConfigError(
                f"size={size}, blocks={blocks}: kernels are odd and at least 3 wide, blocks not negative."
            )
        planes = image[0]
        if channels < planes:
            raise ConfigError(f"channels={channels}: at least one for each of the image's {planes}.")
        self.outputs, self.planes = positive(outputs, "outputs"), planes
        entry, feature = torch.arange(planes), torch.arange(channels) * planes // channels
        self.first = _CausalConv(entry, feature, size, strict=True)
        self.given = nn.Conv2d(positive(context, "context"), channels, 1)
        self.blocks = nn.Sequential(*(_Block(feature, size) for _ in range(blocks)))
        self.last = _CausalConv(feature, entry.repeat(outputs), 1)
        self.direct = nn.Conv2d(context, outputs * planes, 1)
        with torch.no_grad():
            for layer in (self.last, self.direct):
                layer.weight.mul_(START)
                assert layer.bias is not None
                layer.bias.zero_()

    def forward(self, image: Tensor, context: Tensor) -> Tensor:
        """Map ``(N, C, H, W)`` and ``(N, F, H, W)`` to ``(N, K, C, H, W)``."""
        features = self.blocks(self.first(image) + self.given(context))
        out = self.last(functional.elu(features)) + self.direct(context)
        return out.unflatten(1, (self.outputs, self.planes))
