"""What a prior is conditional on, among the contexts it is given."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from lowerbound.core import Size
from lowerbound.errors import ShapeError

__all__ = ["last_context"]


def last_context(prior: nn.Module, condition: Size | None, contexts: Sequence[Tensor | None]) -> Tensor | None:
    """Return the condition, the last context, as vectors ``(*lead, C)``; None for a prior without one.

    Raises
    ------
    ShapeError
        When it is missing or of another shape.

    Examples
    --------
    >>> import torch
    >>> last_context(nn.Identity(), (2, 2), [None, torch.zeros(5, 2, 2)]).shape
    torch.Size([5, 4])
    """
    if condition is None:
        return None
    c = contexts[-1] if contexts else None
    name = type(prior).__name__
    if c is None:
        raise ShapeError(f"{name} is conditional: it needs a condition of shape {condition} in the batch.")
    if tuple(c.shape[c.ndim - len(condition) :]) != tuple(condition):
        raise ShapeError(f"{name}: the condition has shape {tuple(c.shape)}; expected {('*', *condition)}.")
    return c.flatten(c.ndim - len(condition))
