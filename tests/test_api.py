"""The public surface: what it says in the documents runs as written, and everything public is explained."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lowerbound as lb

ROOT = Path(__file__).resolve().parents[1]
README, LOOP = ROOT / "README.md", ROOT / "docs" / "plain-loop.md"


def blocks(path: Path, language: str = "python") -> list[str]:
    """Return the fenced blocks of a document."""
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def run(code: str, scope: dict[str, Any]) -> dict[str, Any]:
    """Run a block with what its text says is there."""
    exec(compile(code, "document", "exec"), scope)
    return scope


def rows(n: int = 300) -> torch.Tensor:
    """Zeros and ones, ``(n, 784)``."""
    return (torch.rand(n, 784, generator=torch.Generator().manual_seed(0)) < 0.3).float()


def table() -> np.ndarray:
    """A small table."""
    return np.random.default_rng(0).normal(size=(30, 5))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train for one epoch where a document does not say for how long."""
    plain = lb.VAE.__init__

    def brief(self: lb.VAE, *args: Any, **given: Any) -> None:
        plain(self, *args, **{"epochs": 1, "compile": "no", **given})

    brief.__signature__ = inspect.signature(plain)
    monkeypatch.setattr(lb.VAE, "__init__", brief)


def test_the_readme_s_tour_of_scikit_learn_runs(short: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = (block for block in blocks(README) if "lb.VAE(" in block)
    scope = run(code, {"X": table()})
    assert scope["Z"].shape == (30, 16)
    assert scope["log_p"].shape == (30,)
    assert scope["X_new"].shape == (10, 5)
    assert np.array_equal(lb.load("run").transform(table()), scope["Z"])


@pytest.mark.parametrize("path", [README, LOOP], ids=lambda p: p.name)
def test_the_loop_of_ten_lines_trains(path: Path) -> None:
    (code,) = (block for block in blocks(path) if "optimizer.step()" in block)
    assert len(code.splitlines()) == 10
    torch.manual_seed(0)
    scope = run(code, {"torch": torch, "lb": lb, "x": rows()})
    first, last = (scope["objective"](scope["model"]({"x": rows()})).item() for _ in range(2))
    for _ in range(3):
        run(code[code.index("for batch") :], scope)
    last = scope["objective"](scope["model"]({"x": rows()})).item()
    assert last < first


def test_the_loop_is_the_same_in_both_documents() -> None:
    loops = [next(block for block in blocks(path) if "optimizer.step()" in block) for path in (README, LOOP)]
    assert loops[0] == loops[1]


def test_the_rest_of_the_page_on_loops_runs_as_written() -> None:
    first, *others = blocks(LOOP)
    scope = run(first, {"torch": torch, "lb": lb, "x": rows()})
    for code in others:
        run(code, scope)
    trace = scope["model"]({"x": rows()}, samples=64)
    assert trace.log_evidence().shape == trace.rate().shape == trace.distortion().shape == (300,)
    assert scope["model"].sample(10)["x"].value.shape == (10, 784)
    step, model = 500, scope["model"]
    said = re.search(r"`(model\(batch, progress=.*?\))`", LOOP.read_text(encoding="utf-8"))
    assert said is not None
    trace = eval(said[1], {"lb": lb, "model": model, "batch": {"x": rows(3)}, "step": step})
    assert lb.objectives.ELBO(beta=lb.core.Linear(0.0, 1.0, 1000)).weights(trace.progress)["beta"] == 0.5


@pytest.mark.parametrize(
    "page", sorted(p.relative_to(ROOT).as_posix() for p in [README, *(ROOT / "docs").glob("*.md")])
)
def test_every_python_block_of_the_documents_is_python(page: str) -> None:
    for code in blocks(ROOT / page):
        compile(code, page, "exec")


def surface() -> list[str]:
    """Return every public name as a dotted path."""
    names = [f"lowerbound.{name}" for name in lb.__all__]
    for name in lb.__all__:
        module = getattr(lb, name)
        if inspect.ismodule(module):
            names += [f"{module.__name__}.{inner}" for inner in getattr(module, "__all__", [])]
    return names


def unexplained(path: str) -> list[str]:
    """Return what of a public name has no docstring: itself, or methods of its own."""
    module, _, name = path.rpartition(".")
    value = getattr(importlib.import_module(module), name)
    silent = []
    if inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value):
        silent += [] if (inspect.getdoc(value) or "").strip() else [path]
    if inspect.isclass(value) and value.__module__.startswith("lowerbound"):
        public = [n for n, m in vars(value).items() if not n.startswith("_") and inspect.isroutine(m)]
        silent += [f"{path}.{n}" for n in public if not (inspect.getdoc(getattr(value, n)) or "").strip()]
    return silent


def test_everything_public_is_explained() -> None:
    assert [name for path in surface() for name in unexplained(path)] == []


def test_parameters_of_the_estimator_are_all_explained() -> None:
    text = lb.VAE.__doc__ or ""
    assert [name for name in inspect.signature(lb.VAE).parameters if not re.search(rf"\b{name}\b", text)] == []


def test_the_surface_is_whole() -> None:
    assert set(lb.__all__) <= set(dir(lb))
    assert lb.__version__.count(".") == 2
    assert all(getattr(lb, name) is not None for name in lb.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'vea'"):
        _ = lb.vea


@pytest.mark.parametrize("name", lb.errors.__all__)
def test_every_error_is_one_of_ours_and_the_built_in_a_reader_expects(name: str) -> None:
    value = getattr(lb.errors, name)
    if not (inspect.isclass(value) and issubclass(value, Exception)):
        return
    if issubclass(value, Warning):
        assert issubclass(value, UserWarning)
        return
    assert issubclass(value, lb.errors.LowerboundError)
    builtin = (ValueError, OSError, ImportError, ArithmeticError, LookupError)
    assert issubclass(value, builtin) or value is lb.errors.LowerboundError


@pytest.mark.thorough
def test_the_page_on_estimators_runs_as_written(short: None) -> None:
    scope: dict[str, Any] = {}
    for code in blocks(ROOT / "docs" / "is-my-number-right.md"):
        run(code, scope)
    assert abs(scope["grid"].value - scope["estimate"].value) < 0.1
    assert abs(scope["annealed"].value - scope["grid"].value) < 0.1
    summary = scope["bracket"].summary()
    assert summary["lower"] < summary["upper"] + 4 * summary["gap_error"]
