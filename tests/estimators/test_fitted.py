"""Questions on tensors: how rows and samples are cut into pieces changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.core import Conditional
from lowerbound.data import Schema
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.estimators import fitted as module
from lowerbound.estimators.fitted import Fitted
from lowerbound.likelihoods import Bernoulli
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from tests.estimators.small import bits, small, table
from tests.known_answers.linear_gaussian import LinearGaussian

TRUTH = LinearGaussian.random(4, 2)


def wide(seed: int = 0) -> Fitted:
    """A model whose posterior is not exact."""
    return Fitted(TRUTH.vae("wide"), Schema((4,), "real"), seed)


def rows(n: int) -> torch.Tensor:
    """Draw rows of the truth."""
    return torch.as_tensor(np.random.default_rng(0).normal(size=(n, 4)))


def ladder() -> Fitted:
    """Two levels, the lower one given the upper."""
    top = Latent("top", StandardNormal((2,)), Conditional(DiagonalNormal((2,)), MLP(((6,),), (2, 2))))

    class Lower(torch.nn.Module):
        def __init__(self, inner: torch.nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, a: torch.Tensor, *rest: torch.Tensor | None) -> torch.distributions.Distribution:
            return self.inner(a)

    prior = Lower(Conditional(DiagonalNormal((3,)), MLP(((2,),), (2, 3))))
    bottom = Latent(
        "z", prior, Lower(Conditional(DiagonalNormal((3,)), MLP(((6,),), (2, 3)))), network=MLP(((2,), (3,)), (4,))
    )
    return Fitted(VAE([top, bottom], Conditional(Bernoulli((6,)), MLP(((4,),), (6,)))), Schema((6,), "binary"))


def test_codes_are_the_posterior_s_means() -> None:
    x = rows(7)
    exact = TRUTH.posterior()
    codes = Fitted(TRUTH.vae(), Schema((4,), "real")).encode(x)
    assert torch.allclose(codes, exact(x).mean)


def test_decoding_is_the_likelihood_s_mean() -> None:
    z = torch.randn(5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.allclose(wide().decode(z), z @ TRUTH.weight.T + TRUTH.bias)


@pytest.mark.thorough
@pytest.mark.parametrize("budget", [2**25, 4096, 1])
def test_log_p_does_not_depend_on_the_memory_it_is_given(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = rows(70)  # more than one block of rows
    whole = wide().log_likelihood(x, None, 40)
    monkeypatch.setattr(module, "SAMPLE_BUDGET", budget)
    cut = wide().log_likelihood(x, None, 40)
    assert cut.rows == pytest.approx(whole.rows, abs=1e-10)
    assert cut.ess == pytest.approx(whole.ess, rel=1e-8)


def test_adapted_proposals_are_nearer_and_say_so() -> None:
    x = rows(10)  # more than are adapted at once
    truth, model = TRUTH.log_prob(x).numpy(), wide()
    plain, adapted = (model.log_likelihood(x, None, 500, proposal=kind) for kind in ("encoder", "adapted"))
    assert (plain.proposal, adapted.proposal) == ("encoder", "adapted")
    assert adapted.to_json()["proposal"] == "adapted"
    assert np.abs(adapted.rows - truth).max() < np.abs(plain.rows - truth).max()
    assert np.array_equal(model.log_likelihood(x, None, 500, proposal="adapted").rows, adapted.rows)
    assert model.log_likelihood(x[9:], None, 500, proposal="adapted").rows == pytest.approx(adapted.rows[9:], abs=1e-9)
    told: list[int] = []
    model.log_likelihood(x, None, 5, told.append, proposal="adapted")
    assert told == [8, 2]


def test_many_rows_are_answered_like_few() -> None:
    x = rows(2100)
    model = wide()
    assert torch.allclose(model.encode(x)[2000:], model.encode(x[2000:]))
    assert model.reconstruct(x).shape == (2100, 4)
    assert torch.equal(model.sample(2100, None, 3)[:1024], model.sample(1024, None, 3))


def test_the_seed_is_that_of_the_scores() -> None:
    x = rows(5)
    assert np.array_equal(wide(1).log_likelihood(x, None, 3).rows, wide(1).log_likelihood(x, None, 3).rows)
    assert not np.array_equal(wide(1).log_likelihood(x, None, 3).rows, wide(2).log_likelihood(x, None, 3).rows)
    assert torch.equal(wide(1).encode(x), wide(2).encode(x))


def test_a_mean_of_draws_at_a_drawn_code_has_less_spread() -> None:
    model = wide()
    means, values = model.sample(4000, None, 0, mean=True), model.sample(4000, None, 0)
    assert float((values - means).var()) == pytest.approx(TRUTH.variance, rel=0.1)


def test_codes_of_several_latents_are_joined_top_first() -> None:
    model, x = ladder(), torch.as_tensor(bits())
    assert model.code_size == 5
    codes = model.encode(x)
    assert codes.shape == (40, 5)
    with torch.no_grad():
        top = model.model.levels[0].posterior_(x.float()).mean
    assert torch.allclose(codes[:, :2], top, atol=1e-6)
    estimate = model.log_likelihood(x, None, 30)
    assert np.isfinite(estimate.rows).all()
    assert np.allclose(model.log_likelihood(x[5:9], None, 30).rows, estimate.rows[5:9], atol=1e-5)
    assert len(model.latents(x)) == 2


def test_questions_leave_no_gradient() -> None:
    model, x = wide(), rows(3)
    for answer in (model.encode(x), model.decode(model.encode(x)), model.sample(2, None, 0), model.reconstruct(x)):
        assert not answer.requires_grad
    assert torch.is_grad_enabled()


def test_wrong_codes_samples_and_conditions() -> None:
    model = wide()
    with pytest.raises(ShapeError, match=r"Codes have shape \(2, 3\); this model's are \(n, 2\)"):
        small().fit(table()).fitted_.check_codes(torch.zeros(2, 3))
    for proposal in ("encoder", "adapted"):
        with pytest.raises(ConfigError, match="samples=0"):
            model.log_likelihood(rows(2), None, 0, proposal=proposal)
    with pytest.raises(ConfigError, match="proposal='best': use 'encoder' or 'adapted'"):
        model.log_likelihood(rows(2), None, 5, proposal="best")
    conditional = small(recipe="cvae").fit(table(), ["a", "b"] * 20).fitted_
    with pytest.raises(ConfigError, match="conditional"):
        conditional.encode(torch.as_tensor(table()).float())
    with pytest.raises(ConfigError, match="conditional"):
        conditional.sample(2, None, 0)


def test_a_fitted_model_is_in_evaluation_mode() -> None:
    vae = small(options={"dropout": 0.5}).fit(table())
    assert not any(part.training for part in vae.fitted_.model.modules())
