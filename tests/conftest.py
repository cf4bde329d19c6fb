"""Fixtures shared by the tests."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch


@pytest.fixture(scope="session")
def data_dir() -> Path | None:
    """Folder of real data sets, or None: such tests then run on the embedded digits, so nothing is skipped."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("LOWERBOUND_DATA", beside))
    return folder if folder.is_dir() else None


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile to a graph that torch runs as it stands: a graph break still raises, and no C++ is built."""
    compile_ = torch.compile

    def capture(function: Callable[..., Any], **settings: Any) -> Callable[..., Any]:
        settings.pop("options", None)
        return compile_(function, backend="eager", **settings)

    monkeypatch.setattr(torch, "compile", capture)
    torch._dynamo.reset()


@pytest.fixture
def inductor() -> None:
    """Compile for real; torch's compiler warns of torch's own past when it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch._inductor.compile_fx  # noqa: F401
    torch._dynamo.reset()
