"""Numbers on the screen, each with its unit and its error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lowerbound.cli.screen import Screen
    from lowerbound.metrics import Check

__all__ = ["show_checks", "show_diagnosis", "show_evaluation", "show_gaps", "with_error"]


def with_error(value: float | None, error: float | None = None, digits: int = 2) -> str:
    """Write a number and its error; what is not known is a dash.

    Examples
    --------
    >>> with_error(-12.345, 0.5), with_error(3.0), with_error(None)
    ('-12.35 ± 0.50', '3.00', '-')
    """
    if value is None or not math.isfinite(value):
        return "-"
    known = error is not None and math.isfinite(error)
    return f"{value:,.{digits}f}" + (f" ± {error:,.{digits}f}" if known else "")


def show_evaluation(screen: Screen, numbers: Mapping[str, Any], title: str) -> None:
    """Print an evaluation's JSON as a table."""
    estimate = f"nats per row, S = {numbers['samples']:,}"
    if numbers["monte_carlo_error"] is not None:
        estimate += f", Monte Carlo ± {numbers['monte_carlo_error']:.2g}, median ESS {numbers['median_ess']:,.0f}"
    rows = [
        (label, with_error(numbers[name], numbers[f"{name}_error"]), "nats per row")
        for label, name in (("ELBO", "elbo"), ("rate", "rate"), ("distortion", "distortion"))
    ]
    rows.append(("log p(x)", with_error(numbers["log_likelihood"], numbers["standard_error"]), estimate))
    if numbers["bits_per_dim"] is not None:
        rows.append(("bits/dim", with_error(numbers["bits_per_dim"], digits=3), "of log p(x), lower is better"))
    if numbers.get("median_pareto_k") is not None:
        above = f"median; {100 * numbers['untrusted']:.1f} % of rows above 0.7, below is fine"
        rows.append(("Pareto k", with_error(numbers["median_pareto_k"]), above))
    screen.table(("", "", ""), rows, title=title)
    screen.say(numbers["statement"], style="dim", wrap=True)
    if numbers.get("warning"):
        screen.say(f"Warning: {numbers['warning']}", style="yellow", wrap=True)


def show_diagnosis(screen: Screen, numbers: Mapping[str, Any], title: str) -> None:
    """Print a diagnosis's JSON as a table and its advice."""
    latents = f"of {len(numbers['active'])}"
    rows = [
        ("active units", f"{numbers['active_units']}", latents),
        ("I(x; z)", with_error(numbers["mutual_information"]), "nats"),
        ("KL(q(z) || p(z))", with_error(numbers["aggregate_gap"]), "nats"),
        ("ELBO, training rows", with_error(numbers["train_elbo"]), "nats per row"),
        ("ELBO, held-out rows", with_error(numbers["valid_elbo"]), "nats per row"),
    ]
    if numbers["variance_floor_hits"]:
        rows.append(("variances on their floor", f"{100 * numbers['variance_floor_hits']:.1f}", "%"))
    screen.table(("", "", ""), rows, right={1}, title=title)
    for sentence in numbers["advice"]:
        screen.say(f"- {sentence}", wrap=True)


def show_gaps(screen: Screen, numbers: Mapping[str, Any], title: str) -> None:
    """Print where the ELBO is lost."""
    shown = (
        ("log p(x)", "log_likelihood", "by importance sampling from the refined posteriors"),
        ("ELBO, refined", "refined_elbo", "each row with the best posterior of the family"),
        ("ELBO", "elbo", "of the encoder"),
        ("approximation gap", "approximation_gap", "what the family of posteriors loses"),
        ("amortisation gap", "amortisation_gap", "what one encoder for all rows loses"),
        ("total", "total_gap", "KL(q(z) || p(z | x))"),
    )
    rows = [(label, with_error(numbers[name], numbers[f"{name}_error"]), words) for label, name, words in shown]
    screen.table(("", "nats per row", ""), rows, title=title)


def show_checks(screen: Screen, checks: Sequence[Check], title: str) -> None:
    """Print predictive checks, and in words what stands out."""
    rows = [
        (
            check.statistic, f"{check.p_value:.3f}", f"{check.observed:.4g}", f"{check.replicated:.4g}",
            f"{100 * check.extreme:.0f} %",
            f"{check.worst}: {check.worst_observed:.3g} vs {check.worst_replicated:.3g}",
        )
        for check in checks
    ]  # fmt: skip
    header = ("statistic", "p", "data", "model", "p < 0.05", "stands out most: data vs model")
    screen.table(header, rows, right={1, 2, 3, 4}, title=title)
    wrong = [check.statistic for check in checks if check.p_value < 0.05]
    said = f"The model does not reproduce: {', '.join(wrong)}." if wrong else "Nothing stands out at 5 %."
    screen.say(said, wrap=True)
