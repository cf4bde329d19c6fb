"""One code a row: what a posterior without a density does, and what is refused."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import Conditional, Progress, draw, why_unbounded
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Normal
from lowerbound.metrics import inspect_latents
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO, IWAE, CodeNorm, Distortion, DReG, Rate
from lowerbound.posteriors import DiagonalNormal, Point
from lowerbound.priors import StandardNormal, VampPrior
from tests.contracts.component import ComponentContract


def autoencoder(latent: int = 2, event: int = 4) -> VAE:
    """Codes without noise."""
    torch.manual_seed(0)
    q = Conditional(Point((latent,)), MLP(((event,),), (latent,), (8,), "tanh"))
    p = Conditional(Normal((event,)), MLP(((latent,),), (event,), (8,), "tanh"))
    return VAE([Latent("z", StandardNormal((latent,)), q)], p)


class TestPoint(ComponentContract):
    def make(self):
        return Point((2,))

    def test_the_code_is_what_the_network_says(self):
        params = torch.randn(5, 2, requires_grad=True)
        q = self.make()(params)
        z = draw(q, (3, 5))
        assert torch.equal(z, params.expand(3, 5, 2))
        assert torch.autograd.grad(z.sum(), params)[0].eq(3).all()

    @pytest.mark.thorough
    def test_drawing_is_one_graph(self):
        graph = torch.compile(lambda x: draw(self.make()(x), (2, 3)), fullgraph=True, backend="eager")
        assert graph(torch.ones(3, 2)).shape == (2, 3, 2)


@pytest.mark.parametrize("term", [ELBO(), Rate(), IWAE(3), DReG(3), Distortion() + 0.1 * Rate()], ids=repr)
def test_terms_that_need_the_density_of_codes_are_refused(term) -> None:
    with pytest.raises(ConfigError, match=r"no rate, no ELBO and no log p\(x\)\. Train it with Distortion\(\)"):
        term.losses(autoencoder(), {"x": torch.zeros(3, 4)}, Progress())


def test_other_terms_train_every_weight_and_log_no_bound() -> None:
    model, log = autoencoder(), {}
    term = Distortion() + 0.5 * CodeNorm()
    losses = term.losses(model, {"x": torch.randn(8, 4)}, Progress(), log)
    losses["model"].backward()
    assert all(p.grad is not None and bool(p.grad.any()) for p in model.parameters())
    assert "distortion" in log
    assert not {"elbo", "rate"} & set(log)


def test_the_log_of_a_model_with_a_density_is_whole() -> None:
    q = Conditional(DiagonalNormal((2,)), MLP(((4,),), (2, 2)))
    model = VAE([Latent("z", StandardNormal((2,)), q)], Conditional(Normal((4,)), MLP(((2,),), (4,))))
    log: dict[str, torch.Tensor] = {}
    record(log, model({"x": torch.zeros(3, 4)}), {})
    assert set(log) == {"elbo", "rate", "distortion"}


def test_a_prior_made_of_points_is_refused() -> None:
    q = Conditional(Point((2,)), MLP(((4,),), (2,)))
    for prior in (VampPrior((2,), (4,), components=3), Conditional(Point((2,)), MLP(((3,),), (2,)))):
        with pytest.raises(ConfigError, match="made of single points, which have no density"):
            Latent("z", prior, q)


def test_why_there_is_no_bound_is_said_of_the_model_alone() -> None:
    assert "(Point) is a single code a row" in str(why_unbounded(autoencoder()))


def test_codes_are_described_without_a_kl() -> None:
    found = inspect_latents(autoencoder().eval(), iter([{"x": torch.randn(9, 4)}]))[0]
    assert found.means.shape == (9, 2)
    assert math.isnan(found.kl)
    assert math.isnan(found.mutual_information)
    assert found.active.shape == (2,)
