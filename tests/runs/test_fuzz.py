"""Whatever bytes of a run are damaged: an error of the package, or the same answers; never anything else."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.errors import LowerboundError
from lowerbound.estimators.bookkeeping import add_timing
from lowerbound.runs import RunFolder
from lowerbound.training.checkpoint import Checkpoints
from tests.estimators.small import small, table
from tests.runs.audit import ran, watched

ROWS = table(3, seed=9)


def answers(run: Path) -> list[np.ndarray]:
    """Codes, scores and draws of the model in a folder."""
    vae = lb.load(run)
    return [vae.transform(ROWS), vae.log_likelihood(ROWS, samples=4).rows, vae.sample(2)]


def state(run: Path) -> list[Any]:
    """What a run would go on from."""
    tensors, plain = Checkpoints(run / "checkpoint").load()
    return [plain, *(value for pair in sorted(tensors.items()) for value in pair)]


def same(left: list[Any], right: list[Any]) -> bool:
    """Whether two lists of arrays, tensors and plain values are equal bit for bit."""
    return len(left) == len(right) and all(_same(a, b) for a, b in zip(left, right, strict=True))


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b


def flip(data: bytearray, rng: random.Random) -> None:
    """Flip one bit."""
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def digit(data: bytearray, rng: random.Random) -> None:
    """Change a digit to another: still a number, so only a checksum can tell."""
    places = [i for i, byte in enumerate(data) if 48 <= byte < 58]
    if places:
        data[rng.choice(places)] = 48 + rng.randrange(10)


def letter(data: bytearray, rng: random.Random) -> None:
    """Replace a byte by a printable one."""
    data[rng.randrange(len(data))] = rng.randrange(32, 127)


def cut(data: bytearray, rng: random.Random) -> None:
    """Cut the end off."""
    del data[rng.randrange(len(data)) :]


def head(data: bytearray, rng: random.Random) -> None:
    """Cut the beginning off."""
    del data[: rng.randrange(len(data)) + 1]


def gap(data: bytearray, rng: random.Random) -> None:
    """Take some bytes out of the middle."""
    start = rng.randrange(len(data))
    del data[start : start + rng.randrange(1, 40)]


def zeros(data: bytearray, rng: random.Random) -> None:
    """Blank some bytes, as a disk that lost a block does."""
    start = rng.randrange(len(data))
    data[start : start + 64] = bytes(len(data[start : start + 64]))


def insert(data: bytearray, rng: random.Random) -> None:
    """Put some bytes in between."""
    start = rng.randrange(len(data))
    data[start:start] = rng.randbytes(rng.randrange(1, 20))


def twice(data: bytearray, rng: random.Random) -> None:
    """Repeat some bytes."""
    start = rng.randrange(len(data))
    data[start:start] = data[start : start + rng.randrange(1, 200)]


def swap(data: bytearray, rng: random.Random) -> None:
    """Exchange two stretches."""
    a, b = sorted(rng.randrange(len(data)) for _ in range(2))
    data[a : a + 8], data[b : b + 8] = data[b : b + 8], data[a : a + 8]


def other(data: bytearray, rng: random.Random) -> None:
    """Another file altogether."""
    data[:] = rng.randbytes(rng.randrange(200))


def timed(run: Path) -> list[Any]:
    """Add a session to the time a run took: all that reads its file."""
    add_timing(RunFolder(run), 1.0, 1.0)
    return []


DAMAGES = [flip, flip, digit, digit, letter, cut, head, gap, zeros, insert, twice, swap, other]
FILES: dict[str, list[Callable[[Path], list[Any]]]] = {
    "config.json": [answers],
    "model.safetensors": [answers],
    "metrics.jsonl": [answers],
    "timing.json": [timed],
    "checkpoint/state.json": [state],
    "checkpoint/step-2.safetensors": [state],
}
CASES = dict(zip(FILES, (350, 200, 150, 50, 150, 100), strict=True))  # 1,000 in all


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run with everything that training leaves."""
    folder = tmp_path_factory.mktemp("fuzz") / "run"
    small().fit(table(), out=folder)
    return folder


def test_every_file_is_damaged(run: Path) -> None:
    assert {p.relative_to(run).as_posix() for p in run.rglob("*") if p.is_file()} == {*FILES, ".lock"}


def opened(run: Path, name: str) -> list[Any]:
    """Return all that a run answers by way of a file."""
    return [value for read in FILES[name] for value in read(run)]


def damaged(run: Path, name: str, seed: int) -> tuple[str, list[Any] | None]:
    """Open a run with one damaged file: what was done to it, and what it answers, if it answers."""
    rng = random.Random(f"{name} {seed}")
    path = run / name
    whole = path.read_bytes()
    data, damage = bytearray(whole), rng.choice(DAMAGES)
    damage(data, rng)
    said = f"{damage.__name__} {name} seed {seed}"
    path.write_bytes(data)
    try:
        return said, opened(run, name)
    except LowerboundError:
        return said, None
    finally:
        path.write_bytes(whole)


def fuzz(run: Path, name: str, cases: int) -> None:
    """Damage a file many times."""
    expected = opened(run, name)
    refused = 0
    with watched() as events:
        for seed in range(cases):
            said, given = damaged(run, name, seed)
            assert given is None or same(given, expected), said
            refused += given is None
    assert [event for event in ran(events) if not _harmless(run, event[1][0])] == []
    assert refused > cases // 3 or name == "timing.json"


def _harmless(run: Path, first: Any) -> bool:
    """The test's own writing into the run, and annotations of our own classes."""
    return str(first).startswith(str(run)) or getattr(first, "co_filename", "") == "<string>"


@pytest.mark.parametrize("name", FILES)
def test_damage_is_refused_or_harmless(run: Path, name: str) -> None:
    fuzz(run, name, CASES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_much_damage_is_refused_or_harmless(run: Path, name: str) -> None:
    fuzz(run, name, 10 * CASES[name])


@pytest.mark.parametrize("name", FILES)
def test_every_cut_of_the_last_bytes_and_of_all_is_refused_or_harmless(run: Path, name: str) -> None:
    expected = opened(run, name)
    path, whole = run / name, (run / name).read_bytes()
    try:
        for length in {0, 1, 2, 7, 8, 9, len(whole) // 2, len(whole) - 2, len(whole) - 1}:
            path.write_bytes(whole[:length])
            try:
                given = opened(run, name)
            except LowerboundError:
                continue
            assert same(given, expected), length
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_or_harmless(run: Path, name: str) -> None:
    expected = opened(run, name)
    path = run / name
    hidden = path.rename(path.with_suffix(".hidden"))
    try:
        if name in ("metrics.jsonl", "timing.json"):
            assert same(opened(run, name), expected)
        else:
            with pytest.raises(LowerboundError):
                opened(run, name)
    finally:
        hidden.rename(path)
