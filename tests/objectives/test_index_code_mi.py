"""The mutual information of index and code: between 0 and the log of the number of rows."""

from __future__ import annotations

import math

import pytest
import torch

from lowerbound.core import Progress
from lowerbound.distributions import DiagonalNormal
from lowerbound.errors import ConfigError
from lowerbound.metrics import mutual_information
from lowerbound.objectives import IndexCodeMI
from tests.contracts import PenaltyContract
from tests.known_answers.linear_gaussian import trainable_vae
from tests.objectives.aggregates import integrated, scattered


class TestIndexCodeMI(PenaltyContract):
    def make(self):
        return IndexCodeMI()


@pytest.mark.parametrize("estimator", ["weighted", "stratified"])
def test_it_lies_between_its_bounds(estimator: str) -> None:
    apart = DiagonalNormal(100.0 * torch.arange(5.0).double()[:, None], torch.zeros(5, 1).double())
    same = DiagonalNormal(torch.zeros(5, 1).double(), torch.zeros(5, 1).double())
    values = [float(IndexCodeMI(estimator)(integrated(q, 3, n_data=5))) for q in (apart, same)]
    assert values == pytest.approx([math.log(5), 0.0], abs=1e-12)


def test_it_is_the_diagnosis_of_the_same_draws() -> None:
    model, x = trainable_vae(event=4, latent=2), torch.randn(10, 4)
    site = (trace := model({"x": x}, progress=Progress(0, 1, 10)))["z"]
    assert isinstance(site.q, DiagonalNormal)
    expected = mutual_information(site.value[0], site.log_q[0], site.q)
    torch.testing.assert_close(IndexCodeMI()(trace), expected)
    torch.testing.assert_close(IndexCodeMI("stratified")(trace), expected)


def test_an_unknown_estimator_is_refused() -> None:
    with pytest.raises(ConfigError, match="'weighted' or 'stratified'"):
        IndexCodeMI("naive")
    with pytest.raises(ConfigError, match=r"no latent variable 'u'; it has z"):
        IndexCodeMI(site="u")(integrated(scattered(3, 2), 2))
