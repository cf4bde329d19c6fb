"""A likelihood for each column, from its values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lowerbound as lb
from lowerbound.data import from_arrays, open_data
from lowerbound.errors import ConfigError
from lowerbound.estimators.mixed import mixed_hint, mixed_likelihood
from tests.estimators.small import pictures, small, tiny

N = 200


def table() -> pd.DataFrame:
    """Columns of every kind, moved by one hidden number."""
    random = np.random.default_rng(0)
    z = random.normal(size=N)
    return pd.DataFrame(
        {
            "height": (170 + 8 * z + random.normal(size=N)).round(),
            "smoker": (z + random.normal(size=N) > 0).astype(int),
            "visits": random.poisson(np.exp(z + 2)),
            "grade": np.clip((2 + z).round(), 0, 4).astype(int),
            "change": random.normal(size=N),
            "married": random.random(N) < 0.5,
        }
    )


EXPECTED = (
    "Product([(Normal((2,)), (0, 4)), (Bernoulli((2,)), (1, 5)), (NegativeBinomial((1,)), (2,)), "
    "(Categorical((1,), 5), (3,))])"
)


def test_each_column_has_its_family() -> None:
    assert mixed_likelihood(from_arrays(table())) == EXPECTED


def test_rows_on_disk_are_read_in_stretches(tmp_path: Path) -> None:
    rows = np.tile(table().to_numpy(float), (200, 1))
    rows[-1, 3] = 8
    np.save(tmp_path / "x.npy", rows)
    streamed = open_data(tmp_path / "x.npy", stream=True)
    assert mixed_likelihood(streamed) == mixed_likelihood(from_arrays(rows)) == EXPECTED.replace("5), (3", "9), (3")


@pytest.mark.parametrize(
    ("column", "family"),
    [
        ([0, 1, 1], "Bernoulli((1,))"),
        ([0.0, 0.0, 0.0], "Bernoulli((1,))"),
        ([0, 9, 3], "Categorical((1,), 10)"),
        ([0, 10, 3], "NegativeBinomial((1,))"),
        ([2010, 2011, 2012], "Normal((1,))"),
        ([-1, 0, 1], "Normal((1,))"),
        ([0.5, 1, 2], "Normal((1,))"),
    ],
)
def test_the_rule(column: list[float], family: str) -> None:
    data = from_arrays(np.stack([column, [0.5, 2.5, -3.0]], 1))
    assert f"({family}, (0" in mixed_likelihood(data).replace("Normal((2,)), (0, 1)", "Normal((1,)), (0,)")


def test_it_fits_fills_and_comes_back(tmp_path: Path) -> None:
    data = table()
    vae = small(likelihood="mixed").fit(data)
    assert vae.settings_["likelihood"] == EXPECTED
    assert vae.schema_.column_supports == ("real", "binary", "count", "levels:5", "real", "binary")
    drawn = vae.sample(50, random_state=0)
    assert np.array_equal(drawn[:, [1, 2, 3, 5]], drawn[:, [1, 2, 3, 5]].round())
    gaps = data.astype(float).mask(np.random.default_rng(1).random(data.shape) < 0.2)
    assert np.isfinite(vae.impute(gaps, samples=20)).all()
    vae.save(tmp_path / "run")
    assert np.array_equal(lb.load(tmp_path / "run").score_samples(data), vae.score_samples(data))


def test_a_table_of_several_kinds_is_hinted_at() -> None:
    data = from_arrays(table())
    named = "columns 'smoker', 'visits', 'grade', 'married' hold yes or no, counts or classes"
    assert str(mixed_hint(data, tiny())).startswith(named)
    for changed in ({"likelihood": "normal"}, {"likelihood": "mixed"}, {"recipe": "ppca"}):
        assert mixed_hint(data, tiny(**changed)) is None
    assert mixed_hint(from_arrays(table()[["height", "change"]]), tiny()) is None
    many = from_arrays(np.hstack([np.arange(16).reshape(8, 2) % 9 + np.zeros((8, 2)), -np.ones((8, 1))] * 4))
    assert "and 3 more hold" in str(mixed_hint(many, tiny()))


def test_it_is_no_likelihood_of_images() -> None:
    with pytest.raises(ConfigError, match="likelihood='mixed' describes tables"):
        small(likelihood="mixed").fit(pictures(4, 4))


def test_the_plan_says_the_families() -> None:
    from lowerbound.estimators.planning import make_plan

    plan = make_plan(from_arrays(table()).split(seed=0), tiny(likelihood="mixed"))
    assert plan.facts()["likelihood"] == "Product of Normal x 2, Bernoulli x 2, NegativeBinomial x 1, Categorical x 1"
