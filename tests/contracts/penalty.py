"""Terms that are no bounds: they steer codes or rows, and stand in a sum beside the distortion."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.core import Progress, Term, noise
from lowerbound.core.objective import record
from lowerbound.objectives import Distortion
from tests.contracts.component import ComponentContract
from tests.known_answers.linear_gaussian import trainable_vae

N, EVENT, LATENT = 12, 4, 2


class PenaltyContract(ComponentContract):
    """``make`` returns the term for codes of 2 and rows of 4; ``players`` are those of its sum with the distortion."""

    players = ("model",)
    moves_encoder = True
    compiles = True

    def make(self) -> Term:
        raise NotImplementedError

    def model(self) -> torch.nn.Module:
        return trainable_vae(event=EVENT, latent=LATENT)

    def batch(self) -> dict[str, Tensor]:
        return {"x": torch.randn(N, EVENT, generator=torch.Generator().manual_seed(1))}

    def losses(self, term: Term, model: torch.nn.Module) -> dict[str, Tensor]:
        torch.manual_seed(0)
        return term.losses(model, self.batch(), Progress(3, 10, 100))

    def test_the_losses_are_finite_numbers(self):
        losses = self.losses(Distortion() + 2.0 * self.make(), self.model())
        assert tuple(losses) == self.players
        assert all(loss.shape == () and bool(loss.isfinite()) for loss in losses.values())

    def test_the_same_noise_gives_the_same_loss(self):
        term, model = self.make(), self.model()
        assert torch.equal(self.losses(term, model)["model"], self.losses(term, model)["model"])

    def test_its_loss_is_a_mean_over_rows_unless_it_says_so(self):
        term, model, x = self.make().double(), self.model().double(), self.batch()["x"].double()
        if not term.across_rows:
            whole, few, rest = (self.of_rows(term, model, rows) for rows in (x, *x.split([2, N - 2])))
            torch.testing.assert_close(whole, (2 * few + (N - 2) * rest) / N, rtol=1e-9, atol=1e-9)

    def of_rows(self, term: Term, model: torch.nn.Module, x: Tensor) -> Tensor:
        with noise.use(noise.Shared(3)):
            return term(model({"x": x}, progress=Progress(3, 10, 100)))

    def test_its_gradients_are_finite_and_reach_whom_they_should(self):
        term, model = self.make(), self.model()
        encoder = [p for p in model.levels.parameters() if p.requires_grad]
        moved = torch.autograd.grad(self.losses(term, model)["model"], encoder, allow_unused=True)
        assert all(g is None or bool(g.isfinite().all()) for g in moved)
        assert any(g is not None and bool(g.any()) for g in moved) == self.moves_encoder

    def test_the_log_holds_the_true_bound(self):
        term, model = Distortion() + self.make(), self.model()
        log: dict[str, Tensor] = {}
        torch.manual_seed(0)
        term.losses(model, self.batch(), Progress(3, 10, 100), log)
        torch.manual_seed(0)
        truth: dict[str, Tensor] = {}
        record(truth, model(self.batch()), {})
        assert {name: log[name] for name in truth} == truth
        assert not any(value.requires_grad for value in log.values())

    @pytest.mark.slow
    def test_it_is_one_graph_without_breaks(self):
        if not self.compiles:
            return
        term, model, x = self.make(), self.model(), self.batch()["x"]

        def loss(rows: Tensor) -> Tensor:
            return term.losses(model, {"x": rows}, Progress(torch.tensor(3.0), 10, 100))["model"]

        torch.manual_seed(0)
        plain = loss(x)
        torch.manual_seed(0)
        torch._dynamo.reset()
        graph = torch.compile(loss, backend="eager", fullgraph=True)
        torch.testing.assert_close(graph(x), plain, rtol=1e-4, atol=1e-5)
