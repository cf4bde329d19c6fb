"""What the latents carry, and advice."""

from __future__ import annotations

import math
from typing import Any

from lowerbound.report.content import Health, ReportContent
from lowerbound.report.elements import Table
from lowerbound.report.text import count, nats

__all__ = ["view"]


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return the advice and the measurements behind it."""
    if content.health is None:
        return None
    rows = _rows(content.health)
    table = _table(rows) if rows else None
    return {"advice": content.health.advice, "table": table}


def _rows(health: Health) -> list[tuple[str, str, str]]:
    rows = []
    if health.active is not None:
        units = f"{health.active_units} of {len(health.active)}"
        rows.append(("Active units", units, "latent dimensions whose posterior mean varies over rows"))
    most, full = _limit(health)
    measured = (
        ("Mutual information", health.mutual_information, f"I(x; z): what the latents know of the row{most}"),
        ("Aggregate gap", health.aggregate_gap, f"KL(q(z) || p(z)): all posteriors together against the prior{full}"),
        ("ELBO, training rows", health.train_elbo, "far above the next one: overfitting"),
        ("ELBO, held-out rows", health.valid_elbo, "low in both: underfitting"),
    )
    rows += [(name, f"{nats(value)} nats", words) for name, value, words in measured if _known(value)]
    hits = health.variance_floor_hits
    if hits is not None and _known(hits):
        meaning = "share of the likelihood's variances that rest on the least value allowed"
        rows.append(("Variance floor", f"{100 * hits:.3g}%", meaning))
    return rows


def _table(rows: list[tuple[str, str, str]]) -> Table:
    return Table("Measurements", ("Quantity", "Value"), [row[:2] for row in rows], [row[2] for row in rows])


def _limit(health: Health) -> tuple[str, str]:
    """Say what n rows can show: at most log n nats of I(x; z), and what is cut off there lands in the gap."""
    if health.n_rows < 2:
        return "", ""
    limit = math.log(health.n_rows)
    full = health.mutual_information is not None and health.mutual_information > 0.95 * limit
    most = f"; {count(health.n_rows, 'row')} can show at most log n = {nats(limit)}"
    return most, "; an overestimate here, as I(x; z) has reached what the rows can show" if full else ""


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
