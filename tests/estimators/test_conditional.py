"""Models conditioned on labels or covariates."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

import lowerbound as lb
from lowerbound.errors import ConfigError, DataError, LowerboundError, ShapeError, UnknownNameError
from tests.estimators.small import labels, pictures, small, table

X = table()
COVARIATES = np.random.default_rng(4).normal(size=(40, 2))


def conditional(y: Any, **changed: Any) -> lb.VAE:
    """A conditional model of the table."""
    return small(recipe="cvae", **changed).fit(X, y)


@pytest.fixture(scope="module")
def of_labels() -> lb.VAE:
    """Return a model conditioned on text."""
    return conditional(labels())


@pytest.fixture(scope="module")
def of_covariates() -> lb.VAE:
    """Return a model conditioned on two numbers."""
    return conditional(COVARIATES)


LABELS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "text": (labels(), ("cat", "dog", "eel")),
    "list": (labels().tolist(), ("cat", "dog", "eel")),
    "objects": (labels().astype(object), ("cat", "dog", "eel")),
    "series": (pd.Series(labels()), ("cat", "dog", "eel")),
    "categories": (pd.Series(pd.Categorical(labels())), ("cat", "dog", "eel")),
    "polars": (pl.Series(labels().tolist()), ("cat", "dog", "eel")),
    "column": (labels()[:, None], ("cat", "dog", "eel")),
    "integers": (np.arange(40) % 3 + 8, ("8", "9", "10")),
    "tensor": (torch.arange(40) % 3, ("0", "1", "2")),
    "booleans": (np.arange(40) % 2 == 0, ("False", "True")),
    "one class": (["only"] * 40, ("only",)),
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_every_kind(kind: str) -> None:
    y, classes = LABELS[kind]
    vae = conditional(y)
    assert vae.schema_.classes == classes
    assert vae.transform(X, y).shape == (40, 2)
    assert np.isfinite(vae.score(X, y))
    assert vae.sample(3, given=classes[0]).shape == (3, 4)


@pytest.mark.parametrize("y", [COVARIATES, COVARIATES[:, 0], pd.DataFrame(COVARIATES, columns=["dose", "age"])])
def test_covariates_of_every_kind(y: Any) -> None:
    vae = conditional(y)
    names = vae.schema_.covariates
    assert names == (("dose", "age") if isinstance(y, pd.DataFrame) else ("y",) if y.ndim == 1 else ("y0", "y1"))
    assert vae.schema_.classes is None
    assert np.isfinite(vae.score(X, y))
    assert vae.sample(3, given=0.5 if len(names) == 1 else [0.5, 1.0]).shape == (3, 4)


def test_one_label_for_all_or_one_for_each(of_labels: lb.VAE) -> None:
    each = of_labels.sample(3, given=["cat", "dog", "cat"], random_state=1)
    assert each.shape == (3, 4)
    same = of_labels.sample(3, given="cat", random_state=1)
    assert np.array_equal(of_labels.sample(3, given=["cat"] * 3, random_state=1), same)
    assert np.array_equal(each[[0, 2]], same[[0, 2]])
    assert not np.array_equal(each[1], same[1])


def test_one_row_of_covariates_for_all_or_one_for_each(of_covariates: lb.VAE) -> None:
    for n in (2, 3):
        same = of_covariates.sample(n, given=[0.5, -1.0], random_state=1)
        assert np.array_equal(of_covariates.sample(n, given=[[0.5, -1.0]] * n, random_state=1), same)
    assert not np.array_equal(of_covariates.sample(2, given=[0.5, 1.0], random_state=1), same[:2])


NAMED = pd.DataFrame(COVARIATES, columns=["dose", "age"])


def test_covariates_with_names_are_taken_by_name() -> None:
    vae = conditional(NAMED)
    swapped = NAMED[["age", "dose"]]
    expected = vae.transform(X, COVARIATES)
    for y in (NAMED, swapped, swapped.assign(other=1.0), pl.from_pandas(swapped), torch.tensor(COVARIATES)):
        assert np.array_equal(vae.transform(X, y), expected)
    same = vae.sample(2, given=COVARIATES[0])
    for given in (
        NAMED.iloc[0],
        swapped.iloc[0],
        swapped.iloc[0].to_dict(),
        [dict(NAMED.iloc[0])["dose"], NAMED.age[0]],
    ):
        assert np.array_equal(vae.sample(2, given=given), same)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (NAMED.rename(columns={"age": "years"}), "lacks the column 'age'"),
        (NAMED.set_axis(["u", "v"], axis=1), "y has the columns u, v; the model was fitted with dose, age. Name them"),
        ({"dose": 1.0, "aeg": 2.0}, "y lacks the covariate 'age'. Did you mean 'aeg'?"),
    ],
)
def test_covariates_of_other_names_are_refused(y: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=re.escape(message)):
        conditional(NAMED).transform(X, y)


def test_names_do_not_matter_to_a_model_that_knows_none(of_covariates: lb.VAE) -> None:
    assert np.array_equal(of_covariates.transform(X, NAMED), of_covariates.transform(X, COVARIATES))


def test_codes_of_the_rows_just_fitted(of_labels: lb.VAE) -> None:
    found = small(recipe="cvae").fit_transform(X, labels())
    assert np.array_equal(found, of_labels.transform(X, labels()))


@pytest.mark.parametrize("given", [True, 1, 1.0, np.int64(1), "True"])
def test_a_truth_value_may_be_written_as_a_number(given: Any) -> None:
    vae = conditional(np.arange(40) % 2 == 0)
    assert np.array_equal(vae.sample(2, given=given), vae.sample(2, given=[True, True]))


@pytest.mark.thorough
def test_the_label_matters_after_training() -> None:
    data = np.where(labels()[:, None] == "cat", 5.0, -5.0) + np.random.default_rng(0).normal(size=(40, 3))
    vae = small(recipe="cvae", epochs=150, learning_rate=0.02, batch_size=40).fit(data, labels())
    assert vae.sample(200, given="cat").mean() > 2.5
    assert vae.sample(200, given="dog").mean() < -2.5
    assert vae.score(data, labels()) > vae.score(data, np.roll(labels(), 1)) + 1


def test_labels_of_the_question_may_differ_from_those_of_the_fit(of_labels: lb.VAE) -> None:
    assert np.array_equal(of_labels.transform(X, ["dog"] * 40), of_labels.transform(X, "dog"))
    assert not np.array_equal(of_labels.transform(X, "dog"), of_labels.transform(X, "cat"))
    assert of_labels.inverse_transform(np.zeros((2, 2)), "cat").shape == (2, 4)
    assert of_labels.traverse(3, y="eel")[2].shape == (2, 3, 4)
    assert of_labels.evaluate(X, labels(), samples=2).n_rows == 40
    assert np.isfinite(of_labels.diagnose(X, labels(), train=X, train_y=labels()).valid_elbo)


WRONG: dict[str, tuple[Any, type[Exception], str]] = {
    "unknown": (lambda m: m.sample(3, given="cot"), UnknownNameError, "unknown class 'cot'.* Did you mean 'cat'?"),
    "number": (lambda m: m.sample(3, given=1), UnknownNameError, "unknown class '1'"),
    "in a row": (lambda m: m.transform(X, ["cat"] * 39 + ["wolf"]), UnknownNameError, "unknown class 'wolf' in row 39"),
    "too few": (lambda m: m.sample(3, given=["cat", "dog"]), ShapeError, "2 rows"),
    "rows without": (lambda m: m.score(X, labels()[:3]), ShapeError, "y has 3 rows where there are 40: give one label"),
    "none given": (lambda m: m.sample(3), ConfigError, "conditional: give the labels or covariates.*given="),
    "no y": (lambda m: m.transform(X), ConfigError, r"give the labels or covariates of the rows \(y=...\)"),
    "no y to score": (lambda m: m.score(X), ConfigError, "conditional"),
    "no y to decode": (lambda m: m.inverse_transform(np.zeros((2, 2))), ConfigError, "conditional"),
    "no y to walk": (lambda m: m.traverse(3), ConfigError, "conditional"),
    "missing": (lambda m: m.transform(X, [None, *labels()[1:]]), DataError, "y has NaN in row 0: drop the row"),
    "columns": (lambda m: m.transform(X, np.ones((40, 2))), ShapeError, "one column of classes"),
    "by name": (lambda m: m.sample(3, given={"pet": "cat"}), DataError, "given has names, .* fitted with classes"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_wrong_labels(what: str, of_labels: lb.VAE) -> None:
    ask, kind, message = WRONG[what]
    with pytest.raises(kind, match=message):
        ask(of_labels)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("cat", "text where the model was fitted with the numeric covariates y0, y1"),
        ([0.5, 1.0, 1.5], "1 columns, the model was fitted with 2|3 columns, the model was fitted with 2: y0, y1"),
        (0.5, "fitted with 2: y0, y1"),
        ([np.nan, 1.0], "NaN or inf"),
    ],
)
def test_wrong_covariates(given: Any, message: str, of_covariates: lb.VAE) -> None:
    with pytest.raises(LowerboundError, match=message):
        of_covariates.sample(3, given=given)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "The recipe 'cvae' needs labels or covariates"),
        (labels()[:5], "y has 5 rows where there are 40"),
        ([None, *labels()[1:]], "y has NaN in row 0"),
        (np.where(np.arange(40) == 7, np.nan, 1.5), "y has NaN or inf in row 7"),
        (np.array([["a", "b"]] * 40), "several columns that are not numbers"),
    ],
)
def test_labels_that_cannot_be_learned(y: Any, message: str) -> None:
    with pytest.raises(LowerboundError, match=re.escape(message)):
        conditional(y)


def test_a_conditional_model_of_images() -> None:
    data = pictures(5, 7)
    vae = lb.VAE(2, recipe="cvae", epochs=1, compile="no", random_state=0, options={"channels": (4,)})
    vae.fit(data, labels(16))
    assert vae.sample(2, given=["cat", "eel"]).shape == (2, 1, 5, 7)
    assert vae.transform(data, labels(16)).shape == (16, 2)


def test_columns_of_a_file_as_labels(tmp_path: Any) -> None:
    frame = pd.DataFrame(X, columns=list("abcd")).assign(kind=labels())
    frame.to_csv(tmp_path / "x.csv", index=False)
    vae = small(recipe="cvae").fit(tmp_path / "x.csv", "kind")
    assert vae.schema_.classes == ("cat", "dog", "eel")
    assert vae.schema_.columns == tuple("abcd")
    assert vae.sample(2, given="dog").shape == (2, 4)
