"""The root of an increasing function, entry by entry, with the gradient of the implicit function theorem."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["increasing_root"]

STEPS = 32


def increasing_root(function: Callable[[Tensor], tuple[Tensor, Tensor]], low: Tensor, high: Tensor) -> Tensor:
    """Return v with function(v) = 0: Newton's steps within a bracket that is halved where they do not settle fast.

    The last Newton step also carries the gradient: dv = -df / f', f' at the root.

    Parameters
    ----------
    function
        Maps v to (value, slope); the value rises with v.
    low, high
        With the root between them.

    References
    ----------
    Press et al., Numerical Recipes, 3rd edition, 2007, section 9.4 (Newton's method made safe by bisection).

    Examples
    --------
    >>> a = torch.tensor(8.0, requires_grad=True)
    >>> root = increasing_root(lambda v: (v**3 - a, 3 * v**2), torch.tensor(0.0), torch.tensor(9.0))
    >>> root, torch.autograd.grad(root, a)[0]
    (tensor(2., grad_fn=...), tensor(0.0833))
    """
    with torch.no_grad():
        v = _close_in(function, low, high)
    value, slope = function(v)
    return v - value / slope.detach()


def _close_in(function: Callable[[Tensor], tuple[Tensor, Tensor]], low: Tensor, high: Tensor) -> Tensor:
    v, moved, width = 0.5 * (low + high), high - low, high - low
    # What the last Newton step of the caller squares is below the rounding of v.
    enough = torch.finfo(v.dtype).eps ** 0.75
    for _ in range(STEPS):
        value, slope = function(v)
        low, high = torch.where(value > 0, low, v), torch.where(value > 0, v, high)
        step = value / slope
        newton, halved, scale = v - step, 0.5 * (low + high), enough * (1 + v.abs() + width)
        # Steps that are rounding alone do not shrink: halving would lead away from the root again.
        near = (value.abs() <= scale) & (step.abs() <= scale)
        fast = (newton >= low) & (newton <= high) & (step.abs() <= 0.5 * moved.abs())
        before, v = v, torch.where(near | fast, newton, halved)
        moved = v - before
        # A graph has no end that depends on numbers: compiled, all the steps are taken.
        if not torch.compiler.is_compiling() and bool(near.all()):
            break
    return v
