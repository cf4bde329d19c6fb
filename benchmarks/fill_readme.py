"""Write the kept results into the tables of README.md: no figure there is typed by hand.

    python benchmarks/fill_readme.py            rewrite
    python benchmarks/fill_readme.py --check    fail when README.md and results/ differ

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; NAME is a renderer of this file and the results
that it takes.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import HERE, RESULTS

README = HERE / "README.md"
BLOCK = re.compile(r"(<!-- table: (\w+)((?: [\w*?-]+)*) -->\n).*?(<!-- end -->)", re.S)


def table(head: list[str], rows: list[list[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


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
    paired = [f"{k}: {spread(v['ratio'])} times the time\n" for k, v in result["loops"].items() if "ratio" in v]
    loops = table(["loop", "layers", "ms a step", "times Pythae", "times the bare loop"], rows)
    return "\n- ".join([loops, *paired]).replace("\n\n-", "\n-")


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
    ]
    return table(head, rows)


def _with_error(found: dict[str, float]) -> str:
    """Return an estimate with its Monte Carlo error, where it has one."""
    error = "" if found["error"] is None else f" ± {found['error']:.3f}"
    return f"{found['log_likelihood']:.3f}{error}"


def estimators(result: dict[str, Any]) -> str:
    """Estimates of log p(x) of the same rows by several methods."""
    rows: list[list[object]] = [
        [kind, method, _with_error(v), f"{v['difference']:+.3f}", f"{v['cpu']:.0f}"]
        for kind in ("run", "two_latents")
        for method, v in result[kind].items()
    ]
    return table(["model", "method", "log p(x) ± Monte Carlo error", "difference", "CPU s"], rows)


def factors(*results: dict[str, Any]) -> str:
    """Metrics of disentanglement of each recipe: mean over seeds, least and most."""
    shown = {
        "training_cpu_seconds": "training CPU s", "rate": "rate", "beta_vae_score": "beta-VAE",
        "factor_vae_score": "FactorVAE", "mutual_information_gap": "MIG", "disentanglement": "DCI D",
        "completeness": "DCI C", "informativeness": "DCI I", "sap": "SAP", "irs": "IRS", "ranking": "UDR",
    }  # fmt: skip
    grouped: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        grouped.setdefault(result["recipe"], []).append(result)
    rows: list[list[object]] = [
        [recipe, len(of), *(_over([r[key] for r in of if key in r], 0 if "cpu" in key else 3) for key in shown)]
        for recipe, of in grouped.items()
    ]
    return table(["recipe", "seeds", *shown.values()], rows)


def capacity(*results: dict[str, Any]) -> str:
    """The rate beside the capacity that it is led to, at every tenth of the rise: mean over seeds, least and most."""
    points = zip(*(result["capacities"] for result in results), strict=True) if results else ()
    rows: list[list[object]] = [
        [
            of[0]["step"], f"{of[0]['capacity']:.2f}", _over([p["rate"] for p in of], 2),
            f"{max(p['gap'] for p in of):.2f}",
        ]
        for of in points
    ]  # fmt: skip
    return table(["step", "capacity C, nats", "rate", "largest distance of a seed"], rows)


def _over(values: list[float], digits: int) -> str:
    """Write the mean of values, and their range where there are several."""
    if not values:
        return ""
    mean = f"{sum(values) / len(values):.{digits}f}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def plain(result: dict[str, Any]) -> str:
    """Any result of plain numbers."""
    rows: list[list[object]] = [
        [key, f"{value:.4g}" if isinstance(value, float) else value]
        for key, value in result.items()
        if isinstance(value, (int, float, str)) and key != "name"
    ]
    return table(["what", "value"], rows)


def by_seed(results: tuple[dict[str, Any], ...]) -> dict[str, list[dict[str, Any]]]:
    """Collect the results of each recipe, and of each of its stages, over seeds."""
    found: dict[str, list[dict[str, Any]]] = {}
    for r in results:
        kept = r["name"].removeprefix("matching_").rpartition("_seed")[0]
        for name, numbers in r["results"].items():
            found.setdefault(kept + "".join(name.partition(", ")[1:]), []).append(numbers)
    return found


def over_seeds(values: list[float | None], digits: int = 3) -> str:
    """Return the mean, with the standard deviation over seeds where there are several."""
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    deviation = f" ± {statistics.stdev(known):.{digits}g}" if len(known) > 1 else ""
    return f"{statistics.fmean(known):.{digits}g}{deviation}"


def matching(*results: dict[str, Any]) -> str:
    """Codes against the prior, reconstructions, and drawn rows against data."""
    columns = ("unexplained", "kl", "code_mmd", "code_sliced", "frechet", "data_frechet", "mmd", "coverage")
    rows: list[list[object]] = [
        [name, len(of), *(over_seeds([numbers[c] for numbers in of]) for c in columns)]
        for name, of in by_seed(results).items()
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


RENDERERS: dict[str, Callable[..., str]] = {
    "speed": speed, "matmul": matmul, "imports": imports, "sampling": sampling, "quality": quality,
    "estimators": estimators, "factors": factors, "capacity": capacity, "plain": plain,
    "matching": matching, "stages": stages,
}  # fmt: skip


def filled(text: str) -> str:
    """Return README.md's text with every table written anew."""

    def one(found: re.Match[str]) -> str:
        paths: list[Path] = []
        for pattern in found[3].split():
            paths += sorted(p for p in RESULTS.glob(f"{pattern}.json"))
        if not paths:
            return f"{found[1]}No result is kept yet.\n{found[4]}"
        return (
            found[1] + RENDERERS[found[2]](*({"name": p.stem, **json.loads(p.read_text())} for p in paths)) + found[4]
        )

    return BLOCK.sub(one, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    before = README.read_text()
    after = filled(before)
    if options.check and after != before:
        raise SystemExit("benchmarks/README.md is not what results/ say: run python benchmarks/fill_readme.py")
    README.write_text(after)


if __name__ == "__main__":
    main()
