"""Mixed tables."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.core import calibrate
from lowerbound.errors import ConfigError, ShapeError, SupportError
from lowerbound.likelihoods import Bernoulli, Categorical, Normal, Product
from tests.contracts import LikelihoodContract

MIXED = "Product([(Normal((2,)), (0, 3)), (Poisson((1,)), (1,)), (Categorical((1,), 3), (2,))])"


class Parts(LikelihoodContract):
    test_log_prob_sums_over_the_event = None  # parts have densities, entries may not


class TestRealColumns(Parts):
    def make(self):
        return Product([(Normal((2,)), (2, 0)), (Normal((1,), variance="network"), (1,))])


class TestDiscreteColumns(Parts):
    def make(self):
        return Product([(Bernoulli((2,)), (0, 2)), (Categorical((1,), 3), (1,))])

    def values(self):
        rows = [(a, b, c) for a in (0, 1) for b in (0, 1, 2) for c in (0, 1)]
        return torch.tensor(rows, dtype=torch.float64)


def table(n: int = 200) -> np.ndarray:
    """Two real columns, a count and a class, all moved by one hidden number."""
    random = np.random.default_rng(0)
    z = random.normal(size=n)
    kind = np.digitize(z + 0.3 * random.normal(size=n), [-0.5, 0.5])
    count = random.poisson(np.exp(1 + 0.5 * z))
    return np.stack([50 + 10 * z, count, kind, 0.1 * random.normal(size=n)], 1)


def test_each_part_takes_the_statistics_of_its_columns():
    family = Product([(Normal((2,)), (2, 0)), (Bernoulli((1,)), (1,))])
    calibrate(family, torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.1, 0.2, 0.3]))
    assert torch.equal(family.families[0].shift, torch.tensor([3.0, 1.0]))
    assert torch.equal(family.families[0].unit, torch.tensor([0.3, 0.1]))


def test_a_mixed_table_from_end_to_end():
    x = table()
    vae = lb.VAE(2, likelihood=MIXED, epochs=30, random_state=0, hidden=(16,), compile="no").fit(x)
    drawn = np.asarray(vae.sample(300))
    assert drawn.shape == (300, 4)
    assert set(np.unique(drawn[:, 2])) <= {0.0, 1.0, 2.0}
    assert bool((drawn[:, 1] == drawn[:, 1].round()).all())
    assert 30 < drawn[:, 0].mean() < 70
    scores = vae.score_samples(x)
    assert scores.shape == (200,)
    assert bool(np.isfinite(scores).all())
    far = x[:20].copy()
    far[:, 0] += 100
    assert vae.score_samples(far).mean() < scores.mean() - 10


def fitted(x: np.ndarray) -> lb.VAE:
    return lb.VAE(2, likelihood=MIXED, epochs=1, hidden=(8,), random_state=0, compile="no").fit(x)


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [(1, -1.0, "0, 1, 2, ..."), (1, 2.5, "0, 1, 2, ..."), (2, 3.0, "0..2"), (2, 0.5, "0..2")],
)
def test_values_outside_the_support_of_a_part_are_refused(column, value, allowed, tmp_path):
    x = table()
    vae = fitted(x)
    vae.save(tmp_path / "run")
    x[199, column] = value
    message = re.escape(
        f"X has the value {value} in row 199, column {column}, outside the support of the integers {allowed}"
    )
    for ask in (fitted, vae.score, vae.transform, lb.load(tmp_path / "run").score):
        with pytest.raises(SupportError, match=message.replace("X", "(X|data)", 1)):
            ask(x)


def test_the_schema_keeps_the_support_of_each_column(tmp_path):
    vae = fitted(table())
    assert vae.schema_.column_supports == ("real", "count", "levels:3", "real")
    assert vae.schema_.whole_columns == (False, True, True, False)
    vae.save(tmp_path / "run")
    assert lb.load(tmp_path / "run").schema_ == vae.schema_


@pytest.mark.parametrize("dtype", [int, np.uint8, float])
def test_integers_and_bytes_are_a_mixed_table_too(dtype):
    x = np.random.default_rng(0).integers(0, 3, (60, 2)).astype(dtype)
    vae = lb.VAE(
        1, likelihood="Product([(Poisson((1,)), (0,)), (Ordinal((1,), 3), (1,))])", epochs=1, compile="no"
    ).fit(x)
    assert vae.schema_.support == "real"
    assert vae.evaluate(x, samples=4).bits_per_dim is not None
    assert np.array_equal(vae.transform(x), vae.transform(x.astype(float)))


@pytest.mark.parametrize("columns", [(0, 1), (0, 3), (2,)])
def test_each_column_is_described_once(columns):
    with pytest.raises(ConfigError, match=f"columns 0 to {len(columns)} once"):
        Product([(Normal((len(columns),)), columns), (Normal((1,)), (1,))])


def test_nothing_is_refused():
    with pytest.raises(ConfigError):
        Product([])


def test_shapes_are_checked():
    with pytest.raises(ShapeError, match=r"Write the shape out: Normal\(\(1,\)"):
        Product([(Normal((3,)), (0,)), (Normal((2,)), (1, 2))])


def test_a_table_of_another_width_is_refused():
    with pytest.raises(ShapeError, match=r"\(4,\).*\(5,\)"):
        lb.VAE(2, likelihood=MIXED, epochs=1, compile="no").fit(np.random.default_rng(0).normal(size=(50, 5)))


def test_gaps_of_every_kind_of_column_are_filled():
    random = np.random.default_rng(0)
    x = np.stack([random.normal(size=80), random.gamma(2.0, size=80), random.beta(2, 2, 80), random.poisson(3, 80)], 1)
    families = ("Normal((1,)), (0,)", "Gamma((1,)), (1,)", "Beta((1,)), (2,)", "Poisson((1,)), (3,)")
    mixed = f"Product([{', '.join(f'({family})' for family in families)}])"
    vae = lb.VAE(1, likelihood=mixed, epochs=2, hidden=(8,), random_state=0, compile="no").fit(x)
    gaps = np.where(random.random(x.shape) < 0.3, np.nan, x)
    filled, drawn = vae.impute(gaps, samples=50), vae.impute(gaps, samples=50, draw=True)
    seen = ~np.isnan(gaps)
    for rows in (filled, drawn):
        assert np.array_equal(rows[seen], x.astype(rows.dtype)[seen])
        assert (rows[:, 1] > 0).all()
        assert ((rows[:, 2] > 0) & (rows[:, 2] < 1)).all()
    assert np.array_equal(drawn[:, 3], drawn[:, 3].round())
