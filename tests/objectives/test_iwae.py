"""The importance-weighted bound. Rows 47 and 49 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from lowerbound.core import noise
from lowerbound.models import VAE
from lowerbound.objectives import ELBO, IWAE
from tests.contracts import TermContract, agreement
from tests.known_answers.linear_gaussian import LinearGaussian


class TestIWAE(TermContract):
    def make(self, samples=4):
        return IWAE(samples)


class TorchsNormal(nn.Module):
    """N(0, I) as another class: no closed form of the KL to it is registered."""

    def forward(self, *contexts: Tensor | None) -> Independent:
        zero = torch.zeros(3, dtype=torch.float64)
        return Independent(Normal(zero, zero + 1), 1)


@pytest.fixture
def truth() -> LinearGaussian:
    return LinearGaussian.random(event=5, latent=3, seed=3)


def estimated(truth: LinearGaussian) -> VAE:
    """A model whose rate is the sampled estimate log q - log p."""
    model = truth.vae("wide")
    model.levels[0].prior_ = TorchsNormal()
    return model


def test_one_sample_is_the_elbo_bit_for_bit(truth):
    """On the same noise, where the ELBO's rate is the sampled estimate."""
    model, x = estimated(truth), truth.sample(50)
    rows = []
    for term in (IWAE(1), ELBO()):
        torch.manual_seed(0)
        rows.append(term.rows(model({"x": x})))
    assert torch.equal(*rows)


def test_one_sample_is_the_elbo_on_average_where_the_rate_is_exact(truth):
    model, x = truth.vae("wide"), truth.sample(1).expand(50_000, 5)
    trace = model({"x": x})
    agreement.unbiased((ELBO().rows(trace) - IWAE(1).rows(trace)).detach(), 0.0, size=0.01)


@pytest.mark.parametrize("chunk", [1, 3, 16, 17, 40, 64])
def test_the_bound_does_not_depend_on_how_samples_are_chunked(truth, chunk):
    model, x = truth.vae("wide"), truth.sample(4)

    def evidence(start: int, count: int) -> Tensor:
        with noise.use(noise.Shared(5, start)):
            return -IWAE(count).rows(model({"x": x}, samples=count)) + math.log(count / 64)

    parts = [evidence(start, min(chunk, 64 - start)) for start in range(0, 64, chunk)]
    torch.testing.assert_close(torch.logsumexp(torch.stack(parts), 0), evidence(0, 64), rtol=1e-9, atol=1e-9)


def test_a_rows_bound_does_not_depend_on_its_neighbours(truth):
    model, x = truth.vae("wide"), truth.sample(6)

    def rows(some: Tensor) -> Tensor:
        with noise.use(noise.Shared(5)):
            return IWAE(20).rows(model({"x": some}, samples=20))

    whole = rows(x)
    torch.testing.assert_close(rows(x[2:3]), whole[2:3], rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(rows(x[[5, 0, 3]]), whole[[5, 0, 3]], rtol=1e-9, atol=1e-9)
    assert torch.equal(rows(x), whole), "two scoring calls disagree"


def test_the_better_sample_moves_the_encoder_more(truth):
    """The gradient of the bound weighs each sample by its share of the evidence."""
    model, x = truth.vae("wide"), truth.sample(3)
    trace = model({"x": x}, samples=8)
    log_w = trace.log_weight().detach().requires_grad_()
    total = torch.logsumexp(log_w + trace.weight.log(), 0).sum()
    torch.testing.assert_close(-total, IWAE(8).rows(trace).sum())
    (share,) = torch.autograd.grad(total, log_w)
    assert torch.equal(share.argmax(0), log_w.argmax(0))
    torch.testing.assert_close(share.sum(0), torch.ones(3).double())
