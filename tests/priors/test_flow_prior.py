"""Flows of zuko as priors."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch.distributions import Distribution

from lowerbound.distributions import DiagonalNormal
from lowerbound.errors import ShapeError, UnknownNameError
from lowerbound.priors import FlowPrior
from tests.contracts import PriorContract
from tests.priors.flows import DensityOnly, integral, trained

KINDS = ["BPF", "CNF", "GF", "MAF", "NAF", "NICE", "NSF", "RealNVP", "SOSPF", "UNAF"]
COMPILED = ["MAF", "NICE", "NSF", "RealNVP"]


class TestNSF(DensityOnly, PriorContract):
    def make(self):
        torch.manual_seed(0)
        return FlowPrior((3,), hidden=(8,))


class TestMAFOfAnImage(DensityOnly, PriorContract):
    def make(self):
        torch.manual_seed(0)
        return FlowPrior((2, 2, 1), "MAF", transforms=2, hidden=(8,))


class TestCoupling(DensityOnly, PriorContract):
    def make(self):
        torch.manual_seed(0)
        return FlowPrior((3,), "RealNVP", transforms=2, hidden=(8,))


def built(kind, size=3, dtype=torch.float64):
    torch.manual_seed(0)
    return FlowPrior((size,), kind, transforms=2, hidden=(8,)).to(dtype).eval()


def exact(prior):
    """Let differential equations be solved well enough to compare."""
    if prior.kind == "CNF":
        prior.flow.transform.atol = prior.flow.transform.rtol = 1e-9
    return prior


@pytest.mark.parametrize("kind", KINDS)
def test_the_density_is_that_of_the_jacobian(kind):
    p = exact(built(kind))()
    for value in torch.randn(2, 3).double():

        def to_noise(x):
            for transform in reversed(p.transforms):
                x = transform.inverse(x)[0]
            return x

        log_det = torch.linalg.slogdet(torch.autograd.functional.jacobian(to_noise, value)).logabsdet
        by_hand = DiagonalNormal(torch.zeros(3).double(), torch.zeros(3).double()).log_prob(to_noise(value)) + log_det
        torch.testing.assert_close(p.log_prob(value), by_hand, rtol=0, atol=1e-5 if kind == "CNF" else 1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_density_is_zukos_own(kind):
    prior, z = built(kind), torch.randn(5, 3).double()
    Distribution.set_default_validate_args(False)
    its_own = prior.flow().log_prob(z)
    torch.testing.assert_close(prior().log_prob(z), its_own, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_latents_are_undone(kind):
    p = exact(built(kind))()
    value = 0.5 * torch.randn(6, 3).double()
    z = value
    for transform in reversed(p.transforms):
        z = transform.inverse(z)[0]
    for transform in p.transforms:
        z = transform.forward(z)[0]
    torch.testing.assert_close(z, value, rtol=0, atol=5e-6)


@pytest.mark.parametrize("kind", ["MAF", "NSF", "RealNVP", "CNF"])
def test_its_density_integrates_to_one(kind):
    reach, points = (9.0, 301) if kind != "CNF" else (6.0, 61)
    assert integral(built(kind, 2)(), reach, points) == pytest.approx(1, abs=1e-3)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", COMPILED)
def test_scoring_is_one_graph(kind):
    prior, z = built(kind, dtype=torch.float32), torch.randn(4, 5, 3)
    graph = torch.compile(lambda z: prior().log_prob(z), fullgraph=True, dynamic=False, backend="eager")
    torch.testing.assert_close(graph(z), prior().log_prob(z))


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["NSF", "RealNVP", "CNF", "GF"])
def test_a_condition_moves_it(kind):
    torch.manual_seed(0)
    prior = exact(FlowPrior((3,), kind, transforms=2, hidden=(8,), condition=(2, 2)).double().eval())
    c, z = torch.randn(4, 2, 2).double(), torch.randn(6, 4, 3).double()
    p = prior(None, c)
    assert p.batch_shape == (4,)
    assert p.sample().shape == (4, 3)
    assert p.log_prob(z).shape == (6, 4)
    torch.testing.assert_close(p.log_prob(z)[:, 1], prior(None, c[1]).log_prob(z[:, 1]), rtol=0, atol=1e-5)
    assert len(p.log_prob(z[:1, :1])[0].unique()) == 4
    with pytest.raises(ShapeError, match="needs a condition"):
        prior()


def test_flows_that_are_not_over_real_numbers_are_refused():
    for kind in ("NCSF", "GMM", "Flow", "nsf"):
        with pytest.raises(UnknownNameError, match=kind):
            FlowPrior((3,), kind)


@pytest.mark.thorough
def test_it_learns_what_a_normal_cannot():
    assert trained(FlowPrior((2,), hidden=(32,)), 80) < -0.5


@pytest.mark.thorough
def test_importing_zuko_leaves_argument_checks_alone():
    code = """
import torch
from torch.distributions import Distribution, Normal
before = Distribution._validate_args, vars(Distribution)["arg_constraints"]
import lowerbound.priors
assert "zuko" not in __import__("sys").modules
lowerbound.priors.FlowPrior((2,))
assert "zuko" in __import__("sys").modules
assert (Distribution._validate_args, vars(Distribution)["arg_constraints"]) == before
try:
    Normal(0.0, -1.0)
except ValueError:
    print("checked")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "checked\n", done.stderr
