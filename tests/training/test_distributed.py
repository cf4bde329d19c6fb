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


@pytest.fixture(scope="module")
def ranks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes left."""
    return trained(tmp_path_factory.mktemp("ranks"))


CASES = [(name, {}) for name in ZOO] + [("binarized", {"accumulate": 2, "clip": 0.5})]


@pytest.mark.parametrize(("name", "changes"), CASES, ids=lambda value: value if isinstance(value, str) else len(value))
def test_two_processes_are_one(name: str, changes: dict[str, float], ranks: Path) -> None:
    shared = read_tensors(ranks / f"{'-'.join([name, *map(str, changes.values())])}.safetensors")
    alone = tensors(fit(name, learning_rate=0.001, **changes)[0])
    assert shared.keys() == alone.keys()
    for key, value in alone.items():
        torch.testing.assert_close(shared[key], value, rtol=1e-5, atol=1e-5, msg=lambda m: f"{key}: {m}")  # noqa: B023


def test_the_first_process_alone_writes(ranks: Path) -> None:
    one = (ranks / "flat" / "metrics.jsonl").read_text().splitlines()
    assert len(one) == 4
    assert sorted(path.name for path in (ranks / "flat" / "checkpoint").iterdir()) == [
        "state.json",
        "step-20.safetensors",
    ]


@pytest.mark.slow
def test_under_torchrun(ranks: Path, tmp_path: Path) -> None:
    started = trained(tmp_path, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    files = sorted(path.name for path in ranks.glob("*.safetensors"))
    assert len(files) == len(CASES)
    assert all((started / name).read_bytes() == (ranks / name).read_bytes() for name in files)


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
