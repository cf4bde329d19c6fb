"""Priors made of the posterior: bound, not owned; copied, carried and rebuilt; kept while nothing moves."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

from lowerbound.core import held
from lowerbound.errors import ConfigError
from lowerbound.models import VAE
from lowerbound.priors import ExemplarPrior, FromPosterior, VampPrior
from lowerbound.spec import parse
from lowerbound.training.average import Average
from tests.priors.made import D, Doubled, Halves, X, level, posterior, rows, vae

KINDS = [lambda: VampPrior((D,), (X,), components=6), lambda: ExemplarPrior((D,), (X,), exemplars=6)]


@pytest.fixture(params=KINDS, ids=["vamp", "exemplar"])
def prior(request) -> FromPosterior:
    return request.param()


def same_density(model: VAE, other: VAE) -> bool:
    z = torch.linspace(-2, 2, 10).reshape(5, D)
    return torch.equal(*(m.levels[0].prior(None, None).log_prob(z) for m in (model, other)))


def test_without_a_posterior_it_says_what_it_needs(prior):
    assert prior.support is None
    with pytest.raises(ConfigError, match=r"needs the model's posterior: put it into a level .* bind"):
        prior()


def test_the_posterior_is_counted_and_saved_once(prior):
    model = vae(prior)
    assert prior.support == "real"
    assert all(prior is m or not name.startswith("levels.0.prior_") for name, m in model.named_modules())
    assert not any("posterior" in name or "bound" in name for name in prior.state_dict())
    own = sum(p.numel() for p in prior.parameters())
    rest = sum(p.numel() for part in (model.levels[0].posterior_, model.likelihood) for p in part.parameters())
    assert sum(p.numel() for p in model.parameters()) == own + rest


@pytest.mark.parametrize("carry", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"])
def test_a_copy_is_bound_to_the_copy_of_the_posterior(prior, carry):
    model = vae(prior)
    again = carry(model)
    assert again.levels[0].prior_._bound[0] is again.levels[0].posterior_
    assert same_density(model, again)
    with torch.no_grad():
        next(again.levels[0].posterior_.parameters()).add_(1.0)
    assert not same_density(model, again)
    assert same_density(model, copy.deepcopy(model))


def test_a_model_rebuilt_from_its_text_and_weights_is_bound(prior):
    model = vae(prior)
    prior.take_rows(rows(6))
    again = parse(repr(model))
    again.load_state_dict(model.state_dict())
    assert same_density(model, again)


def test_averaged_weights_answer_through_the_prior_too(prior):
    model = vae(prior)
    average = Average(model, 0.9)
    z = torch.zeros(1, D)
    before = prior().log_prob(z).item()
    with torch.no_grad():
        next(model.levels[0].posterior_.parameters()).add_(1.0)
    moved = prior().log_prob(z).item()
    with average.answering():
        assert prior().log_prob(z).item() == before
    assert prior().log_prob(z).item() == moved != before


def test_gradients_reach_the_encoder_through_the_prior(prior):
    model = vae(prior)
    prior().log_prob(torch.zeros(1, D)).sum().backward()
    assert all(p.grad is not None for p in model.levels[0].posterior_.parameters())


def test_the_mixture_is_kept_inside_held_only(prior):
    model = vae(prior)
    with held(model):
        assert prior() is not prior()
    model.eval()
    assert prior() is not prior()
    with held(model), torch.no_grad():
        assert prior() is prior()
        with torch.enable_grad():
            assert prior().log_prob(torch.zeros(D)).requires_grad
    assert prior() is not prior()
    with pytest.raises(ValueError, match="stop"), held(model):
        raise ValueError("stop")
    with torch.no_grad():
        assert prior() is not prior()


def test_what_is_kept_is_the_same_density(prior):
    model, z = vae(prior).eval(), torch.randn(7, D, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        anew = prior().log_prob(z)
        with held(model):
            torch.testing.assert_close(prior().log_prob(z), anew, rtol=1e-5, atol=1e-5)


def test_a_condition_gives_each_row_a_mixture_of_its_own(prior):
    conditional = level(prior, ((3,),)).eval()
    c = torch.eye(3)
    p = conditional.prior(None, c)
    assert p.batch_shape == (3,)
    z = torch.randn(4, 3, D, generator=torch.Generator().manual_seed(0))
    alone = torch.stack([conditional.prior(None, c[i : i + 1]).log_prob(z[:, i : i + 1])[:, 0] for i in range(3)], 1)
    torch.testing.assert_close(p.log_prob(z), alone)
    assert len(alone[0].unique()) == 3
    with held(conditional), torch.no_grad():
        torch.testing.assert_close(conditional.prior(None, c).log_prob(z), alone)


def test_it_reads_the_encoder_that_levels_share():
    prior = VampPrior((D,), (X,), components=4)
    shared = VAE([level(prior)], vae(VampPrior((D,), (X,))).likelihood, encoder=Doubled())
    q = shared.levels[0].posterior_(2 * prior.rows(), None, None)
    z = torch.zeros(D)
    expected = torch.logsumexp(q.log_prob(z), 0) - torch.tensor(4.0).log()
    torch.testing.assert_close(shared.levels[0].prior(None, None).log_prob(z), expected)
    assert not any("prior_" in name and "posterior" in name for name in shared.state_dict())


def test_it_reads_its_own_level_of_an_encoder_with_one_output_a_level():
    prior = VampPrior((D,), (2 * X,), components=4)
    prior.bind(posterior(), Halves(), 1)
    torch.testing.assert_close(prior.posterior_of(prior.rows()).mean, posterior()(prior.rows()[:, X:]).mean)
