"""One entry after the other."""

from __future__ import annotations

import torch

from lowerbound.core import MADE, noise
from lowerbound.distributions import Autoregressive, Bernoulli, DiscretizedLogistic
from tests.contracts import agreement

D = 4


def random_made(outputs: int) -> MADE:
    network = MADE(D, outputs, (16,)).double()
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.randn_like(weight))
    return network


def binary() -> Autoregressive:
    network = random_made(1)
    return Autoregressive(lambda x: Bernoulli(network(x).squeeze(-1)), torch.zeros(D).double())


def test_draws_are_from_the_joint_distribution():
    p = binary()
    agreement.discrete_agrees(p, agreement.every_value((0.0, 1.0), (D,)))


def test_mean_and_variance_are_those_of_the_joint_distribution():
    p = binary()
    values = agreement.every_value((0.0, 1.0), (D,))
    probability = p.log_prob(values).exp()[:, None]
    mean = (probability * values).sum(0)
    torch.testing.assert_close(p.mean, mean, rtol=0, atol=2e-3)
    torch.testing.assert_close(p.variance, (probability * (values - mean).square()).sum(0), rtol=0, atol=2e-3)
    assert torch.equal(p.mean, p.mean)


def test_independent_entries_are_drawn_as_ever():
    logits = torch.randn(3, D)
    p = Autoregressive(lambda x: Bernoulli(logits), torch.zeros(3, D))
    with noise.use(noise.Shared(0)):
        ours = p.expand((2, 3)).sample()
    with noise.use(noise.Shared(0)):
        theirs = Bernoulli(logits).expand((2, 3)).sample()
    assert torch.equal(ours, theirs)
    torch.testing.assert_close(p.log_prob(ours), Bernoulli(logits).log_prob(ours))


def test_levels():
    network = random_made(2)

    def conditionals(x):
        loc, log_scale = network(x / 2 - 0.5).unbind(-1)
        return DiscretizedLogistic(loc, log_scale - 1, levels=3)

    p = Autoregressive(conditionals, torch.zeros(D).double())
    agreement.discrete_agrees(p, agreement.every_value((0.0, 1.0, 2.0), (D,)))


def test_averages_are_the_same_however_many_passes_they_take(monkeypatch):
    p = binary().expand((3,))
    mean, variance = p.mean, p.variance
    monkeypatch.setattr("lowerbound.distributions.autoregressive.ENTRIES", 40)
    torch.testing.assert_close(p.mean, mean, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(p.variance, variance, rtol=1e-12, atol=1e-12)


def test_steps_draw_what_passes_draw():
    """A chain: each entry is likely to be the one before."""

    def conditionals(x):
        return Bernoulli(torch.cat([torch.zeros_like(x[..., :1]), 4 * x[..., :-1] - 2], -1))

    def begin(lead):
        return lambda before: Bernoulli(torch.zeros(lead) if before is None else 4 * before - 2, 0)

    passes, steps = (Autoregressive(conditionals, torch.zeros(3, D), begin=way) for way in (None, begin))
    drawn = []
    for p in (passes, steps):
        with noise.use(noise.Shared(0)):
            drawn.append(p.expand((50, 3)).sample())
    assert torch.equal(*drawn)
    assert len(drawn[0].flatten(0, 1).unique(dim=0)) > 8
    assert torch.equal(passes.mean, steps.mean)
