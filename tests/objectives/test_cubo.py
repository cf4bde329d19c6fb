"""The chi upper bound. Row 39: above log p(x), which is above the ELBO, on the toy of section 3."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from examples import gradient_signal as example
from lowerbound.core import Family, Progress, noise
from lowerbound.errors import ConfigError
from lowerbound.metrics import chi_square_upper
from lowerbound.objectives import CUBO, ELBO, IWAE
from lowerbound.objectives._halves import densities
from lowerbound.training.players import player_parameters
from tests.contracts import ComponentContract, agreement
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae
from tests.known_answers.test_importance_toy import L1, LOG_P, by_quadrature

ENCODER, DECODER = "model.levels.0.posterior_", "model.likelihood"
GAUSSIAN = LinearGaussian.random(4, 2, seed=1)
ONE = torch.ones(1).double()


class TestCUBO(ComponentContract):
    def make(self):
        return CUBO(3.0, samples=4)


def at_the_nodes(objective: CUBO, posterior: str = "prior") -> float:
    trace = by_quadrature(posterior)
    return float(objective.upper(trace["x"].log_p + trace["z"].log_p, trace["z"].log_q, trace.weight.log()))


def test_log_p_lies_between_it_and_the_elbo():
    two, three = (at_the_nodes(CUBO(order)) for order in (2.0, 3.0))
    assert -float(ELBO().rows(by_quadrature())) == pytest.approx(L1, abs=1e-8)
    assert L1 < LOG_P < two < three
    assert two == pytest.approx(LOG_P + 0.5 * math.log(1 + 0.3641174), abs=1e-6)


@pytest.mark.parametrize("order", [1.5, 2.0, 4.0])
def test_at_the_exact_posterior_it_is_log_p(order):
    assert at_the_nodes(CUBO(order), "exact") == pytest.approx(LOG_P, abs=1e-9)


def test_the_losses_are_both_stated_bounds():
    model, x = trainable_vae(4, 2), torch.randn(6, 4)
    with noise.use(noise.Shared(2)):
        losses = CUBO(samples=7).losses(model, {"x": x}, Progress(), log := {})
    with noise.use(noise.Shared(2)), torch.no_grad():
        trace = model({"x": x}, samples=7)
    assert set(losses) == {ENCODER, DECODER}
    torch.testing.assert_close(losses[ENCODER], chi_square_upper(trace.log_weight()).mean())
    torch.testing.assert_close(losses[DECODER], IWAE(7)(trace))
    torch.testing.assert_close(log["elbo"], -ELBO()(trace).detach())


def chi_power(params: Tensor, family: Family) -> Tensor:
    """E_q[w^2], the integral of p(x, z)^2 / q(z) over a grid of z, for z ~ N(0, 1), x = 1 | z ~ N(z, 1)."""
    grid = torch.linspace(-12, 12, 4001, dtype=torch.float64)[:, None]
    log_p = -0.5 * grid.square() - 0.5 * (1 - grid).square() - math.log(2 * math.pi)
    return (2 * log_p[:, 0] - family(params).log_prob(grid)).exp().sum() * 24 / 4000


def test_where_expectations_are_exact_so_is_its_gradient():
    """That of the power up to one factor, the largest weight's."""
    nodes, weights = agreement.gauss_hermite(120)
    model = example.linear(0.2)(1)
    q = model.levels[0].posterior_
    with noise.use(agreement.Given(nodes[:, None, None])):
        log_p, log_q, _ = densities(model, {"x": ONE[None]}, 120, Progress(), None)
    loss = CUBO(samples=120).upper(log_p, log_q, weights.log()[:, None]).sum()
    power = chi_power(q.params, q.family)
    assert float(loss.detach()) == pytest.approx(0.5 * math.log(float(power.detach())), abs=1e-9)
    (found,), (exact,) = torch.autograd.grad(loss, q.params), torch.autograd.grad(power / 2, q.params)
    largest = (2 * (log_p - log_q).detach().amax()).exp()
    torch.testing.assert_close(found, exact / largest, rtol=1e-6, atol=1e-9)


def test_the_mean_of_its_gradient_over_draws_is_that_of_the_power():
    """Multiplied by the largest weight of its draws again, it has no bias, however few they are."""
    rows = 40_000
    model = example.linear(0.2)(rows)
    q = model.levels[0].posterior_
    torch.manual_seed(0)
    log_p, log_q, weight = densities(model, {"x": ONE.expand(rows, 1)}, 5, Progress(), None)
    (drawn,) = torch.autograd.grad(CUBO().upper(log_p, log_q, weight).sum(), q.params)
    drawn = drawn.flatten(1) * (2 * (log_p - log_q).detach().amax(0)).exp()[:, None]
    one = q.params.detach()[:1].requires_grad_()
    (exact,) = torch.autograd.grad(chi_power(one, q.family) / 2, one)
    agreement.unbiased(drawn, exact.flatten(), size=2e-3)


def test_each_loss_moves_its_own_half():
    model, objective = trainable_vae(4, 2), CUBO()
    losses = objective.losses(model, {"x": torch.randn(6, 4)}, Progress())
    for name, loss in losses.items():
        own = player_parameters(name, model, objective)
        assert all(bool((g != 0).any()) for g in torch.autograd.grad(loss, list(own.values()), retain_graph=True))


def test_descent_finds_the_exact_posterior():
    torch.manual_seed(0)
    model = example.linear(0.4)(1)
    params = model.levels[0].posterior_.params
    optimizer = torch.optim.Adam([params], lr=0.05)
    for _ in range(80):
        loss = CUBO(samples=50).losses(model, {"x": ONE[None]}, Progress())[ENCODER]
        (params.grad,) = torch.autograd.grad(loss, [params])
        optimizer.step()
    assert params.flatten().tolist() == pytest.approx([0.5, -0.5 * math.log(2)], abs=0.05)
    assert float(loss.detach()) == pytest.approx(LOG_P, abs=0.05)


def test_what_cannot_be_is_refused():
    with pytest.raises(ConfigError, match=r"order=1\.0"):
        CUBO(1.0)
    model = trainable_vae(4, 2)
    model.levels[0].prior_ = model.levels[0].posterior_
    with pytest.raises(ConfigError, match="made of the posterior"):
        CUBO().losses(model, {"x": torch.randn(6, 4)}, Progress())
