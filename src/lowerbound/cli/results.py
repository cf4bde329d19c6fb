"""Numbers on the screen, each with its unit and its error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lowerbound.cli.screen import Screen
    from lowerbound.estimators.distances import SampleDistances
    from lowerbound.metrics import AggregateGap, Check

__all__ = ["show_checks", "show_diagnosis", "show_distances", "show_evaluation", "show_gaps", "with_error"]


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
    if numbers.get("unbounded"):
        _show_reconstruction(screen, numbers, title)
        return
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


def _show_reconstruction(screen: Screen, numbers: Mapping[str, Any], title: str) -> None:
    rows = [
        (
            "squared error",
            with_error(numbers["mean_squared_error"], numbers["mean_squared_error_error"], 4),
            "a feature",
        ),
        ("energy distance", with_error(numbers["energy_distance"], digits=4), "codes to the prior"),
    ]
    screen.table(("", "", ""), rows, title=title)
    screen.say(numbers["unbounded"], style="yellow", wrap=True)
    screen.say(numbers["statement"], style="dim", wrap=True)


def show_diagnosis(screen: Screen, numbers: Mapping[str, Any], title: str) -> None:
    """Print a diagnosis's JSON as a table and its advice."""
    latents = f"of {len(numbers['active'])}, those whose means vary over rows"
    rows = [
        ("active units", f"{numbers['active_units']}", latents),
        ("I(x; z)", with_error(numbers["mutual_information"]), "nats"),
        ("KL(q(z) || p(z))", with_error(numbers["aggregate_gap"]), "nats"),
    ]
    named = (("training rows", "train"), ("held-out rows", "valid"))
    if numbers.get("unbounded"):
        rows += [(f"squared error, {of}", with_error(numbers[f"{name}_error"], digits=4), "") for of, name in named]
    else:
        rows += [(f"ELBO, {of}", with_error(numbers[f"{name}_elbo"]), "nats per row") for of, name in named]
    if numbers["variance_floor_hits"]:
        rows.append(("variances on their floor", f"{100 * numbers['variance_floor_hits']:.1f}", "%"))
    screen.table(("", "", ""), rows, right={1}, title=title)
    for sentence in numbers["advice"]:
        screen.say(f"- {sentence}", wrap=True)


def show_gaps(screen: Screen, numbers: Mapping[str, Any], title: str) -> None:
    """Print where the ELBO is lost."""
    shown = (
        ("log p(x)", "log_likelihood", f"by importance sampling from {_proposals(numbers)}"),
        ("ELBO, refined", "refined_elbo", "each row with the best posterior of the family"),
        ("ELBO", "elbo", "of the encoder"),
        ("approximation gap", "approximation_gap", "what the family of posteriors loses"),
        ("amortisation gap", "amortisation_gap", "what one encoder for all rows loses"),
        ("total", "total_gap", "KL(q(z) || p(z | x))"),
    )
    rows = [(label, with_error(numbers[name], numbers[f"{name}_error"]), words) for label, name, words in shown]
    screen.table(("", "nats per row", ""), rows, title=title)


def _proposals(numbers: Mapping[str, Any]) -> str:
    adapted = numbers["adapted_rows"]
    if adapted == numbers["rows"]:
        return "proposals adapted to each row"
    return "the refined posteriors" + (f", of {adapted:,} rows from proposals adapted to them" if adapted else "")


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


EQUAL = {
    "mmd": "0 for equal distributions", "energy": "0 for equal distributions", "classifier": "0.5 for equal ones",
    "frechet": "as small as data against data", "kernel": "0 for equal distributions",
    "precision": "share of drawn rows among the data", "recall": "share of the data among drawn rows",
    "density": "1 for equal distributions", "coverage": "share of the data with a drawn row near",
}  # fmt: skip


def show_distances(screen: Screen, found: SampleDistances, title: str) -> None:
    """Print how far drawn rows are from the data, beside data against data, and codes from their prior."""
    rows = []
    for name, meaning in EQUAL.items():
        cells = []
        for measure in (getattr(found.model, name), getattr(found.data, name)):
            p = getattr(measure, "p_value", None)
            cells += [with_error(measure.value, measure.error, 4), "" if p is None else f"{p:.3g}"]
        rows.append((getattr(found.model, name).name.partition(" (")[0], *cells, meaning))
    header = (f"by {found.features}", "model", "p", "data", "p", "")
    screen.table(header, rows, right={1, 2, 3, 4}, title=title)
    tests = {name: getattr(found.model, name).p_value for name in ("mmd", "energy", "classifier")}
    telling = [name for name, p in tests.items() if p < 0.05]
    screen.say(
        f"Drawn rows can be told from the data: {', '.join(telling)} at 5 %." if telling
        else "No test tells drawn rows from the data at 5 %.", wrap=True,
    )  # fmt: skip
    for gap in found.gaps:
        _show_gap(screen, gap)


def _show_gap(screen: Screen, gap: AggregateGap) -> None:
    rows = [
        ("KL(q(z) || p(z))", with_error(gap.kl.value, gap.kl.error), "nats"),
        ("I(x; z)", with_error(gap.mutual_information.value, gap.mutual_information.error), "nats"),
        ("squared MMD", with_error(gap.mmd.value, gap.mmd.error, 4), f"p = {gap.mmd.p_value:.3g}"),
        (
            "squared sliced Wasserstein distance",
            with_error(gap.sliced.value, gap.sliced.error, 4),
            "0 at best",
        ),
    ]
    screen.table(("", "", ""), rows, right={1}, title=f"Codes {gap.name} of {gap.rows:,} rows against their prior")
