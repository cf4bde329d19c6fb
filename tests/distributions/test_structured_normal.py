"""The normal with a sparse Cholesky precision. Row 118 of the exact answers: it is the dense normal."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from lowerbound.core import noise
from lowerbound.distributions import DiagonalNormal, StructuredNormal, following
from tests.contracts.agreement import Given, unbiased

CASES = [((1, 4, 5), 3), ((2, 3, 3), 3), ((1, 4, 4), 5), ((1, 1, 4), 3), ((1, 4, 1), 3)]


def build(event: tuple[int, ...], size: int = 3, lead: tuple[int, ...] = ()) -> StructuredNormal:
    count = len(following(size))
    loc, log_scale = torch.randn(lead + event).double(), 0.3 * torch.randn(lead + event).double()
    return StructuredNormal(loc, log_scale, 0.3 * torch.randn(*lead, count, *event).double(), size)


def dense_factor(p: StructuredNormal) -> Tensor:
    """Write L down entry by entry, pixels in the order of reading: ``(D, D)``."""
    channels, height, width = p.event_shape
    index = torch.arange(channels * height * width).reshape(channels, height, width)
    factor = torch.zeros(index.numel(), index.numel()).double()
    for c in range(channels):
        for row in range(height):
            for column in range(width):
                j = index[c, row, column]
                inverse = torch.exp(-p.params["log_scale"][c, row, column])
                factor[j, j] = inverse
                for k, (down, right) in enumerate(following(p.size)):
                    if row + down < height and 0 <= column + right < width:
                        i = index[c, row + down, column + right]
                        factor[i, j] = -p.params[f"weight_{k}"][c, row, column] * inverse
    return factor


def dense(p: StructuredNormal) -> MultivariateNormal:
    factor = dense_factor(p)
    return MultivariateNormal(p.mean.flatten(), precision_matrix=factor @ factor.T)


def close(a: Tensor, b: Tensor) -> None:
    torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


def test_neighbours_follow_in_the_order_of_reading():
    assert following(3) == [(0, 1), (1, -1), (1, 0), (1, 1)]
    assert len(following(5)) == 12


@pytest.mark.parametrize(("event", "size"), CASES)
def test_the_factor_is_lower_triangular(event, size):
    factor = dense_factor(build(event, size))
    assert torch.equal(factor, factor.tril())
    assert bool((factor.diagonal() > 0).all())


@pytest.mark.parametrize(("event", "size"), CASES)
def test_densities_are_those_of_the_dense_normal(event, size):
    p = build(event, size)
    x = torch.randn(7, *event).double()
    exact = dense(p)
    close(p.log_prob(x), exact.log_prob(x.flatten(1)))
    close(p.entropy(), exact.entropy())
    close(p.variance.flatten(), exact.variance)


@pytest.mark.parametrize(("event", "size"), CASES)
def test_quadratic_form_and_log_determinant(event, size):
    p = build(event, size)
    factor, residual = dense_factor(p), torch.randn(event).double()
    close(p.whiten(residual).square().sum(), residual.flatten() @ factor @ factor.T @ residual.flatten())
    close(-2 * p.params["log_scale"].sum(), torch.linalg.slogdet(factor @ factor.T)[1])


@pytest.mark.parametrize(("event", "size"), CASES)
def test_draws_solve_the_dense_system(event, size):
    p = build(event, size)
    eps = torch.randn(3, *event).double()
    solved = torch.linalg.solve_triangular(dense_factor(p).T, eps.flatten(1).T, upper=True).T
    with noise.use(Given(eps)):
        close(p.rsample((3,)).flatten(1), p.mean.flatten() + solved)
    close(p.whiten(p.correlate(eps)), eps)


def test_draws_have_the_dense_covariance():
    p = build((1, 3, 3))
    residual = (p.sample((100_000,)) - p.mean).flatten(1)
    unbiased(residual[:, :, None] * residual[:, None, :], dense(p).covariance_matrix, size=0.04)


def test_some_pixels_given_the_others_have_the_dense_conditional_covariance():
    p = build((1, 2, 3))
    covariance = dense(p).covariance_matrix
    given, rest = slice(0, 3), slice(3, 6)
    gain = covariance[rest, given] @ torch.linalg.inv(covariance[given, given])
    residual = (p.sample((100_000,)) - p.mean).flatten(1)
    left = residual[:, rest] - residual[:, given] @ gain.T
    conditional = torch.linalg.inv(dense(p).precision_matrix[rest, rest])
    unbiased(left[:, :, None] * left[:, None, :], conditional, size=0.04)
    unbiased(left[:, :, None] * residual[:, None, given], 0.0, size=0.04)


def test_without_weights_it_is_the_diagonal_normal():
    loc, log_scale = torch.randn(2, 5, 1, 3, 4).double()
    p = StructuredNormal(loc, log_scale, torch.zeros(4, 1, 3, 4).double())
    q = DiagonalNormal(loc, log_scale, 3)
    close(p.log_prob(loc + 1), q.log_prob(loc + 1))
    close(p.variance, q.variance)
    close(p.entropy(), q.entropy())


def test_one_factor_serves_many_means():
    one = build((1, 3, 4))
    weights = torch.stack([one.params[f"weight_{k}"] for k in range(4)])
    p = StructuredNormal(torch.randn(6, 1, 3, 4).double(), one.params["log_scale"], weights)
    assert p.batch_shape == (6,)
    assert p.rsample((2,)).shape == (2, 6, 1, 3, 4)
    close(p.log_prob(p.mean), one.log_prob(one.mean).expand(6))


def test_draws_carry_gradients():
    p = build((1, 3, 3), lead=(2,))
    tensors = [value.clone().requires_grad_() for value in p.params.values()]
    loc, log_scale, weights = tensors[0], tensors[1], torch.stack(tensors[2:], -4)
    eps = torch.randn(2, 1, 3, 3).double()

    def drawn(loc: Tensor, log_scale: Tensor, weights: Tensor) -> Tensor:
        with noise.use(Given(eps)):
            return StructuredNormal(loc, log_scale, weights).rsample()

    assert torch.autograd.gradcheck(drawn, (loc, log_scale, weights))
