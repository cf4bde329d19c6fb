"""Terms: functions of one trace, judged on a model whose log p(x) and posterior are known."""

from __future__ import annotations

import torch
from torch import Tensor

from examples.linear_vae_is_ppca import SigmaPoints
from lowerbound.core import Progress, Term, noise
from tests.contracts import agreement
from tests.contracts.component import ComponentContract
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae

REPLICATES = 2000


class TermContract(ComponentContract):
    """A loss that is minus a bound on log p(x): ``make`` returns it at ``samples`` samples."""

    def make(self, samples: int = 4) -> Term:
        raise NotImplementedError

    def truth(self) -> LinearGaussian:
        return LinearGaussian.random(event=4, latent=2, seed=1)

    def bounds(self, x: Tensor, samples: int, posterior: str) -> Tensor:
        """Return ``REPLICATES`` independent bounds for each row, ``(REPLICATES, n)``."""
        term, model = self.make(samples), self.truth().vae(posterior)
        rows = -term.rows(model({"x": x.repeat(REPLICATES, 1)}, samples=samples))
        return rows.reshape(REPLICATES, len(x))

    def loss(self, x: Tensor, samples: int = 4) -> Tensor:
        with noise.use(noise.Shared(3)):
            return self.make(samples)(self.truth().vae("wide")({"x": x}, samples=samples))

    def test_the_loss_is_one_finite_number(self):
        loss = self.loss(self.truth().sample(6))
        assert loss.shape == ()
        assert bool(loss.isfinite())

    def test_the_order_of_rows_does_not_matter(self):
        x = self.truth().sample(6)
        torch.testing.assert_close(self.loss(x.flip(0)), self.loss(x), rtol=1e-9, atol=1e-9)

    def test_the_number_of_rows_does_not_matter(self):
        x = self.truth().sample(6)
        torch.testing.assert_close(self.loss(x.repeat(3, 1)), self.loss(x), rtol=1e-9, atol=1e-9)

    def test_the_loss_is_the_mean_of_the_rows(self):
        x = self.truth().sample(6)
        each = torch.stack([self.loss(row[None]) for row in x])
        torch.testing.assert_close(self.loss(x), each.mean(), rtol=1e-9, atol=1e-9)

    def test_the_bound_is_below_log_p(self):
        truth = self.truth()
        x = truth.sample(5)
        for samples in (1, 8):
            agreement.at_most(self.bounds(x, samples, "wide"), truth.log_prob(x))

    def test_the_bound_rises_with_samples(self):
        x = self.truth().sample(5)
        few, more, many = (self.bounds(x, samples, "wide") for samples in (1, 4, 16))
        agreement.at_most(few - more, 0.0)
        agreement.at_most(more - many, 0.0)

    def test_the_bound_is_tight_at_the_true_posterior(self):
        truth = self.truth()
        x = truth.sample(5)
        points = truth.latent + 1
        with noise.use(SigmaPoints()):
            rows = self.make(points).rows(truth.vae("exact")({"x": x}, samples=points))
        torch.testing.assert_close(-rows, truth.log_prob(x), rtol=1e-9, atol=1e-9)

    def test_a_better_model_has_a_lower_loss(self):
        truth = self.truth()
        x = truth.sample(50)
        model = truth.vae("exact")
        far = self.make(4).rows(model({"x": x + 3.0}, samples=4)).mean()
        assert self.make(4).rows(model({"x": x}, samples=4)).mean() < far

    def test_every_parameter_of_the_model_gets_a_gradient(self):
        model = trainable_vae(event=4, latent=2)
        losses = self.make(2).losses(model, {"x": self.truth().sample(8).float()}, Progress())
        assert set(losses) == {"model"}
        losses["model"].backward()
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None, name
            assert bool(parameter.grad.isfinite().all()), name
            assert bool((parameter.grad != 0).any()), name

    def test_as_many_samples_are_used_as_asked_for(self):
        asked = []

        class Recorder(torch.nn.Module):
            def forward(self, batch, samples=1, progress=None):
                asked.append(samples)
                return model(batch, samples=samples, progress=progress)

        model = trainable_vae(event=4, latent=2)
        for samples in (1, 3, 5):
            with noise.use(_Counted()) as counted:
                self.make(samples).losses(Recorder(), {"x": torch.zeros(2, 4)}, Progress())
            assert asked.pop() == samples
            assert counted.shapes == [(samples, 2, 2)]

    def test_the_log_holds_the_true_bound(self):
        truth = self.truth()
        log: dict[str, Tensor] = {}
        self.make(4).losses(truth.vae("exact"), {"x": truth.sample(500)}, Progress(), log)
        assert {"elbo", "rate", "distortion"} <= set(log)
        torch.testing.assert_close(log["elbo"], -(log["rate"] + log["distortion"]))
        assert not any(value.requires_grad for value in log.values())
        assert all(value.shape == () for value in log.values())


class _Counted(noise.Independent):
    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def normal(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        self.shapes.append(shape)
        return super().normal(shape, event_dim, like)
