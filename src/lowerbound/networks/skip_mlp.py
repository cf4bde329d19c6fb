"""Fully connected networks whose inputs enter every layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lowerbound.core import Network, Size, as_shape
from lowerbound.networks.mlp import LAST, check_widths, hidden_layer, linear

__all__ = ["SkipMLP"]


class SkipMLP(Network):
    """An MLP each of whose layers reads the inputs again beside the layer before: codes are never far from a row.

    Parameters
    ----------
    in_shapes, out_shape, hidden, nonlinearity, dropout
        As of :class:`MLP`.

    Raises
    ------
    ConfigError
        For a hidden layer without units.

    References
    ----------
    Dieng, Kim, Rush and Blei, Avoiding Latent Variable Collapse with Generative Skip Models, 2019, section 3.

    Examples
    --------
    >>> SkipMLP(((8,),), (2, 16), hidden=(32, 32))(torch.zeros(3, 8)).shape
    torch.Size([3, 2, 16])
    """

    def __init__(
        self,
        in_shapes: Sequence[Size],
        out_shape: Size,
        hidden: Sequence[int] = (512,),
        nonlinearity: str = "relu",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_widths(hidden)
        self.in_shapes = tuple(as_shape(s) for s in in_shapes)
        self.out_shape = as_shape(out_shape)
        self.hidden, self.nonlinearity, self.dropout = tuple(hidden), nonlinearity, dropout
        size = sum(math.prod(s) for s in self.in_shapes)
        reads = [size, *(width + size for width in hidden)]
        self.layers = nn.ModuleList(
            nn.Sequential(*hidden_layer(n_in, n_out, nonlinearity, dropout))
            for n_in, n_out in zip(reads[:-1], hidden, strict=True)
        )
        self.last = linear(reads[-1], math.prod(self.out_shape), LAST)

    @property
    def output(self) -> nn.Linear | None:
        """The last layer."""
        return self.last

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map inputs ``(N, *in_shape_i)`` to ``(N, *out_shape)``."""
        read = codes = torch.cat([x.flatten(1) for x in inputs], -1)
        for layer in self.layers:
            read = torch.cat([layer(read), codes], -1)
        return self.last(read).reshape(-1, *self.out_shape)
