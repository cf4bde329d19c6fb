"""Saved and loaded: the same answers, bit for bit, for every kind of model."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone

import lowerbound as lb
from lowerbound.errors import LowerboundError, RunError
from tests.estimators.small import (
    ConvolutionalDecoder,
    ConvolutionalEncoder,
    Decoder,
    Encoder,
    bits,
    labels,
    pictures,
    small,
    table,
)

X = table()
CONV = {"hidden": None, "options": {"channels": (4,)}}
KINDS: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "table": ({}, X, None),
    "frame": ({}, pd.DataFrame(X, columns=["a b", "é", "'q'", "d"]), None),
    "bits": ({}, bits(), None),
    "levels": ({"network": "mlp"}, pictures(5, 7), None),
    "few levels": ({"network": "mlp"}, pictures(5, 7) // 16, None),
    "convolutional levels": (CONV, pictures(5, 7), None),
    "convolutional colour": (CONV, pictures(3, 9, 6), None),
    "convolutional bits": (CONV, pictures(5, 7, support="binary"), None),
    "categorical": ({"network": "mlp", "likelihood": "categorical"}, pictures(3, 3) // 16, None),
    "full covariance": ({"posterior": "cholesky-normal"}, X, None),
    "learned prior": ({"prior": "diagonal-normal"}, X, None),
    "scalar variance": ({"variance": "scalar"}, X, None),
    "network variance": ({"variance": "network"}, X, None),
    "optimal variance": ({"variance": "optimal"}, X, None),
    "fixed variance": ({"variance": 0.25}, X, None),
    "scheduled": ({"beta": "Cyclical(0.0, 1.0, 2, cycles=2)"}, X, None),
    "conditional on labels": ({"recipe": "cvae"}, X, labels()),
    "conditional on numbers": ({"recipe": "cvae"}, X, np.linspace(0.0, 1.5, 40)),
    "conditional images": ({"recipe": "cvae", **CONV}, pictures(5, 7), labels(16)),
    "beta-vae": ({"recipe": "beta-vae"}, X, None),
    "bfloat16": ({"precision": "bfloat16"}, X, None),
    "no average": ({"options": {"ema": 0.0}}, X, None),
    "dropout": ({"options": {"dropout": 0.5}}, X, None),
    "specified network": ({"options": {"encoder": "MLP(((4,),), (2, 2), hidden=(3,), nonlinearity='tanh')"}}, X, None),
    "one latent": ({"n_components": 1}, X, None),
}


def assert_same_answers(left: lb.VAE, right: lb.VAE, data: Any, y: Any) -> None:
    """Compare everything two models answer, bit for bit."""
    assert np.array_equal(left.transform(data, y), right.transform(data, y))
    assert np.array_equal(left.log_likelihood(data, y, samples=3).rows, right.log_likelihood(data, y, samples=3).rows)
    given = None if y is None else y[0]
    assert np.array_equal(left.sample(4, given, 1), right.sample(4, given, 1))
    assert np.array_equal(left.sample(2, given), right.sample(2, given))
    assert np.array_equal(left.reconstruct(data, y), right.reconstruct(data, y))
    assert json.dumps(left.evaluate(data, y, samples=2).to_json()) == json.dumps(
        right.evaluate(data, y, samples=2).to_json()
    )
    assert json.dumps(left.diagnose(data, y).to_json()) == json.dumps(right.diagnose(data, y).to_json())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_comes_back(kind: str, tmp_path: Path) -> None:
    changed, data, y = KINDS[kind]
    vae = small(**changed).fit(data, y)
    vae.save(tmp_path / "run")
    again = lb.load(tmp_path / "run")
    assert_same_answers(vae, again, data, y)
    assert again.schema_ == vae.schema_
    assert again.spec_ == vae.spec_
    assert again.settings_ == vae.settings_
    assert again.n_features_in_ == vae.n_features_in_
    again.save(tmp_path / "twice")
    assert_same_answers(vae, lb.load(tmp_path / "twice"), data, y)


def test_names_of_columns_come_back(tmp_path: Path) -> None:
    frame = pd.DataFrame(X, columns=list("abcd"))
    small().fit(frame).save(tmp_path / "run")
    again = lb.load(tmp_path / "run")
    assert list(again.feature_names_in_) == list("abcd")
    assert list(again.get_feature_names_out()) == ["vae0", "vae1"]
    with pytest.raises(LowerboundError, match="feature names"):
        again.transform(frame.rename(columns={"a": "z"}))


OWN: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "encoder": ({"encoder": lambda: Encoder()}, X, None),
    "decoder": ({"decoder": lambda: Decoder()}, X, None),
    "both": ({"encoder": lambda: Encoder(), "decoder": lambda: Decoder()}, X, None),
    "convolutional": (
        {"encoder": ConvolutionalEncoder, "decoder": ConvolutionalDecoder}, pictures(6, 8, support="real"), None,
    ),
    "conditional": ({"encoder": lambda: Encoder(7), "decoder": lambda: Decoder(5)}, X, labels()),
}  # fmt: skip


@pytest.mark.parametrize("kind", OWN)
def test_a_user_s_networks_are_given_again(kind: str, tmp_path: Path) -> None:
    makers, data, y = OWN[kind]
    torch.manual_seed(0)
    vae = small(recipe="vae" if y is None else "cvae", **{role: make() for role, make in makers.items()}).fit(data, y)
    vae.save(tmp_path / "run")
    torch.manual_seed(1)  # the modules given again have other weights, which are replaced
    again = lb.load(tmp_path / "run", **{role: make() for role, make in makers.items()})
    assert_same_answers(vae, again, data, y)
    for role in makers:
        rest = {other: make() for other, make in makers.items() if other != role}
        with pytest.raises(RunError, match=rf"fitted with your own {role}: open it with load\(run, {role}=...\)"):
            lb.load(tmp_path / "run", **rest)


def test_another_network_than_the_fitted_one_is_refused(tmp_path: Path) -> None:
    small(encoder=Encoder()).fit(X).save(tmp_path / "run")
    with pytest.raises(LowerboundError, match="encoder"):
        lb.load(tmp_path / "run", encoder=Encoder(4, 6))
    with pytest.raises(LowerboundError, match="encoder"):
        lb.load(tmp_path / "run", encoder=torch.nn.Linear(4, 5))


def test_a_network_nobody_asked_for_is_refused(tmp_path: Path) -> None:
    small().fit(X).save(tmp_path / "run")
    with pytest.raises(LowerboundError, match="encoder"):
        lb.load(tmp_path / "run", encoder=Encoder())


@pytest.mark.parametrize("out", [True, False])
def test_overwriting_replaces_a_run(out: bool, tmp_path: Path) -> None:
    run = tmp_path / "run"
    first = small().fit(X, out=run if out else None)
    if not out:
        first.save(run)
    second = small(random_state=5, n_components=1).fit(X)
    with pytest.raises(RunError, match="holds a run already"):
        second.save(run)
    second.save(run, overwrite=True)
    assert_same_answers(second, lb.load(run), X, None)
    assert not (run / "checkpoint" / "state.json").exists()


def test_overwriting_what_is_not_there_is_saving(tmp_path: Path) -> None:
    small().fit(X).save(tmp_path / "run", overwrite=True)
    assert lb.load(tmp_path / "run").n_iter_ == 2


def test_a_saved_run_holds_no_pickle(tmp_path: Path) -> None:
    small().fit(X, out=tmp_path / "run")
    files = {p.name for p in (tmp_path / "run").rglob("*") if p.is_file()}
    assert {p.rsplit(".", 1)[-1] for p in files} <= {"json", "jsonl", "safetensors", "lock", "md"}
    for path in (tmp_path / "run").rglob("*.safetensors"):
        assert b"PK\x03\x04" not in path.read_bytes()[:4]


def test_loading_leaves_the_folder_alone(tmp_path: Path) -> None:
    small().fit(X, out=tmp_path / "run")
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in (tmp_path / "run").rglob("*") if p.is_file()}
    lb.load(tmp_path / "run").score(X)
    after = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in (tmp_path / "run").rglob("*") if p.is_file()}
    assert before == after


def test_a_run_can_be_moved(tmp_path: Path) -> None:
    vae = small().fit(X, out=tmp_path / "run")
    (tmp_path / "run").rename(tmp_path / "elsewhere")
    assert_same_answers(vae, lb.load(str(tmp_path / "elsewhere")), X, None)


def test_a_loaded_model_can_be_fitted_anew(tmp_path: Path) -> None:
    small().fit(X, out=tmp_path / "run")
    again = lb.load(tmp_path / "run").set_params(epochs=1, compile="no").fit(X[:, :3])
    assert again.transform(X[:, :3]).shape == (40, 2)


@pytest.mark.parametrize(
    "kind", ["table", "conditional on labels", "beta-vae", "fixed variance", "scheduled", "dropout"]
)
def test_a_copy_of_a_loaded_estimator_fits_the_same_model(kind: str, tmp_path: Path) -> None:
    changed, data, y = KINDS[kind]
    vae = small(**changed).fit(data, y)
    vae.save(tmp_path / "run")
    again = clone(lb.load(tmp_path / "run")).fit(data, y)
    assert_same_answers(vae, again, data, y)


def test_a_copy_of_a_loaded_estimator_keeps_the_networks_given(tmp_path: Path) -> None:
    vae = small(encoder=Encoder()).fit(X)
    vae.save(tmp_path / "run")
    again = lb.load(tmp_path / "run", encoder=Encoder())
    assert isinstance(clone(again).encoder, Encoder)


def test_columns_without_names_have_none_when_they_come_back(tmp_path: Path) -> None:
    small().fit(pd.DataFrame(X)).save(tmp_path / "run")
    again = lb.load(tmp_path / "run")
    assert not hasattr(again, "feature_names_in_")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again.transform(pd.DataFrame(X))


def test_an_unknown_device_is_explained(tmp_path: Path) -> None:
    small().fit(X).save(tmp_path / "run")
    with pytest.raises(LowerboundError, match="device='gpu'"):
        lb.load(tmp_path / "run", device="gpu")
