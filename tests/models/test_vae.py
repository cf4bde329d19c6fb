"""Levels above a likelihood: one pass for training, given variables and sampling."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from lowerbound.core import Conditional, Progress, noise
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.likelihoods import Bernoulli, Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO, IWAE
from lowerbound.posteriors import DiagonalNormal, OneHotCategorical, PrecisionWeighted
from lowerbound.priors import StandardNormal, UniformCategorical
from tests.contracts import ComponentContract
from tests.known_answers.discrete import K, X, binary, label, labelled_bound, labels, log_q_y, m2, mixture
from tests.known_answers.linear_gaussian import LinearGaussian


def posterior(latent: int, *inputs: int) -> Conditional:
    return Conditional(DiagonalNormal((latent,)), MLP(tuple((i,) for i in inputs), (2, latent), hidden=(8,)))


def flat() -> VAE:
    return VAE([Latent("z", StandardNormal((2,)), posterior(2, X))], Conditional(Bernoulli((X,)), MLP(((2,),), (X,))))


def conditional() -> VAE:
    """A condition in prior, posterior and decoder."""
    level = Latent("z", posterior(2, 3), posterior(2, X, 3))
    return VAE([level], Conditional(Bernoulli((X,)), MLP(((2,), (3,)), (X,))))


def two_views() -> VAE:
    likelihood = {
        "x": Conditional(Bernoulli((X,)), MLP(((2,),), (X,))),
        "t": Conditional(Normal((1,)), MLP(((2,),), (1,))),
    }
    return VAE([Latent("z", StandardNormal((2,)), posterior(2, X))], likelihood)


class Activations(nn.Module):
    """A bottom-up pass: one tensor for each level, top first."""

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high = MLP(((X,),), (7,)), MLP(((7,),), (4,))

    def forward(self, x: Tensor) -> list[Tensor]:
        low = self.low(x)
        return [self.high(low), low]


def ladder() -> VAE:
    """z2 -> z1 -> x, the posterior of z1 merged with its prior by precision."""
    top = Latent("z2", StandardNormal((2,)), posterior(2, 4))
    below = Latent("z1", posterior(3, 2), posterior(3, 7, 2), combine=PrecisionWeighted())
    return VAE([top, below], Conditional(Bernoulli((X,)), MLP(((3,),), (X,))), Activations())


class TestFlat(ComponentContract):
    def make(self):
        return flat()


class TestConditionalVAE(ComponentContract):
    def make(self):
        return conditional()


class TestTwoViews(ComponentContract):
    def make(self):
        return two_views()


class TestM2(ComponentContract):
    def make(self):
        return m2().float()


def x(n: int = 5) -> Tensor:
    return binary(n).float()


class TestShapes:
    @pytest.mark.parametrize("samples", [1, 4])
    def test_exactly_the_samples_asked_for(self, samples):
        trace = flat()({"x": x()}, samples=samples)
        assert trace["z"].value.shape == (samples, 5, 2)
        assert trace["x"].value.shape == (5, X)
        assert trace.log_weight().shape == trace.weight.shape == (samples, 5)
        torch.testing.assert_close(trace.weight.sum(0), torch.ones(5))
        assert trace.log_evidence().shape == trace.rate().shape == trace.distortion().shape == (5,)

    def test_samples_are_different(self):
        z = flat()({"x": x()}, samples=50)["z"].value
        assert len(z[:, 0].unique(dim=0)) == 50

    def test_the_trace_keeps_batch_and_progress(self):
        batch, progress = {"x": x()}, Progress(step=3)
        trace = flat()(batch, progress=progress)
        assert trace.batch is batch
        assert trace.progress is progress

    def test_double_precision_stays(self):
        trace = flat().double()({"x": x().double()}, samples=3)
        assert {trace.log_weight().dtype, trace.rate().dtype, trace.weight.dtype} == {torch.float64}

    def test_gradient_mode_is_left_as_it_was(self):
        model = flat()
        model.sample(3)
        assert model({"x": x()}).log_weight().requires_grad
        with torch.no_grad():
            assert not model({"x": x()}).log_weight().requires_grad
        assert torch.is_grad_enabled()


class TestObservedIfAndOnlyIfInTheBatch:
    def test_a_given_latent_has_no_posterior(self):
        z = torch.randn(5, 2)
        trace = flat()({"x": x(), "z": z}, samples=3)
        assert trace["z"].value is z
        assert trace["z"].observed
        assert not trace.latents
        torch.testing.assert_close(trace.log_likelihood(), trace["x"].log_p + trace["z"].log_p)
        assert trace.rate().shape == (5,)

    def test_a_view_that_is_absent_is_not_a_site(self):
        trace = two_views()({"x": x()})
        assert set(trace.sites) == {"z", "x"}
        both = two_views()({"x": x(), "t": torch.zeros(5, 1)})
        assert set(both.observed) == {"x", "t"}

    def test_sampling_draws_what_is_not_given(self):
        model = two_views()
        free = model.sample(4)
        assert {name: s.value.shape for name, s in free.sites.items()} == {"z": (4, 2), "x": (4, X), "t": (4, 1)}
        assert not free.observed
        z = torch.randn(4, 2)
        trace = model.sample(4, z=z, x=x(4))
        assert set(trace.observed) == {"z", "x"}
        torch.testing.assert_close(trace["t"].p.mean, model.likelihoods["t"](z).mean)

    def test_sampling_gives_as_many_rows_as_asked(self):
        for n in (1, 5):
            rows = flat().sample(n)["x"].value
            assert rows.shape == (n, X)
            assert set(rows.unique().tolist()) <= {0.0, 1.0}

    def test_conditions_reach_everyone(self):
        model, c = conditional(), torch.eye(3)[[0, 1, 2, 0, 1]]
        trace = model({"x": x(), "c": c}, samples=2)
        other = model({"x": x(), "c": c.flip(0)}, samples=2)
        for site in ("z", "x"):
            assert not torch.allclose(trace[site].p.mean, other[site].p.mean)
        assert not torch.allclose(trace["z"].q.mean, other["z"].q.mean)
        assert model.sample(5, c=c)["x"].value.shape == (5, X)

    def test_a_missing_condition_is_reported(self):
        with pytest.raises(ShapeError, match="condition"):
            conditional()({"x": x()})
        with pytest.raises(ShapeError, match="condition"):
            conditional().sample(3)

    def test_a_batch_without_data_is_reported(self):
        with pytest.raises(ShapeError, match=r"\['t', 'x'\].*\['y'\]"):
            two_views()({"y": x()})

    def test_labels_are_inferred_only_where_absent(self):
        model, data = m2(), binary(5)
        assert set(model({"x": data}).latents) == {"y", "z"}
        given = model({"x": data, "y": labels(5)})
        assert set(given.latents) == {"z"}
        assert given.weight.shape == (1, 5)


class TestEnumeration:
    def test_the_bound_is_the_sum_over_classes_written_by_hand(self):
        """-U(x) of Kingma et al. 2014, equation 7."""
        model, data = m2(), binary(5)
        trace = model({"x": data}, samples=4)
        assert trace.weight.shape == (K, 4, 5)
        log_q, total = log_q_y(model, data), torch.zeros(5).double()
        for k in range(K):
            one = torch.eye(K).double()[k].expand(5, K)
            for s in range(4):
                bound = labelled_bound(model, data, one, trace["z"].value[k, s])
                total += log_q[:, k].exp() * (bound - log_q[:, k]) / 4
        torch.testing.assert_close(trace.mean(trace.log_weight()), total, rtol=1e-9, atol=1e-9)

    def test_the_weights_are_the_posterior(self):
        model, data = m2(), binary(5)
        trace = model({"x": data}, samples=4)
        torch.testing.assert_close(trace.weight.sum((0, 1)), torch.ones(5).double())
        torch.testing.assert_close(trace.weight.sum(1).T, log_q_y(model, data).exp())

    def test_importance_weighting_gives_the_exact_likelihood(self):
        """logsumexp - log S is off by as much as q differs from uniform."""
        model, data = mixture(), binary(5)
        logits = model.likelihood.network(torch.eye(K).double())
        each = torch.distributions.Bernoulli(logits=logits[:, None]).log_prob(data).sum(-1)
        exact = torch.logsumexp(each - math.log(K), 0)
        for samples in (1, 3):
            trace = model({"x": data}, samples=samples)
            torch.testing.assert_close(-IWAE(samples).rows(trace), exact, rtol=1e-9, atol=1e-9)
        naive = torch.logsumexp(trace.log_weight().flatten(0, 1), 0) - math.log(3 * K)
        assert bool(((naive - exact).abs() > 1e-4).all())

    def test_the_exact_rate_and_its_weighted_estimate_agree(self):
        trace = mixture()({"x": binary(5)})
        site = trace["y"]
        torch.testing.assert_close(trace.rate(), trace.mean(site.log_q - site.log_p), rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(-ELBO().rows(trace), trace.mean(trace.log_weight()), rtol=1e-9, atol=1e-9)

    def test_axes_of_several_levels_go_on_the_left(self):
        second = Latent("w", UniformCategorical((2,)), Conditional(OneHotCategorical((2,)), MLP(((X,), (K,)), (2,))))
        second.enumerate = True
        model = VAE([label(), second], Conditional(Bernoulli((X,)), MLP(((2,),), (X,)))).double()
        data = binary(5)
        trace = model({"x": data}, samples=3)
        assert trace.weight.shape == (2, K, 3, 5)
        torch.testing.assert_close(trace.weight.sum((0, 1, 2)), torch.ones(5).double())
        logits = model.likelihood.network(torch.eye(2).double())
        each = torch.distributions.Bernoulli(logits=logits[:, None]).log_prob(data).sum(-1)
        torch.testing.assert_close(trace.log_evidence(), torch.logsumexp(each - math.log(2), 0), rtol=1e-9, atol=1e-9)

    def test_a_level_above_may_be_drawn(self):
        top = Latent("z", StandardNormal((2,)), posterior(2, X))
        y = Latent("y", UniformCategorical((K,)), Conditional(OneHotCategorical((K,)), MLP(((X,), (2,)), (K,))))
        y.enumerate = True
        trace = VAE([top, y], Conditional(Bernoulli((X,)), MLP(((K,),), (X,))))({"x": x()}, samples=4)
        assert trace["z"].value.shape == (4, 5, 2)
        assert trace["y"].value.shape == (K, 4, 5, K)
        assert trace.log_weight().shape == (K, 4, 5)
        assert trace.rate().shape == (5,)

    def test_scoring_noise_reaches_enumerated_models(self):
        model, data = m2(), binary(5)

        def score(rows: Tensor) -> Tensor:
            with noise.use(noise.Shared(0)):
                return model({"x": rows}, samples=6).log_evidence()

        torch.testing.assert_close(score(data)[1:3], score(data[1:3]), rtol=1e-9, atol=1e-9)

    def test_a_discrete_level_that_is_drawn_cannot_be_trained(self):
        """Its draw has no gradient: the encoder would silently not learn from the data."""
        level = label()
        level.enumerate = False
        model = VAE([level], Conditional(Bernoulli((X,)), MLP(((K,),), (X,))))
        with pytest.raises(ConfigError, match="enumerate"):
            ELBO().losses(model, {"x": x()}, Progress())


class TestLadder:
    def test_every_level_reads_its_own_activations(self):
        trace = ladder()({"x": x()}, samples=4)
        assert trace["z2"].value.shape == (4, 5, 2)
        assert trace["z1"].value.shape == (4, 5, 3)
        assert trace["z1"].q.batch_shape == (4, 5)
        assert trace.log_weight().shape == (4, 5)

    def test_the_merge_is_more_certain_than_the_prior(self):
        site = ladder()({"x": x()})["z1"]
        assert bool((site.q.variance < site.p.variance).all())

    def test_the_rate_is_the_sum_over_levels(self):
        trace = ladder()({"x": x()}, samples=4)
        parts = trace.mean(trace["z2"].kl) + trace.mean(trace["z1"].kl)
        torch.testing.assert_close(trace.rate(), parts)

    def test_every_parameter_gets_a_gradient(self):
        model = ladder()
        ELBO().losses(model, {"x": x(20)}, Progress())["model"].backward()
        assert [n for n, p in model.named_parameters() if p.grad is None or not bool((p.grad != 0).any())] == []

    def test_it_trains(self):
        model, data = ladder(), x(4).repeat(8, 1)
        optimizer = torch.optim.Adam(model.parameters(), 0.02)
        losses = []
        for _ in range(60):
            optimizer.zero_grad()
            loss = ELBO().losses(model, {"x": data}, Progress())["model"]
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert sum(losses[-5:]) / 5 < sum(losses[:5]) / 5 - 0.3

    def test_a_level_in_between_may_be_given(self):
        model = ladder()
        trace = model.sample(6, z2=torch.zeros(6, 2))
        torch.testing.assert_close(trace["z1"].p.mean, trace["z1"].p.mean[:1].expand(6, 3))
        assert trace["x"].value.shape == (6, X)


class TestNoise:
    def test_rows_of_a_process_are_rows_of_the_whole_batch(self):
        truth = LinearGaussian.random(event=4, latent=2)
        model, data = truth.vae("wide"), truth.sample(6)
        torch.manual_seed(0)
        whole = ELBO(samples=3).rows(model({"x": data}, samples=3))
        parts = []
        for start, stop in ((0, 2), (2, 6)):
            torch.manual_seed(0)
            with noise.use(noise.Window(start, 6)):
                parts.append(ELBO(samples=3).rows(model({"x": data[start:stop]}, samples=3)))
        torch.testing.assert_close(torch.cat(parts), whole, rtol=1e-12, atol=1e-12)

    def test_a_ladders_score_depends_on_the_row_alone(self):
        model, data = ladder().double(), binary(5)

        def score(rows: Tensor) -> Tensor:
            with noise.use(noise.Shared(0)):
                return model({"x": rows}, samples=6).log_evidence()

        whole = score(data)
        torch.testing.assert_close(score(data[3:4]), whole[3:4], rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(score(data.flip(0)).flip(0), whole, rtol=1e-9, atol=1e-9)

    def test_drawn_classes_come_from_the_same_source(self):
        level = label()
        level.enumerate = False
        model = VAE([level], Conditional(Bernoulli((X,)), MLP(((K,),), (X,))))
        with torch.no_grad(), noise.use(noise.Shared(0)):
            y = model({"x": x(1).expand(9, X)}, samples=30)["y"].value
        assert torch.equal(y, y[:, :1].expand_as(y))
