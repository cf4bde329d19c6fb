"""Every likelihood through the estimator's door, on data of its own support."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest

import lowerbound as lb
from lowerbound.data import Schema
from lowerbound.data.checking import check_values
from lowerbound.errors import ConfigError, ShapeError, SupportError
from lowerbound.spec import fill, members
from tests.estimators.small import small

ROWS, LEVELS = 40, 7
KNOWN = {"event_shape", "levels", "n_classes"}


def stands_alone(family: type) -> bool:
    """Whether a name is enough: mixtures and products are made of other families."""
    needed = [p.name for p in inspect.signature(family).parameters.values() if p.default is p.empty]
    return KNOWN.issuperset(needed)


NAMES = sorted(name for name, family in members("likelihoods").items() if stands_alone(family))


def shape(name: str) -> tuple[int, ...]:
    """A table's row, or a small image where the likelihood describes those only."""
    try:
        fill(name, ["likelihoods"], event_shape=(4,), levels=LEVELS, n_classes=LEVELS)
    except ShapeError:
        return (1, 5, 6)
    return (4,)


def support(name: str) -> str:
    return fill(name, ["likelihoods"], event_shape=shape(name), levels=LEVELS, n_classes=LEVELS).support


def rows(kind: str, shape: tuple[int, ...], n: int = ROWS) -> np.ndarray:
    """Rows of a support, correlated by one hidden factor; columns of counts and amounts differ by orders of magnitude."""
    rng = np.random.default_rng(0)
    score = rng.normal(size=(n, *(1 for _ in shape))) + 0.5 * rng.normal(size=(n, *shape))
    share = 1 / (1 + np.exp(-score))
    scales = 10.0 ** (np.arange(np.prod(shape)).reshape(shape) % 4)
    match kind:
        case "real":
            return 3.0 + scales * score
        case "positive":
            return scales * np.exp(score) * 1e-2
        case "unit":
            return np.clip(1.4 * share - 0.2, 0, 1)
        case "interval":
            return share
        case "binary":
            return (score > 0).astype(np.uint8)
        case "levels":
            values = np.minimum(LEVELS * share, LEVELS - 1).astype(np.uint8)
            values.flat[0] = LEVELS - 1
            return values
        case "count":
            return rng.poisson(scales * np.exp(score)).astype(float)
    raise AssertionError(f"write rows of the support {kind!r}")


def inside(values: np.ndarray, schema: Schema) -> None:
    """Check that values are in the support of the model."""
    check_values(values, schema)


@pytest.mark.slow  # the quick suite walks through each likelihood among the products
@pytest.mark.parametrize("name", NAMES)
def test_it_fits_scores_samples_saves_and_loads(name: str, tmp_path: Path) -> None:
    data = rows(support(name), shape(name), ROWS if len(shape(name)) == 1 else 4)
    vae = small(likelihood=name, epochs=6, options={"channels": (4,)}).fit(data)
    assert vae.spec_["model"].count(f"{members('likelihoods')[name].__name__}(")
    scores = vae.score_samples(data)
    assert np.isfinite(scores).all()
    assert np.isfinite([r["train/elbo"] for r in vae.history_]).all()
    drawn = vae.sample(5, random_state=1)
    assert drawn.shape == (5, *shape(name))
    inside(drawn, vae.fitted_.schema)
    assert np.array_equal(drawn, vae.sample(5, random_state=1))
    assert np.isfinite(vae.score_samples(drawn)).all()
    means = vae.reconstruct(data)
    assert means.shape == data.shape
    assert np.isfinite(means).all()
    vae.save(tmp_path / "run")
    again = lb.load(tmp_path / "run")
    assert np.array_equal(again.score_samples(data), scores)
    assert np.array_equal(again.sample(5, random_state=1), drawn)
    assert again.spec_ == vae.spec_


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in NAMES if len(shape(name)) == 1])
def test_training_helps(name: str) -> None:
    """One factor makes the columns: finding it is worth nats, whatever the scale of the data."""
    data = rows(support(name), shape(name), 10 * ROWS)
    vae = small(likelihood=name, epochs=8, batch_size=64, learning_rate=8e-2).fit(data)
    elbo = [r["val/elbo"] for r in vae.history_]
    assert max(elbo) > elbo[0] + 0.15


OUTSIDE = {
    "count": (-1.0, 0.5), "positive": (0.0, -2.0), "unit": (-0.125, 1.125), "interval": (0.0, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMES if support(name) in OUTSIDE])
def test_values_outside_the_support_are_refused_with_their_place(name: str) -> None:
    for value in OUTSIDE[support(name)]:
        data = rows(support(name), shape(name)).astype(float)
        data[3, 2] = value
        with pytest.raises(SupportError, match=rf"the value {value} in row 3, column 2"):
            small(likelihood=name).fit(data)


@pytest.mark.parametrize("name", [name for name in NAMES if support(name) in ("positive", "unit", "interval")])
def test_binary_data_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"likelihood='{name}' cannot describe binary data"):
        small(likelihood=name).fit(rows("binary", (4,)))


@pytest.mark.parametrize(
    "name", ["ordinal", "categorical", "beta-binomial", "logistic-mixture", "discretized-logistic"]
)
def test_a_table_of_integers_has_levels_for_a_likelihood_of_levels(name: str, tmp_path: Path) -> None:
    data = rows("levels", (4,))
    vae = small(likelihood=name).fit(data.astype(int))
    assert (vae.schema_.support, vae.schema_.levels) == ("levels", LEVELS)
    assert np.array_equal(vae.score_samples(data.astype(float)), small(likelihood=name).fit(data).score_samples(data))
    vae.save(tmp_path / "run")
    assert np.array_equal(lb.load(tmp_path / "run").transform(data.astype(int)), vae.transform(data))
    with pytest.raises(SupportError, match="the value 7 in row 0, column 0, outside the support of the integers 0..6"):
        vae.score(np.full((2, 4), LEVELS))


def test_levels_that_are_said_may_be_more_than_are_seen() -> None:
    data = rows("levels", (4,)).astype(int)
    vae = small(likelihood="Ordinal(levels=9)").fit(data)
    assert np.isfinite(vae.score(np.full((2, 4), 8)))
    with pytest.raises(SupportError, match="outside the support of the integers 0..4"):
        small(likelihood="Ordinal(levels=5)").fit(data)
