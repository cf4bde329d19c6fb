"""A picture of the sprites: a line for each factor, the others held, and a line of rows drawn at random.

python examples/sprites_picture.py --out docs/images/sprites.png
"""

from __future__ import annotations

import argparse

import numpy as np
from matplotlib.figure import Figure

import lowerbound as lb

COLUMNS = 16


def main() -> None:
    """Draw a line of pictures for each factor."""
    parser = argparse.ArgumentParser(description="Draw the sprites factor by factor.")
    parser.add_argument("--out", default="docs/images/sprites.png")
    options = parser.parse_args()
    data = lb.data.datasets.sprites()
    factors = data.factors
    grid = data.x.numpy().reshape(*factors.sizes, 32, 32)
    middle = [2, 3, 2, 8, 8]
    strips = {}
    for k, (name, size) in enumerate(zip(factors.names, factors.sizes, strict=True)):
        held = [index if j != k else slice(None) for j, index in enumerate(middle)]
        shown = f"{size} values" if size <= COLUMNS else f"{COLUMNS} of {size}"
        strips[f"{name}, {shown}"] = grid[tuple(held)][:COLUMNS]
    strips["any"] = data.x.numpy()[np.random.default_rng(0).integers(len(data), size=COLUMNS), 0]
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    for ax, (title, images) in zip(figure.subplots(len(strips), 1), strips.items(), strict=True):
        framed = np.pad(images.astype(float), ((0, 0), (1, 1), (1, 1)), constant_values=0.5)
        padded = np.concatenate([framed, np.full((COLUMNS - len(images), 34, 34), np.nan)])
        ax.imshow(np.concatenate(list(padded), axis=1), cmap="gray", vmin=0, vmax=1)
        ax.set_ylabel(title, rotation=0, ha="right", va="center")
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(False)
    figure.savefig(options.out, dpi=130, metadata={"Software": None})


if __name__ == "__main__":
    main()
