"""What a run gets when the choice is left open."""

from __future__ import annotations

import re
import shutil

import pytest
import torch
from toys import fit, options, trainer
from zoo import ZOO

from lowerbound.errors import ConfigError
from lowerbound.training import precision
from lowerbound.training.precision import (
    choose_compile,
    choose_device,
    choose_precision,
    choose_replay,
    has_fast_bfloat16,
    layers_in_words,
    threads_for,
)

CPU = torch.device("cpu")


def test_device() -> None:
    assert choose_device("cpu") == CPU
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["cuda:999", "gpu", "", "cpu:x"])
def test_a_device_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match="device=.*Use device='auto'"):
        choose_device(name)


@pytest.mark.parametrize("fast", [True, False])
def test_bfloat16_where_it_is_a_gain(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_fast_bfloat16", lambda device: fast)
    assert choose_precision(options(precision="auto"), CPU) == (torch.bfloat16 if fast else None)
    assert choose_precision(options(precision="bfloat16"), CPU) == torch.bfloat16
    assert choose_precision(options(precision="float32"), CPU) is None


@pytest.mark.parametrize(("fast", "said"), [(True, "bfloat16"), (False, "bfloat16, which is no gain .*'auto'")])
def test_layers_that_are_no_gain_are_told(fast: bool, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_fast_bfloat16", lambda device: fast)
    assert re.match(f"{said}", layers_in_words(options(precision="bfloat16"), CPU) or "")
    assert layers_in_words(options(precision="float32"), CPU) is None


@pytest.mark.parametrize("tiles", [True, False])
def test_bfloat16_is_a_gain_on_a_cpu_with_matrix_tiles_alone(tiles: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """AVX512-BF16 without them halves the speed of a matrix product."""
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: tiles)
    assert has_fast_bfloat16(CPU) is tiles


def test_a_gpu_that_emulates_bfloat16_does_not_gain_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert not has_fast_bfloat16(torch.device("cuda"))


def test_compilation_has_to_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "can_compile", lambda: True)
    model, images = ZOO["flat"].build()[0], ZOO["convolutional"].build()[0]
    assert not choose_compile(options(compile="auto"), CPU, model, 100)
    assert choose_compile(options(compile="auto"), CPU, model, 100_000)
    assert not choose_compile(options(compile="no"), CPU, model, 100_000)
    assert not choose_compile(options(compile="auto"), CPU, images, 100_000)
    assert choose_compile(options(compile="yes"), CPU, images, 1)


def test_compilation_pays_sooner_for_many_samples_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "can_compile", lambda: True)
    model = ZOO["flat"].build()[0]
    assert not choose_compile(options(compile="auto"), CPU, model, 500)
    assert choose_compile(options(compile="auto"), CPU, model, 500, samples=64)
    assert not choose_compile(options(compile="auto"), CPU, model, 20, samples=64)


def test_steps_on_a_gpu_are_replayed_rather_than_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "can_compile", lambda: True)
    gpu, model = torch.device("cuda"), torch.nn.Linear(2, 2)
    assert choose_replay(options(compile="auto"), gpu)
    assert not choose_compile(options(compile="auto"), gpu, model, 100_000)
    assert not any(choose_replay(options(compile=how), gpu) for how in ("yes", "no"))
    assert not choose_replay(options(compile="auto"), CPU)


def test_without_a_compiler_runs_are_eager_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    model = ZOO["flat"].build()[0]
    assert not choose_compile(options(compile="auto"), CPU, model, 100_000)
    with pytest.raises(ConfigError, match="compile='yes' needs a C\\+\\+ compiler"):
        choose_compile(options(compile="yes"), CPU, model, 100_000)


def test_a_run_says_what_was_chosen() -> None:
    made = trainer("flat", precision="bfloat16")
    assert made.facts == {"device": "cpu", "layers": "bfloat16", "compiled": "no", "processes": "1"}
    assert fit("flat", total=1)[1].facts["layers"] == "float32"


def test_small_steps_take_one_thread_and_give_the_others_back() -> None:
    torch.set_num_threads(2)
    try:
        with threads_for(torch.nn.Linear(4, 4), 64, torch.device("cpu")) as threads:
            assert threads == torch.get_num_threads() == 1
        with threads_for(torch.nn.Linear(1000, 1000), 64, torch.device("cpu")) as threads:
            assert threads == 2
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
