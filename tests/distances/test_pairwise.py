"""Lengths of all pairs, in single precision too."""

from __future__ import annotations

import torch

from lowerbound.distances.pairwise import contrast, lengths, squares


def far(n: int, seed: int, lead: tuple[int, ...] = ()) -> torch.Tensor:
    """Draws about a centre far from the origin."""
    return 100.0 + torch.randn(*lead, n, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_both_are_what_differences_give() -> None:
    x, y = far(7, 0), far(5, 1)
    exact = (x[:, None] - y).square().sum(-1)
    torch.testing.assert_close(squares(x, y), exact)
    torch.testing.assert_close(lengths(x, y), exact.sqrt())


def test_single_precision_holds_far_from_the_origin() -> None:
    x, y = far(40, 0).float(), far(30, 1).float()
    exact = (x.double()[:, None] - y.double()).square().sum(-1)
    assert float((squares(x, y) - exact).abs().max()) < 1e-5 * float(exact.max())
    torch.testing.assert_close(lengths(x, y).double(), exact.sqrt(), rtol=1e-6, atol=0.0)


def test_small_lengths_keep_their_digits() -> None:
    x = far(6, 0).float()
    y = x + torch.tensor([2.0**-10, 0.0, 0.0, 0.0, 0.0])
    torch.testing.assert_close(lengths(x, y).diagonal(), torch.full((6,), 2.0**-10), rtol=1e-6, atol=0.0)


def test_squares_have_leading_axes_and_the_right_gradient() -> None:
    x, y = far(4, 0, (3,)).requires_grad_(), far(6, 1, (3,))
    torch.testing.assert_close(squares(x, y)[1], squares(x[1], y[1]))
    weight = torch.arange(24.0, dtype=torch.float64).reshape(4, 6)
    (found,) = torch.autograd.grad((weight * squares(x, y)).sum(), x)
    (exact,) = torch.autograd.grad((weight * (x[:, :, None] - y[:, None]).square().sum(-1)).sum(), x)
    torch.testing.assert_close(found, exact)


def test_a_length_of_zero_has_a_gradient_of_zero() -> None:
    x = far(3, 0).requires_grad_()
    (gradient,) = torch.autograd.grad(lengths(x, x.detach()).diagonal().sum(), x)
    assert not bool(gradient.any())


def test_the_contrast_leaves_out_the_pairs_of_a_draw_with_itself() -> None:
    x, y = far(4, 0), far(3, 1)

    def kernel(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a - 100.0) @ (b - 100.0).T

    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    torch.testing.assert_close(contrast(kernel, x, y, False), xx.mean() + yy.mean() - 2 * xy.mean())
    off = [float((k.sum() - k.trace()) / (len(k) * (len(k) - 1))) for k in (xx, yy)]
    torch.testing.assert_close(float(contrast(kernel, x, y, True)), sum(off) - 2 * float(xy.mean()))
