"""Curves over training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lowerbound.report.content import ReportContent
from lowerbound.report.elements import Chart, Key
from lowerbound.report.figures.curves import Line, curves, frame
from lowerbound.report.text import count, number

__all__ = ["view"]

History = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Panel:
    """A chart of one quantity: records' keys with their names, colour and whether dashed."""

    title: str
    note: str
    keys: tuple[tuple[str, str], ...]
    robust: bool = False


DISTORTION = (("train/distortion", "train"), ("val/distortion", "validation"))
PANELS = (
    _Panel("ELBO", "nats a row, higher is better", (("train/elbo", "train"), ("val/elbo", "validation")), True),
    _Panel("log p(x)", "by importance sampling, nats a row", (("val/log_likelihood", "validation"),), True),
    _Panel("Rate", "KL to the prior, nats a row", (("train/rate", "train"), ("val/rate", "validation")), True),
    _Panel("Distortion", "nats a row, lower is better", DISTORTION, True),
    _Panel("Beta", "weight of the rate in the loss", (("train/beta", "train"),)),
    _Panel("Learning rate", "of the optimizer", (("lr", "train"),)),
    _Panel("Gradient norm", "before clipping", (("grad_norm", "train"),), True),
)


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return a chart for each quantity that changed, and a sentence for each that did not."""
    drawn, constant, cut = [], [], False
    for panel in PANELS:
        series = {name: _series(content.history, key) for key, name in panel.keys}
        series = {name: points for name, points in series.items() if len(points[0])}
        values = np.concatenate([y for _, y in series.values()]) if series else np.zeros(0)
        if not len(values):
            continue
        if len(values) > 1 and np.ptp(values) == 0:
            constant.append(f"{panel.title} was {number(float(values[0]))} throughout.")
        else:
            drawn.append(_chart(panel, series))
            cut |= panel.robust and _is_cut([y for _, y in series.values()])
    if not drawn and not constant:
        return None
    return {"charts": drawn, "constant": constant, "records": count(len(content.history), "record"), "cut": cut}


def _series(history: History, key: str) -> tuple[np.ndarray, np.ndarray]:
    points = [(record["step"], record[key]) for record in history if _is_number(record.get(key)) and "step" in record]
    steps, values = np.array(points, dtype=float).reshape(-1, 2).T
    return steps, values


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and bool(np.isfinite(value))


def _is_cut(values: Sequence[np.ndarray]) -> bool:
    low, high = frame(values)
    return any(bool((series < low).any() or (series > high).any()) for series in values)


def _chart(panel: _Panel, series: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Chart:
    validation = {name: name == "validation" for name in series}
    lines = [Line(x, y, "c1" if validation[name] else "c0", validation[name]) for name, (x, y) in series.items()]
    keys = tuple(Key("c1" if on else "c0", name, "dash" if on else "line") for name, on in validation.items())
    words = [
        f"{name} goes from {number(y[0])} at step {number(x[0])} to {number(y[-1])} at step {number(x[-1])}"
        for name, (x, y) in series.items()
    ]
    alt = f"Line chart of {panel.title} over training: {'; '.join(words)}."
    name = f"curve-{panel.title.lower().replace(' ', '-')}"
    svg = curves(name, lines, alt=alt, robust=panel.robust)
    return Chart(svg, panel.title, panel.note, keys if len(keys) > 1 else ())
