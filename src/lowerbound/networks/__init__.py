"""Encoders and decoders: shapes in, shape out."""

from lowerbound.networks.activation import Tanh, activation
from lowerbound.networks.conv import ConvDecoder, ConvEncoder
from lowerbound.networks.conv_features import ConvFeatures
from lowerbound.networks.discriminator import Discriminator
from lowerbound.networks.kernel_features import KernelFeatures
from lowerbound.networks.mlp import MLP
from lowerbound.networks.projected import Projected
from lowerbound.networks.skip_mlp import SkipMLP
from lowerbound.networks.spectral_norm import SpectralNorm
from lowerbound.networks.standardized import Standardized
from lowerbound.networks.wrapped import Wrapped

__all__ = [
    "KernelFeatures",
    "MLP",
    "ConvDecoder",
    "ConvEncoder",
    "ConvFeatures",
    "Discriminator",
    "Projected",
    "SkipMLP",
    "SpectralNorm",
    "Standardized",
    "Tanh",
    "Wrapped",
    "activation",
]
