"""Gradient estimators against exact gradients, and what is claimed of their noise. Row 53 of the exact answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from examples import gradient_signal as example
from lowerbound.core import Progress, noise
from lowerbound.objectives import (
    CUBO,
    ELBO,
    IWAE,
    PIWAE,
    REBAR,
    VIMCO,
    DisARM,
    DReG,
    Renyi,
    StickingTheLanding,
    Thermodynamic,
    WakeSleep,
)
from lowerbound.posteriors import RelaxedBernoulli
from tests.contracts import agreement

ROWS = 100_000
X = (torch.arange(example.PIXELS) % 2).double()
ONE = torch.ones(1).double()


def log_weights() -> tuple[Tensor, Tensor, Tensor]:
    """log p(x, b) and log q(b) of all 2^8 states, and the logits."""
    model = example.bits()(1)
    states = agreement.every_value((0.0, 1.0), (example.BITS,))
    logits = model.levels[0].posterior_.params
    log_q = model.levels[0].posterior_.family(logits).log_prob(states)
    log_p = model.likelihood(states).log_prob(X) + model.levels[0].prior_().log_prob(states)
    return log_p.detach(), log_q, logits


def exact_elbo() -> Tensor:
    log_p, log_q, logits = log_weights()
    return torch.autograd.grad((log_q.exp() * (log_q - log_p)).sum(), logits)[0][0]


def exact_bound_of_two() -> Tensor:
    log_p, log_q, logits = log_weights()
    log_w = log_p - log_q
    both = torch.logaddexp(log_w[:, None], log_w[None]) - math.log(2)
    return torch.autograd.grad(-((log_q[:, None] + log_q).exp() * both).sum(), logits)[0][0]


@pytest.mark.parametrize(
    "objective",
    [ELBO(), ELBO(samples=3), DisARM(), DisARM(samples=4), REBAR(), REBAR(eta=0.5, temperature=0.2), REBAR(eta=0.0)],
    ids=repr,
)
def test_bits_have_the_gradient_of_the_sum_over_all_states(objective):
    torch.manual_seed(0)
    drawn = example.gradients(objective, example.bits(), X, ROWS)
    agreement.unbiased(drawn, exact_elbo(), size=0.01)


def test_the_bound_of_two_has_the_gradient_of_the_sum_over_all_pairs():
    torch.manual_seed(0)
    drawn = example.gradients(VIMCO(2), example.bits(), X, ROWS)
    agreement.unbiased(drawn, exact_bound_of_two(), size=5e-3)


def test_a_straight_through_gradient_is_biased():
    torch.manual_seed(0)
    family = RelaxedBernoulli((example.BITS,), straight_through=True)
    drawn = example.gradients(ELBO(), example.bits(family), X, ROWS)
    error = drawn.std(0) / math.sqrt(ROWS)
    assert float(((drawn.mean(0) - exact_elbo()).abs() / error).max()) > 20


@pytest.mark.thorough
def test_the_decoder_has_its_gradient_too():
    """Of all terms the mean over draws of the decoder's gradient is that of the sum over states."""
    model = example.bits()(20_000)
    weight = model.likelihood.network.layers[-1].weight
    states = agreement.every_value((0.0, 1.0), (example.BITS,))
    q = model.levels[0].posterior_().log_prob(states[:, None])[:, 0].exp().detach()
    exact = torch.autograd.grad(-(q * model.likelihood(states).log_prob(X)).sum(), weight)[0]
    batch = {"x": X.expand(20_000, -1)}
    for objective in (ELBO(), DisARM(), REBAR()):
        loss = objective.losses(model, batch, Progress())["model"]
        (drawn,) = torch.autograd.grad(loss, weight)
        torch.testing.assert_close(drawn, exact, rtol=0, atol=0.02)


def exact_gaussian_elbo(off: float) -> Tensor:
    """The ELBO of z ~ N(0, 1), x | z ~ N(z, 1) in closed form."""
    q = example.linear(off)(1).levels[0].posterior_
    mean, variance = q().mean, q().variance
    loss = 0.5 * ((1 - mean).square() + variance) + 0.5 * (mean.square() + variance - 1 - variance.log())
    return torch.autograd.grad(loss.sum(), q.params)[0].flatten()


@pytest.mark.parametrize("objective", [ELBO(), StickingTheLanding(), StickingTheLanding(samples=4)], ids=repr)
def test_normal_latents_have_the_gradient_of_the_closed_form(objective):
    torch.manual_seed(0)
    drawn = example.gradients(objective, example.linear(0.2), ONE, ROWS)
    agreement.unbiased(drawn, exact_gaussian_elbo(0.2), size=5e-3)


@pytest.mark.parametrize("objective", [IWAE(2), DReG(2)], ids=repr)
def test_the_bound_of_two_has_the_gradient_of_its_integral(objective):
    """By Gauss and Hermite's rule over both draws."""
    nodes, weights = agreement.gauss_hermite(80)
    model = example.linear(0.2)(1)
    q = model.levels[0].posterior_
    with noise.use(agreement.Given(torch.cartesian_prod(nodes, nodes).T[..., None])):
        rows = IWAE(2).rows(model({"x": ONE.expand(80**2, 1)}, samples=2))
    loss = (torch.outer(weights, weights).flatten() * rows).sum()
    exact = torch.autograd.grad(loss, q.params)[0].flatten()
    torch.manual_seed(0)
    agreement.unbiased(example.gradients(objective, example.linear(0.2), ONE, ROWS), exact, size=5e-3)


def test_relaxed_bits_have_the_gradient_of_their_own_bound():
    """One relaxed bit, by the midpoint rule over its noise."""
    family = RelaxedBernoulli((1,))
    logits = torch.tensor([0.4]).double().requires_grad_()
    grid = (torch.arange(100_000).double() + 0.5) / 100_000
    with noise.use(agreement.Given(grid[:, None])):
        x = family(logits).rsample((100_000,))
    (exact,) = torch.autograd.grad((3 * x.square() + family(logits).log_prob(x)[:, None]).mean(), logits)
    torch.manual_seed(0)
    many = logits.detach().expand(ROWS, 1).clone().requires_grad_()
    q = family(many)
    x = q.rsample()
    (drawn,) = torch.autograd.grad((3 * x.square()).sum() + q.log_prob(x).sum(), many)
    agreement.unbiased(drawn, exact, size=0.01)


def test_at_the_exact_posterior_sticking_the_landing_has_no_noise():
    noise_of = example.landing_noise([0.3, 0.0], rows=1000)
    assert noise_of["sticking the landing"][1] < 1e-12
    assert noise_of["ELBO"][1] > 0.5


def test_the_signal_of_the_importance_weighted_bound_falls_with_samples():
    """As 1 / square root of the samples; doubly reparameterised it does not fall."""
    torch.manual_seed(0)
    samples = [4, 16, 64]
    measured = example.signal_to_noise(samples, rows=10_000)
    slope = {name: np.polyfit(np.log(samples), np.log(values), 1)[0] for name, values in measured.items()}
    assert slope["IWAE"] == pytest.approx(-0.5, abs=0.1)
    assert slope["DReG"] > 0


def test_baselines_pairs_and_relaxations_quieten_the_score_function():
    torch.manual_seed(0)
    measured = {name: values[0] for name, values in example.bit_noise([6], rows=5000).items()}
    score = measured.pop("score function")
    assert max(measured.values()) < 0.5 * score


COMPILED = [(term, "bits") for term in (ELBO(samples=3), VIMCO(3), DisARM(), REBAR())]
COMPILED += [(term, "linear") for term in (StickingTheLanding(), DReG(3), Renyi(0.5, 3), PIWAE(4, 2))]
COMPILED += [(term, "linear") for term in (CUBO(), Thermodynamic(3), WakeSleep(3, weighted=True, awake=0.5))]


@pytest.mark.slow
@pytest.mark.parametrize(("objective", "kind"), COMPILED, ids=repr)
def test_loss_and_gradient_are_one_graph(objective, kind):
    model, x = (example.bits()(5), X.expand(5, -1)) if kind == "bits" else (example.linear(0.2)(5), ONE.expand(5, 1))
    parameters = list(model.parameters())

    def step(x: Tensor) -> tuple[Tensor, ...]:
        losses = objective.losses(model, {"x": x}, Progress()).values()
        return *losses, *(g for loss in losses for g in slopes(loss))

    def slopes(loss: Tensor) -> list[Tensor]:
        found = torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True)
        return [torch.zeros(1) if g is None else g for g in found]

    with torch._dynamo.config.patch(trace_autograd_ops=True):
        graph = torch.compile(step, fullgraph=True, dynamic=False, backend="aot_eager", isolate_recompiles=True)
        torch.manual_seed(0)
        compiled = graph(x)
    torch.manual_seed(0)
    torch.testing.assert_close(compiled, step(x))
