r"""Networks whose i-th output sees the inputs before the i-th only, by masks on the weights.

Units carry degrees: input i has degree i, a hidden unit of degree m sees inputs (and units) of degree at most m,
and output i sees units of degree below i. So

.. math:: \frac{\partial\,\mathrm{out}_i}{\partial z_j} = 0 \quad (j \ge i).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowerbound.core.component import above_zero, positive

__all__ = ["MADE", "MaskedLinear"]

START = 0.03
"""Size of the output weights at first, of their usual one: outputs start near zero."""


class MaskedLinear(nn.Linear):
    """A linear map with some of its weights held at zero.

    Parameters
    ----------
    mask
        ``(out, in)``, true where a weight is kept.
    bias
        Whether to add a bias.

    Examples
    --------
    >>> MaskedLinear(torch.tensor([[True, False]]))(torch.zeros(3, 2)).shape
    torch.Size([3, 1])
    """

    mask: Tensor

    def __init__(self, mask: Tensor, bias: bool = True) -> None:
        super().__init__(mask.shape[1], mask.shape[0], bias)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        """Map ``(*, in)`` to ``(*, out)``."""
        return functional.linear(input, self.weight * self.mask, self.bias)


class MADE(nn.Module):
    """An autoregressive network: all conditionals of a vector in one pass.

    Inputs also reach the outputs directly, so that linear conditionals are exact.

    Parameters
    ----------
    size
        D, of the vector.
    outputs
        K, numbers a coordinate.
    hidden
        Widths of the hidden layers.
    context
        Size of what every output may see; 0 for none.
    pace
        What outputs are multiplied by, their weights starting larger by as much: Adam, whose steps do not know the size
        of a gradient, then moves the outputs that much slower.

    References
    ----------
    Germain et al., MADE: Masked Autoencoder for Distribution Estimation, 2015, equations 8-13.

    Examples
    --------
    >>> MADE(4, 2, context=3)(torch.zeros(6, 5, 4), torch.zeros(5, 3)).shape
    torch.Size([6, 5, 4, 2])
    """

    def __init__(
        self, size: int, outputs: int, hidden: Sequence[int] = (64,), context: int = 0, pace: float = 1.0
    ) -> None:
        super().__init__()
        self.size, self.outputs = positive(size, "size"), positive(outputs, "outputs")
        degree = torch.arange(1, size + 1)
        last = degree.repeat_interleave(outputs)
        layers: list[MaskedLinear] = []
        before = degree
        for width in hidden:
            units = _degrees(positive(width, "hidden"), size, 0 if context else 1)
            layers.append(MaskedLinear(units[:, None] >= before))
            before = units
        layers.append(MaskedLinear(last[:, None] > before))
        self.layers = nn.ModuleList(layers)
        self.direct = MaskedLinear(last[:, None] > degree, bias=False) if hidden else None
        widths = [layers[0].out_features, *([size * outputs] if hidden else [])]
        self.context = nn.ModuleList([nn.Linear(context, width, bias=False) for width in widths if context])
        self.pace = above_zero(pace, "pace")
        with torch.no_grad():
            for layer in (layers[-1], self.direct, *self.context[len(hidden[:1]) :]):
                if isinstance(layer, nn.Linear):
                    layer.weight.mul_(START / pace)
            layers[-1].bias.zero_()

    def forward(self, z: Tensor, context: Tensor | None = None) -> Tensor:
        """Map ``(*lead, D)`` and a context ``(*, C)`` whose lead broadcasts to ``(*lead, D, K)``."""
        given = [] if context is None else [layer(context) for layer in self.context]
        h = self.layers[0](z) + (given[0] if given else 0)
        for layer in list(self.layers)[1:]:
            h = layer(functional.elu(h))
        if self.direct is not None:
            h = h + self.direct(z) + (given[1] if given else 0)
        return (self.pace * h).unflatten(-1, (self.size, self.outputs))


def _degrees(width: int, size: int, low: int) -> Tensor:
    """Spread the degrees ``low`` to ``size - 1`` evenly over the units of a layer."""
    return low + torch.arange(width) * max(size - low, 1) // width
