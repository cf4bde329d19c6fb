"""What float32 owes: the float64 answer, as far as the rounding of its inputs lets it be known."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

EPS = torch.finfo(torch.float32).eps


def agrees(ours: Callable[..., Tensor], plain: Callable[..., Tensor], *inputs: Tensor, logs: bool = False) -> None:
    """Compare ``ours`` at float32 inputs, and its gradients, with the ``plain`` formula in float64 at the same numbers.

    Allowed is four times what a last bit of each input moves the plain answer, and some last bits of one and of the answer:
    of a slope in an input above one they are those of its slope in the input's log, which ``logs`` says the inputs are.
    """
    exact = [v.double() for v in inputs]
    truth = _answers(plain, exact)
    moves = [torch.zeros_like(v) for v in truth]
    generator = torch.Generator().manual_seed(0)
    for _ in range(8):
        signs = [2 * torch.randint(2, v.shape, generator=generator) - 1 for v in exact]
        near = _answers(plain, [v * (1 + EPS * sign) for v, sign in zip(exact, signs, strict=True)])
        moves = [torch.maximum(m, (n - t).abs()) for m, n, t in zip(moves, near, truth, strict=True)]
    sizes = [torch.ones_like(truth[0]), *(torch.ones_like(v) if logs else v.abs().clamp(min=1) for v in exact)]
    for got, right, move, size in zip(_answers(ours, list(inputs)), truth, moves, sizes, strict=True):
        excess = (got.double() - right).abs() - 4 * move - 25 * EPS * (right.abs() + 1 / size)
        worst = int(excess.nan_to_num(torch.inf).argmax())
        assert bool((excess <= 0).all()), [float(v.flatten()[worst]) for v in (got, right, move, excess)]


def _answers(of: Callable[..., Tensor], inputs: list[Tensor]) -> list[Tensor]:
    leaves = [v.detach().clone().requires_grad_() for v in inputs]
    value = of(*leaves)
    return [value.detach(), *torch.autograd.grad(value.sum(), leaves)]
