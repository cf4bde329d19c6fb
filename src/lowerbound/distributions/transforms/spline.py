r"""Monotone rational-quadratic splines on :math:`[-B, B]`, the identity outside.

In the bin from :math:`(x_k, y_k)` with slopes :math:`d_k, d_{k+1}` at its ends, with
:math:`\xi = (x - x_k)/w`, :math:`s = h/w`:

.. math:: y = y_k + \frac{h \left[s \xi^2 + d_k \xi (1 - \xi)\right]}
                         {s + (d_{k+1} + d_k - 2 s)\, \xi (1 - \xi)}.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.distributions.scale import gentle_log
from lowerbound.distributions.transforms.monotone import Monotone

__all__ = ["MonotoneSpline"]

BOUND = 5.0
SMALLEST = 1e-3
"""Of a bin's width and height, as a part of the whole interval; also of slopes."""


class _Bin(NamedTuple):
    """The bin of each entry: corner, size, slopes at its ends."""

    x: Tensor
    y: Tensor
    width: Tensor
    height: Tensor
    left: Tensor
    right: Tensor


class MonotoneSpline(Monotone):
    """A spline of K bins in each entry.

    Parameters
    ----------
    raw
        Raw widths, heights and inner slopes, ``(*lead, D, 3 K - 1)``.

    References
    ----------
    Durkan, Bekasov, Murray and Papamakarios, Neural Spline Flows, 2019, equations 4-8.

    Examples
    --------
    >>> y, log_slope = MonotoneSpline(torch.zeros(1, 11)).forward(torch.tensor([0.7]))
    >>> y
    tensor([0.7000])
    """

    def __init__(self, raw: Tensor) -> None:
        self.raw = raw
        bins = (raw.shape[-1] + 1) // 3
        widths, heights, slopes = raw.split([bins, bins, bins - 1], -1)
        self.widths, self.heights = _parts(widths), _parts(heights)
        self.x, self.y = _knots(self.widths), _knots(self.heights)
        self.slopes = functional.pad(SMALLEST + (1 - SMALLEST) * gentle_log(slopes).exp(), (1, 1), value=1.0)

    def _find(self, knots: Tensor, value: Tensor) -> _Bin:
        index = (value.unsqueeze(-1) >= knots[..., 1:-1]).sum(-1, keepdim=True)

        def at(table: Tensor, shift: int = 0) -> Tensor:
            table = table.expand(*index.shape[:-1], table.shape[-1])
            return table.gather(-1, index + shift).squeeze(-1)

        return _Bin(at(self.x), at(self.y), at(self.widths), at(self.heights), at(self.slopes), at(self.slopes, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the spline's value and log slope."""
        inner = x.clamp(-BOUND, BOUND)
        found = self._find(self.x, inner)
        part = ((inner - found.x) / found.width).clamp(0, 1)
        value, log_slope = _in_bin(found, part)
        inside = x.abs() < BOUND
        return torch.where(inside, value, x), torch.where(inside, log_slope, 0.0)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return where the spline takes the value ``y``, and its log slope there."""
        inner = y.clamp(-BOUND, BOUND)
        found = self._find(self.y, inner)
        s, risen = found.height / found.width, inner - found.y
        bend = risen * (found.left + found.right - 2 * s)
        a = found.height * (s - found.left) + bend
        b = found.height * found.left - bend
        root = torch.sqrt((b.square() + 4 * a * s * risen).clamp(min=torch.finfo(y.dtype).tiny))
        part = (2 * s * risen / (b + root)).clamp(0, 1)
        inside = y.abs() < BOUND
        log_slope = _in_bin(found, part)[1]
        return torch.where(inside, found.x + part * found.width, y), torch.where(inside, log_slope, 0.0)


def _parts(raw: Tensor) -> Tensor:
    """Return positive numbers that sum to the length of the interval."""
    return 2 * BOUND * (SMALLEST + (1 - SMALLEST * raw.shape[-1]) * raw.softmax(-1))


def _knots(parts: Tensor) -> Tensor:
    return functional.pad(parts.cumsum(-1), (1, 0)) - BOUND


def _in_bin(at: _Bin, part: Tensor) -> tuple[Tensor, Tensor]:
    """Return value and log slope at a part of the width of a bin."""
    s, rest = at.height / at.width, 1 - part
    below = s + (at.left + at.right - 2 * s) * part * rest
    value = at.y + at.height * (s * part.square() + at.left * part * rest) / below
    slope = at.right * part.square() + 2 * s * part * rest + at.left * rest.square()
    return value, 2 * s.log() + slope.log() - 2 * below.log()
