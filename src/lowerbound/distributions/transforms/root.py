"""The root of an increasing function, entry by entry, with the gradient of the implicit function theorem."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["increasing_root"]

HALVINGS = 48


def increasing_root(function: Callable[[Tensor], tuple[Tensor, Tensor]], low: Tensor, high: Tensor) -> Tensor:
    """Return v with function(v) = 0: a bracket is halved a fixed number of times, then one Newton step polishes.

    The Newton step also carries the gradient: dv = -df / f', f' at the root.

    Parameters
    ----------
    function
        Maps v to (value, slope); the value rises with v.
    low, high
        With the root between them.

    Examples
    --------
    >>> a = torch.tensor(8.0, requires_grad=True)
    >>> root = increasing_root(lambda v: (v**3 - a, 3 * v**2), torch.tensor(0.0), torch.tensor(9.0))
    >>> root, torch.autograd.grad(root, a)[0]
    (tensor(2., grad_fn=...), tensor(0.0833))
    """
    with torch.no_grad():
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            above = function(middle)[0] > 0
            low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        middle = 0.5 * (low + high)
    value, slope = function(middle.detach())
    return middle.detach() - value / slope.detach()
