"""A capacity: the rate is pushed up below it and down above it."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import Linear, Progress, noise
from lowerbound.errors import ConfigError
from lowerbound.objectives import Capacity, Distortion, Rate
from tests.contracts import PenaltyContract
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import trainable_vae


class TestCapacity(PenaltyContract):
    def make(self):
        return Capacity(10.0, Linear(0.0, 25.0, 20))


def gradients(term, model, x) -> list[torch.Tensor]:
    with noise.use(noise.Shared(0)):
        loss = term(model({"x": x}))
    return list(torch.autograd.grad(loss, list(model.levels.parameters())))


def test_the_gradient_changes_sign_at_the_capacity() -> None:
    model, x = trainable_vae(event=4, latent=2).double(), torch.randn(8, 4).double()
    rate = float(Rate()(model({"x": x})).detach())
    plain = gradients(Rate(), model, x)
    for nats, sign in ((rate - 1e-6, 1.0), (rate + 1e-6, -1.0), (0.0, 1.0), (1e3, -1.0)):
        for got, slope in zip(gradients(Capacity(7.0, nats), model, x), plain, strict=True):
            torch.testing.assert_close(got, 7.0 * sign * slope, rtol=1e-9, atol=1e-12)


def test_it_is_the_distance_of_the_mean_rate() -> None:
    """Rows on either side of the capacity make up for each other."""
    model, x = trainable_vae(event=4, latent=2).double(), torch.randn(8, 4).double()
    rates = Rate().rows(model({"x": x})).detach()
    trace = model({"x": x})
    torch.testing.assert_close(Capacity(2.0, float(rates.mean()))(trace).abs(), torch.tensor(0.0).double())
    torch.testing.assert_close(Capacity(2.0, 0.5)(trace), 2.0 * (rates.mean() - 0.5).abs())


def test_each_latent_has_a_capacity_of_its_own() -> None:
    trace = m2()({"x": binary(5)})
    for name in ("y", "z"):
        torch.testing.assert_close(Capacity(1.0, 100.0, name)(trace), 100.0 - Rate(name)(trace))
    with pytest.raises(ConfigError, match="no latent variable 'u'"):
        Capacity(site="u")(trace)


def test_a_schedule_is_found_and_logged() -> None:
    schedule = Linear(0.0, 25.0, 10)
    term = Distortion() + Capacity(1000.0, schedule) + Capacity(1.0, 3.0, "z")
    assert [found for _, found in term.schedules()] == [schedule]
    log: dict[str, torch.Tensor] = {}
    term.losses(trainable_vae(event=4, latent=2), {"x": torch.randn(3, 4)}, Progress(4), log)
    assert (float(log["capacity"]), float(log["capacity_z"])) == (10.0, 3.0)


@pytest.mark.thorough
def test_a_capacity_leads_the_rate_to_itself() -> None:
    torch.manual_seed(0)
    model, x = trainable_vae(event=4, latent=2), torch.randn(64, 4)
    adam = torch.optim.Adam(model.parameters(), 0.02)
    for nats in (3.0, 1.0):
        term = Distortion() + Capacity(100.0, nats)
        for _ in range(300):
            loss = term(model({"x": x}))
            adam.zero_grad()
            loss.backward()
            adam.step()
        assert float(Rate()(model({"x": x})).detach()) == pytest.approx(nats, abs=0.1)
