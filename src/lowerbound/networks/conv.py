"""Convolutional residual networks for images of any size and channel count."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowerbound.core import Network, Size
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.networks.activation import activation

__all__ = ["ConvDecoder", "ConvEncoder"]


class _Block(nn.Module):
    """x + conv(act(conv(act(x)))), the second convolution starting small."""

    def __init__(self, channels: int, nonlinearity: str) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.act = activation(nonlinearity)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.act(self.first(self.act(x))))


def _sizes(size: Size, stages: int) -> list[tuple[int, int]]:
    """Heights and widths of the stages, each half of the one before, rounded up."""
    sizes = [(size[0], size[1])]
    for _ in range(stages):
        h, w = sizes[-1]
        sizes.append((-(-h // 2), -(-w // 2)))
    return sizes


def _check(shapes: Sequence[Size], image: Size, channels: Sequence[int]) -> None:
    if len(image) != 3:
        raise ShapeError(f"A convolutional network needs images (C, H, W); got the shape {tuple(image)}.")
    if not channels or min(channels) < 1:
        raise ConfigError(f"channels={tuple(channels)}: at least one stage, each with at least one channel.")
    if any(len(s) not in (1, 3) for s in shapes):
        raise ShapeError(f"Inputs are images (C, H, W) or vectors (D,); got {tuple(shapes)}.")


class ConvEncoder(Network):
    """An image, and vectors as constant planes, to a vector of features.

    Each stage halves the image (strided convolution) and refines it by residual blocks; a
    hidden linear layer reads what is left.

    Parameters
    ----------
    in_shapes
        The image ``(C, H, W)`` first, then vectors ``(D,)``.
    out_shape
        Shape of the output.
    channels
        Channels of each stage.
    blocks
        Residual blocks a stage.
    hidden
        Units of the linear layer.
    nonlinearity
        Name of an activation.

    References
    ----------
    He et al., Identity Mappings in Deep Residual Networks, 2016.

    Examples
    --------
    >>> ConvEncoder(((1, 9, 7), (10,)), (2, 4), channels=(8, 16))(torch.zeros(3, 1, 9, 7), torch.zeros(3, 10)).shape
    torch.Size([3, 2, 4])
    """

    def __init__(
        self,
        in_shapes: Sequence[Size],
        out_shape: Size,
        channels: Sequence[int] = (32, 64),
        blocks: int = 1,
        hidden: int = 256,
        nonlinearity: str = "silu",
    ) -> None:
        super().__init__()
        self.in_shapes = tuple(tuple(s) for s in in_shapes)
        self.out_shape = tuple(out_shape)
        _check(self.in_shapes, self.in_shapes[0], channels)
        self.channels, self.blocks, self.hidden, self.nonlinearity = tuple(channels), blocks, hidden, nonlinearity
        h, w = _sizes(self.in_shapes[0][1:], len(channels))[-1]
        planes = sum(s[0] for s in self.in_shapes)
        layers: list[nn.Module] = []
        for n_in, n_out in zip((planes, *channels[:-1]), channels, strict=True):
            layers.append(nn.Conv2d(n_in, n_out, 3, stride=2, padding=1))
            layers += [_Block(n_out, nonlinearity) for _ in range(blocks)]
        layers += [activation(nonlinearity), nn.Flatten(), nn.Linear(channels[-1] * h * w, hidden)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(activation(nonlinearity), nn.Linear(hidden, math.prod(self.out_shape)))

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map ``(N, C, H, W)`` and vectors ``(N, D)`` to ``(N, *out_shape)``."""
        image = inputs[0]
        planes = [v[:, :, None, None].expand(-1, -1, *image.shape[-2:]) for v in inputs[1:]]
        joined = torch.cat([image, *planes], 1) if planes else image
        return self.head(self.body(joined)).reshape(-1, *self.out_shape)


class ConvDecoder(Network):
    """Vectors to an image: the encoder's stages in reverse.

    Parameters
    ----------
    in_shapes
        Vectors ``(D,)``.
    out_shape
        ``(C, H, W)``, or ``(P, C, H, W)`` for P parameters an entry, or ``(C, H, W, K)`` with
        ``last=K`` values at each entry.
    channels
        Channels of each stage, coarse to fine reading from the right.
    blocks, hidden, nonlinearity
        As in :class:`ConvEncoder`.
    last
        Trailing size K of the output; 0 when there is none.

    References
    ----------
    He et al., Identity Mappings in Deep Residual Networks, 2016; Odena et al., Deconvolution
    and Checkerboard Artifacts, 2016 (resize, then convolve).

    Examples
    --------
    >>> ConvDecoder(((4,),), (1, 9, 7), channels=(8, 16))(torch.zeros(3, 4)).shape
    torch.Size([3, 1, 9, 7])
    """

    def __init__(
        self,
        in_shapes: Sequence[Size],
        out_shape: Size,
        channels: Sequence[int] = (32, 64),
        blocks: int = 1,
        hidden: int = 256,
        nonlinearity: str = "silu",
        last: int = 0,
    ) -> None:
        super().__init__()
        self.in_shapes = tuple(tuple(s) for s in in_shapes)
        self.out_shape = tuple(out_shape)
        body = self.out_shape[:-1] if last else self.out_shape
        _check(self.in_shapes, body[-3:], channels)
        self.channels, self.blocks, self.hidden, self.nonlinearity = tuple(channels), blocks, hidden, nonlinearity
        self.last = last
        self.sizes = _sizes(body[-2:], len(channels))
        self.planes = math.prod(body[:-2]) * max(last, 1)
        h, w = self.sizes[-1]
        width = sum(math.prod(s) for s in self.in_shapes)
        self.stem = nn.Sequential(
            nn.Linear(width, hidden), activation(nonlinearity), nn.Linear(hidden, channels[-1] * h * w)
        )
        stages: list[nn.Module] = []
        for n_in, n_out in zip(reversed(channels), (*reversed(channels[:-1]), channels[0]), strict=True):
            blocks_here = [_Block(n_in, nonlinearity) for _ in range(blocks)]
            stages.append(nn.Sequential(*blocks_here, activation(nonlinearity), nn.Conv2d(n_in, n_out, 3, padding=1)))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Sequential(activation(nonlinearity), nn.Conv2d(channels[0], self.planes, 3, padding=1))

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map vectors ``(N, D)`` to ``(N, *out_shape)``."""
        flat = [x.flatten(1) for x in inputs]
        x = self.stem(flat[0] if len(flat) == 1 else torch.cat(flat, -1))
        x = x.reshape(-1, self.channels[-1], *self.sizes[-1])
        for stage, size in zip(self.stages, reversed(self.sizes[:-1]), strict=True):
            x = functional.interpolate(stage(x), size=size, mode="nearest")
        out = self.head(x)
        if self.last:
            out = out.unflatten(1, (-1, self.last)).movedim(2, -1)
        return out.reshape(-1, *self.out_shape)
