"""Encoders and decoders: shapes in, shape out."""

from lowerbound.networks.activation import activation
from lowerbound.networks.conv import ConvDecoder, ConvEncoder
from lowerbound.networks.mlp import MLP
from lowerbound.networks.standardized import Standardized
from lowerbound.networks.wrapped import Wrapped

__all__ = ["MLP", "ConvDecoder", "ConvEncoder", "Standardized", "Wrapped", "activation"]
