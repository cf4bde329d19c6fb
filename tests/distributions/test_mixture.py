"""Mixtures: the density against its definition and float64, draws, moments, entropy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from lowerbound.core import noise
from lowerbound.distributions import CholeskyNormal, DiagonalNormal, Mixture, NormalMixture, mixture_of
from tests.contracts import agreement


def some(
    *batch: int, k: int = 5, event: tuple[int, ...] = (3,), dtype: torch.dtype = torch.float64
) -> tuple[torch.Tensor, ...]:
    """Logits, centres and log scales."""
    generator = torch.Generator().manual_seed(1)
    shapes = (*batch, k), (*batch, k, *event), (*batch, k, *event)
    logits, loc, log_scale = (torch.randn(s, generator=generator, dtype=dtype) for s in shapes)
    return logits, 2 * loc, 0.5 * log_scale - 0.5


def reference(logits: torch.Tensor, loc: torch.Tensor, log_scale: torch.Tensor, event_dim: int = 1):
    """The same in torch's own classes."""
    return MixtureSameFamily(Categorical(logits=logits), Independent(Normal(loc, log_scale.exp()), event_dim))


@pytest.mark.parametrize("batch", [(), (4,), (2, 4)])
@pytest.mark.parametrize("event", [(3,), (2, 1, 2)])
@pytest.mark.parametrize("general", [False, True])
def test_the_density_and_the_moments_are_those_of_the_definition(batch, event, general):
    parts = some(*batch, event=event)
    p = NormalMixture(*parts, len(event))
    p = Mixture(p.logits, p.components) if general else p
    exact = reference(*parts, len(event))
    assert (p.batch_shape, p.event_shape) == (exact.batch_shape, exact.event_shape)
    for lead in ((), (6,)):
        z = torch.randn(*lead, *batch, *event, dtype=torch.float64)
        torch.testing.assert_close(p.log_prob(z), exact.log_prob(z), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(p.mean, exact.mean, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(p.variance, exact.variance, rtol=1e-9, atol=1e-9)


def test_one_value_scores_against_a_batch_of_mixtures():
    parts = some(4)
    z = torch.randn(3, dtype=torch.float64)
    assert NormalMixture(*parts).log_prob(z).shape == (4,)
    torch.testing.assert_close(NormalMixture(*parts).log_prob(z), reference(*parts).log_prob(z), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("general", [False, True])
def test_samples_agree_with_the_density(general):
    p = NormalMixture(*some())
    p = Mixture(p.logits, p.components) if general else p
    assert not p.has_rsample
    agreement.moments_agree(p)
    # A mixture narrower by a third: E_p[r / p] = 1 only if p is normalised and drawn from.
    narrow = DiagonalNormal(p.components.params["loc"], p.components.params["log_scale"] + math.log(0.7))
    x = p.expand((20_000,)).sample()
    agreement.unbiased((Mixture(p.logits, narrow).log_prob(x) - p.log_prob(x)).exp(), 1.0, size=0.05)


def test_every_batch_entry_draws_from_its_own_mixture():
    logits = torch.tensor([[0.0, -1e9], [-1e9, 0.0]])
    loc = torch.tensor([[[-9.0], [9.0]], [[-9.0], [9.0]]])
    p = NormalMixture(logits, loc, torch.zeros(2, 2, 1))
    assert bool(((p.sample((50,)) > 0).squeeze(-1) == torch.tensor([False, True])).all())


def test_draws_take_their_noise_from_the_source_in_use():
    p = NormalMixture(*some()).expand((8, 2))
    with noise.use(noise.Shared(3)):
        z = p.sample()
    assert torch.equal(z[:, 0], z[:, 1])
    assert len(z[:, 0].unique(dim=0)) == 8


def test_expanding_copies_nothing_and_changes_no_density():
    p = NormalMixture(*some())
    wide = p.expand((7, 2))
    assert wide.components.params["loc"].data_ptr() == p.components.params["loc"].data_ptr()
    assert (wide.batch_shape, wide.mean.shape) == ((7, 2), (7, 2, 3))
    z = wide.sample()
    assert torch.equal(wide.log_prob(z), p.log_prob(z))
    assert wide.log_prob(z[0, 0]).shape == (7, 2)


def test_single_precision_is_close_to_double_where_centres_are_far_apart():
    logits, loc, _ = some(k=50, event=(40,))
    z = loc + 1e-3 * torch.randn_like(loc)
    parts = [t.float() for t in (logits, loc, torch.full_like(loc, math.log(1e-3)))]
    exact = reference(*(t.double() for t in parts)).log_prob(z.float().double())
    assert (NormalMixture(*parts).log_prob(z.float()).double() - exact).abs().max() < 1e-2
    assert not bool(NormalMixture(*parts).fits_single())
    assert (NormalMixture(*parts, single=True).log_prob(z.float()).double() - exact).abs().max() > 1.0


def test_products_in_single_precision_lose_thousandths_of_a_nat_where_it_says_so():
    logits, loc, log_scale = some(k=500, event=(40,))
    parts = [t.float() for t in (logits, 0.5 * loc + 50, 0.3 * log_scale - 1.5)]
    z = parts[1] + parts[2].exp() * torch.randn_like(parts[1])
    exact = reference(*(t.double() for t in parts)).log_prob(z.double())
    p = NormalMixture(*parts, single=True)
    assert bool(p.fits_single())
    assert (p.log_prob(z).double() - exact).abs().max() < 5e-3
    assert (NormalMixture(*parts).log_prob(z).double() - exact).abs().max() < 5e-5


def test_gradients_are_those_of_the_definition():
    parts = [t.requires_grad_() for t in some()]
    z = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    ours = torch.autograd.grad(NormalMixture(*parts).log_prob(z).sum(), [*parts, z])
    theirs = torch.autograd.grad(reference(*parts).log_prob(z).sum(), [*parts, z])
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-9)


def test_a_component_without_weight_counts_for_nothing():
    logits, loc, log_scale = some()
    off = torch.cat([logits, torch.tensor([-torch.inf]).double()])
    more = [torch.cat([t, t[:1] + 1]) for t in (loc, log_scale)]
    z = torch.randn(4, 3, dtype=torch.float64)
    p = NormalMixture(off, *more)
    torch.testing.assert_close(p.log_prob(z), NormalMixture(logits, loc, log_scale).log_prob(z), rtol=1e-12, atol=1e-12)
    assert bool(p.sample((500,)).isfinite().all())


@pytest.mark.parametrize("apart", [0.1, 1.0, 3.0, 10.0])
def test_bounds_bracket_the_entropy(apart):
    """The entropy itself by quadrature on a fine grid."""
    logits = torch.tensor([0.0, 0.7, -0.4]).double()
    loc = apart * torch.tensor([[-1.0], [0.2], [1.5]]).double()
    p = NormalMixture(logits, loc, torch.tensor([[-0.5], [0.0], [0.4]]).double())
    x = torch.linspace(-40, 40, 200_001, dtype=torch.float64)
    log_p = p.log_prob(x[:, None]).numpy()
    entropy = np.trapezoid(-np.exp(log_p) * log_p, x.numpy())
    assert np.trapezoid(np.exp(log_p), x.numpy()) == pytest.approx(1, abs=1e-9)
    lower, upper = p.entropy_bounds()
    assert lower.item() - 1e-9 <= entropy <= upper.item() + 1e-9
    assert upper.item() - lower.item() < 1.0


def test_the_bounds_meet_for_one_component_and_for_components_far_apart():
    _, loc, log_scale = some(k=1)
    lower, upper = NormalMixture(torch.zeros(1).double(), loc, log_scale).entropy_bounds()
    exact = DiagonalNormal(loc[0], log_scale[0]).entropy()
    torch.testing.assert_close(torch.stack([lower, upper]), exact.expand(2), rtol=1e-12, atol=1e-12)
    far = NormalMixture(torch.zeros(2).double(), torch.tensor([[-1e3], [1e3]]).double(), torch.zeros(2, 1).double())
    expected = math.log(2) + 0.5 * math.log(2 * math.pi * math.e)
    assert [b.item() for b in far.entropy_bounds()] == pytest.approx([expected, expected], abs=1e-12)


def test_the_fast_class_is_taken_where_it_can_be():
    _, loc, log_scale = some()
    assert type(mixture_of(torch.zeros(5), DiagonalNormal(loc, log_scale))) is NormalMixture
    full = CholeskyNormal(loc, torch.diag_embed(log_scale.exp()))
    general = mixture_of(torch.zeros(5).double(), full)
    assert type(general) is Mixture
    z = torch.randn(4, 3, dtype=torch.float64)
    same = NormalMixture(torch.zeros(5).double(), loc, log_scale).log_prob(z)
    torch.testing.assert_close(general.log_prob(z), same, rtol=1e-9, atol=1e-9)
