"""Facts on runs, and whether they may be compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lowerbound.cli.conclusion import document
from lowerbound.cli.opening import read_run
from lowerbound.cli.results import with_error
from lowerbound.errors import LowerboundError
from lowerbound.estimators import load
from lowerbound.estimators.progress import duration

__all__ = ["differences", "facts", "table"]

NUMBERS = (
    "elbo", "elbo_error", "log_likelihood", "standard_error", "samples", "proposal", "bits_per_dim", "n_rows", "split",
    "mean_squared_error", "mean_squared_error_error", "unbounded",
)  # fmt: skip


def facts(path: Path) -> dict[str, Any]:
    """Return what the files of a run say; what they do not say is None."""
    folder, config = read_run(path)
    evaluation, diagnosis, timing = (document(folder, name) or {} for name in ("evaluation", "diagnosis", "timing"))
    return {
        "run": str(path),
        "recipe": config["settings"].get("recipe"),
        **{name: evaluation.get(name) for name in NUMBERS},
        "active_units": diagnosis.get("active_units"),
        "latents": len(diagnosis["active"]) if "active" in diagnosis else None,
        "parameters": _parameters(path),
        "steps": (config.get("outcome") or {}).get("step"),
        "seconds": timing.get("wall_seconds"),
        "support": config["schema"].get("support"),
        "data": config["data"].get("name"),
        "fingerprint": config["data"].get("fingerprint"),
    }


def _parameters(path: Path) -> int | None:
    """Count a model's parameters; None where it cannot be opened (here): the table is about the other files too."""
    try:
        return sum(p.numel() for p in load(path).fitted_.model.parameters())
    except LowerboundError:
        return None


def table(rows: Sequence[dict[str, Any]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headers and cells of the table."""
    header = ("run", "log p(x)", "S", "ELBO", "bits/dim", "active", "parameters", "steps", "time")
    return header, [
        (
            row["run"],
            with_error(row["log_likelihood"], row["standard_error"]),
            _whole(row["samples"]) + (" adapted" if row["proposal"] == "adapted" else ""),
            with_error(row["elbo"], row["elbo_error"]),
            with_error(row["bits_per_dim"], digits=3),
            "-" if row["active_units"] is None else f"{row['active_units']} of {row['latents']}",
            _whole(row["parameters"]),
            _whole(row["steps"]),
            "-" if row["seconds"] is None else duration(row["seconds"]),
        )
        for row in rows
    ]


def _whole(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def differences(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Say why the numbers of runs are not comparable, if they are not.

    Examples
    --------
    >>> row = {"run": "a", "log_likelihood": -1.0, "fingerprint": "x", "support": "real", "split": "test", "n_rows": 9}
    >>> differences([row, {**row, "run": "b", "n_rows": 8}])
    ['the runs were evaluated on different rows; their numbers cannot be compared.']
    """
    known = [row for row in rows if row["log_likelihood"] is not None]
    without = [row for row in rows if row.get("unbounded")]
    found = [
        f"{row['run']} has not been evaluated yet: lowerbound resume {row['run']}."
        for row in rows
        if row not in known and row not in without
    ]
    found += [
        f"{row['run']}: {row['unbounded']} Its squared error a feature is "
        f"{with_error(row['mean_squared_error'], row['mean_squared_error_error'], 4)}."
        for row in without
    ]
    if len({row["support"] for row in known}) > 1:
        found.append("some numbers are probabilities and some are densities; they cannot be compared.")
    elif len({(row["fingerprint"], row["split"], row["n_rows"]) for row in known}) > 1:
        found.append("the runs were evaluated on different rows; their numbers cannot be compared.")
    if len({row.get("proposal") == "adapted" for row in known}) > 1:
        found.append("log p(x) is from proposals adapted to each row for some runs alone, which finds more of it.")
    return found
