r"""Numbers that change during training: linear, cosine, cyclical (a constant is a plain number).

A schedule is a value of the optimizer step :math:`t`. It states how many steps it needs, so
that a run which is too short to finish it is refused instead of training something else.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor

from lowerbound.core.component import Component, positive
from lowerbound.core.progress import Progress
from lowerbound.errors import ConfigError

__all__ = ["Cosine", "Cyclical", "Linear", "Schedule", "value_at"]


class Schedule(Component, ABC):
    """A number as a function of the optimizer step."""

    @abstractmethod
    def at(self, step: int | Tensor) -> float | Tensor:
        """Return the value at a step: a tensor for a tensor, so that compiled code follows it."""

    @property
    def needs(self) -> int:
        """Steps after which the schedule has reached its final value."""
        return 0


def value_at(weight: float | Schedule, progress: Progress) -> float | Tensor:
    """Return a weight's value now.

    Examples
    --------
    >>> value_at(Linear(0.0, 1.0, 10), Progress(step=5))
    0.5
    """
    return weight.at(progress.step) if isinstance(weight, Schedule) else weight


def _fraction(step: int | Tensor, steps: int) -> float | Tensor:
    if isinstance(step, Tensor):
        return (step.to(torch.float32) / steps).clamp(0.0, 1.0)
    return min(max(step / steps, 0.0), 1.0)


class Linear(Schedule):
    """From ``start`` to ``end`` in a straight line over ``steps`` steps, then ``end``.

    References
    ----------
    Bowman et al., Generating Sentences from a Continuous Space, 2016, section 3.1 (KL annealing).

    Examples
    --------
    >>> [Linear(0.0, 1.0, 4).at(t) for t in (0, 2, 4, 9)]
    [0.0, 0.5, 1.0, 1.0]
    """

    def __init__(self, start: float, end: float, steps: int) -> None:
        self.start, self.end, self.steps = start, end, positive(steps, "steps")

    @property
    def needs(self) -> int:
        """``steps``."""
        return self.steps

    def at(self, step: int | Tensor) -> float | Tensor:
        """Return the value at a step."""
        return self.start + (self.end - self.start) * _fraction(step, self.steps)


class Cosine(Schedule):
    """From ``start`` to ``end`` along half a cosine over ``steps`` steps, then ``end``.

    Examples
    --------
    >>> [round(Cosine(0.0, 1.0, 4).at(t), 3) for t in (0, 1, 2, 4)]
    [0.0, 0.146, 0.5, 1.0]
    """

    def __init__(self, start: float, end: float, steps: int) -> None:
        self.start, self.end, self.steps = start, end, positive(steps, "steps")

    @property
    def needs(self) -> int:
        """``steps``."""
        return self.steps

    def at(self, step: int | Tensor) -> float | Tensor:
        """Return the value at a step."""
        angle = math.pi * _fraction(step, self.steps)
        cos = torch.cos(angle) if isinstance(angle, Tensor) else math.cos(angle)
        return self.end + (self.start - self.end) * (1.0 + cos) / 2.0


class Cyclical(Schedule):
    """``cycles`` ramps from ``start`` to ``end`` over ``steps`` steps, then ``end``.

    Each cycle rises in a straight line during its first ``ramp`` part and stays at ``end`` for
    the rest.

    References
    ----------
    Fu et al., Cyclical Annealing Schedule, 2019, equation 6.

    Examples
    --------
    >>> [Cyclical(0.0, 1.0, 8, cycles=2).at(t) for t in (0, 1, 2, 3, 4, 5, 8)]
    [0.0, 0.5, 1.0, 1.0, 0.0, 0.5, 1.0]
    """

    def __init__(self, start: float, end: float, steps: int, cycles: int = 4, ramp: float = 0.5) -> None:
        if not 0 < ramp <= 1:
            raise ConfigError(f"ramp={ramp}: the rising part of a cycle is above 0 and at most 1.")
        self.start, self.end, self.steps = start, end, positive(steps, "steps")
        self.cycles, self.ramp = positive(cycles, "cycles"), ramp

    @property
    def needs(self) -> int:
        """``steps``."""
        return self.steps

    def at(self, step: int | Tensor) -> float | Tensor:
        """Return the value at a step."""
        if isinstance(step, Tensor):
            inside = (step * self.cycles / self.steps % 1.0 / self.ramp).clamp(max=1.0)
            return self.start + (self.end - self.start) * torch.where(step >= self.steps, 1.0, inside)
        inside = 1.0 if step >= self.steps else min(step * self.cycles / self.steps % 1.0 / self.ramp, 1.0)
        return self.start + (self.end - self.start) * inside
