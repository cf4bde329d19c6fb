"""The results on held-out rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.report.content import Numbers, ReportContent
from lowerbound.report.elements import Table
from lowerbound.report.text import count, measured, number

__all__ = ["view"]


def view(content: ReportContent) -> dict[str, Any]:
    """Return the table of numbers, or why there is none."""
    if content.numbers is None:
        return {"absent": content.without_numbers}
    numbers = content.numbers
    return {
        "table": _table(numbers, content.row),
        "statement": numbers.statement,
        "notes": [*_conditions(content), *_notes(numbers)],
    }


def _conditions(content: ReportContent) -> list[str]:
    given = f"Every number is conditional: p(x | z, c) and so on, where c is {content.given}." if content.given else ""
    return [note for note in (content.caveat, given) if note]


def _table(numbers: Numbers, row: str) -> Table:
    rows = [
        ("ELBO", _nats(numbers.elbo, numbers.elbo_error), "lower bound of log p(x); higher is better"),
        ("Rate", _nats(numbers.rate, numbers.rate_error), "KL(q(z | x) || p(z)): what the latents carry"),
        ("Distortion", _nats(numbers.distortion, numbers.distortion_error), "−E[log p(x | z)]: what they leave open"),
    ]
    if numbers.log_likelihood is not None:
        nll = _nats(-numbers.log_likelihood, numbers.standard_error)
        rows.append(("NLL", nll, "negative log-likelihood by importance sampling; lower is better"))
    if numbers.bits_per_dim is not None:
        rows.append(("Bits per dimension", f"{number(numbers.bits_per_dim)} bits", "NLL for each entry of a row"))
    caption = f"Nats a row: means over {count(numbers.n_rows, row)}, ± one standard error over rows"
    return Table(caption, ("Quantity", "Value"), [row[:2] for row in rows], [row[2] for row in rows])


def _nats(value: float, error: float | None) -> str:
    return f"{measured(value, error)} nats"


def _notes(numbers: Numbers) -> list[str]:
    notes = ["ELBO = −(rate + distortion), whatever objective was optimised."]
    if numbers.log_likelihood is not None:
        error = numbers.monte_carlo_error
        known = error is not None and np.isfinite(error)
        finite = f" (Monte Carlo error of the mean: {number(error, 2)} nats)" if known else ""
        gap = number(numbers.log_likelihood - numbers.elbo, 3)
        notes.append(f"NLL uses S = {numbers.samples:,} importance samples a row{finite}.")
        notes.append(f"log p(x) lies {gap} nats above the ELBO: the part of the bound that inference leaves open.")
    if numbers.ess is not None and len(numbers.ess):
        middle, low = number(float(np.median(numbers.ess)), 3), number(float(numbers.ess.min()), 3)
        notes.append(
            f"Effective sample size: median {middle} of {numbers.samples:,}, smallest {low}. Rows with few effective "
            "samples have their log p(x) underestimated; more samples help."
        )
    if numbers.warning:
        notes.append(numbers.warning)
    return notes
