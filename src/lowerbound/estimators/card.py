"""The model card of a run: what it is, on what it was fitted, how good it is, how to use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lowerbound.data import Schema
from lowerbound.recipes import find

__all__ = ["card"]

Numbers = Mapping[str, Any]


def card(
    config: Numbers,
    *,
    evaluation: Numbers | None = None,
    diagnosis: Numbers | None = None,
    timing: Numbers | None = None,
) -> str:
    """Return a model card in Markdown.

    Parameters
    ----------
    config
        ``config.json`` of the run.
    evaluation, diagnosis, timing
        The other files of a run, where they exist.

    Examples
    --------
    >>> config = {"settings": {"recipe": "vae", "latent": 2}, "data": {"name": "toy"}, "spec": {}, "seeds": {"seed": 0},
    ...           "schema": {"shape": [3], "support": "real"}, "versions": {"torch": "2.13.0"}}
    >>> print(card(config).splitlines()[0])
    # vae on toy
    """
    settings, data = config["settings"], config["data"]
    recipe = find(settings["recipe"])
    parts = [
        f"# {recipe.name} on {data['name']}",
        f"A {recipe.summary}; {recipe.paper}. Made by `lowerbound`.",
        "## Data\n\n" + _data(data, Schema.from_json(config["schema"])),
        "## Numbers\n\n" + (_numbers(evaluation) if evaluation else "Not evaluated."),
    ]
    if diagnosis:
        advice = "\n".join(f"- {sentence}" for sentence in diagnosis.get("advice", []))
        units = f"{diagnosis['active_units']} of {len(diagnosis['active'])} latent dimensions are active."
        parts.append(f"## Health\n\n{units}\n\n{advice}")
    unbounded = bool(config.get("unbounded"))
    parts += ["## Use\n\n" + _use(recipe.conditional, unbounded), "## Making\n\n" + _making(config, timing or {})]
    return "\n\n".join(parts) + "\n"


def _data(data: Numbers, schema: Schema) -> str:
    shape = " x ".join(map(str, schema.shape))
    lines = [f"- rows of {shape} ({schema.kind}), support: {schema.support}"]
    if data.get("splits"):
        lines.append("- " + ", ".join(f"{n:,} {name}" for name, n in data["splits"].items()) + " rows")
    if schema.columns:
        lines.append("- columns: " + ", ".join(schema.columns[:30]) + (", ..." if len(schema.columns) > 30 else ""))
    lines += [f"- {name}: {data[name]}" for name in ("source", "licence") if data.get(name)]
    return "\n".join(lines)


def _numbers(evaluation: Numbers) -> str:
    named = {
        "ELBO": ("elbo", "elbo_error"), "rate": ("rate", "rate_error"),
        "distortion": ("distortion", "distortion_error"), "log p(x)": ("log_likelihood", "standard_error"),
        "bits per dimension": ("bits_per_dim", ""),
        "squared error a feature": ("mean_squared_error", "mean_squared_error_error"),
        "energy distance of codes to the prior": ("energy_distance", ""),
    }  # fmt: skip
    lines = ["| | value | standard error |", "|---|---|---|"]
    for label, (name, error) in named.items():
        if evaluation.get(name) is not None:
            spread = evaluation.get(error)
            lines.append(f"| {label} | {evaluation[name]:.3f} | {'' if spread is None else f'{spread:.3f}'} |")
    rows = f"{evaluation['n_rows']:,} {evaluation['split']} rows. {evaluation['statement']}"
    rows = " ".join(filter(None, [rows, evaluation.get("unbounded")]))
    return "\n".join([*lines, "", rows])


def _use(conditional: bool, unbounded: bool) -> str:
    y, given = (", y", "given, ") if conditional else ("", "")
    return "\n".join(
        [
            "```python",
            "import lowerbound as lb",
            "",
            'vae = lb.load("this-folder")',
            f"codes = vae.transform(X{y})  # posterior means",
            f"errors = vae.squared_error(X{y})  # of reconstructions: there is no log p(x)"
            if unbounded
            else f"log_p = vae.score_samples(X{y})  # log p(x) of each row, nats",
            f"rows = vae.sample(10, {given}random_state=1)",
            "```",
        ]
    )


def _making(config: Numbers, timing: Numbers) -> str:
    chosen = {name: value for name, value in config["settings"].items() if value is not None}
    lines = [
        f"- settings: {', '.join(f'{name}={value}' for name, value in chosen.items())}",
        f"- versions: {', '.join(f'{name} {value}' for name, value in config.get('versions', {}).items())}",
    ]
    outcome = config.get("outcome") or {}
    if outcome:
        lines.append(f"- training: {outcome.get('step')} steps, {outcome.get('reason')}")
    if timing.get("wall_seconds"):
        lines.append(f"- took: {timing['wall_seconds']:.0f} s, {timing.get('cpu_seconds', 0):.0f} CPU-seconds")
    return "\n".join(lines)
