"""A critic's estimate of the total correlation: close to the truth once trained, and a player of its own."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from lowerbound.core import Network, Progress, Site, Trace
from lowerbound.distributions import DiagonalNormal
from lowerbound.errors import ConfigError
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO, DensityRatioTC
from lowerbound.objectives.density_ratio import shuffled
from tests.contracts import PenaltyContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import trainable_vae


class TestDensityRatioTC(PenaltyContract):
    players = ("model", "critic")

    def make(self):
        torch.manual_seed(4)
        return DensityRatioTC(MLP(((2,),), (1,), (8,)))


def trace_of(z: Tensor) -> Trace:
    """A trace whose codes are given rows, with a posterior that drew them."""
    q = DiagonalNormal(z, torch.zeros_like(z))
    return Trace({"z": Site(z[None], q, q)}, torch.ones(1, len(z)), {})


def equicorrelated(n: int, d: int, rho: float, generator: torch.Generator) -> Tensor:
    """Draws of a normal whose coordinates all correlate by ``rho``."""
    own, common = torch.randn(n, d, generator=generator), torch.randn(n, 1, generator=generator)
    return math.sqrt(1 - rho) * own + math.sqrt(rho) * common


class Quadratic(Network):
    """The family of functions in which the log ratio of two normals lies."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.d, self.in_shapes, self.out_shape = d, ((d,),), (1,)
        self.layer = torch.nn.Linear(d * d, 1)

    def forward(self, *inputs: Tensor) -> Tensor:
        (z,) = inputs
        return self.layer((z[:, :, None] * z[:, None, :]).flatten(1))


def estimate(critic: Network, d: int, *, steps: int, rows: int, rate: float) -> float:
    """Train a critic on equicorrelated normals, and return its mean logit on fresh ones."""
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    term = DensityRatioTC(critic)
    adam = torch.optim.Adam(term.parameters(), rate)
    fading = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(steps):
        loss = term.critic_loss(trace_of(equicorrelated(rows, d, 0.6, generator)))
        adam.zero_grad()
        loss.backward()
        adam.step()
        fading.step()
    with torch.no_grad():
        return float(term(trace_of(equicorrelated(100_000, d, 0.6, generator))))


@pytest.mark.thorough
def test_the_trained_critic_is_close_to_the_truth() -> None:
    assert estimate(Quadratic(5), 5, steps=250, rows=512, rate=0.05) == pytest.approx(1.220693748, abs=0.05)
    assert estimate(Quadratic(2), 2, steps=250, rows=512, rate=0.05) == pytest.approx(0.223143551, abs=0.05)


@pytest.mark.slow
def test_so_it_is_with_a_network() -> None:
    torch.manual_seed(0)
    critic = MLP(((5,),), (1,), (64,), "gated")
    assert estimate(critic, 5, steps=1000, rows=512, rate=0.01) == pytest.approx(1.220693748, abs=0.05)


def test_the_critic_s_loss_is_least_at_the_log_ratio() -> None:
    """At the best critic the loss is 2 log 2 - 2 JS, and any other is worse."""
    generator = torch.Generator().manual_seed(1)
    z = equicorrelated(20_000, 2, 0.6, generator)
    critic = Quadratic(2)
    term = DensityRatioTC(critic)
    precision = torch.tensor([[1.0, 0.6], [0.6, 1.0]]).inverse()
    best = -0.5 * (precision - torch.eye(2)).flatten()
    losses = []
    for scale in (0.0, 0.8, 1.0, 1.2):
        critic.layer.weight.data = scale * best[None]
        critic.layer.bias.data = torch.full((1,), -scale * 0.5 * math.log(1 - 0.36))
        torch.manual_seed(2)
        losses.append(float(term.critic_loss(trace_of(z)).detach()))
    assert losses[0] == pytest.approx(2 * math.log(2), abs=1e-5)
    assert min(losses) == losses[2]


def test_shuffling_keeps_each_coordinate_and_parts_them() -> None:
    torch.manual_seed(0)
    z = torch.arange(2000.0)[:, None].expand(2000, 3)
    apart = shuffled(z)
    assert all(torch.equal(apart[:, d].sort().values, z[:, d]) for d in range(3))
    assert float(torch.corrcoef(apart.T).fill_diagonal_(0.0).abs().max()) < 4 / math.sqrt(2000)


def test_every_permutation_is_equally_likely() -> None:
    torch.manual_seed(0)
    drawn = [tuple(shuffled(torch.arange(3.0)[:, None])[:, 0].tolist()) for _ in range(1200)]
    counts = torch.tensor([drawn.count(order) for order in sorted(set(drawn))]).double()
    assert len(counts) == 6
    assert float(((counts - 200) ** 2 / 200).sum()) < 20.5


def test_the_critic_s_loss_reaches_the_critic_alone() -> None:
    model, term = trainable_vae(event=4, latent=2), ELBO() + 3.0 * DensityRatioTC(MLP(((2,),), (1,), (8,)))
    losses = term.losses(model, {"x": torch.randn(12, 4)}, Progress())
    encoder = [p for p in model.parameters() if p.requires_grad]
    assert torch.autograd.grad(losses["critic"], encoder, allow_unused=True, retain_graph=True) == (None,) * len(
        encoder
    )
    assert all(bool(g.any()) for g in torch.autograd.grad(losses["critic"], list(term.parameters())))


def test_the_order_of_rows_does_not_matter_to_the_estimate() -> None:
    term, z = DensityRatioTC(MLP(((2,),), (1,), (8,))), torch.randn(9, 2)
    torch.testing.assert_close(term(trace_of(z.flip(0))), term(trace_of(z)))


def test_several_samples_are_more_codes() -> None:
    term, model = DensityRatioTC(MLP(((2,),), (1,), (8,)), samples=3), trainable_vae(event=4, latent=2)
    trace = model({"x": torch.randn(5, 4)}, samples=3)
    expected = term.critic(trace["z"].value.flatten(0, 1)).mean()
    torch.testing.assert_close(term(trace), expected)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"DensityRatioTC: a critic maps one row to one number"):
        DensityRatioTC(MLP(((2,),), (2,)))
    with pytest.raises(ConfigError, match=r"its critic reads \(3,\), and gets \(2,\)"):
        DensityRatioTC(MLP(((3,),), (1,)))(trainable_vae(event=4, latent=2)({"x": torch.zeros(3, 4)}))
    with pytest.raises(ConfigError, match="say which, site="):
        DensityRatioTC(MLP(((2,),), (1,)))(m2()({"x": binary(3)}))
