"""Where a training run stands: what schedules read."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

__all__ = ["Progress"]


@dataclass(frozen=True)
class Progress:
    """The position of a run.

    Attributes
    ----------
    step : int or Tensor
        Optimizer steps done; a 0-d tensor inside compiled code, so that it is not a constant.
    total : int or None
        Steps that the run will take.
    n_data : int or None
        Rows of the training data, for terms that need it.
    """

    step: int | Tensor = 0
    total: int | None = None
    n_data: int | None = None
