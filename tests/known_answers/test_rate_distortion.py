r"""Beta-VAEs trace the rate-distortion function. Rows 9 and 20 of the exact answers.

With a fixed decoder variance :math:`s^2` the optimum keeps the eigenvalues above the water level
:math:`\theta = \beta s^2`: :math:`R = \sum_i \tfrac12 \log^+ (\lambda_i / \theta)` nats at a squared
error of :math:`D = \sum_i \min(\lambda_i, \theta)`.
"""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from examples.linear_vae_is_ppca import SigmaPoints, fit, linear_vae
from lowerbound.core import Conditional, Trace, noise
from lowerbound.distributions import kl_per_dimension
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE, Latent
from lowerbound.objectives import ELBO
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from tests.known_answers.linear_gaussian import LinearGaussian, covariance, data, linear

S2 = 0.05
BETAS = [0.2, 1.0, 3.0, 6.0, 50.0]


def rate_of(distortion: float, values: Tensor) -> float:
    """R(D) by bisection on the water level: knows nothing of beta."""
    low, high = 0.0, float(values.max())
    for _ in range(200):
        level = (low + high) / 2
        low, high = (level, high) if float(values.clamp(max=level).sum()) < distortion else (low, level)
    return 0.5 * float((values / level).clamp(min=1.0).log().sum())


def squared_error(trace: Trace) -> float:
    """E|x - f(z)|^2, from the distortion of a normal with variance S2."""
    d = trace["x"].value.shape[-1]
    return 2 * S2 * (trace.distortion().mean().item() - 0.5 * d * math.log(2 * math.pi * S2))


def optimum(x: Tensor, beta: float) -> VAE:
    """The solution in closed form, with as many latents as features."""
    values, vectors = torch.linalg.eigh(covariance(x))
    weight = vectors * (values - beta * S2).clamp(min=0).sqrt()
    posterior = LinearGaussian(weight, x.mean(0), beta * S2).diagonal_posterior()
    likelihood = Conditional(Normal((x.shape[1],), variance=S2), linear(weight, x.mean(0))).double()
    return VAE([Latent("z", StandardNormal((len(values),)).double(), posterior)], likelihood)


def run(model: VAE, x: Tensor) -> Trace:
    with noise.use(SigmaPoints()):
        return model({"x": x}, samples=x.shape[1] + 1)


@pytest.mark.parametrize("name", ["iris", "wine"])
@pytest.mark.parametrize("beta", BETAS)
def test_the_closed_form_lies_on_the_curve(name, beta):
    x = data(name)
    trace = run(optimum(x, beta), x)
    values = torch.linalg.eigvalsh(covariance(x))
    assert trace.rate().mean().item() == pytest.approx(rate_of(squared_error(trace), values), rel=1e-9, abs=1e-9)
    assert squared_error(trace) == pytest.approx(float(values.clamp(max=beta * S2).sum()), rel=1e-9)


@pytest.mark.parametrize("beta", BETAS)
def test_the_closed_form_is_stationary(beta):
    x = data("iris")
    model = optimum(x, beta)
    loss = ELBO(beta=beta).rows(run(model, x)).mean()
    for gradient in torch.autograd.grad(loss, list(model.parameters())):
        assert float(gradient.abs().max()) <= 1e-9


@pytest.fixture(scope="module")
def x() -> Tensor:
    return data("iris")


@pytest.fixture(scope="module", params=[1.0, 3.0, 6.0])
def beta(request) -> float:
    return request.param


@pytest.fixture(scope="module")
def model(beta, x) -> VAE:
    torch.manual_seed(0)
    model = linear_vae(4, DiagonalNormal((4,)), variance=S2)
    fit(model, x, ELBO(beta=beta, samples=5), 500)
    return model


@pytest.mark.thorough
class TestTrained:
    def test_it_lies_on_the_curve(self, model, x, beta):
        values = torch.linalg.eigvalsh(covariance(x))
        trace = run(model, x)
        rate = trace.rate().mean().item()
        assert rate == pytest.approx(rate_of(squared_error(trace), values), abs=1e-3)
        assert rate == pytest.approx(0.5 * float((values / (beta * S2)).clamp(min=1).log().sum()), abs=1e-3)

    def test_the_columns_are_the_eigenvalues_above_the_water(self, model, x, beta):
        values = torch.linalg.eigvalsh(covariance(x)).flip(0)
        weight = model.likelihood(torch.eye(4).double()).mean - model.likelihood(torch.zeros(4).double()).mean
        norms = weight.detach().square().sum(1).sort(descending=True).values
        torch.testing.assert_close(norms, (values - beta * S2).clamp(min=0), rtol=1e-3, atol=1e-3)

    def test_the_rest_collapses(self, model, x, beta):
        values = torch.linalg.eigvalsh(covariance(x))
        site = run(model, x)["z"]
        kl = kl_per_dimension(site.q, site.p).mean(0).sort().values
        collapsed = int((values <= beta * S2).sum())
        assert int((kl < 1e-6).sum()) == collapsed
        assert bool((kl[collapsed:] > 0.1).all())
