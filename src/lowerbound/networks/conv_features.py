"""An image to maps of features: convolutions that halve it, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from lowerbound.core import Network, Size, as_shape
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.networks.activation import activation

__all__ = ["ConvFeatures"]


class ConvFeatures(Network):
    """Strided convolutions, each followed by an activation; features keep their place in the image.

    Parameters
    ----------
    in_shapes
        One image ``(C, H, W)``.
    channels
        Channels of each stage; every stage halves the image, rounding up.
    nonlinearity
        Name of an activation.

    Raises
    ------
    ShapeError, ConfigError
        For an input that is no image, and no channels.

    References
    ----------
    Radford, Metz and Chintala, Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
    Networks, 2016 (the discriminator, without batch normalisation).

    Examples
    --------
    >>> ConvFeatures(((1, 9, 7),), channels=(8, 16)).out_shape
    (16, 3, 2)
    """

    def __init__(
        self, in_shapes: Sequence[Size], channels: Sequence[int] = (32, 64), nonlinearity: str = "leaky_relu"
    ) -> None:
        super().__init__()
        self.in_shapes = tuple(as_shape(s) for s in in_shapes)
        if [len(s) for s in self.in_shapes] != [3]:
            raise ShapeError(f"ConvFeatures needs one image (C, H, W); got the shapes {self.in_shapes}.")
        if not channels or min(channels) < 1:
            raise ConfigError(f"channels={tuple(channels)}: at least one stage, each with at least one channel.")
        self.channels, self.nonlinearity = tuple(channels), nonlinearity
        planes, height, width = self.in_shapes[0]
        layers: list[nn.Module] = []
        for wide in channels:
            layers += [nn.Conv2d(planes, wide, 3, stride=2, padding=1), activation(nonlinearity)]
            planes, height, width = wide, -(-height // 2), -(-width // 2)
        self.layers = nn.Sequential(*layers)
        self.out_shape = (planes, height, width)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map ``(N, C, H, W)`` to ``(N, *out_shape)``."""
        return self.layers(inputs[0])
