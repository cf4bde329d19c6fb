"""The pictures of the page on choosing a likelihood: columns of data, and samples of models that differ in one word.

python examples/likelihoods_pictures.py docs/images
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import lowerbound as lb

ROWS, COLUMNS = 600, 4
LEVELS = 7


def factor(rng: np.random.Generator, n: int = ROWS) -> np.ndarray:
    """One hidden factor, seen by every column with some noise."""
    return rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=(n, COLUMNS))


def real(rng: np.random.Generator) -> np.ndarray:
    """Measurements, a few of which went wrong."""
    return 2 * factor(rng) + 0.5 * rng.standard_t(1.5, size=(ROWS, COLUMNS))


def counts(rng: np.random.Generator) -> np.ndarray:
    """Overdispersed counts, a fifth of which was never taken."""
    rate = 10 * np.exp(0.5 * factor(rng)) * rng.gamma(4.0, 0.25, size=(ROWS, COLUMNS))
    return rng.poisson(rate) * (rng.random((ROWS, COLUMNS)) > 0.2).astype(float)


def positive(rng: np.random.Generator) -> np.ndarray:
    """Amounts that multiply."""
    return 30 * np.exp(0.8 * factor(rng))


def unit(rng: np.random.Generator) -> np.ndarray:
    """Shares that crowd near both ends, none of them at an end."""
    return 1 / (1 + np.exp(-2 * factor(rng)))


def levels(rng: np.random.Generator) -> np.ndarray:
    """Ratings by people who take sides, and seldom say the two levels beside the middle."""
    side = np.array([0, 1, 3, 5, 6])[np.digitize(factor(rng), [-1.2, -0.4, 0.4, 1.2])]
    chosen = np.where(rng.random((ROWS, COLUMNS)) < 0.1, rng.integers(0, LEVELS, (ROWS, COLUMNS)), side)
    chosen[:LEVELS] = np.arange(LEVELS)[:, None]
    return chosen.astype(np.uint8)


SUPPORTS = {
    "real": (real, ["normal", "laplace", "student-t"]),
    "count": (counts, ["normal", "poisson", "negative-binomial", "zero-inflated-negative-binomial"]),
    "positive": (positive, ["normal", "gamma", "log-normal"]),
    "unit": (unit, ["normal", "continuous-bernoulli", "beta"]),
    "levels": (levels, ["discretized-logistic", "beta-binomial", "ordinal", "logistic-mixture"]),
}
"""How the data is made, and what is fitted to it."""


def fitted(data: np.ndarray, likelihood: str) -> tuple[np.ndarray, float]:
    """Return samples of a small model, and its log p(x) of the last 200 rows, which it has not seen."""
    vae = lb.VAE(
        likelihood=likelihood, n_components=2, hidden=(32,), epochs=60, batch_size=50, learning_rate=5e-3,
        compile="no", precision="float32", random_state=0,
    ).fit(data[:-200])  # fmt: skip
    return vae.sample(4000, random_state=1), vae.score(data[-200:])


def edges(data: np.ndarray, kind: str) -> np.ndarray:
    """Bins of the histograms: one for each count or level, else of one width."""
    match kind:
        case "count":
            return np.arange(-8, 41) - 0.5
        case "levels":
            return np.arange(LEVELS + 1) - 0.5
        case "real":
            return np.linspace(-20, 20, 81)
    low, high = np.quantile(data, [0.005, 0.985])
    return np.linspace(low - 0.25 * (high - low), high + 0.25 * (high - low), 61)


def outside(samples: np.ndarray, kind: str) -> str:
    """Say how many samples are beyond the values that there are."""
    low, high = {"count": (-0.5, np.inf), "positive": (0, np.inf), "unit": (0, 1)}.get(kind, (-np.inf, np.inf))
    share = np.mean((samples < low) | (samples > high))
    return f"{share:.0%} out of range" if share else ""


def draw(ax: Axes, data: np.ndarray, samples: np.ndarray, bins: np.ndarray) -> None:
    """Draw one histogram of the data, and one of samples over it."""
    shares = [np.full(len(values), 1 / len(values)) for values in (data, samples)]
    ax.hist(data, bins, weights=shares[0], color="#c9ccd1", label="data")
    ax.hist(samples, bins, weights=shares[1], histtype="step", color="#b3261e", lw=1.4, label="samples")
    ax.set_yticks([])
    ax.tick_params(labelsize=8)
    ax.spines[["top", "right", "left"]].set_visible(False)


def picture(kind: str, path: Path) -> None:
    """Fit the families of a support and draw what they do, next to each other."""
    make, families = SUPPORTS[kind]
    data = make(np.random.default_rng(0))
    figure = Figure(figsize=(2.6 * len(families), 2.3), layout="constrained")
    axes: Sequence[Axes] = figure.subplots(1, len(families), sharey=True)
    for ax, name in zip(axes, families, strict=True):
        samples, score = fitted(data, name)
        draw(ax, data.ravel(), samples.ravel(), edges(data, kind))
        comparable = kind != "count" or name != "normal"
        ax.set_title(f"{name}\n" + (f"log p(x) = {score:.2f}" if comparable else "(a density)"), fontsize=9)
        ax.text(0.98, 0.55, outside(samples, kind), transform=ax.transAxes, ha="right", fontsize=8, color="#b3261e")
        if kind == "real":
            ax.set_yscale("log")
            ax.set_ylim(2e-5, 0.3)
            ax.yaxis.set_visible(False)
    axes[0].legend(fontsize=8, frameon=False, loc="upper right", borderaxespad=0)
    figure.savefig(path / f"likelihood-{kind}.png", dpi=120)


def main(path: str) -> None:
    for kind in SUPPORTS:
        picture(kind, Path(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
