"""What a component learns from the data itself rather than by gradients.

Before training, components that standardise are told the mean and standard deviation of each
feature; between steps, parameters that have a closed form are set to it.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor, nn

__all__ = ["Calibrated", "ClosedForm", "calibrate", "closed_forms"]


@runtime_checkable
class Calibrated(Protocol):
    """A component that reads the training data's statistics once, before training."""

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Take per-feature mean and standard deviation, each of the event shape of x."""
        ...


@runtime_checkable
class ClosedForm(Protocol):
    """A component with parameters that an exact update sets between optimizer steps."""

    statistics: Tensor

    def update(self, keep: Tensor) -> None:
        """Set the parameters from the statistics gathered since the last update, and clear them.

        ``keep`` is a 0-d bool: false after a step that was not finite, when nothing may move.
        """
        ...


def calibrate(model: nn.Module, mean: Tensor, std: Tensor) -> None:
    """Tell every component of ``model`` that asks for it the data's mean and standard deviation."""
    for module in model.modules():
        if isinstance(module, Calibrated):
            module.calibrate(mean, std)


def closed_forms(model: nn.Module) -> list[ClosedForm]:
    """Return the components of ``model`` with closed-form updates."""
    return [m for m in model.modules() if isinstance(m, ClosedForm)]
