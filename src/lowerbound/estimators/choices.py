"""What training gets when the user leaves the choice: functions of the data's size."""

from __future__ import annotations

from torch import nn

from lowerbound.networks import KernelFeatures
from lowerbound.training.options import TrainOptions

__all__ = ["batch_size", "learning_rate", "total_steps"]

MIN_STEPS, MAX_STEPS = 400, 60_000


def batch_size(options: TrainOptions, n_rows: int) -> int:
    """Return the rows of a batch: 64 for small data, 256 for large.

    Examples
    --------
    >>> [batch_size(TrainOptions(), n) for n in (50, 1500, 50_000)]
    [50, 64, 128]
    """
    chosen = options.batch_size or (64 if n_rows < 5_000 else 128 if n_rows < 100_000 else 256)
    return min(chosen, n_rows)


def learning_rate(options: TrainOptions, model: nn.Module) -> float:
    """Return the peak learning rate: residual convolutions take twice that of an MLP, kernels thirty times.

    Examples
    --------
    >>> learning_rate(TrainOptions(), nn.Linear(2, 2))
    0.001
    """
    kinds = ((KernelFeatures, 3e-2), (nn.Conv2d, 2e-3))
    found = (rate for kind, rate in kinds if any(isinstance(module, kind) for module in model.modules()))
    return options.learning_rate or next(found, 1e-3)


def total_steps(options: TrainOptions, n_rows: int, steps_per_epoch: int) -> int:
    """Return the optimizer steps of a run: two a row, within bounds, unless epochs are given.

    Examples
    --------
    >>> total_steps(TrainOptions(), 1437, 22), total_steps(TrainOptions(epochs=3), 1437, 22)
    (2874, 66)
    """
    if options.epochs is not None:
        return options.epochs * steps_per_epoch
    return min(MAX_STEPS, max(MIN_STEPS, 2 * n_rows))
