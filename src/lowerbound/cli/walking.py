"""Where a traversal starts and which latents it moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lowerbound.cli.conditions import given_condition
from lowerbound.cli.opening import OpenRun, cut, select
from lowerbound.cli.screen import Screen
from lowerbound.errors import ConfigError, DataError

__all__ = ["start", "which"]


def which(dims: str | None) -> list[int] | None:
    """Read a list of latents.

    Raises
    ------
    ConfigError
        When they are not whole numbers.

    Examples
    --------
    >>> which("0,2"), which(None)
    ([0, 2], None)
    """
    if dims is None:
        return None
    try:
        return [int(part) for part in dims.split(",")]
    except ValueError as error:
        raise ConfigError(f"--dims {dims}: write the numbers of latents, such as 0,2,5.") from error


def start(
    run: OpenRun, data: str | None, label: Sequence[str] | None, row: int | None, given: Sequence[str] | None,
    screen: Screen,
) -> dict[str, Any]:  # fmt: skip
    """Return the row that a walk starts at and its condition, as the estimator takes them.

    Raises
    ------
    DataError
        When there is no such row.
    """
    if row is None and data is None:
        return {"y": given_condition(run, given)}
    rows = select(run, data, label, None, screen).rows
    row = row or 0
    if row >= len(rows):
        raise DataError(f"There is no row {row}: {rows.name} has {len(rows)}, from 0 on.")
    one = cut(rows, row, row + 1)
    return {"row": one, "y": given_condition(run, given) if given else _own_condition(run, one)}


def _own_condition(run: OpenRun, one: Any) -> Any:
    if not run.vae.fitted_.conditional:
        return None
    return run.vae.schema_.classes[int(one.y[0])] if run.vae.schema_.classes else one.y[0].squeeze().numpy()
