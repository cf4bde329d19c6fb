"""A network that sees its first input standardised."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound.core import Network

__all__ = ["Standardized"]


class Standardized(Network):
    """``network((x - shift) / unit, ...)`` with per-entry shift and unit.

    Parameters
    ----------
    network
        What reads the standardised input.
    shift, unit
        Numbers for a known range (127.5 and 127.5 map 8-bit levels to [-1, 1]); with None, the
        data's mean and standard deviation, taken before training.

    Examples
    --------
    >>> from lowerbound.networks import MLP
    >>> net = Standardized(MLP(((3,),), (2,)), shift=8.0, unit=8.0)
    >>> net(torch.full((1, 3), 8.0)).shape
    torch.Size([1, 2])
    """

    buffer_shift: Tensor
    buffer_unit: Tensor

    def __init__(self, network: Network, shift: float | None = None, unit: float | None = None) -> None:
        super().__init__()
        self.in_shapes, self.out_shape = network.in_shapes, network.out_shape
        self.network, self.shift, self.unit = network, shift, unit
        shape = self.in_shapes[0]
        self.register_buffer("buffer_shift", torch.full(shape, 0.0 if shift is None else shift))
        self.register_buffer("buffer_unit", torch.full(shape, 1.0 if unit is None else unit))

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Take the data's statistics where none were given."""
        if self.shift is None:
            self.buffer_shift.copy_(mean)
        if self.unit is None:
            self.buffer_unit.copy_(torch.where(std > 0, std, torch.ones_like(std)))

    @property
    def output(self) -> nn.Linear | None:
        """The last layer of the network."""
        return self.network.output

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map inputs ``(N, *in_shape_i)`` to ``(N, *out_shape)``."""
        first = (inputs[0] - self.buffer_shift) / self.buffer_unit
        return self.network(first, *inputs[1:])
