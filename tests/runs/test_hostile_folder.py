"""A folder made to harm whoever opens it: refused, and nothing of it runs."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import signal
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

import lowerbound as lb
from lowerbound.core import storage
from lowerbound.core.storage import sealed
from lowerbound.errors import ConfigError, CorruptRunError, LowerboundError, RunError
from lowerbound.training.checkpoint import Checkpoints
from tests.estimators.small import small, table
from tests.runs.audit import ran, watched


class Bomb:
    """Runs a command where it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.system, (f"touch {self.canary}",)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a finished run."""
    small().fit(table(), out=tmp_path / "run")
    lb.load(tmp_path / "run")  # torch imports some of its modules when they are first used
    return tmp_path / "run"


@pytest.fixture
def in_time() -> Iterator[None]:
    """End a test that waits for ever."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError("waited for ever")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def change(run: Path, **changes: Any) -> None:
    """Change config.json as an attacker would, who can make a checksum too."""
    config = json.loads((run / "config.json").read_text())
    storage.write_bytes(run / "config.json", json.dumps(sealed({**config, **changes})).encode())


def weights(run: Path, content: bytes) -> None:
    """Put other bytes in the place of the weights, with their checksum."""
    (run / "model.safetensors").write_bytes(content)
    change(run, weights={"file": "model.safetensors", "sha256": hashlib.sha256(content).hexdigest()})


def header(shape: list[int], offsets: list[int]) -> bytes:
    """Return the beginning of a safetensors file."""
    text = json.dumps({"a": {"dtype": "F32", "shape": shape, "data_offsets": offsets}}).encode()
    return struct.pack("<Q", len(text)) + text


def refused(run: Path, **given: Any) -> LowerboundError:
    """Open a run that must be refused, and see that nothing ran."""
    with watched() as events, pytest.raises(LowerboundError) as caught:
        lb.load(run, **given)
    started = [e for e in ran(events) if getattr(e[1][0], "co_filename", "") != "<string>"]
    assert started == []
    return caught.value


@pytest.mark.parametrize(
    "spec",
    [
        "__import__('os').system('touch canary')",
        "open('canary', 'w')",
        "VAE([], open('canary', 'w'))",
        "VAE.__init__",
        "ELBO()",
        "StandardNormal((2,))",
        "MLP(((4,),), (2, 2))",
        "'text'",
        "1",
        "[]",
        "",
        "VAE([], 'likelihood')",
        "VAE([], {})",
        "VAE([Latent('z', StandardNormal((2,)), StandardNormal((2,)))], StandardNormal((4,)))",
        "VAE([], Wrapped('encoder', ((4,),), (4,), (4,)))",
        "(" * 100_000,
        "x" * 1_000_000,
    ],
)
def test_a_hostile_specification_of_the_model(
    run: Path, spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    change(run, spec={"model": spec, "objective": "ELBO()"})
    assert len(str(refused(run))) < 2_000
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("value", [None, 3, ["ELBO()"], {"a": 1}, True])
def test_a_specification_that_is_no_text(run: Path, value: Any) -> None:
    change(run, spec={"model": value})
    refused(run)


GIGANTIC = {
    "wide": "MLP(((4,),), (2, 2), hidden=(1000000000,))",
    "wider": "MLP(((4,),), (2, 2), hidden=(100000000000000000,))",
    "many digits": f"MLP(((4,),), (2, 2), hidden=({'9' * 300},))",
    "long": "MLP(((4,),), (2, 2), hidden=(50000, 50000, 50000))",
    "deep stages": "ConvEncoder(((1, 2, 2),), (2, 2), channels=(1,), blocks=1000000000)",
    "stages": f"ConvEncoder(((1, 2, 2),), (2, 2), channels=({'1, ' * 1000}))",
    "latents": "MLP(((4,),), (2, 1000000000000))",
    "head": "Wrapped('encoder', ((4,),), (2, 2), (1000000000000,))",
}


@pytest.mark.parametrize("which", GIGANTIC)
@pytest.mark.usefixtures("in_time")
def test_gigantic_sizes_are_refused_before_they_are_allocated(
    run: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = torch.nn.Linear.__init__

    def counted(self: torch.nn.Linear, n_in: int, n_out: int, *rest: Any, **named: Any) -> None:
        big = n_in * n_out > 10_000_000 and torch.get_default_device().type != "meta"
        if big:  # an outcome of pytest is no Exception: nobody can swallow it
            pytest.fail(f"allocates {n_in} x {n_out}")
        build(self, n_in, n_out, *rest, **named)

    monkeypatch.setattr(torch.nn.Linear, "__init__", counted)
    encoder = f"Conditional(DiagonalNormal((2,)), {GIGANTIC[which]})"
    decoder = "Conditional(Normal((4,)), MLP(((2,),), (4,)))"
    change(run, spec={"model": f"VAE([Latent('z', StandardNormal((2,)), {encoder})], {decoder})"})
    refused(run, encoder=torch.nn.Linear(4, 4))


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": {"shape": [10**12], "support": "real"}},
        {"schema": {"shape": [10**30], "support": "real"}},
        {"schema": {"shape": [-4], "support": "real"}},
        {"schema": {"shape": ["4"], "support": "real"}},
        {"schema": {"shape": [5], "support": "real"}},
        {"schema": {"shape": [4], "support": "imaginary"}},
        {"schema": {"shape": [4], "support": "real", "surprise": 1}},
        {"schema": {"shape": [4], "support": "real", "columns": ["a", "b"]}},
        {"schema": {}},
        {"conditional": True},
        {"settings": {"recipe": "vae", "surprise": 1}},
        {"settings": {"recipe": "../vae"}},
        {"settings": {"recipe": ["vae"]}},
        {"settings": {"latent": 1e308}},
        {"settings": {"seed": 10**400}},
        {"settings": {"cls": 1}},
        {"outcome": {"step": float("inf")}},
        {"outcome": {"step": "many"}},
        {"outcome": {}},
        {"outcome": [1]},
        {"facts": [1]},
        {"versions": 3},
        {"weights": {"file": "model.safetensors", "sha256": None}},
        {"weights": {"file": "model.safetensors", "sha256": ["0"]}},
        {"weights": {}},
        {"weights": []},
    ],
    ids=str,
)
def test_impossible_values_are_refused(run: Path, changes: dict[str, Any]) -> None:
    change(run, **changes)
    refused(run)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[]",
        "3",
        "null",
        "NaN",
        '{"format": NaN, "kind": "lowerbound-run"}',
        '{"format": 1e999, "kind": "lowerbound-run"}',
        '{"format": ' + "9" * 10_000 + ', "kind": "lowerbound-run"}',
        "\ufeff{}",
        "\x00" * 100,
        "<html>",
        "",
    ],
    ids=lambda text: repr(text[:30]),
)
def test_a_config_that_is_no_object_of_ours(run: Path, text: str) -> None:
    (run / "config.json").write_text(text)
    refused(run)


def test_a_pickle_by_the_name_of_weights_is_not_opened(run: Path, tmp_path: Path) -> None:
    bomb = pickle.dumps(Bomb(tmp_path / "canary"))
    (run / "model.safetensors").write_bytes(bomb)
    assert "checksum" in str(refused(run))
    weights(run, bomb)
    assert isinstance(refused(run), CorruptRunError)
    torch.save(Bomb(tmp_path / "canary"), tmp_path / "archive")
    weights(run, (tmp_path / "archive").read_bytes())
    assert isinstance(refused(run), CorruptRunError)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 8,
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2**40) + b"{}",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 100_000) + b"[" * 100_000,
        struct.pack("<Q", 60) + b'{"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 4]}}'[:60],
        struct.pack("<Q", 71)
        + b'{"a": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]}}'[:71],
        save({"model": torch.zeros(1)}),
        save({}),
    ],
    ids=range(10),
)
def test_weights_that_are_none(run: Path, content: bytes) -> None:
    weights(run, content)
    assert isinstance(refused(run), CorruptRunError)


def test_weights_of_another_shape_or_with_others_beside_them(run: Path) -> None:
    tensors = storage.read_tensors(run / "model.safetensors")
    name = next(iter(tensors))
    weights(run, save({**tensors, name: torch.zeros(1, 1, 1)}))
    assert isinstance(refused(run), CorruptRunError)
    weights(run, save({**tensors, "extra": torch.zeros(1)}))
    assert isinstance(refused(run), CorruptRunError)
    weights(run, save({k: v for k, v in tensors.items() if k != name}))
    assert isinstance(refused(run), CorruptRunError)


def test_weights_linked_to_another_file_are_not_taken_for_ours(run: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password")
    (run / "model.safetensors").unlink()
    (run / "model.safetensors").symlink_to(tmp_path / "secret")
    assert "password" not in str(refused(run))


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "metrics.jsonl"])
def test_what_is_no_ordinary_file_is_refused_without_waiting(run: Path, name: str) -> None:
    (run / name).unlink()
    os.mkfifo(run / name)
    refused(run)
    (run / name).unlink()
    (run / name).symlink_to("/dev/zero")
    refused(run)
    (run / name).unlink()
    (run / name).symlink_to(name)
    assert name == "metrics.jsonl" or refused(run)
    (run / name).unlink()
    (run / name).mkdir()
    refused(run)


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "..", "", "a/b", "a\x00b", "x" * 5_000])
def test_a_path_in_config_is_not_followed(run: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"password")
    before = lb.load(run).transform(table())
    config = json.loads((run / "config.json").read_text())
    change(run, weights={**config["weights"], "file": name})
    with watched() as events:
        assert np.array_equal(lb.load(run).transform(table()), before)
    opened = {str(args[0]) for event, args in events if event == "open"}
    assert all(path.startswith(str(run)) for path in opened)


def forge(run: Path, **changes: Any) -> None:
    """Change state.json with its checksum."""
    path = run / "checkpoint" / "state.json"
    state = json.loads(path.read_text())
    storage.write_bytes(path, json.dumps(sealed({**state, **changes})).encode())


@pytest.mark.parametrize(
    "name", ["../model.safetensors", "/etc/passwd", "..", ".", "", "a\x00b", "x" * 5_000, "state.json"]
)
def test_a_checkpoint_names_files_of_its_own_folder_only(run: Path, name: str) -> None:
    forge(run, tensors=name)
    with watched() as events, pytest.raises(LowerboundError):
        Checkpoints(run / "checkpoint").load()
    opened = {str(args[0]) for event, args in events if event == "open"}
    assert all(path.startswith(str(run / "checkpoint")) for path in opened)


def resume(run: Path) -> None:
    """Go on with a run."""
    from lowerbound.data import from_arrays
    from lowerbound.estimators.fitting import fit
    from lowerbound.runs import RunFolder, Settings

    folder = RunFolder(run)
    settings = Settings.make(**folder.read_config()["settings"])
    dataset = from_arrays(table()).split(valid=0.1, test=0.0, seed=0)
    with folder.writing():
        fit(dataset, settings, folder=folder, resume=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"step": "two"},
        {"step": None},
        {"step": -3},
        {"step": 10**9},
        {"step": 1e308},
        {"records": 10**9},
        {"records": -1},
        {"bad_rounds": []},
        {"best_value": "good"},
        {"best_value": [1.0]},
        {"total": 10**12},
        {"ended": 3},
        {"format": 2},
        {"format": None},
        {"tensors": None},
        {"sha256": None},
    ],
    ids=str,
)
def test_a_forged_checkpoint_is_refused_or_goes_on(run: Path, changes: dict[str, Any]) -> None:
    resume(run)
    forge(run, **changes)
    with suppress(RunError, ConfigError):
        resume(run)
    assert (lb.load(run).history_ or [{"step": 2}])[-1]["step"] == 2


def test_forged_tensors_of_a_checkpoint_are_refused(run: Path) -> None:
    path = run / "checkpoint" / "step-2.safetensors"
    tensors = storage.read_tensors(path)
    for change_one in (
        {k: v for k, v in tensors.items() if not k.startswith("optimizer")},
        {k: v for k, v in tensors.items() if not k.startswith("model:")},
        {k: torch.zeros(7) if k.startswith("average:") else v for k, v in tensors.items()},
        {k: torch.zeros(7) if k.startswith("best:") else v for k, v in tensors.items()},
        {k: v for k, v in tensors.items() if not k.startswith("best:")} | {"best:other": torch.zeros(1)},
    ):
        content = save(change_one)
        path.write_bytes(content)
        forge(run, sha256=hashlib.sha256(content).hexdigest())
        with pytest.raises(RunError):
            resume(run)
