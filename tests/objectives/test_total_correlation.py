"""Total correlation from a batch: exact with all rows, of known bias with fewer; the parts of the rate add up."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
import torch
from scipy import integrate

from lowerbound.core import Progress, noise
from lowerbound.distributions import DiagonalNormal
from lowerbound.errors import ConfigError
from lowerbound.objectives import ELBO, DimensionKL, Distortion, IndexCodeMI, Rate, TotalCorrelation
from tests.contracts import PenaltyContract
from tests.estimators.small import small
from tests.known_answers.discrete import binary, m2
from tests.known_answers.linear_gaussian import LinearGaussian, trainable_vae
from tests.objectives.aggregates import equicorrelated, integrated, part, scattered

ESTIMATORS = ["weighted", "stratified"]


class TestTotalCorrelation(PenaltyContract):
    def make(self):
        return TotalCorrelation()


class TestStratified(PenaltyContract):
    def make(self):
        return TotalCorrelation("stratified")


def by_quadrature(q: DiagonalNormal) -> float:
    """The total correlation of two coordinates of the mixture of all rows, by integrals of densities alone."""
    loc, scale = q.mean.numpy(), q.stddev.numpy()

    def log(z: np.ndarray, dims: slice) -> np.ndarray:
        # z: (..., 2); one mixture over some coordinates.
        entries = -0.5 * ((z[..., None, :] - loc) / scale) ** 2 - np.log(scale) - 0.5 * np.log(2 * np.pi)
        return np.logaddexp.reduce(entries[..., dims].sum(-1), -1) - math.log(len(loc))

    sides = [np.linspace((loc - 9 * scale)[:, d].min(), (loc + 9 * scale)[:, d].max(), 301) for d in range(2)]
    z = np.stack(np.meshgrid(*sides, indexing="ij"), -1)
    whole = log(z, slice(None))
    inside = np.exp(whole) * (whole - log(z, slice(0, 1)) - log(z, slice(1, 2)))
    return float(integrate.trapezoid(integrate.trapezoid(inside, sides[1]), sides[0]))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_with_all_rows_it_is_exact(estimator: str) -> None:
    q = scattered(6, 2, spread=0.7)
    value = TotalCorrelation(estimator)(integrated(q, 64, n_data=6))
    assert float(value) == pytest.approx(by_quadrature(q), abs=1e-6)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(("d", "rows", "points", "truth"), [(2, 100, 5, 0.223143551), (5, 60, 3, 1.220693748)])
def test_equicorrelated_normals(estimator: str, d: int, rows: int, points: int, truth: float) -> None:
    """The tolerance is for the finite mixture, which is not quite normal."""
    value = TotalCorrelation(estimator)(integrated(equicorrelated(rows, d, 0.6), points, n_data=rows))
    assert float(value) == pytest.approx(truth, abs=5e-4)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_parts_add_up_to_the_rate(estimator: str) -> None:
    trace = integrated(scattered(8, 2), 3, n_data=8)
    parts = [term(estimator)(trace) for term in (IndexCodeMI, TotalCorrelation, DimensionKL)]
    torch.testing.assert_close(sum(parts), Rate()(trace), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_parts_add_up_for_draws_of_a_batch_too(estimator: str) -> None:
    truth = LinearGaussian.random(event=4, latent=3)
    with noise.use(noise.Shared(0)):
        trace = truth.vae(truth.diagonal_posterior())({"x": truth.sample(9)}, samples=4, progress=Progress(0, 1, 100))
    parts = [term(estimator, samples=4)(trace) for term in (IndexCodeMI, TotalCorrelation, DimensionKL)]
    site = trace["z"]
    torch.testing.assert_close(sum(parts), (site.log_q - site.log_p).mean(), rtol=1e-9, atol=1e-9)


def means(term: type, estimator: str, q: DiagonalNormal, size: int, points: int) -> torch.Tensor:
    """The estimate's mean over all batches of a size, and its value with all rows."""
    n = len(q.mean)
    batches = [integrated(part(q, rows), points, n_data=n) for rows in combinations(range(n), size)]
    return torch.stack([torch.stack([term(estimator)(b) for b in batches]).mean(), term()(integrated(q, points))])


@pytest.mark.parametrize(
    ("term", "estimator", "sign"),
    [
        (IndexCodeMI, "weighted", -1),
        (IndexCodeMI, "stratified", 1),
        (DimensionKL, "weighted", 1),
        (DimensionKL, "stratified", -1),
    ],
)
@pytest.mark.parametrize("size", [2, 4])
def test_the_sign_of_the_bias_is_known(term: type, estimator: str, sign: int, size: int) -> None:
    for seed in range(3):
        estimate, truth = means(term, estimator, scattered(6, 2, seed), size, 12)
        assert sign * float(estimate - truth) > 0


def test_the_stratified_density_is_too_small_on_average_for_every_draw() -> None:
    q = scattered(6, 2)
    z = integrated(q, 3)["z"].value[:, 0]
    density = q.log_density(z[:, None]).sum(-1).exp()
    others = [density[:, list(rows)].sum(1) for rows in combinations(range(1, 6), 2)]
    estimates = torch.stack([density[:, 0] / 6 + 5 / (6 * 2) * other for other in others])
    torch.testing.assert_close(estimates.mean(0), density.mean(1), rtol=1e-12, atol=0.0)
    assert bool((estimates.log().mean(0) < density.mean(1).log()).all())


def test_codes_that_are_apart_hide_their_total_correlation_from_a_batch() -> None:
    q = DiagonalNormal(100.0 * torch.arange(6.0).double()[:, None].expand(6, 3), torch.zeros(6, 3).double())
    estimate, truth = means(TotalCorrelation, "weighted", q, 3, 2)
    torch.testing.assert_close(torch.stack([estimate, truth]), 2 * torch.tensor([3.0, 6.0]).double().log())


def test_codes_that_only_pairs_tell_apart_seem_more_dependent_than_they_are() -> None:
    """A full grid has no total correlation; a batch of it has."""
    grid = torch.cartesian_prod(torch.tensor([-9.0, 9.0]), torch.tensor([-9.0, 9.0])).double()
    estimate, truth = means(TotalCorrelation, "weighted", DiagonalNormal(grid, torch.zeros(4, 2).double()), 2, 4)
    assert abs(float(truth)) < 1e-9
    assert float(estimate) > 0.1


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_order_of_rows_does_not_matter(estimator: str) -> None:
    q = scattered(7, 2)
    orders = [tuple(range(7)), (3, 1, 6, 0, 2, 5, 4)]
    values = [TotalCorrelation(estimator)(integrated(part(q, order), 3, n_data=50)) for order in orders]
    torch.testing.assert_close(*values, rtol=1e-12, atol=1e-12)


def test_beta_tc_is_the_sum_of_weighted_parts() -> None:
    model, x = trainable_vae(event=4, latent=2).double(), torch.randn(6, 4).double()
    parameters = [p for p in model.parameters() if p.requires_grad]
    with noise.use(noise.Shared(0)):
        trace = model({"x": x})
    site = trace["z"]
    # The closed form and the draws have rates of the same mean: only their difference is left.
    drawn = (site.log_q - site.log_p).mean() - Rate()(trace)
    whole = (Distortion() + 1.0 * IndexCodeMI() + 6.0 * TotalCorrelation() + 1.0 * DimensionKL())(trace)
    torch.testing.assert_close(whole - drawn, (ELBO() + 5.0 * TotalCorrelation())(trace))
    assert all(g is not None for g in torch.autograd.grad(whole, parameters))


def test_one_row_has_none() -> None:
    for estimator in ESTIMATORS:
        value = TotalCorrelation(estimator)(integrated(scattered(1, 2), 3, n_data=1))
        assert abs(float(value)) < 1e-12


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="estimator='mss': use 'weighted' or 'stratified'"):
        TotalCorrelation("mss")
    with pytest.raises(ConfigError, match="needs the number of rows of the data"):
        TotalCorrelation("stratified")(integrated(scattered(3, 2), 2))
    with pytest.raises(ConfigError, match="independent coordinates that reads the row alone"):
        TotalCorrelation()(LinearGaussian.random(event=4, latent=2).vae("exact")({"x": torch.zeros(3, 4).double()}))
    trace = m2()({"x": binary(3)})
    with pytest.raises(ConfigError, match="say which, site="):
        TotalCorrelation()(trace)
    with pytest.raises(ConfigError, match="reads the row alone"):
        TotalCorrelation(site="z")(trace)


@pytest.mark.thorough
def test_training_against_it_lowers_it() -> None:
    """Two columns of one cause: a plain VAE is free to rotate its codes, so they tell about each other."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 3, 400)
    data = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 0.0]])[kinds] + 0.2 * rng.normal(size=(400, 2))
    settings = {"epochs": 60, "batch_size": 100, "learning_rate": 0.02, "variance": 0.05, "hidden": (16,)}
    found = []
    for recipe in ("vae", "beta-tc-vae"):
        model = small(recipe=recipe, **settings).fit(data)
        x = torch.as_tensor(data, dtype=torch.float32)
        torch.manual_seed(0)
        with torch.no_grad():
            found.append(float(TotalCorrelation()(model.fitted_.model({"x": x}, samples=4))))
    assert found[1] < found[0]
