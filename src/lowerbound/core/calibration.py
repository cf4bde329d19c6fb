"""What a component learns from the data itself rather than by gradients.

Before training, components that standardise are told the mean and standard deviation of each
feature, and components that start from examples are given rows; between steps, parameters that
have a closed form are set to it.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor, nn

__all__ = ["Calibrated", "ClosedForm", "FromRows", "calibrate", "closed_forms", "take_rows"]


@runtime_checkable
class Calibrated(Protocol):
    """A component that reads the training data's statistics once, before training."""

    def calibrate(self, mean: Tensor, std: Tensor) -> None:
        """Take per-feature mean and standard deviation, each of the event shape of x."""
        ...


@runtime_checkable
class FromRows(Protocol):
    """A component that starts from rows of the training data: pseudo-inputs, exemplars."""

    rows_wanted: int

    def take_rows(self, rows: Tensor) -> None:
        """Take ``(n, *shape)`` different rows as the model sees them, n at most ``rows_wanted``, in random order."""
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
    """Tell every component of ``model`` that asks for it the data's mean and standard deviation.

    A component answers for those inside it: they are not told.
    """
    if isinstance(model, Calibrated):
        model.calibrate(mean, std)
        return
    for child in model.children():
        calibrate(child, mean, std)


def take_rows(model: nn.Module, rows: Tensor) -> None:
    """Give every component of ``model`` that starts from rows as many of them as it wants."""
    for module in model.modules():
        if isinstance(module, FromRows):
            module.take_rows(rows[: module.rows_wanted])


def closed_forms(model: nn.Module) -> list[ClosedForm]:
    """Return the components of ``model`` with closed-form updates."""
    return [m for m in model.modules() if isinstance(m, ClosedForm)]
