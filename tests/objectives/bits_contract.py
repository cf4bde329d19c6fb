"""What every estimator for Bernoulli latents does: the right value, a gradient for all, and nothing for others."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Objective, Progress, noise
from lowerbound.errors import ConfigError
from lowerbound.objectives import ELBO
from tests.contracts import ComponentContract
from tests.known_answers.discrete import binary, mixture
from tests.known_answers.linear_gaussian import trainable_vae
from tests.objectives.test_vimco import bits


class BitsContract(ComponentContract):
    """Subclass, and name the ``objective`` beside what a component needs."""

    objective: type[Objective]

    def test_the_loss_is_minus_the_elbo_on_average_and_in_the_log(self):
        model, x, log = bits(), binary(4), {}
        torch.manual_seed(0)
        losses = self.objective(samples=2000).losses(model, {"x": x}, Progress(), log)
        assert set(losses) == {"model"}
        with torch.no_grad():
            expected = ELBO(samples=2000)(model({"x": x}, samples=2000))
        torch.testing.assert_close(losses["model"], expected, rtol=0.01, atol=0.01)
        torch.testing.assert_close(log["elbo"], -losses["model"].detach(), rtol=1e-9, atol=1e-9)
        assert float(log["beta"]) == 1

    def test_beta_weighs_the_rate(self):
        model, x = bits(), binary(4)
        losses = []
        for beta in (0.0, 1.0, 3.0):
            torch.manual_seed(0)
            losses.append(self.objective(beta=beta).losses(model, {"x": x}, Progress())["model"].item())
        assert losses[2] - losses[0] == pytest.approx(3 * (losses[1] - losses[0]))
        assert losses[1] > losses[0]

    def test_every_parameter_gets_a_gradient(self):
        model = bits()
        self.objective().losses(model, {"x": binary(30)}, Progress())["model"].backward()
        assert [n for n, p in model.named_parameters() if p.grad is None or not bool((p.grad != 0).any())] == []

    @pytest.mark.parametrize(
        "model", [mixture(), trainable_vae(event=6, latent=2).double()], ids=["enumerated", "normal"]
    )
    def test_other_latents_are_refused(self, model):
        with pytest.raises(ConfigError, match="bernoulli-latent"):
            self.objective().losses(model, {"x": binary(3)}, Progress())

    def test_rows_of_a_process_have_the_gradient_of_the_whole_batch(self):
        model, x = bits(), binary(6)
        parameters = list(model.parameters())

        def gradient(rows, source):
            torch.manual_seed(0)
            with noise.use(source):
                loss = self.objective().losses(model, {"x": rows}, Progress())["model"]
            return torch.autograd.grad(loss, parameters)

        whole = gradient(x, noise.Independent())
        parts = [gradient(x[i : i + 3], noise.Window(i, 6)) for i in (0, 3)]
        for one, first, second in zip(whole, *parts, strict=True):
            torch.testing.assert_close(0.5 * (first + second), one, rtol=1e-9, atol=1e-9)
