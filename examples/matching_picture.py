"""How near codes are to the prior, against what of the data is not reconstructed: one point a recipe and seed.

Reads what `benchmarks/matching.py` kept.

    python examples/matching_picture.py --results benchmarks/results --out docs/images/matching.png
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

INK = "#333333"
COLOURS = ("#2a6f97", "#bc4749", "#6a994e", "#e09f3e", "#7b2cbf", "#3d405b", "#00897b", "#8d6e63")
MARKERS = "os^Dvp*X"
Points = dict[str, list[tuple[float, float, float]]]


def read(folder: Path) -> Points:
    """Return share unexplained, squared sliced distance and its error of every recipe on binary rows, by name."""
    found: Points = defaultdict(list)
    for path in sorted(folder.glob("matching_*_seed*.json")):
        results = json.loads(path.read_text())["results"]
        if len(results) > 1:  # two stages see other data, grey levels
            continue
        for r in results.values():
            name = path.stem.removeprefix("matching_").rpartition("_seed")[0]
            found[name].append((r["unexplained"], r["code_sliced"], r["code_sliced_error"]))
    return dict(sorted(found.items()))


def draw(found: Points, out: str) -> None:
    """Write the picture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullFormatter

    figure = Figure(figsize=(6.4, 3.8), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for i, (name, points) in enumerate(found.items()):
        x, y, error = zip(*points, strict=True)
        axes.errorbar(
            x, y, error, fmt=MARKERS[i % len(MARKERS)], color=COLOURS[i % len(COLOURS)], markersize=6, linewidth=1,
            label=name,
        )  # fmt: skip
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    axes.set_xlabel("share of the test rows' variance that is not reconstructed")
    axes.set_ylabel("squared sliced distance, codes to prior")
    axes.set_title("matching the prior against reconstructing, MNIST", fontsize=10, loc="left", color=INK)
    figure.savefig(out, metadata={"Software": None})


def main() -> None:
    """Read, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--out", default="docs/images/matching.png")
    options = parser.parse_args()
    found = read(options.results)
    if not found:
        raise SystemExit(f"{options.results} has no matching_*.json: run python benchmarks/matching.py first.")
    draw(found, options.out)


if __name__ == "__main__":
    main()
