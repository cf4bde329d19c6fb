"""From real fits to content: every kind of data that an estimator takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.data import Dataset, from_arrays
from lowerbound.data.datasets import digits
from lowerbound.errors import ShapeError
from lowerbound.report import ReportContent, collect, render
from tests.report.outline import faults
from tests.tiers import few_quick

RNG = np.random.default_rng(0)
QUICK = {"epochs": 1, "hidden": (8,), "network": "mlp", "precision": "float32", "compile": "no", "random_state": 0}


def fit(data: Dataset, **settings: Any) -> tuple[lb.VAE, Dataset]:
    data = data.split(seed=1)
    return lb.VAE(**{**QUICK, "n_components": 2, **settings}).fit(data), data


def few_digits() -> Dataset:
    data = digits()
    return replace(data, x=data.x[:80], y=data.y[:80], splits=None)


def dynamic() -> Dataset:
    images = RNG.integers(0, 256, (60, 6, 6), dtype=np.uint8)
    return from_arrays(images, binarize="dynamic", support="binary", levels=256)


def table() -> Dataset:
    return from_arrays(RNG.normal(size=(60, 3)), RNG.normal(size=60), columns=("a", "b", "c"))


@cache
def fitted_table() -> tuple[lb.VAE, Dataset]:
    return fit(table())


FITS: dict[str, Callable[[], tuple[lb.VAE, Dataset]]] = {
    "digits": lambda: fit(few_digits(), n_components=3),
    "conditional digits": lambda: fit(few_digits(), recipe="cvae"),
    "dynamic binarization": lambda: fit(dynamic()),
    "colour images": lambda: fit(
        from_arrays(RNG.random((40, 3, 5, 6)).astype(np.float32) * 9 - 4), epochs=40, learning_rate=0.02, beta=4.0
    ),
    "table with a covariate": fitted_table,
    "table given a covariate": lambda: fit(table(), recipe="cvae"),
    "one column, one latent": lambda: fit(from_arrays(RNG.normal(size=(50, 1))), n_components=1),
    "three rows": lambda: fit(from_arrays(RNG.normal(size=(3, 2)))),
    "full covariance": lambda: fit(table(), posterior="cholesky-normal"),
    "binary vectors": lambda: fit(from_arrays(RNG.integers(0, 2, (50, 4)))),
}


@cache
def collected(kind: str) -> ReportContent:
    with torch.random.fork_rng():
        return collect(*FITS[kind](), samples=4)


@cache
def page_of(kind: str) -> str:
    return render(collected(kind))


@pytest.mark.parametrize("kind", few_quick(FITS, ("digits", "three rows")))
def test_a_fit_of_every_kind_makes_a_good_page(kind: str) -> None:
    assert faults(page_of(kind)) == []


def test_images_are_shown_from_black_to_white() -> None:
    for kind in ("digits", "conditional digits", "dynamic binarization", "colour images"):
        content = collected(kind)
        assert content.samples is not None
        assert content.pairs is not None
        shown = [content.samples.means, content.pairs.originals, content.pairs.reconstructions]
        assert all(-0.1 < rows.min() and 0.3 < rows.max() < 1.1 for rows in shown if rows is not None)
        assert content.comparison is None


def test_numbers_are_those_of_the_test_rows() -> None:
    content = collected("digits")
    assert content.row == "test row"
    assert content.numbers is not None
    assert content.numbers.n_rows == content.data.rows["test"] == 8
    assert content.numbers.samples == 4
    np.testing.assert_allclose(content.numbers.elbo, -(content.numbers.rate + content.numbers.distortion))


def test_extremes_are_the_ends_of_the_ranking() -> None:
    ends = collected("table with a covariate").extremes
    assert ends is not None
    assert (np.diff(ends.most_log_p) <= 0).all()
    assert (np.diff(ends.least_log_p) >= 0).all()
    assert ends.most_log_p[-1] >= ends.least_log_p[-1]
    assert not set(ends.most_index) & set(ends.least_index)


def test_extreme_rows_are_the_rows_of_their_index() -> None:
    vae, data = fitted_table()
    ends = collect(vae, data, samples=4).extremes
    assert ends is not None
    test = data.rows("test")[0]
    assert isinstance(test, torch.Tensor)
    np.testing.assert_array_equal(ends.least, test[ends.least_index].numpy())
    np.testing.assert_array_equal(ends.most, test[ends.most_index].numpy())


def test_conditional_models_are_asked_under_labels() -> None:
    for kind, label in (("conditional digits", "0"), ("table given a covariate", "y = ")):
        content = collected(kind)
        assert content.samples is not None
        assert content.samples.given is not None
        assert content.samples.given[0].startswith(label)
        assert len(content.samples.given) == len(content.samples.rows)
        assert content.traversal is not None
        assert content.traversal.given


@pytest.mark.thorough
def test_labels_colour_the_map_only_where_there_are_labels() -> None:
    maps = {kind: collected(kind).latent for kind in FITS}
    assert maps["digits"].labels is not None
    assert maps["digits"].explained is not None
    assert maps["table with a covariate"].values is not None
    assert maps["binary vectors"].labels is maps["binary vectors"].values is None
    assert maps["one column, one latent"].points.shape == (5, 1)


def test_what_a_run_cost_and_where_it_ran_is_kept() -> None:
    vae, data = fitted_table()
    content = collect(vae, data, samples=2, cost={"wall_seconds": 12.0})
    assert content.cost["wall_seconds"] == 12.0
    assert content.cost["steps"] == vae.n_iter_
    assert content.seeds == {"seed": 0}
    assert "torch" in content.versions
    assert content.specs["objective"].startswith("ELBO")


def test_collecting_twice_gives_the_same_page() -> None:
    vae, data = fit(few_digits())
    assert render(collect(vae, data, samples=4)) == render(collect(vae, data, samples=4))


def test_what_was_computed_before_is_used() -> None:
    vae, data = fitted_table()
    test = replace(data, x=data.rows("test")[0], y=None, splits=None)
    evaluation, diagnosis = vae.evaluate(test, samples=3), replace(vae.diagnose(test), advice=["Said before."])
    content = collect(vae, data, evaluation=evaluation, diagnosis=diagnosis)
    assert content.numbers is not None
    assert content.numbers.samples == 3
    assert content.health is not None
    assert content.health.advice == ("Said before.",)


def test_rows_that_are_not_held_out_are_called_so() -> None:
    data = table().split(test=0.0, seed=1)
    vae = lb.VAE(**QUICK, n_components=2).fit(data)
    content = collect(vae, data, samples=2)
    assert content.row == "validation row"
    assert "a little too good" in render(content)
    content = collect(vae, replace(data, splits={"train": data.splits["train"]}), samples=2)
    assert content.row == "training row"
    assert render(content).count("these are the training rows") == 2


def test_conditional_numbers_are_called_so() -> None:
    assert "(NLL) given the class is" in page_of("conditional digits")
    assert "where c is y" in page_of("table given a covariate")
    assert "(NLL) is" in page_of("digits")


def test_rows_without_splits_are_called_given_rows() -> None:
    vae, data = fitted_table()
    content = collect(vae, from_arrays(data.x.numpy()[:20]), samples=2)
    assert content.row == "given row"
    assert "On 20 given rows" in render(content)


def test_rows_that_look_otherwise_are_brought_to_the_fitted_schema() -> None:
    vae, data = fit(few_digits(), recipe="cvae")
    flat = from_arrays(data.x[:30].float().numpy() + 0.0, np.array(data.schema.classes)[data.y[:30].numpy()])
    assert flat.schema.support == "real" or flat.schema != data.schema
    content = collect(vae, flat, samples=2)
    assert content.data.support == "levels"
    assert content.samples is not None
    assert content.samples.given is not None


def test_rows_of_another_shape_are_refused() -> None:
    vae, _ = fitted_table()
    with pytest.raises(ShapeError, match=r"\(4,\).*\(3,\)"):
        collect(vae, from_arrays(RNG.normal(size=(5, 4))))


def test_the_estimator_writes_its_own_report(tmp_path: Any) -> None:
    vae, data = fitted_table()
    vae.report(tmp_path / "report.html", data)
    assert faults((tmp_path / "report.html").read_text(encoding="utf-8")) == []
