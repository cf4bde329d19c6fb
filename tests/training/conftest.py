"""Make the models and helpers of this folder importable, and say how far tests compile."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))


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
