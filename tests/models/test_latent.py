"""One level: prior, posterior and what is passed on."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lowerbound.core import Conditional, call
from lowerbound.distributions import DiagonalNormal as Density
from lowerbound.models import Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal, OneHotCategorical, PrecisionWeighted
from lowerbound.priors import StandardNormal, UniformCategorical
from tests.contracts import ComponentContract


class Recorder(nn.Module):
    """Returns a fixed normal and remembers what it was given."""

    given: tuple[Tensor | None, ...] = ()

    def forward(self, *contexts: Tensor | None) -> Density:
        self.given = contexts
        return Density(torch.ones(4, 2), torch.zeros(4, 2))


class TestPlain(ComponentContract):
    def make(self):
        return Latent("z", StandardNormal((2,)), Conditional(DiagonalNormal((2,)), MLP(((5,),), (2, 2))))


class TestEverything(ComponentContract):
    def make(self):
        posterior = Conditional(DiagonalNormal((2,)), MLP(((5,),), (2, 2)))
        network = MLP(((2,),), (3,), hidden=())
        return Latent("top", StandardNormal((2,)), posterior, combine=PrecisionWeighted(), network=network)


class TestEnumerated(ComponentContract):
    def make(self):
        posterior = Conditional(OneHotCategorical((3,)), MLP(((5,),), (3,)))
        return Latent("y", UniformCategorical((3,)), posterior, enumerate=True)


def test_everyone_is_told_what_they_condition_on():
    prior, posterior = Recorder(), Recorder()
    level = Latent("z", prior, posterior)
    h, a, c = torch.zeros(4, 1), torch.zeros(4, 5), torch.zeros(4, 3)
    p = level.prior(h, c)
    level.posterior(p, h, a, c)
    assert [x is y for x, y in zip(prior.given, (h, c), strict=True)] == [True, True]
    assert [x is y for x, y in zip(posterior.given, (a, h, c), strict=True)] == [True, True, True]


def test_the_posterior_may_be_combined_with_the_prior():
    level = Latent("z", StandardNormal((2,)), Recorder(), combine=PrecisionWeighted())
    q = level.posterior(level.prior(None, None), None, torch.zeros(4, 5), None)
    torch.testing.assert_close(q.mean, torch.full((4, 2), 0.5))
    torch.testing.assert_close(q.variance, torch.full((4, 2), 0.5))


def test_without_a_network_the_state_is_the_value():
    z = torch.randn(3, 4, 2)
    assert Latent("z", StandardNormal((2,)), Recorder()).merge(torch.zeros(4, 9), z) is z


def test_a_network_sees_the_state_and_the_value():
    network = MLP(((9,), (2,)), (5,))
    level = Latent("z", StandardNormal((2,)), Recorder(), network=network)
    h, z = torch.randn(4, 9), torch.randn(3, 4, 2)
    assert torch.equal(level.merge(h, z), call(network, network.in_shapes, [h, z]))
    first = Latent("z", StandardNormal((2,)), Recorder(), network=MLP(((2,),), (5,)))
    assert first.merge(None, z).shape == (3, 4, 5)


class TestApart(ComponentContract):
    def make(self):
        posterior = Conditional(OneHotCategorical((3,)), MLP(((5,),), (3,)))
        return Latent("y", UniformCategorical((3,)), posterior, apart=True)


def test_apart_it_does_not_read_the_state_and_stands_beside_it():
    prior, posterior = Recorder(), Recorder()
    level = Latent("z", prior, posterior, apart=True)
    h, a, c = torch.randn(4, 3), torch.zeros(4, 5), torch.zeros(4, 1)
    level.posterior(level.prior(h, c), h, a, c)
    assert prior.given[0] is None
    assert [x is y for x, y in zip(posterior.given, (a, None, c), strict=True)] == [True, True, True]
    z = torch.randn(6, 4, 2)
    state = level.merge(h, z)
    assert state.shape == (6, 4, 5)
    assert torch.equal(state[..., :3], h.expand(6, 4, 3))
    assert torch.equal(state[..., 3:], z)
    assert level.merge(None, z) is z


def test_apart_a_network_may_join_them():
    network = MLP(((3,), (2,)), (5,))
    level = Latent("z", StandardNormal((2,)), Recorder(), network=network, apart=True)
    h, z = torch.randn(4, 3), torch.randn(4, 2)
    assert torch.equal(level.merge(h, z), network(h, z))


def test_another_prior_leaves_a_latent_where_it_stands():
    level = Latent("z", StandardNormal((2,)), Recorder(), apart=True)
    assert level.with_prior(StandardNormal((2,))).apart
