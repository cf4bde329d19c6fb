"""A rate-distortion curve as a picture, a table or JSON."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lowerbound.cli.files import save_table
from lowerbound.core.storage import write_bytes, write_json
from lowerbound.errors import UnknownNameError, nearest
from lowerbound.estimators.inspection import Curve

if TYPE_CHECKING:
    from lowerbound.cli.screen import Screen

__all__ = ["check_curve", "save_curve"]

EXTENSIONS = (".png", ".csv", ".json")
INK, LINE, OWN = "#333333", "#2a6f97", "#bc4749"


def check_curve(path: Path) -> None:
    """Refuse a file that a curve cannot be written as.

    Raises
    ------
    UnknownNameError
        For an unknown extension.
    """
    if path.suffix not in EXTENSIONS:
        raise UnknownNameError(
            f"Cannot write {path.name}: the extension says the format. {nearest(path.suffix, EXTENSIONS)}"
        )


def save_curve(path: Path, found: Curve, title: str, screen: Screen) -> None:
    """Write a curve; the file's extension says as what."""
    columns = found.curve.to_json()
    if path.suffix == ".csv":
        save_table(path, np.array(list(columns.values())).T, list(columns), screen)
        return
    if path.suffix == ".json":
        write_json(path, found.to_json())
    else:
        write_bytes(path, draw(found, title))
    own = f"the model itself: rate {found.rate:.2f}, distortion {found.distortion:.2f}"
    screen.say(f"{path}: {len(found.curve.beta)} points, nats per row; {own}")


def draw(found: Curve, title: str) -> bytes:
    """Return the picture: distortion against rate, the model's own point, and the line of its log p(x)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.4), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    curve = found.curve
    axes.plot(curve.rate, curve.distortion, color=LINE, label="decoder, at best")
    low, high = curve.distortion - 2 * curve.distortion_error, curve.distortion + 2 * curve.distortion_error
    axes.fill_between(curve.rate, low, high, color=LINE, alpha=0.2, linewidth=0)
    at_one = int(np.argmin(np.abs(curve.beta - 1)))
    rate, distortion = curve.rate[at_one], curve.distortion[at_one]
    axes.plot(rate, distortion, "o", color=LINE, markersize=5, label=f"β = 1: log p(x) = {-(rate + distortion):.1f}")
    elbo = -(found.rate + found.distortion)
    axes.plot(found.rate, found.distortion, "D", color=OWN, markersize=6, label=f"the model: ELBO = {elbo:.1f}")
    span = np.array([max(0.0, rate - 0.35 * curve.rate.max()), rate + 0.35 * curve.rate.max()])
    axes.plot(span, rate + distortion - span, color=INK, linewidth=0.8, linestyle=":", zorder=0)
    axes.set_xlabel("rate, nats per row")
    axes.set_ylabel("distortion, nats per row")
    axes.set_title(title, fontsize=9, color=INK, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(left=0)
    # Close to rate 0 the distortion is that of the prior: showing it all would flatten the rest.
    floor, high = (
        curve.distortion.min(),
        max(float(np.interp(0.3 * rate, curve.rate, curve.distortion)), found.distortion),
    )
    axes.set_ylim(floor - 0.1 * (high - floor), high + 0.15 * (high - floor))
    axes.legend(frameon=False, fontsize=9)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
