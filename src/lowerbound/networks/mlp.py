"""Fully connected networks for vectors (and for anything, flattened)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lowerbound.core import Network, Size, as_shape
from lowerbound.errors import ConfigError
from lowerbound.networks.activation import activation

__all__ = ["LAST", "MLP", "check_widths", "hidden_layer", "linear"]

LAST = 1 / 3
"""Power that the last layer of a network starts with: a model begins near its prior and the mean of its data."""


class MLP(Network):
    """Linear layers with an activation between them; several inputs are flattened and joined.

    Parameters
    ----------
    in_shapes
        Shape of each input.
    out_shape
        Shape of the output.
    hidden
        Widths of the hidden layers; empty for a linear map.
    nonlinearity
        Name of an activation, or ``"gated"``: each hidden layer is a linear map times the
        sigmoid of another.
    dropout
        Probability of dropping a hidden unit during training.

    References
    ----------
    Dauphin et al., Language Modeling with Gated Convolutional Networks, 2017 (``"gated"``).

    Examples
    --------
    >>> MLP(((784,), (10,)), (2, 16), hidden=(512,))(torch.zeros(3, 784), torch.zeros(3, 10)).shape
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
        widths = [sum(math.prod(s) for s in self.in_shapes), *hidden]
        layers: list[nn.Module] = []
        for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
            layers += hidden_layer(n_in, n_out, nonlinearity, dropout)
        layers.append(linear(widths[-1], math.prod(self.out_shape), LAST))
        self.layers = nn.Sequential(*layers)

    @property
    def output(self) -> nn.Linear | None:
        """The last layer."""
        last = self.layers[-1]
        return last if isinstance(last, nn.Linear) else None

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map inputs ``(N, *in_shape_i)`` to ``(N, *out_shape)``."""
        flat = [x.flatten(1) for x in inputs]
        joined = flat[0] if len(flat) == 1 else torch.cat(flat, -1)
        return self.layers(joined).reshape(-1, *self.out_shape)


def check_widths(hidden: Sequence[int]) -> None:
    """Refuse a hidden layer without units.

    Raises
    ------
    ConfigError
        When there is one.
    """
    if any(width < 1 for width in hidden):
        raise ConfigError(f"hidden={tuple(hidden)}: every hidden layer has at least one unit.")


def linear(n_in: int, n_out: int, power: float = 1.0) -> nn.Linear:
    """Return a linear layer that starts with outputs of so much of its inputs' power, and no biases.

    Hidden layers pass signals on: torch's own layers make them smaller one after the other, until a posterior says so
    little of its row that the decoder learns to do without.

    References
    ----------
    LeCun, Bottou, Orr and Mueller, Efficient BackProp, 1998, section 4.6.

    Examples
    --------
    >>> layer = linear(300, 300)
    >>> round(float(layer.weight.detach().std() * 300**0.5), 1), float(layer.bias.detach().abs().sum())
    (1.0, 0.0)
    """
    layer = nn.Linear(n_in, n_out)
    with torch.no_grad():
        layer.weight.uniform_(-1, 1).mul_(math.sqrt(3 * power / n_in))
        layer.bias.zero_()
    return layer


def hidden_layer(n_in: int, n_out: int, nonlinearity: str, dropout: float) -> list[nn.Module]:
    """Return the modules of one hidden layer, in order."""
    gated = nonlinearity == "gated"
    layers = [linear(n_in, 2 * n_out if gated else n_out), nn.GLU(-1) if gated else activation(nonlinearity)]
    return [*layers, nn.Dropout(dropout)] if dropout else layers
