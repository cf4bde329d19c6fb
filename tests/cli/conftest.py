"""Tiny data, runs made of it, and a way to type commands."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from lowerbound.cli.app import app

QUICK = ("--epochs", "3", "--set", "hidden=(8,)", "--set", "ema=0", "--nll-samples", "8", "--device", "cpu")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep help and tables from being broken into lines that depend on the terminal."""
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(scope="session")
def typed() -> Callable[..., Any]:
    """Type a command: ``typed("fit", path, code=2)`` checks the exit code and returns the result."""

    def run(*arguments: Any, code: int = 0) -> Any:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table, an array, labelled flowers and small images."""
    folder = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60, 3))
    np.save(folder / "array.npy", values)
    with (folder / "table.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["a", "b", "c", "kind", "size"])
        for i, row in enumerate(values):
            rows.writerow([*(f"{value:.4f}" for value in row), "xy"[i % 2], f"{0.5 + i / 60:.3f}"])
    np.save(folder / "images.npy", rng.integers(0, 17, size=(40, 8, 8)).astype(np.uint8))
    return folder


@pytest.fixture(scope="session")
def table_run(typed: Callable[..., Any], files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the numeric columns of the table, whose label the model does not use."""
    out = tmp_path_factory.mktemp("runs") / "table"
    options = ("--no-report", *QUICK)
    (files / "numbers.csv").write_text("".join(_without(files / "table.csv", {"size"})))
    typed("fit", files / "numbers.csv", "--label", "kind", "--out", out, *options)
    return out


@pytest.fixture(scope="session")
def image_run(typed: Callable[..., Any], files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on images, with a report."""
    out = tmp_path_factory.mktemp("runs") / "images"
    typed("fit", files / "images.npy", "--out", out, "--set", "network=mlp", "--latent", 3, *QUICK)
    return out


@pytest.fixture(scope="session")
def label_run(typed: Callable[..., Any], files: Path, table_run: Path) -> Path:
    """A run conditioned on the label of the table."""
    out = table_run.parent / "labels"
    options = ("--recipe", "cvae", "--no-report", *QUICK)
    typed("fit", files / "numbers.csv", "--label", "kind", "--out", out, *options)
    return out


@pytest.fixture(scope="session")
def covariate_run(typed: Callable[..., Any], files: Path, table_run: Path) -> Path:
    """A run conditioned on two numbers."""
    out = table_run.parent / "covariates"
    (files / "sizes.csv").write_text("".join(_without(files / "table.csv", {"kind"})))
    options = ("--recipe", "cvae", "--no-report", *QUICK)
    typed("fit", files / "sizes.csv", "--label", "size", "--label", "c", "--out", out, *options)
    return out


def _without(path: Path, columns: set[str]) -> list[str]:
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    kept = [i for i, name in enumerate(rows[0]) if name not in columns]
    return [",".join(row[i] for i in kept) + "\n" for row in rows]


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height of a picture."""
    with Image.open(path) as image:
        return image.size


def read_table(path: Path) -> tuple[list[str], np.ndarray]:
    """Return the names and values of a .csv file."""
    with path.open(newline="") as file:
        names = next(csv.reader(file))
    return names, np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
