"""The thermodynamic bound, on models where every slope along the path is known."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from examples import gradient_signal as example
from lowerbound.core import Progress, noise
from lowerbound.errors import ConfigError
from lowerbound.models import VAE
from lowerbound.objectives import ELBO, IWAE, Thermodynamic
from lowerbound.objectives._halves import densities
from tests.contracts import ComponentContract, agreement
from tests.known_answers.discrete import binary, mixture
from tests.known_answers.linear_gaussian import LinearGaussian, toy, trainable_vae
from tests.known_answers.test_importance_toy import L1, LOG_P, by_quadrature

GAUSSIAN = LinearGaussian.random(4, 2, seed=1)
ONE = torch.ones(1).double()


class TestThermodynamic(ComponentContract):
    def make(self):
        return Thermodynamic(4, partitions=3)


def at_the_nodes(objective: Thermodynamic, posterior: str = "prior") -> float:
    trace = by_quadrature(posterior)
    return -float(objective.rows(trace["x"].log_p + trace["z"].log_p, trace["z"].log_q, trace.weight.log()))


def test_it_rises_from_the_elbo_to_log_p():
    path = [at_the_nodes(Thermodynamic(120, n)) for n in (1, 2, 4, 16)]
    assert path[0] == pytest.approx(L1, abs=1e-8)
    assert path == sorted(path)
    even = [at_the_nodes(Thermodynamic(120, [k / n for k in range(n + 1)])) for n in (10, 100, 1000)]
    assert [LOG_P - value for value in even] == sorted((LOG_P - value for value in even), reverse=True)
    assert 0 < LOG_P - even[-1] < 1e-3 < LOG_P - even[0]


@pytest.mark.parametrize("partitions", [1, 5, (0.0, 0.3, 1.0)])
def test_at_the_exact_posterior_it_is_log_p(partitions):
    assert at_the_nodes(Thermodynamic(120, partitions), "exact") == pytest.approx(LOG_P, abs=1e-9)


def slope_of(params: Tensor, beta: float) -> Tensor:
    """E[log w] under the normal on the path between q and the posterior of z ~ N(0, 1), x = 1 | z ~ N(z, 1)."""
    mean, precision = params[0], (-2 * params[1]).exp()
    between = (1 - beta) * precision + 2 * beta
    m, v = ((1 - beta) * precision * mean + beta) / between, 1 / between
    log_p = -math.log(2 * math.pi) - 0.5 * (m.square() + v + (1 - m).square() + v)
    log_q = 0.5 * (precision / (2 * math.pi)).log() - 0.5 * precision * ((m - mean).square() + v)
    return (log_p - log_q).squeeze()


def exact(objective: Thermodynamic, off: float) -> tuple[Tensor, Tensor]:
    """The stated bound's loss and its gradient, in closed form."""
    params = example.linear(off)(1).levels[0].posterior_.params
    loss = -sum(((b - a) * slope_of(params[0], a) for a, b in pairwise(objective.ends)), torch.zeros(()))
    return loss.detach(), torch.autograd.grad(loss, params)[0].flatten()


def loss_at_the_nodes(objective: Thermodynamic, model: VAE) -> Tensor:
    """Its loss with a gradient, where expectations under q are taken by the rule."""
    nodes, weights = agreement.gauss_hermite(120)
    with noise.use(agreement.Given(nodes[:, None, None])):
        log_p, log_q, _ = densities(model, {"x": ONE[None]}, 120, Progress(), None)
    return objective.rows(log_p, log_q, weights.log()[:, None]).sum()


SCHEDULES = [1, 2, 5, (0.0, 0.3, 1.0)]


@pytest.mark.parametrize("partitions", SCHEDULES)
def test_where_expectations_are_exact_so_are_loss_and_gradient(partitions):
    objective, model = Thermodynamic(120, partitions), example.linear(0.2)(1)
    value, truth = exact(objective, 0.2)
    loss = loss_at_the_nodes(objective, model)
    torch.testing.assert_close(loss.detach(), value, rtol=1e-9, atol=1e-9)
    (found,) = torch.autograd.grad(loss, model.levels[0].posterior_.params)
    torch.testing.assert_close(found.flatten(), truth, rtol=1e-8, atol=1e-9)
    assert -value < LOG_P


@pytest.mark.thorough
@pytest.mark.parametrize("partitions", SCHEDULES)
def test_loss_and_gradient_have_the_mean_of_the_closed_form(partitions):
    """Of so many draws a row that their bias, of order 1 / S, is below the error of few rows."""
    objective, rows = Thermodynamic(20_000, partitions), 40
    loss, truth = exact(objective, 0.2)
    torch.manual_seed(0)
    agreement.unbiased(example.gradients(objective, example.linear(0.2), ONE, rows), truth, size=5e-3)
    model = example.linear(0.2)(1)
    values = [objective.losses(model, {"x": ONE[None]}, Progress())["model"].detach() for _ in range(rows)]
    agreement.unbiased(torch.stack(values), loss, size=2e-3)


def test_the_decoder_has_its_gradient_too():
    """Against finite differences of the loss."""
    objective, model = Thermodynamic(120, 3), example.linear(0.2)(1)
    weight = model.likelihood.network.layers[0].weight
    (found,) = torch.autograd.grad(loss_at_the_nodes(objective, model), weight)
    ends = []
    for step in (1e-5, -1e-5):
        with torch.no_grad():
            weight.add_(step)
            ends.append(loss_at_the_nodes(objective, model))
            weight.sub_(step)
    assert float(found) == pytest.approx(float(ends[0] - ends[1]) / 2e-5, abs=1e-7)


@pytest.mark.parametrize("partitions", [1, 2, 5, 50])
def test_on_any_draws_it_lies_between_their_mean_and_their_evidence(partitions):
    x = GAUSSIAN.sample(200)
    trace = GAUSSIAN.vae("wide")({"x": x}, samples=6)
    log_p, log_q = trace["x"].log_p + trace["z"].log_p, trace["z"].log_q
    bound = -Thermodynamic(6, partitions).rows(log_p, log_q, trace.weight.log())
    assert bool((bound >= trace.log_weight().mean(0) - 1e-12).all())
    assert bool((bound <= trace.log_evidence() + 1e-12).all())


def test_at_the_exact_posterior_no_gradient_is_left():
    drawn = example.gradients(Thermodynamic(500, 3), example.linear(0.0), ONE, 200)
    agreement.unbiased(drawn, 0.0, size=0.01)


def test_bits_have_the_gradient_of_the_sum_over_all_states():
    """Draws that have no gradient need none."""
    x = (torch.arange(example.PIXELS) % 2).double()
    model = example.bits()(1)
    states = agreement.every_value((0.0, 1.0), (example.BITS,))
    q = model.levels[0].posterior_
    log_q = q.family(q.params).log_prob(states)
    log_p = (model.likelihood(states).log_prob(x) + model.levels[0].prior_().log_prob(states)).detach()
    objective, loss = Thermodynamic(4000, 3), torch.zeros(())
    for a, b in pairwise(objective.ends):
        log_w = log_p - log_q
        loss = loss - (b - a) * ((log_q + a * log_w).softmax(0) * log_w).sum()
    (truth,) = torch.autograd.grad(loss, q.params)
    torch.manual_seed(0)
    agreement.unbiased(example.gradients(objective, example.bits(), x, 60), truth[0], size=0.02)


def test_enumerated_latents_are_exact():
    model, x = mixture(), binary(5)
    trace = model({"x": x})
    log_p, log_q = trace["x"].log_p + trace["y"].log_p, trace["y"].log_q
    truth = torch.zeros(5).double()
    objective = Thermodynamic(1, (0.0, 0.5, 1.0))
    for a, b in pairwise(objective.ends):
        share = (log_q + a * (log_p - log_q)).softmax(0)
        truth = truth + (b - a) * (share * (log_p - log_q)).sum(0)[0]
    weights = list(model.parameters())
    loss = objective.losses(model, {"x": x}, Progress())["model"]
    torch.testing.assert_close(loss, -truth.mean(), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(
        torch.autograd.grad(loss, weights), torch.autograd.grad(-truth.mean(), weights), rtol=1e-7, atol=1e-9
    )


def test_more_draws_and_more_rows_change_what_they_should():
    model, x = trainable_vae(4, 2), torch.randn(6, 4)

    def loss(rows: Tensor, samples: int = 5) -> Tensor:
        with noise.use(noise.Shared(3)):
            return Thermodynamic(samples, 3).losses(model, {"x": rows}, Progress())["model"]

    torch.testing.assert_close(loss(x.repeat(3, 1)), loss(x))
    torch.testing.assert_close(torch.stack([loss(row[None]) for row in x]).mean(), loss(x))
    with noise.use(noise.Shared(3)):
        trace = model({"x": x}, samples=1)
    torch.testing.assert_close(loss(x, samples=1), IWAE(1)(trace))


def test_every_parameter_gets_a_gradient_and_the_log_holds_the_true_bound():
    model, x = trainable_vae(4, 2), torch.randn(6, 4)
    with noise.use(noise.Shared(1)):
        losses = Thermodynamic(5).losses(model, {"x": x}, Progress(), log := {})
    losses["model"].backward()
    assert all(p.grad is not None and bool((p.grad != 0).any()) for p in model.parameters())
    with noise.use(noise.Shared(1)):
        truth = -ELBO()(model({"x": x}, samples=5))
    torch.testing.assert_close(log["elbo"], truth.detach())
    assert not any(value.requires_grad for value in log.values())


@pytest.mark.parametrize("partitions", [(0.0, 0.5), (0.1, 1.0), (0.0, 0.5, 0.5, 1.0), (0.0,), 0])
def test_ends_that_do_not_rise_from_zero_to_one_are_refused(partitions):
    with pytest.raises(ConfigError, match="partitions"):
        Thermodynamic(4, partitions)


@pytest.mark.parametrize("first", [0.0, 1.0, -0.1])
def test_a_first_end_outside_is_refused(first):
    with pytest.raises(ConfigError, match="first"):
        Thermodynamic(4, 3, first)


def test_it_reads_the_toy_as_the_toy_is():
    torch.manual_seed(0)
    loss = Thermodynamic(200, 10).losses(toy("prior"), {"x": torch.ones(2000, 1).double()}, Progress())["model"]
    assert L1 < -float(loss.detach()) < LOG_P
