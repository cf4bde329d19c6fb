"""KL of each latent dimension."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.report.content import ReportContent
from lowerbound.report.elements import Chart, Key, Table
from lowerbound.report.figures.bars import sorted_bars
from lowerbound.report.text import count, nats, number

__all__ = ["view"]

MOST = 24
EVEN = 0.8


def view(content: ReportContent) -> dict[str, Any] | None:
    """Return the bar chart and its table."""
    health = content.health
    if health is None or health.kl_per_dim is None or not len(health.kl_per_dim):
        return None
    kl = np.asarray(health.kl_per_dim, dtype=float)
    if not np.isfinite(kl).all():
        return None
    active = health.active if health.active is not None else kl > 0
    order = np.argsort(-kl, kind="stable")
    rows = [(f"z{i}", nats(float(kl[i])), "yes" if active[i] else "no") for i in order]
    legend = [Key("c0", "active"), Key("c7", "inactive")]
    return {
        "chart": Chart(
            sorted_bars("kl", kl, active, most=MOST, alt=_alt(kl, active), y_name="nats", x_name="latent dimension"),
            "KL per latent dimension",
            "mean over rows, nats, largest first",
            tuple(legend if 0 < active.sum() < len(active) else legend[:1] if active.all() else legend[1:]),
        ),
        "table": Table("KL per latent dimension", ("Dimension", "KL, nats", "Active"), rows),
        "summary": _summary(kl),
    }


def _summary(kl: np.ndarray) -> str:
    total = float(kl.sum())
    if len(kl) == 1 or total <= 0:
        return f"Total: {nats(total)} nats."
    most = int(np.searchsorted(np.cumsum(np.sort(kl)[::-1]), EVEN * total) + 1)
    carry = "carries" if most == 1 else "carry"
    rest = float(np.sort(kl)[::-1][MOST:].sum())
    hidden = f" The chart has the {MOST} largest; the others carry {nats(rest)} nats." if len(kl) > MOST else ""
    return f"Total: {nats(total)} nats; {count(most, 'dimension')} of {len(kl):,} {carry} {EVEN:.0%} of it.{hidden}"


def _alt(kl: np.ndarray, active: np.ndarray) -> str:
    return (
        f"Bar chart of the KL of {count(len(kl), 'latent dimension')}, sorted: from {number(float(kl.max()))} down to "
        f"{number(float(kl.min()))} nats; {int(active.sum())} active. The table below has the numbers."
    )
