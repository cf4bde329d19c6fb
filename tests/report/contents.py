"""Content of every kind that the page must cope with, made up and seeded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lowerbound.report import (
    Comparison,
    DataCard,
    Extremes,
    Health,
    LatentMap,
    Numbers,
    Pairs,
    ReportContent,
    Samples,
    Traversal,
)

HOSTILE = "<script>alert('x')</script> & \"$\\frac{a}\n\x00 名前"


def history() -> tuple[dict[str, float], ...]:
    step = np.arange(10, 400, 10)
    return tuple(
        {
            "step": int(s), "train/elbo": -90 - 900 / s, "train/rate": 20 - 90 / s, "train/distortion": 70 + 900 / s,
            "val/elbo": -92 - 900 / s, "val/rate": 20 - 90 / s, "val/distortion": 72 + 900 / s,
            "train/beta": min(1.0, s / 100), "lr": 1e-3 * (1 - s / 400), "grad_norm": 30 / s,
        }
        for s in step
    )  # fmt: skip


def health(dims: int) -> Health:
    kl = np.linspace(3, 0, dims) ** 2
    advice = (f"1 of {dims} latents carries less than 0.01 nats; `latent={max(1, dims - 1)}` would do.", "Overfits.")
    return Health(advice, kl, kl > 0.01, 3.9, 1.25, 0.0, -88.2, -91.0, 60)


def numbers(bits: float | None = None) -> Numbers:
    ess = np.linspace(2, 60, 60)
    return Numbers(-92.1, 20.0, 72.1, 0.8, 0.1, 0.7, 60, "Probabilities.", -90.3, 0.75, 0.02, 64, ess, bits)


def configuration() -> dict:
    return {
        "settings": {"latent": 4, "hidden": (64, 64), "clip": None, "ema": 0.999},
        "specs": {"model": "VAE([Latent('z', StandardNormal((4,)))], ...)", "objective": "ELBO()"},
        "seeds": {"seed": 0},
        "versions": {"lowerbound": "0.1.0"},
        "cost": {"wall_seconds": 75.2, "cpu_seconds": 130.0, "steps": 2874, "device": "cpu"},
    }


def content(card: DataCard, dims: int, *, labels: bool, given: bool = False, curves: bool = False) -> ReportContent:
    rng = np.random.default_rng(0)
    image = card.kind == "image"
    shape = card.shape

    def rows(n: int) -> np.ndarray:
        return rng.random((n, *shape)) if image else rng.normal(size=(n, *shape)).cumsum(-1)

    names = card.classes or ("a", "b", "c")
    points = rng.normal(size=(60, min(dims, 2)))
    axes = tuple(f"z{i}" for i in range(dims)) if dims < 3 else ("first principal component", "second")
    who = np.arange(60) % len(names)
    condition = tuple(np.repeat(names, 4).tolist()) if given else None
    n = len(condition or range(20))
    order = np.arange(8)
    return ReportContent(
        card, "cvae" if given else "vae", numbers(2.03 if card.support != "real" else None), health=health(dims),
        history=history() if curves else (), samples=Samples(rows(n), condition, rows(n) if image else None),
        pairs=Pairs(rows(12), rows(12), np.arange(12) * 3),
        traversal=Traversal(np.arange(min(dims, 4)), np.linspace(-2.5, 2.5, 9), _walk(rows, min(dims, 4), shape)),
        latent=LatentMap(points, axes, who if labels else None, names if labels else None,
                         explained=0.8 if dims > 2 else None),
        extremes=Extremes(rows(8), rows(8), -50.0 - order, -150.0 + order, order, order + 8, 60),
        comparison=None if image else Comparison(rows(60), rows(60)), **configuration(),
    )  # fmt: skip


def _walk(rows: Callable[[int], np.ndarray], dims: int, shape: tuple[int, ...]) -> np.ndarray:
    return rows(dims * 9).reshape(dims, 9, *shape)


SPLITS = {"train": 480, "valid": 60, "test": 60}
DIGITS = DataCard("digits", "image", (1, 8, 8), "levels", SPLITS, levels=17, classes=tuple("0123456789"))
COLUMNS = ("age", HOSTILE, "a column with quite a long name, longer than anything", "", "age", "名前", "$x$")


def covariates() -> ReportContent:
    made = content(DataCard("table", "vector", (5,), "real", SPLITS), 2, labels=False)
    assert made.latent is not None
    return replace(made, latent=replace(made.latent, values=np.linspace(0, 9, 60), value_name=HOSTILE))


KINDS: dict[str, Callable[[], ReportContent]] = {
    "grey image with labels": lambda: content(
        replace(DIGITS, source="https://example.org/a", licence="CC BY"), 16, labels=True, curves=True
    ),
    "colour image": lambda: content(
        DataCard("faces", "image", (3, 100, 80), "levels", SPLITS, levels=256), 130, labels=False
    ),
    "two-channel image": lambda: content(DataCard("fields", "image", (2, 30, 40), "real", SPLITS), 2, labels=False),
    "dynamic binarization": lambda: content(
        replace(DIGITS, support="binary", binarize="dynamic", levels=256), 3, labels=True
    ),
    "table": lambda: content(
        DataCard(HOSTILE, "vector", (7,), "real", SPLITS, columns=COLUMNS), 3, labels=True, curves=True
    ),
    "many columns": lambda: content(
        DataCard("wide", "vector", (70,), "real", SPLITS, columns=tuple(f"column {i}" for i in range(70))),
        4,
        labels=True,
    ),
    "signal": lambda: replace(
        content(DataCard("spectra", "vector", (200,), "real", SPLITS), 2, labels=False),
        comparison=None,
        history=history()[:1],
    ),
    "one column": lambda: content(DataCard("column", "vector", (1,), "real", SPLITS), 1, labels=False),
    "binary vector": lambda: content(DataCard("votes", "vector", (5,), "binary", SPLITS), 2, labels=True),
    "one latent dimension": lambda: content(DIGITS, 1, labels=True),
    "many classes": lambda: content(replace(DIGITS, classes=tuple(f"class {i}" for i in range(30))), 2, labels=True),
    "conditional images": lambda: content(DIGITS, 2, labels=True, given=True),
    "conditional table": lambda: content(
        DataCard("table", "vector", (5,), "real", SPLITS, classes=("a", "b")), 2, labels=True, given=True
    ),
    "covariates": covariates,
    "no likelihood": lambda: replace(content(DIGITS, 4, labels=True), numbers=None, extremes=None),
    "nothing but data": lambda: ReportContent(DIGITS, "vae"),
}
