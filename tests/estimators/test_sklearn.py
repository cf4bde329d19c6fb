"""scikit-learn's contract, with no check excused."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import lowerbound as lb
from lowerbound.errors import ShapeError
from tests.estimators.small import labels, small, table

X = table()


@pytest.mark.filterwarnings("default::lowerbound.errors.DataWarning")
@parametrize_with_checks([lb.VAE(n_components=2, epochs=2, random_state=0)])
def test_every_check_of_scikit_learn_passes(estimator: Any, check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # without it one check is skipped
    check(estimator)


def test_clone_keeps_every_parameter() -> None:
    vae = small(beta=2.0, options={"dropout": 0.25})
    again = clone(vae)
    assert again.get_params() == vae.get_params()
    assert not hasattr(clone(small().fit(X)), "fitted_")


def test_parameters_are_not_touched_by_fit() -> None:
    vae = small(n_components=None, batch_size=None)
    before = dict(vae.get_params())
    vae.fit(X)
    assert vae.get_params() == before


def test_a_pipeline_with_a_classifier() -> None:
    y = (X[:, 0] > 3).astype(int)
    pipe = make_pipeline(StandardScaler(), small(), LogisticRegression())
    assert pipe.fit(X, y).predict(X).shape == (40,)
    assert cross_val_score(pipe, X, y, cv=2).shape == (2,)


def test_a_grid_search_chooses_by_log_p() -> None:
    search = GridSearchCV(small(), {"n_components": [1, 2], "variance": ["feature", "scalar"]}, cv=2).fit(X)
    assert len(search.cv_results_["mean_test_score"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.score(X) == search.best_estimator_.score(X)


def test_the_estimator_can_be_pickled() -> None:
    vae = small().fit(X)
    again = pickle.loads(pickle.dumps(vae))
    assert np.array_equal(again.transform(X), vae.transform(X))
    assert np.array_equal(again.score_samples(X), vae.score_samples(X))


@pytest.mark.parametrize("method", ["transform", "sample", "score", "score_samples", "evaluate", "diagnose", "save"])
def test_before_fit_every_question_says_so(method: str) -> None:
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(small(), method)(*([X] if method != "sample" else []))


FORMS = {
    "float64": lambda x, folder: x,
    "float32": lambda x, folder: x.astype(np.float32),
    "fortran": lambda x, folder: np.asfortranarray(x),
    "view": lambda x, folder: np.repeat(x, 2, axis=0)[::2],
    "list": lambda x, folder: x.tolist(),
    "tensor": lambda x, folder: torch.tensor(x),
    "tensor with gradient": lambda x, folder: torch.tensor(x, requires_grad=True),
    "pandas": lambda x, folder: pd.DataFrame(x, columns=list("abcd")),
    "polars": lambda x, folder: pl.DataFrame(x, schema=list("abcd")),
    "memmap": lambda x, folder: np.load(saved(x, folder), mmap_mode="r"),
    "npy": lambda x, folder: str(saved(x, folder)),
    "path": lambda x, folder: saved(x, folder),
    "csv": lambda x, folder: written(x, folder),
    "dataset": lambda x, folder: lb.data.from_arrays(x),
}


def saved(x: np.ndarray, folder: Path) -> Path:
    """Write a .npy file."""
    np.save(folder / "x.npy", x)
    return folder / "x.npy"


def written(x: np.ndarray, folder: Path) -> Path:
    """Write a .csv file."""
    pd.DataFrame(x, columns=list("abcd")).to_csv(folder / "x.csv", index=False, float_format="%.17g")
    return folder / "x.csv"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_same_rows_gives_the_same_model(form: str, tmp_path: Path) -> None:
    data = FORMS[form](X, tmp_path)
    vae, same = small().fit(data), small().fit(X)
    assert vae.n_features_in_ == 4
    assert np.array_equal(vae.transform(data), same.transform(X))
    assert np.array_equal(vae.score_samples(data), same.score_samples(X))
    assert vae.score(data) == same.score(X)


@pytest.mark.parametrize(("module", "kind"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_output_as_a_frame(module: str, kind: type) -> None:
    frame = pd.DataFrame(X, columns=list("abcd")) if module == "pandas" else pl.DataFrame(X, schema=list("abcd"))
    vae = small().set_output(transform=module).fit(frame)
    out = vae.transform(frame)
    assert isinstance(out, kind)
    assert list(out.columns) == ["vae0", "vae1"] == list(vae.get_feature_names_out())
    assert np.array_equal(out.to_numpy(), small().fit(X).transform(X))
    assert isinstance(vae.fit_transform(frame), kind)


def test_output_keeps_the_index_of_a_frame() -> None:
    frame = pd.DataFrame(X, columns=list("abcd"), index=[f"row {i}" for i in range(len(X))])
    out = small().set_output(transform="pandas").fit_transform(frame)
    assert list(out.index) == list(frame.index)


def test_names_of_columns_are_kept_and_checked() -> None:
    frame = pd.DataFrame(X, columns=list("abcd"))
    vae = small().fit(frame)
    assert list(vae.feature_names_in_) == list("abcd")
    for wrong in (frame.rename(columns={"a": "z"}), frame[list("dcba")], frame[list("abc")]):
        with pytest.raises(ShapeError, match="feature"):
            vae.transform(wrong)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        vae.transform(X)


def test_a_second_fit_forgets_the_first() -> None:
    vae = small().fit(pd.DataFrame(X, columns=list("abcd")))
    vae.fit(X[:, :3])
    assert vae.n_features_in_ == 3
    assert not hasattr(vae, "feature_names_in_")
    assert np.array_equal(vae.transform(X[:, :3]), small().fit(X[:, :3]).transform(X[:, :3]))


def test_y_is_accepted_and_ignored_where_nothing_is_conditional() -> None:
    assert np.array_equal(small().fit(X, labels()).transform(X), small().fit(X).transform(X))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_codes_are_float32(dtype: type) -> None:
    assert small().fit(X.astype(dtype)).transform(X.astype(dtype)).dtype == np.float32
