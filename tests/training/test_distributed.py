"""Two processes that share each batch compute what one computes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from toys import fit, tensors
from zoo import ZOO

from lowerbound.core.storage import read_tensors
from lowerbound.training import Processes

SCRIPT = str(Path(__file__).with_name("ranks.py"))


def trained(folder: Path, *starter: str) -> Path:
    """Train everything in two processes on the loopback interface."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *starter, SCRIPT, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("done") == 2
    return folder


CASES: list[tuple[str, dict[str, float]]] = [(name, {}) for name in ZOO]
CASES += [("binarized", {"accumulate": 2, "clip": 0.5})]


def check(folder: Path) -> None:
    """Compare what two processes left with what one computes."""
    for name, changes in CASES:
        shared = read_tensors(folder / f"{'-'.join([name, *map(str, changes.values())])}.safetensors")
        alone = tensors(fit(name, learning_rate=0.001, **changes)[0])
        assert shared.keys() == alone.keys()
        for key, value in alone.items():
            where = f"{name} {changes} {key}"
            torch.testing.assert_close(shared[key], value, rtol=1e-5, atol=1e-5, msg=lambda m: f"{where}: {m}")  # noqa: B023
    assert len((folder / "flat" / "metrics.jsonl").read_text().splitlines()) == 4
    saved = sorted(path.name for path in (folder / "flat" / "checkpoint").iterdir())
    assert saved == ["state.json", "step-20.safetensors"]


@pytest.mark.thorough
def test_two_processes_are_one(tmp_path: Path) -> None:
    check(trained(tmp_path))


@pytest.mark.slow
def test_so_they_are_under_torchrun(tmp_path: Path) -> None:
    check(trained(tmp_path, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"))


def test_one_process_needs_no_messages() -> None:
    alone = Processes()
    value = torch.ones(2)
    alone.sum_(value)
    alone.mean_([value])
    alone.wait()
    alone.close()
    assert value.tolist() == [1.0, 1.0]
    assert alone.agree(True)
    assert not alone.agree(False)
    assert alone.main
    assert not alone.several


def test_nothing_is_joined_without_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert not Processes(start=True).several
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert not Processes(start=True).several
    assert not torch.distributed.is_initialized()
