"""The picture of the README: held-out digits, their reconstructions, and new samples, from a fitted run.

lowerbound fit digits --out runs/digits
python examples/digits_picture.py runs/digits docs/images/digits.png
"""

from __future__ import annotations

import sys

import numpy as np
from matplotlib.figure import Figure

import lowerbound as lb


def main(run: str, path: str) -> None:
    vae = lb.load(run)
    rows, _ = lb.data.datasets.digits().rows("test")
    originals = rows[:14].numpy()
    strips = {
        "held-out rows": originals,
        "reconstructions": vae.reconstruct(originals),
        "samples": vae.sample(14, random_state=1, mean=True),
        "": vae.sample(14, random_state=2, mean=True),
    }
    figure = Figure(figsize=(9, 2.7), layout="constrained")
    axes = figure.subplots(len(strips), 1)
    for ax, (title, images) in zip(axes, strips.items(), strict=True):
        padded = np.pad(images[:, 0].astype(float), ((0, 0), (0, 0), (0, 1)), constant_values=np.nan)
        ax.imshow(np.concatenate(list(padded), axis=1), cmap="gray", vmin=0, vmax=16)
        ax.set_ylabel(title, rotation=0, ha="right", va="center")
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(False)
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    main(*sys.argv[1:])
