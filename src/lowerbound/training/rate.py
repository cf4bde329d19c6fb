"""The learning rate over a run: a short rise from zero, then a fall to zero."""

from __future__ import annotations

import math

__all__ = ["learning_rate"]


def learning_rate(step: int, total: int, peak: float, schedule: str, warmup: float) -> float:
    """Return the rate of optimizer step ``step`` (0, 1, ...) in a run of ``total``.

    Examples
    --------
    >>> [round(learning_rate(t, 100, 1.0, "linear", 0.1), 2) for t in (0, 9, 10, 55, 99)]
    [0.1, 1.0, 1.0, 0.5, 0.01]
    """
    rise = math.ceil(warmup * total)
    if step < rise:
        return peak * (step + 1) / rise
    if schedule == "constant":
        return peak
    left = 1 - (step - rise) / max(total - rise, 1)
    return peak * (left if schedule == "linear" else 0.5 * (1 - math.cos(math.pi * left)))
