"""Some nats of the rate are free."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from lowerbound.core import Site, Trace
from lowerbound.distributions import CholeskyNormal, DiagonalNormal, Laplace
from lowerbound.errors import ConfigError
from lowerbound.objectives import Distortion, FreeBits, Rate
from tests.contracts.penalty import PenaltyContract
from tests.estimators.small import small, table


class TestPerDimension(PenaltyContract):
    def make(self):
        return FreeBits(0.001)


class TestPerRow(PenaltyContract):
    def make(self):
        return FreeBits(0.001, per="row")


def run(loc: Tensor, samples: int = 1) -> Trace:
    """A trace of N(loc, 1) against N(0, 1): a dimension's KL is loc^2 / 2."""
    q, p = (
        DiagonalNormal(loc, torch.zeros_like(loc)),
        DiagonalNormal(torch.zeros(loc.shape[1]), torch.zeros(loc.shape[1])),
    )
    value = q.expand(torch.Size([samples, len(loc)])).rsample()
    return Trace({"z": Site(value, p, q)}, torch.full((samples, len(loc)), 1 / samples), {})


LOC = [[0.2, 2.0, 0.0], [0.4, 1.0, 3.0]]
EACH = [0.05, 1.25, 2.25]  # means over the two rows of loc^2 / 2


@pytest.mark.parametrize("samples", [1, 3])
def test_each_dimension_costs_at_least_its_allowance(samples: int) -> None:
    loss = FreeBits(0.5, samples=samples)(run(torch.tensor(LOC), samples))
    torch.testing.assert_close(loss, torch.tensor(0.5 + 1.25 + 2.25))


def test_the_gradient_is_exactly_zero_below_the_allowance_and_the_rates_above() -> None:
    loc = torch.tensor(LOC, requires_grad=True)
    (free,) = torch.autograd.grad(FreeBits(0.5)(run(loc)), loc)
    (plain,) = torch.autograd.grad(Rate()(run(loc)), loc)
    assert torch.equal(free[:, 0], torch.zeros(2))
    torch.testing.assert_close(free[:, 1:], plain[:, 1:])
    assert bool((plain[:, 0] != 0).all())
    (none,) = torch.autograd.grad(FreeBits(10.0)(run(loc)), loc)
    assert not bool(none.any())


def test_at_the_allowance_itself_there_is_no_gradient() -> None:
    loc = torch.tensor([[1.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(FreeBits(0.5)(run(loc)), loc)
    assert float(gradient) == 0.0


def test_all_dimensions_may_share_one() -> None:
    loc = torch.tensor(LOC)
    torch.testing.assert_close(FreeBits(3.0, per="total")(run(loc)), torch.tensor(sum(EACH)))
    torch.testing.assert_close(FreeBits(9.0, per="total")(run(loc)), torch.tensor(9.0))
    rows = [0.02 + 2.0, 0.08 + 0.5 + 4.5]
    torch.testing.assert_close(FreeBits(3.0, per="row")(run(loc)), torch.tensor((3.0 + rows[1]) / 2))


@pytest.mark.parametrize("per", ["dimension", "total", "row"])
def test_without_an_allowance_it_is_the_rate(per: str) -> None:
    trace = run(torch.tensor(LOC))
    torch.testing.assert_close(FreeBits(0.0, per=per)(trace), Rate()(trace))


def test_several_latents_are_added() -> None:
    one, two = run(torch.tensor(LOC)), run(2 * torch.tensor(LOC))
    both = Trace({"a": one["z"], "b": two["z"]}, one.weight, {})
    torch.testing.assert_close(FreeBits(0.5)(both), FreeBits(0.5)(one) + FreeBits(0.5)(two))
    torch.testing.assert_close(FreeBits(0.5, site="b")(both), FreeBits(0.5)(two))
    assert float(FreeBits(100.0, per="total")(both)) == 100.0


def test_other_independent_coordinates_are_estimated() -> None:
    q = Laplace(torch.zeros(4000, 1), torch.zeros(4000, 1))
    p = DiagonalNormal(torch.zeros(1), torch.zeros(1))
    torch.manual_seed(0)
    trace = Trace({"z": Site(q.expand(torch.Size([5, 4000])).rsample(), p, q)}, torch.full((5, 4000), 0.2), {})
    exact = 0.5 * np.log(2 * np.pi) + 1.0 - np.log(2) - 1  # E[z^2] / 2 = 1, entropy 1 + log 2
    assert float(FreeBits(0.0)(trace)) == pytest.approx(exact, abs=0.04)


def test_coordinates_that_depend_on_each_other_have_no_rate_each() -> None:
    q = CholeskyNormal(torch.zeros(3, 2), torch.eye(2).expand(3, 2, 2))
    trace = Trace({"z": Site(torch.zeros(1, 3, 2), run(torch.zeros(3, 2))["z"].p, q)}, torch.ones(1, 3), {})
    with pytest.raises(ConfigError, match="independent coordinates.*per='total'"):
        FreeBits()(trace)


@pytest.mark.parametrize("wrong", [{"per": "latent"}, {"nats": -1.0}, {"nats": float("inf")}])
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        FreeBits(**wrong)


def test_it_stands_beside_the_distortion() -> None:
    assert repr(Distortion() + 0.5 * FreeBits(0.1)) == "Distortion() + 0.5 * FreeBits(nats=0.1)"
    assert np.isfinite(small(options={"objective": "Distortion() + FreeBits(0.1)"}).fit(table()).score(table()))
