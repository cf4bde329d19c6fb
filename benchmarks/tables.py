"""The tables of README.md: one function each, of the kept results that it shows."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from harness import table

__all__ = ["RENDERERS"]


def spread(value: dict[str, float], digits: int = 2) -> str:
    """Return a median with the middle 80 % of its blocks."""
    return f"{value['median']:.{digits}f} ({value['low']:.{digits}f} to {value['high']:.{digits}f})"


def speed(result: dict[str, Any]) -> str:
    """Training loops: milliseconds of CPU a step, and ratios."""
    rows: list[list[object]] = [
        [name, loop["precision"], f"{loop['ms']['median']:.2f}", spread(loop["over_pythae"]), spread(loop["over_bare"])]
        for name, loop in result["loops"].items()
        if "ms" in loop
    ]
    paired = [f"{k}: {spread(v['ratio'])} times the time" for k, v in result["loops"].items() if "ratio" in v]
    loops = table(["loop", "layers", "ms a step", "times Pythae", "times the bare loop"], rows)
    return "\n- ".join([loops, *paired])


def gpu(result: dict[str, Any]) -> str:
    """Training loops on a GPU: wall milliseconds a step, and ratios."""
    rows: list[list[object]] = [
        [network, name, loop["precision"], f"{loop['ms']['median']:.2f}", spread(loop["ratio"])]
        for network, loops in result["networks"].items()
        for name, loop in loops.items()
    ]
    loops = table(["network", "loop", "layers", "ms a step", "times the torch loop"], rows)
    return f"{loops}\n\n{result['gpu']}, torch {result['machine']['torch']}."


def matmul(result: dict[str, Any]) -> str:
    """Share of the matrix-multiply peak."""
    rows: list[list[object]] = [
        [name, spread(value["share"]), spread(value["strict_share"])]
        for name, value in result.items()
        if isinstance(value, dict) and "share" in value
    ]
    return table(["network", "share", "without the data's gradient"], rows)


def imports(result: dict[str, Any]) -> str:
    """Start-up, over ``import torch``."""
    rows: list[list[object]] = [[f"`{name}`", spread(v["over_torch"], 3)] for name, v in result["commands"].items()]
    return table(["command", "CPU over that of `import torch`"], rows)


def sampling(result: dict[str, Any]) -> str:
    """Importance sampling: seconds and memory."""
    rows: list[list[object]] = [
        [name, f"{r['rows']:,}", r["samples"], f"{r['wall']:.1f}", f"{r['cpu']:.0f}", f"{r['peak_mib']:.0f}"]
        for name, r in ((name, result[name]) for name in ("bfloat16", "float32"))
    ]
    return table(["layers", "rows", "S", "wall s", "CPU s", "peak MiB"], rows)


def quality(*results: dict[str, Any]) -> str:
    """Held-out likelihood of quality runs."""
    rows: list[list[object]] = [
        [
            r["name"], r["seed"], f"{r['training_cpu_seconds']:.0f}", f"{r['elbo']:.2f}",
            f"{r['nll']:.2f} ± {r['standard_error']:.2f} ({r['monte_carlo_error']:.2f})",
            "" if r.get("bits_per_dim") is None else f"{r['bits_per_dim']:.3f}",
            f"{r['samples']:,}", f"{r['rows']:,}", r["layers"],
        ]
        for r in results
    ]  # fmt: skip
    if any("near_gain" in r for r in results):
        for row, r in zip(rows, results, strict=True):
            row.append(f"{-r['near_gain']:+.2f} ± {r['near_error']:.2f}" if "near_gain" in r else "-")
    head = [
        "`results/`",
        "seed",
        "training CPU s",
        "ELBO",
        "NLL ± error (Monte Carlo)",
        "bits/dim",
        "S",
        "rows",
        "layers",
        "by adapted proposals",
    ]
    return table(head[: len(rows[0])], rows)


def _with_error(found: dict[str, float]) -> str:
    """Return an estimate with its Monte Carlo error, where it has one."""
    error = "" if found["error"] is None else f" ± {found['error']:.3f}"
    return f"{found['log_likelihood']:.3f}{error}"


def estimators(*results: dict[str, Any]) -> str:
    """Estimates of log p(x) of the same rows by several methods."""
    rows: list[list[object]] = [
        [
            result["model"], method, _with_error(v), f"{v['difference']:+.3f}",
            "-" if v["smallest_ess"] is None else f"{v['smallest_ess']:.0f}", f"{v['cpu']:.0f}",
        ]
        for result in results
        for method, v in result["methods"].items()
    ]  # fmt: skip
    return table(["model", "method", "log p(x) ± Monte Carlo error", "difference", "smallest ESS", "CPU s"], rows)


def factors(*results: dict[str, Any]) -> str:
    """Metrics of disentanglement of each recipe: mean over seeds, least and most."""
    shown = {
        "training_cpu_seconds": "training CPU s", "rate": "rate", "beta_vae_score": "beta-VAE", "32": "of 32 pairs",
        "18": "of 18 pairs", "16": "of 16 pairs", "5": "of 5 pairs", "five": "of five factors",
        "factor_vae_score": "FactorVAE", "mutual_information_gap": "MIG", "five_gap": "MIG of five",
        "disentanglement": "DCI D", "completeness": "DCI C", "informativeness": "DCI I",
        "sap": "SAP", "irs": "IRS", "ranking": "UDR",
    }  # fmt: skip
    grouped: dict[str, list[dict[str, Any]]] = {}
    measured: set[str] = set()
    for result in results:
        five = result["five_factors"]
        both = {"five": five["beta_vae_score"], "five_gap": five["mutual_information_gap"]}
        side = result.get("side", 32)
        name = result["recipe"] if side == 32 else f"{result['recipe']}, {side} x {side}"
        name += f", spread {result['spread']:g}" if result.get("spread", 1) != 1 else ""
        grouped.setdefault(name, []).append({**result, **both, **result.get("by_pairs", {})})
        measured |= set(grouped[name][-1])
    shown = {key: title for key, title in shown.items() if key in measured}
    rows: list[list[object]] = [
        [recipe, len(of), *(over_seeds([r.get(key) for r in of], ".0f" if "cpu" in key else ".3f") for key in shown)]
        for recipe, of in grouped.items()
    ]
    return table(["recipe", "seeds", *shown.values()], rows)


def capacity(*results: dict[str, Any]) -> str:
    """The rate beside the capacity that it is led to, at every tenth of the rise: mean over seeds, least and most."""
    points = zip(*(result["capacities"] for result in results), strict=True) if results else ()
    rows: list[list[object]] = [
        [
            of[0]["step"], f"{of[0]['capacity']:.2f}", over_seeds([p["rate"] for p in of], ".2f"),
            f"{max(p['gap'] for p in of):.2f}",
        ]
        for of in points
    ]  # fmt: skip
    return table(["step", "capacity C, nats", "rate", "largest distance of a seed"], rows)


def linear(*results: dict[str, Any]) -> str:
    """The beta-VAE metric of linear codes by its pairs."""
    pairs = next(iter(results[0]["scores"].values()))
    rows: list[list[object]] = [
        [name, f"{r['side']} x {r['side']}", *(f"{score:.3f}" for score in scores.values())]
        for r in results
        for name, scores in r["scores"].items()
    ]
    return table(["codes", "sprites", *(f"of {n} pair{'s' if n != '1' else ''}" for n in pairs)], rows)


def plain(result: dict[str, Any]) -> str:
    """Any result of plain numbers."""
    rows: list[list[object]] = [
        [key, f"{value:.4g}" if isinstance(value, float) else value]
        for key, value in result.items()
        if isinstance(value, (int, float, str)) and key != "name"
    ]
    return table(["what", "value"], rows)


def by_seed(
    results: tuple[dict[str, Any], ...], called: Callable[[dict[str, Any], str], str] = lambda _, name: name
) -> dict[str, list[dict[str, Any]]]:
    """Collect the numbers of runs over seeds, by what each is called in its table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for r in results:
        for name, numbers in r["results"].items():
            found.setdefault(called(r, name), []).append(numbers)
    return found


def recipe_and_stage(result: dict[str, Any], name: str) -> str:
    """Return the recipe of a run of ``matching.py``, and which of its stages this is."""
    return result["name"].removeprefix("matching_").rpartition("_seed")[0] + "".join(name.partition(", ")[1:])


def over_seeds(values: list[float | None], digits: str = ".3g") -> str:
    """Return the mean over seeds, with the least and the most where there are several."""
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    mean, least, most = (f"{value:{digits}}" for value in (statistics.fmean(known), min(known), max(known)))
    return mean if len(known) == 1 else f"{mean} ({least} to {most})"


def matching(*results: dict[str, Any]) -> str:
    """Codes against the prior, reconstructions, and drawn rows against data."""
    columns = ("unexplained", "kl", "code_mmd", "code_sliced", "frechet", "data_frechet", "mmd", "coverage")
    rows: list[list[object]] = [
        [name, len(of), *(over_seeds([numbers[c] for numbers in of]) for c in columns)]
        for name, of in by_seed(results, recipe_and_stage).items()
    ]
    head = ["recipe", "seeds", "not reconstructed", "KL(q(z), p(z))", "MMD²", "sliced²", "FD-LeNet", "data's own"]
    return table([*head, "samples' MMD²", "coverage"], rows)


def stages(*results: dict[str, Any]) -> str:
    """What the second stage leaves of the first stage's distances: one row a seed."""
    rows: list[list[object]] = []
    for r in results:
        first, second = r["results"].values()
        parts = [f"{second[c] / first[c]:.3g}" for c in ("code_mmd", "code_sliced", "frechet", "mmd")]
        rows.append([r["seed"], *parts, f"{second['frechet']:.1f}", f"{first['frechet']:.1f}"])
    head = ["seed", "codes' MMD²", "codes' sliced²", "FD-LeNet", "samples' MMD²", "FD-LeNet, two stages", "one stage"]
    return table(head, rows)


def attributes(*results: dict[str, Any]) -> str:
    """Rows made from attributes: how far from what was asked."""
    grouped = by_seed(results)
    grouped["test rows"] = grouped.pop("test rows", [])[:1]  # the same for every run
    columns = ("wrong_digits", "slant", "thickness", "squared_error", "cosine", "frechet")
    rows: list[list[object]] = [
        [name, len(of), *(over_seeds([numbers[c] for numbers in of]) for c in columns)] for name, of in grouped.items()
    ]
    head = ["made by", "seeds", "wrong digits", "slant, sd", "thickness, sd", "squared error", "cosine", "FD-LeNet"]
    return table(head, rows)


def collapse(result: dict[str, Any]) -> str:
    """Cures of posterior collapse."""
    rows: list[list[object]] = [
        [
            name, f"{r['nll']:.2f} ± {r['standard_error']:.2f}", f"{r['elbo']:.2f}", f"{r['rate']:.2f}",
            f"{r['mutual_information']:.2f}", r["active_units"], f"{r['training_cpu_seconds']:.0f}",
        ]
        for name, r in result["cures"].items()
    ]  # fmt: skip
    return table(["cure", "NLL", "ELBO", "rate", "I(x; z)", "active units", "training CPU s"], rows)


RENDERERS: dict[str, Callable[..., str]] = {
    "speed": speed, "gpu": gpu, "matmul": matmul, "imports": imports, "sampling": sampling, "quality": quality,
    "estimators": estimators, "factors": factors, "capacity": capacity, "linear": linear, "plain": plain,
    "matching": matching, "stages": stages, "attributes": attributes, "collapse": collapse,
}  # fmt: skip
