"""The top of the page: what was fitted, and how well, in plain words."""

from __future__ import annotations

from typing import Any

from lowerbound.report.content import DataCard, Numbers, ReportContent
from lowerbound.report.text import count, measured, number, shape_of

__all__ = ["view"]


def view(content: ReportContent) -> dict[str, Any]:
    """Return the heading, the sentences and the few numbers that matter most."""
    return {
        "name": content.data.name,
        "recipe": content.recipe,
        "what": _what(content),
        "sentences": _sentences(content.numbers, content) if content.numbers else [content.without_numbers],
        "caveat": content.caveat,
        "advice": content.health.advice if content.health else (),
        "tiles": _tiles(content),
    }


def _what(content: ReportContent) -> str:
    parts = [count(sum(content.data.rows.values()), "row"), row_shape(content.data)]
    if content.health is not None and content.health.active is not None:
        parts.append(count(len(content.health.active), "latent dimension"))
    return " · ".join(parts)


def row_shape(data: DataCard) -> str:
    """Say what one row is.

    Examples
    --------
    >>> row_shape(DataCard("digits", "image", (1, 8, 8), "levels", levels=17))
    '8 × 8 grey images'
    """
    if data.kind != "image":
        return count(data.n_features, "column")
    channels, height, width = data.shape
    kind = {1: "grey", 3: "colour", 4: "colour"}.get(channels, f"{channels}-channel")
    return f"{shape_of((height, width))} {kind} images"


def _sentences(numbers: Numbers, content: ReportContent) -> list[str]:
    rows = count(numbers.n_rows, content.row)
    given = f" given {content.given}" if content.given else ""
    elbo = measured(numbers.elbo, numbers.elbo_error)
    if numbers.log_likelihood is None:
        return [f"On {rows} the ELBO{given} is {elbo} nats a row.", numbers.statement]
    nll = measured(-numbers.log_likelihood, numbers.standard_error)
    bits = "" if numbers.bits_per_dim is None else f", which is {number(numbers.bits_per_dim)} bits per dimension"
    return [
        f"On {rows} the negative log-likelihood (NLL){given} is {nll} nats a row{bits}. The ELBO is {elbo} nats a row.",
        numbers.statement,
    ]


def _tiles(content: ReportContent) -> list[tuple[str, str, str]]:
    """Label, value and unit of the numbers shown large."""
    tiles, numbers, health = [], content.numbers, content.health
    if numbers is not None:
        tiles.append(("ELBO", measured(numbers.elbo, numbers.elbo_error), "nats a row, higher is better"))
        if numbers.log_likelihood is not None:
            nll = measured(-numbers.log_likelihood, numbers.standard_error)
            tiles.append(("NLL", nll, "nats a row, lower is better"))
        if numbers.bits_per_dim is not None:
            tiles.append(("Bits per dimension", number(numbers.bits_per_dim), "lower is better"))
    if health is not None and health.active is not None:
        tiles.append(("Active units", f"{health.active_units} of {len(health.active)}", "latents that follow the data"))
    return tiles
