"""Bad input: the message names what, where and the remedy; the model is left as it was."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

import lowerbound as lb
from lowerbound.errors import (
    ConfigError,
    DataError,
    DataWarning,
    LowerboundError,
    ShapeError,
    SupportError,
    UnknownNameError,
)
from tests.estimators.small import bits, labels, pictures, small, table

X = table()
FRAME = pd.DataFrame(X, columns=["age", "height", "weight", "pulse"])
LEVELS, REAL, BITS = pictures(5, 7), pictures(5, 7, support="real"), bits()


@pytest.fixture(scope="module")
def of_table() -> lb.VAE:
    """Return a model of real columns."""
    return small().fit(X)


@pytest.fixture(scope="module")
def of_frame() -> lb.VAE:
    """Return a model of named columns."""
    return small().fit(FRAME)


@pytest.fixture(scope="module")
def of_levels() -> lb.VAE:
    """Return a model of 8-bit images."""
    return small(network="mlp").fit(LEVELS)


@pytest.fixture(scope="module")
def of_bits() -> lb.VAE:
    """Return a model of binary columns."""
    return small().fit(BITS)


def put(value: Any, row: int = 3, column: int = 1) -> np.ndarray:
    """Return the table with one value changed."""
    out = X.astype(object) if isinstance(value, str) else X.copy()
    out[row, column] = value
    return out


def says(kind: type[Exception], *words: str) -> Any:
    """Expect an error of a class with words in its message, in any order."""
    return pytest.raises(kind, match="(?s)" + "".join(f"(?=.*{re.escape(word)})" for word in words))


VALUES: dict[str, tuple[Any, type[Exception], tuple[str, ...]]] = {
    "nan": (put(np.nan), DataError, ("NaN", "row 3, column 1", "impute the values or drop those rows")),
    "inf": (put(np.inf), DataError, ("inf", "row 3, column 1", "drop those rows")),
    "minus inf": (put(-np.inf), DataError, ("inf", "row 3, column 1")),
    "beyond single precision": (put(1e300), DataError, ("row 3, column 1", "1e+300", "rescale")),
    "text": (put("tall"), DataError, ("text in row 3, column 1: 'tall'", "Drop the column, encode it as numbers")),
    "all text": (np.full((5, 4), "x"), DataError, ("text in row 0, column 0", "encode it as numbers")),
    "numbers as text": (X.astype(str), DataError, ("text in row 0, column 0", "encode it as numbers")),
    "dates": (np.zeros((5, 4), "datetime64[D]"), DataError, ("datetime64", "convert it to numbers")),
    "complex": (X + 1j, DataError, ("Complex data not supported", "real and imaginary parts")),
    "no rows": (X[:0], DataError, ("0 sample(s)", "minimum of 1 is required")),
    "no columns": (X[:, :0], DataError, ("0 feature",)),
    "nothing": (np.zeros((0, 0)), DataError, (" 0 ",)),
    "one dimension": (X[0], ShapeError, ("Expected 2D array, got 1D array", "reshape(1, -1) if it is a single sample")),
    "a number": (3.0, ShapeError, ("got 0D array",)),
    "five dimensions": (np.zeros((2, 2, 2, 2, 2)), ShapeError, ("(2, 2, 2, 2",)),
    "ragged": ([[1.0, 2.0], [1.0]], ShapeError, ("rows of different lengths", "same number of values")),
    "no path": ("absent.npy", DataError, ("absent.npy does not exist", ".npy")),
    "no data set": ("digit", UnknownNameError, ("no data set, file or folder 'digit'", "Did you mean 'digits'?")),
    "objects": ([[object()] * 4] * 3, DataError, ("not numbers",)),
}  # fmt: skip


@pytest.mark.parametrize("what", VALUES)
@pytest.mark.parametrize("ask", ["fit", "transform", "score_samples"])
def test_bad_values(what: str, ask: str, of_table: lb.VAE) -> None:
    data, kind, words = VALUES[what]
    with says(kind, *words), warnings.catch_warnings():
        warnings.simplefilter("error")
        getattr(small() if ask == "fit" else of_table, ask)(data)


FRAMES: dict[str, tuple[Callable[[], Any], type[Exception], tuple[str, ...]]] = {
    "nan": (lambda: FRAME.assign(height=np.nan), DataError, ("NaN", "row 0, column 'height'", "40 such values in all")),
    "one nan": (lambda: FRAME.drop(index=7).reindex(range(40)), DataError, ("NaN", "row 7, column 'age'", "impute")),
    "text": (lambda: FRAME.assign(weight="heavy"), DataError, ("text", "row 0, column 'weight'", "'heavy'")),
    "category": (lambda: FRAME.assign(weight=pd.Categorical(["a", "b"] * 20)), DataError, ("column 'weight'",)),
    "polars null": (
        lambda: pl.DataFrame({"age": [1.0, 2.0, 3.0], "height": [1.0, None, 2.0]}),
        DataError,
        ("NaN", "row 1, column 'height'"),
    ),
    "polars text": (
        lambda: pl.DataFrame({"age": [1.0, 2.0, 3.0], "height": ["a", "b", "c"]}),
        DataError,
        ("text", "row 0, column 'height'"),
    ),
    "one row": (lambda: FRAME[:1], DataError, ("n_samples = 1", "at least 2 rows are needed")),
}


@pytest.mark.parametrize("what", FRAMES)
def test_bad_values_of_a_frame_are_named_by_column(what: str) -> None:
    data, kind, words = FRAMES[what]
    with says(kind, *words):
        small().fit(data())


def test_one_row_cannot_be_learned_but_can_be_asked_about(of_table: lb.VAE) -> None:
    with says(DataError, "n_samples = 1", "at least 2 rows are needed", "no variation to learn"):
        small().fit(X[:1])
    assert of_table.transform(X[:1]).shape == (1, 2)
    assert of_table.score_samples(X[:1]).shape == (1,)


@pytest.mark.parametrize("columns", [3, 5, 1])
def test_another_width_than_the_model_s(columns: int, of_table: lb.VAE) -> None:
    with says(ShapeError, f"X has {columns} features", "expecting 4 features", "the model was fitted with"):
        of_table.transform(table(columns=columns))


def test_other_columns_than_the_model_s(of_frame: lb.VAE) -> None:
    with says(ShapeError, "feature names should match", "age", "the model was fitted with"):
        of_frame.transform(FRAME.rename(columns={"age": "years"}))


def test_a_constant_column_is_named_and_survived() -> None:
    with pytest.warns(DataWarning, match="never changes in column 'pulse'.*consider dropping it"):
        vae = small().fit(FRAME.assign(pulse=1.5))
    assert np.isfinite(vae.score(FRAME.assign(pulse=1.5)))
    with pytest.warns(DataWarning, match="never changes in column 0, column 1, column 2"):
        vae = small().fit(np.full((5, 3), 2.5))
    assert np.isfinite(vae.sample(3)).all()
    with pytest.warns(DataWarning, match="column 4 and 7 more"):
        small().fit(np.full((6, 12), 0.5))


@pytest.mark.filterwarnings("ignore::lowerbound.errors.DataWarning")
@pytest.mark.parametrize("value", [0, 1, 0.0, 7])
def test_a_table_of_one_value_trains(value: float) -> None:
    data = np.full((6, 3), value)
    vae = small().fit(data)
    assert np.isfinite(vae.score_samples(data)).all()


@pytest.mark.parametrize(("shift", "value"), [(300, "3"), (-1, "-1")])
def test_integer_images_outside_a_byte(shift: int, value: str, of_levels: lb.VAE) -> None:
    data = LEVELS.astype(int) + shift
    with says(SupportError, "value", "row ", "pixel (0, ", "outside 0..255", "rescale the images to 8 bits", "float"):
        small(network="mlp").fit(data)
    with says(SupportError, "row ", "pixel (0, ", "outside the support of the integers 0..255", "such values in all"):
        of_levels.transform(data)


def test_fractions_where_levels_were_learned(of_levels: lb.VAE) -> None:
    with says(SupportError, "row 0, pixel (0, 0, ", "the integers 0..255", "rescale, round or threshold the data"):
        of_levels.transform(LEVELS / 255)


@pytest.mark.parametrize("value", [2, -1, 0.5])
def test_values_outside_a_bernoulli_s_support(value: float, of_bits: lb.VAE) -> None:
    data = BITS.astype(float)
    data[4, 2] = value
    with says(SupportError, f"value {value}", "row 4, column 2", "{0, 1} of a Bernoulli likelihood", "1 such values"):
        of_bits.transform(data)
    with says(ConfigError, "likelihood='bernoulli' cannot describe real data", "normal"):
        small(likelihood="bernoulli").fit(data + 0.25)


@pytest.mark.parametrize(
    ("likelihood", "data", "kind"),
    [("bernoulli", X, "real"), ("bernoulli", LEVELS, "levels"), ("categorical", BITS, "binary")],
)
def test_a_likelihood_that_cannot_describe_the_data(likelihood: str, data: np.ndarray, kind: str) -> None:
    with says(ConfigError, f"likelihood='{likelihood}' cannot describe {kind} data; use "):
        small(likelihood=likelihood, network="mlp").fit(data)


def test_real_numbers_are_no_classes() -> None:
    with says(SupportError, "in row 0, column 0", "the integers 0..255", "rescale, round or threshold"):
        small(likelihood="categorical").fit(X)


def test_images_of_another_size(of_levels: lb.VAE) -> None:
    with says(ShapeError, "images of shape (4, 7), expected (1, 5, 7)", "resize them"):
        of_levels.transform(LEVELS[:, :4])
    with says(ShapeError, "images of shape (7, 5), expected (1, 5, 7)"):
        of_levels.transform(LEVELS.transpose(0, 2, 1))
    with says(ShapeError, "X has 34 features", "expecting 35 features", "images of 1 x 5 x 7"):
        of_levels.transform(LEVELS.reshape(16, 35)[:, :34])


def test_images_of_mixed_sizes() -> None:
    with says(ShapeError, "X has rows of different lengths"):
        small().fit([LEVELS[0], LEVELS[1][:4]])


def test_images_of_the_fitted_size_in_any_arrangement(of_levels: lb.VAE) -> None:
    codes = of_levels.transform(LEVELS)
    for data in (
        LEVELS[:, None],
        LEVELS[..., None],
        LEVELS.reshape(16, 35),
        LEVELS.astype(float),
        torch.tensor(LEVELS),
    ):
        assert np.array_equal(of_levels.transform(data), codes)
    assert of_levels.n_features_in_ == 35


def test_images_whose_channels_cannot_be_told() -> None:
    with says(ShapeError, "(8, 2, 5, 5)", "no axis tells the channels", "image='CHW'"):
        small().fit(pictures(2, 5, 5, rows=8))


def test_tables_for_a_model_of_images_and_images_for_a_model_of_tables(of_table: lb.VAE, of_levels: lb.VAE) -> None:
    with says(ShapeError, "expecting 35 features"):
        of_levels.transform(X)
    with says(ShapeError, "rows of shape (2, 2)"):
        of_table.transform(np.zeros((3, 2, 2)))


FILES: dict[str, tuple[Callable[[Path], Path], type[Exception], tuple[str, ...]]] = {
    "nan": (lambda p: _npy(p / "bad.npy", put(np.nan)), DataError, ("bad.npy", "NaN", "row 3, column 1")),
    "width": (lambda p: _npy(p / "bad.npy", X[:, :3]), ShapeError, ("bad", "3 features", "4 features")),
    "damaged": (lambda p: _bytes(p / "bad.npy", b"not numpy"), DataError, ("bad.npy",)),
    "pickled": (lambda p: _npy(p / "bad.npy", np.array([[{}]], dtype=object)), DataError, ("bad.npy",)),
    "kind": (lambda p: _bytes(p / "bad.docx", b""), DataError, ("bad.docx", "'.docx'", ".csv")),
    "text": (lambda p: _bytes(p / "bad.csv", b"a,b\n1,tall\n2,short\n"), DataError, ("bad.csv", "b", "tall")),
    "empty": (lambda p: _bytes(p / "bad.csv", b""), DataError, ("bad.csv",)),
    "only a header": (lambda p: _bytes(p / "bad.csv", b"a,b,c,d\n"), DataError, ("bad.csv",)),
    "folder": (lambda p: p, DataError, ("bad_files", "folder")),
}  # fmt: skip


def _npy(path: Path, values: np.ndarray) -> Path:
    np.save(path, values)
    return path


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("what", FILES)
@pytest.mark.parametrize("ask", ["fit", "transform"])
def test_bad_files(what: str, ask: str, tmp_path: Path, of_table: lb.VAE) -> None:
    make, kind, words = FILES[what]
    path = make(tmp_path)
    if (what, ask) == ("width", "fit"):
        small().fit(path)
        return
    with says(kind, *words):
        getattr(small() if ask == "fit" else of_table, ask)(path)


def test_files_are_held_to_the_rules_of_arrays(tmp_path: Path) -> None:
    with says(DataError, "n_samples = 1"):
        small().fit(_npy(tmp_path / "one.npy", X[:1]))
    with pytest.warns(DataWarning, match="never changes in column 4"):
        small().fit(_npy(tmp_path / "constant.npy", np.c_[X, np.ones(40)]))


def test_columns_of_a_file_are_taken_by_name(tmp_path: Path, of_frame: lb.VAE) -> None:
    FRAME[["pulse", "weight", "height", "age"]].assign(extra=1.0).to_csv(tmp_path / "x.csv", index=False)
    assert np.allclose(of_frame.transform(tmp_path / "x.csv"), of_frame.transform(FRAME), atol=1e-5)
    FRAME.drop(columns="age").to_csv(tmp_path / "y.csv", index=False)
    with says(ShapeError, "'age'", "fitted with"):
        of_frame.transform(tmp_path / "y.csv")


CODES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "width": (np.zeros((3, 5)), ("(3, 5)", "(n, 2)")),
    "one dimension": (np.zeros(2), ("(2,)", "(n, 2)")),
    "nan": (np.full((2, 2), np.nan), ("NaN",)),
    "text": ([["a", "b"]], ("text in row 0",)),
    "ragged": ([[1.0, 2.0], [1.0]], ("different lengths",)),
}


@pytest.mark.parametrize("what", CODES)
@pytest.mark.parametrize("conditional", [False, True])
def test_bad_codes(what: str, conditional: bool, of_table: lb.VAE) -> None:
    vae = small(recipe="cvae").fit(X, labels()) if conditional else of_table
    codes, words = CODES[what]
    with says(DataError, *words):
        vae.inverse_transform(codes, *(["cat"] if conditional else []))


NUMBERS: dict[str, Callable[[lb.VAE], Any]] = {
    "n=-1": lambda vae: vae.sample(-1),
    "n=2.5": lambda vae: vae.sample(2.5),
    "n='a'": lambda vae: vae.sample("a"),
    "n=True": lambda vae: vae.sample(True),
    "random_state='a'": lambda vae: vae.sample(1, random_state="a"),
    "random_state=-1": lambda vae: vae.sample(1, random_state=-1),
    "samples=0": lambda vae: vae.log_likelihood(X, samples=0),
    "samples=2.5": lambda vae: vae.log_likelihood(X, samples=2.5),
    "samples=-3": lambda vae: vae.evaluate(X, samples=-3),
}


@pytest.mark.parametrize("what", NUMBERS)
def test_impossible_numbers(what: str, of_table: lb.VAE) -> None:
    with says(ConfigError, what, "whole number"):
        NUMBERS[what](of_table)


def test_given_where_nothing_is_conditional(of_table: lb.VAE) -> None:
    with says(ConfigError, "not conditional", "leave `given` out", "cvae"):
        of_table.sample(3, given="cat")


OPTIONS: dict[str, tuple[dict[str, Any], type[Exception], tuple[str, ...]]] = {
    "recipe": ({"recipe": "beta_vae"}, UnknownNameError, ("no recipe 'beta_vae'", "Did you mean 'beta-vae'?")),
    "recipe of no kind": ({"recipe": None}, UnknownNameError, ("Known: aae, ae, beta-tc-vae, beta-vae, ",)),
    "option": ({"options": {"latnt": 3}}, UnknownNameError, ("no setting 'latnt'", "Did you mean 'latent'?")),
    "options of no kind": ({"options": [1]}, ConfigError, ("options=[1]", "dictionary")),
    "option without a name": ({"options": {1: 2}}, ConfigError, ("options={1: 2}", "dictionary")),
    "activation": ({"nonlinearity": "rel"}, UnknownNameError, ("no activation 'rel'", "Did you mean 'relu'?")),
    "truth": ({"n_components": True}, ConfigError, ("latent = True", "truth value", "latent space")),
    "latent": ({"n_components": 0}, ConfigError, ("latent = 0", "greater than or equal to 1", "latent space")),
    "beta": ({"beta": "nope"}, ConfigError, ("nope",)),
    "beta of no schedule": ({"beta": "ELBO()"}, ConfigError, ("'ELBO()' is no schedule", "Linear(start, end, steps)")),
    "beta of wrong types": ({"beta": "Linear('a', 1, 2)"}, ConfigError, ("Linear", "start")),
    "beta with a typo": ({"beta": "Liner(0.0, 1.0, 2)"}, UnknownNameError, ("Did you mean 'Linear'?",)),
    "hostile beta": ({"beta": "__import__('os').system('true')"}, ConfigError, ("not allowed",)),
    "device": ({"device": "gpu"}, ConfigError, ("device='gpu' cannot be used", "device='auto'")),
    "strange device": ({"device": "meta"}, ConfigError, ("device='meta'",)),
    "random_state": ({"random_state": "a"}, ConfigError, ("random_state='a'", "integer")),
    "generator": ({"random_state": np.random.default_rng(0)}, ConfigError, ("random_state", "integer")),
    "negative random_state": ({"random_state": -1}, ConfigError, ("seed = -1",)),
    "network": ({"network": "conv"}, ConfigError, ("network='conv' needs images", "(4,)", "network='mlp'")),
    "fractions": ({"valid_fraction": 0.99}, ConfigError, ("valid=0.99", "leave none of 40 rows for training")),
    "condition": ({"recipe": "cvae"}, ConfigError, ("'cvae' needs labels or covariates", "give y to fit")),
    "encoder": ({"encoder": 3}, ConfigError, ("encoder", "torch.nn.Module")),
    "encoder spec": ({"options": {"encoder": "1"}}, ConfigError, ("encoder",)),
    "encoder spec of another input": ({"options": {"encoder": "MLP(((3,),), (2, 2))"}}, LowerboundError, ("(4,)",)),
    "encoder spec of another output": ({"options": {"encoder": "MLP(((4,),), (2, 3))"}}, LowerboundError, ("(2, 3)",)),
    "encoder spec of no network": ({"options": {"encoder": "ELBO()"}}, LowerboundError, ("encoder",)),
    "hostile encoder": ({"options": {"encoder": "os.system"}}, ConfigError, ("not allowed",)),
}  # fmt: skip


@pytest.mark.parametrize("what", OPTIONS)
def test_bad_options(what: str) -> None:
    changed, kind, words = OPTIONS[what]
    with says(kind, *words):
        small(**changed).fit(X)


def test_channels_of_no_stage() -> None:
    with says(ConfigError, "channels=()", "at least one"):
        small(options={"channels": ()}).fit(LEVELS)


@pytest.mark.parametrize("bad", [put(np.nan), X[:, :3], put("tall"), X[:0]])
def test_an_error_leaves_the_model_as_it_was(bad: np.ndarray) -> None:
    vae = small().fit(X)
    before = vae.transform(X)
    for ask in ("transform", "score", "evaluate", "diagnose"):
        with pytest.raises(DataError):
            getattr(vae, ask)(bad)
    assert np.array_equal(vae.transform(X), before)


@pytest.mark.parametrize("scale", [1e-20, 1e15])
def test_columns_of_any_scale_train(scale: float) -> None:
    vae = small().fit(X * scale)
    assert np.isfinite(vae.score(X * scale))
    assert np.isclose(vae.score(X * scale) + 4 * np.log(scale), small().fit(X).score(X), atol=0.1)


def test_divergence_names_rows_and_saves_nothing_broken(tmp_path: Path) -> None:
    class Broken(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            largest = (X[:, 0].max() - X[:, 0].mean()) / X[:, 0].std()
            return torch.where(x[:, :1] > largest - 1e-3, torch.nan, 1.0) * x

    with says(lb.errors.DivergenceError, "not finite", f"{int(X[:, 0].argmax())}"):
        small(encoder=Broken(), valid_fraction=0.0).fit(X, out=tmp_path / "run")
    with pytest.raises(LowerboundError):
        lb.load(tmp_path / "run")
