"""Two losses, one for each stage."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Progress, Term
from lowerbound.errors import ConfigError
from lowerbound.objectives import ELBO, IWAE, Staged
from tests.contracts.component import ComponentContract
from tests.known_answers.linear_gaussian import trainable_vae
from tests.models.test_two_stage import two_stage


class TestStaged(ComponentContract):
    def make(self):
        return Staged(ELBO(), ELBO(beta=0.5))

    def test_no_gradient_of_the_second_reaches_the_first_and_back(self):
        model = two_stage()
        losses = self.make().losses(model, {"x": torch.randn(6, 4)}, Progress())
        assert list(losses) == ["model.first", "model.second"]
        for name, loss in losses.items():
            gradients = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True, allow_unused=True)
            reached = {
                n.split(".")[0] for (n, _), g in zip(model.named_parameters(), gradients, strict=True) if g is not None
            }
            assert reached == {name.removeprefix("model.")}

    def test_the_losses_are_those_of_the_stages(self):
        model, x = two_stage(), torch.randn(6, 4)
        torch.manual_seed(0)
        losses = self.make().losses(model, {"x": x}, Progress())
        torch.manual_seed(0)
        lower = model.first({"x": x})
        upper = model.second({"x": lower["z"].value[0].detach()})
        torch.testing.assert_close(losses["model.first"], ELBO()(lower))
        torch.testing.assert_close(losses["model.second"], ELBO(beta=0.5)(upper))

    def test_the_log_holds_the_bound_of_both(self):
        model, x, log = two_stage(), torch.randn(6, 4), {}
        torch.manual_seed(0)
        self.make().losses(model, {"x": x}, Progress(), log)
        torch.manual_seed(0)
        trace = model({"x": x})
        torch.testing.assert_close(log["elbo"], -(trace.rate() + trace.distortion()).mean().detach())

    @pytest.mark.thorough
    def test_it_is_one_graph_without_breaks(self):
        model, term, x = two_stage(), self.make(), torch.randn(6, 4)

        def loss(rows):
            return sum(term.losses(model, {"x": rows}, Progress(torch.tensor(3.0), 10, 100)).values())

        torch.manual_seed(0)
        plain = loss(x)
        torch.manual_seed(0)
        torch.testing.assert_close(torch.compile(loss, backend="aot_eager", fullgraph=True)(x), plain)


def test_a_model_without_stages_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"two stages \(TwoStage\); this is a VAE"):
        Staged(ELBO(), ELBO()).losses(trainable_vae(event=4, latent=2), {"x": torch.zeros(2, 4)}, Progress())


def test_terms_of_different_samples_are_refused() -> None:
    with pytest.raises(ConfigError, match="takes 5 samples and .* 1; give both the same number"):
        Staged(IWAE(5), ELBO())


def test_a_term_with_a_critic_is_refused() -> None:
    class Critic(Term):
        def forward(self, trace):
            return trace.weight.sum()

        def critic_loss(self, trace):
            return trace.weight.sum()

    with pytest.raises(ConfigError, match="use terms without one"):
        Staged(ELBO(), Critic()).losses(two_stage(), {"x": torch.zeros(2, 4)}, Progress())
