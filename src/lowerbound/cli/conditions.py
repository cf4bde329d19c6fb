"""What a conditional model is conditioned on, from ``NAME=VALUE``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lowerbound.cli.opening import OpenRun
from lowerbound.cli.options import pairs
from lowerbound.data import Schema
from lowerbound.errors import ConfigError, UnknownNameError, nearest

__all__ = ["given_condition"]


def given_condition(run: OpenRun, given: Sequence[str] | None) -> Any:
    """Return one condition for all rows as the estimator takes it: a label, a number, or covariates ``(C,)``.

    Raises
    ------
    ConfigError
        When the model is not conditional, or not all covariates are given, or one is given twice.
    UnknownNameError
        For a name that the model is not conditioned on.
    """
    values = _values(given)
    schema, conditional = run.vae.schema_, run.vae.fitted_.conditional
    if not conditional:
        if values:
            raise ConfigError(f"{run.name} is not conditional: leave --given out, or fit with --recipe cvae.")
        return None
    names = _names(run.config, schema)
    if schema.classes and set(values) == {"label"}:
        values = {names[0]: values["label"]}
    for name in values:
        if name not in names:
            raise UnknownNameError(f"{run.name} is not conditioned on {name!r}. {nearest(name, names)}")
    missing = [name for name in names if name not in values]
    if missing:
        example = schema.classes[0] if schema.classes else "0.5"
        raise ConfigError(f"{run.name} is conditioned on {', '.join(names)}: add --given {missing[0]}={example}.")
    if schema.classes:
        return values[names[0]]
    return np.array([_number(name, values[name]) for name in names], dtype=np.float32).squeeze()


def _values(given: Sequence[str] | None) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in map(_split, pairs("--given", given)):
        if name in values:
            raise ConfigError(f"--given {name} is given twice, as {values[name]} and {value}: leave one out.")
        values[name] = value
    return values


def _split(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name.strip(), value.strip()


def _names(config: Mapping[str, Any], schema: Schema) -> list[str]:
    """Return the columns of labels, as they were named when the data was opened."""
    label = (config["data"].get("open") or {}).get("label")
    names: list[str] = [label] if isinstance(label, str) else list(label or ())
    return names if len(names) == len(schema.covariates or (1,)) else list(schema.covariates or ("label",))


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise ConfigError(f"--given {name}={value}: {name} is a number.") from error
