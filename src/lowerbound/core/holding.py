"""What a component computes from its weights alone, kept while many passes need it and no weight moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

import torch
from torch import nn

__all__ = ["Holding", "held"]


@runtime_checkable
class Holding(Protocol):
    """A component with something to keep: a prior that encodes its own rows, say."""

    def hold(self) -> None:
        """Compute it once, and use that from now on."""
        ...

    def release(self) -> None:
        """Compute it anew at every pass."""
        ...


@contextmanager
def held(model: nn.Module) -> Iterator[None]:
    """Let every component of ``model`` keep what its weights determine: inside the block no weight may change.

    Without gradients and in evaluation mode only; otherwise the block changes nothing.

    Examples
    --------
    >>> with held(nn.Linear(1, 1)):
    ...     pass
    """
    holding = [] if model.training else [m for m in model.modules() if isinstance(m, Holding)]
    with torch.no_grad():
        for component in holding:
            component.hold()
    try:
        yield
    finally:
        for component in holding:
            component.release()
