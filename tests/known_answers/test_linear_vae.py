"""A linear VAE, trained from random weights, is probabilistic PCA. Rows 4 and 6 to 8 of the exact answers."""

from __future__ import annotations

import math

import pytest
import torch

from examples import linear_vae_is_ppca as example
from lowerbound.core import noise
from lowerbound.metrics import log_likelihood
from lowerbound.objectives import ELBO
from lowerbound.posteriors import DiagonalNormal
from tests.known_answers.linear_gaussian import covariance, data

CASES = [("iris", 1, 300), ("iris", 2, 1000)]
LONGER = [("breast_cancer", 5, 3000)]  # after 1,000 steps some processors' rounding is still on its way
LONG = [("breast_cancer", 2, 3000), ("wine", 5, 3000), ("breast_cancer", 10, 3000)]


class Trained:
    def __init__(self, name: str, latents: int, steps: int) -> None:
        self.x, self.latents = data(name), latents
        torch.manual_seed(0)
        self.model = example.linear_vae(self.x.shape[1], DiagonalNormal((latents,)))
        example.fit(self.model, self.x, ELBO(samples=latents + 1), steps)
        self.marginal = example.marginal(self.model, latents)
        self.weight = (self.model.likelihood(torch.eye(latents).double()).mean - self.marginal.mean).detach().T
        self.best = example.ppca_log_likelihood(self.x, latents)
        self.values, self.vectors = torch.linalg.eigh(covariance(self.x))

    def elbo(self) -> float:
        with torch.no_grad(), noise.use(example.SigmaPoints()):
            return -float(ELBO()(self.model({"x": self.x}, samples=self.latents + 1)))


@pytest.fixture(
    scope="module",
    params=[
        *CASES,
        *(pytest.param(case, marks=pytest.mark.thorough) for case in LONGER),
        *(pytest.param(case, marks=pytest.mark.slow) for case in LONG),
    ],
    ids=lambda case: f"{case[0]}-{case[1]}",
)
def trained(request):
    return Trained(*request.param)


def test_the_bound_reaches_the_maximum_of_the_likelihood(trained):
    assert -1e-9 <= trained.best - trained.elbo() <= 1e-4


def test_the_likelihood_reaches_its_maximum(trained):
    exact = float(trained.marginal.log_prob(trained.x).mean())
    assert -1e-9 <= trained.best - exact <= 1e-5


def test_importance_sampling_finds_the_same_likelihood(trained):
    estimate = log_likelihood(trained.model.eval(), iter([{"x": trained.x}]), samples=200)
    assert estimate.monte_carlo_error <= 2e-4
    assert abs(estimate.value - trained.best) <= 4 * estimate.monte_carlo_error + 1e-5


def test_the_columns_of_the_decoder_are_orthogonal(trained):
    """A diagonal posterior breaks the rotation that the likelihood leaves free."""
    gram = trained.weight.T @ trained.weight
    assert float((gram - gram.diag().diag()).abs().max()) < 1e-3


def test_the_decoder_spans_the_leading_eigenvectors(trained):
    basis = torch.linalg.qr(trained.weight).Q
    cosines = torch.linalg.svdvals(trained.vectors[:, -trained.latents :].T @ basis)
    assert math.acos(min(1.0, float(cosines.min()))) < 1e-3


def test_the_variance_is_the_mean_of_the_discarded_eigenvalues(trained):
    learned = trained.model.likelihood(torch.zeros(1, trained.latents).double()).variance[0, 0].item()
    assert learned == pytest.approx(float(trained.values[: -trained.latents].mean()), rel=1e-4)


def test_the_example_prints_its_table_and_draws_its_plot(tmp_path, monkeypatch, capsys):
    first = example.datasets()[:1]
    monkeypatch.setattr(example, "datasets", lambda: first)
    monkeypatch.setattr("sys.argv", ["linear_vae_is_ppca.py", "--out", str(tmp_path / "plot.png")])
    example.main()
    table = capsys.readouterr().out
    assert table.count("-2.69975") == 4
    assert (tmp_path / "plot.png").stat().st_size > 5_000
