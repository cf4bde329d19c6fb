"""Exemplars: normals about the codes of rows that are kept."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import FromRows, take_rows
from lowerbound.errors import ConfigError
from lowerbound.priors import ExemplarPrior
from tests.contracts import PriorContract
from tests.priors.made import D, X, bound, level, rows, vae


class TestExemplarPrior(PriorContract):
    def make(self):
        torch.manual_seed(0)
        return bound(ExemplarPrior((D,), (X,), exemplars=4))

    def distribution(self, dtype=torch.float64):
        return level(self.make()).to(dtype).prior(None, None)


def test_it_is_a_mixture_of_normals_about_the_codes_of_its_rows():
    made = level(ExemplarPrior((D,), (X,), exemplars=16)).double()
    x = rows(16).double()
    take_rows(made, x)
    with torch.no_grad():
        made.prior_.raw_scale.fill_(-0.7)
    centres = made.posterior(None, None, x, None).mean
    z = torch.randn(9, D, dtype=torch.float64)
    normals = torch.distributions.Normal(centres, math.exp(-0.7)).log_prob(z[:, None]).sum(-1)
    expected = torch.logsumexp(normals, 1) - math.log(16)
    torch.testing.assert_close(made.prior(None, None).log_prob(z), expected, rtol=1e-9, atol=1e-9)


def test_few_rows_are_all_its_exemplars():
    prior = ExemplarPrior((D,), (X,), exemplars=9)
    assert isinstance(prior, FromRows)
    assert prior.rows_wanted == 9
    made = level(prior)
    prior.take_rows(rows(4))
    exact = level(ExemplarPrior((D,), (X,), exemplars=4))
    exact.prior_.take_rows(rows(4))
    z = torch.randn(5, D)
    torch.testing.assert_close(made.prior(None, None).log_prob(z), exact.prior(None, None).log_prob(z))
    torch.testing.assert_close(made.prior(None, None).mean, exact.prior(None, None).mean)


def test_its_rows_are_in_the_models_file_and_only_the_scale_is_learned():
    model = vae(ExemplarPrior((D,), (X,), exemplars=4))
    take_rows(model, rows(4))
    assert torch.equal(model.state_dict()["levels.0.prior_.kept"], rows(4))
    assert [name for name, _ in model.levels[0].prior_.named_parameters()] == ["raw_scale"]


def test_no_exemplars_are_refused():
    with pytest.raises(ConfigError, match="exemplars=0"):
        ExemplarPrior((D,), (X,), exemplars=0)
