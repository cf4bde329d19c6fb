"""What a fitted estimator makes of a few rows: arrays for the pictures of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from lowerbound.data import Dataset, Schema
from lowerbound.report.figures.tiles import affordable
from lowerbound.report.pictures import Comparison, Extremes, LatentMap, Pairs, Samples, Traversal
from lowerbound.report.selecting import gather
from lowerbound.report.text import number

if TYPE_CHECKING:
    from lowerbound.report.subject import Subject

__all__ = ["Showing", "compare", "draw_samples", "extremes", "latent_map", "pairs", "traverse"]

MOST_CONDITIONS, EACH = 12, 10
MOST_IMAGES, LEAST_IMAGES, VECTORS = 50, 20, 10
MOST_DIMS, STEPS = 10, 9
ENDS = 8
LEAST_COMPARED = 1000
SEED = 0


@dataclass(frozen=True)
class Showing:
    """How stored rows and rows of the model are brought to what is shown: images to [0, 1].

    Parameters
    ----------
    schema : Schema
        Of the rows.
    low, high : float
        What black and white are in real images.

    Examples
    --------
    >>> showing = Showing(Schema((1, 1, 2), "levels", levels=17))
    >>> showing.rows(np.array([[[[0, 8]]]])).tolist()
    [[[[0.0, 0.5]]]]
    """

    schema: Schema
    low: float = 0.0
    high: float = 1.0

    @classmethod
    def of(cls, schema: Schema, few: Dataset) -> Showing:
        """Find black and white: most of the range of a few rows, unless they lie in [0, 1]."""
        if schema.kind != "image" or schema.support in ("binary", "levels"):
            return cls(schema)
        values = _array(few.x)
        low, high = float(np.quantile(values, 0.001)), float(np.quantile(values, 0.999))
        if values.min() >= 0 and values.max() <= 1:
            return cls(schema)
        return cls(schema, low, high if high > low else low + 1)

    def rows(self, rows: Any) -> np.ndarray:
        """Return stored rows as shown."""
        if self.schema.binarize:
            return _array(rows) / ((self.schema.levels or 2) - 1)
        return self.made(rows)

    def made(self, rows: Any) -> np.ndarray:
        """Return rows of the model, draws or means, as shown."""
        values = _array(rows)
        if self.schema.kind != "image":
            return values
        if self.schema.support == "levels":
            return values / ((self.schema.levels or 256) - 1)
        return (values - self.low) / (self.high - self.low)


def _array(rows: Any) -> np.ndarray:
    return (rows.numpy() if isinstance(rows, Tensor) else np.asarray(rows)).astype(np.float64)


def _is_conditional(vae: Subject) -> bool:
    return vae.fitted_.conditional


def _labels(few: Dataset) -> tuple[list[str], Any]:
    """Names and values of the labels of some rows, as the estimator takes them."""
    assert isinstance(few.y, Tensor)
    y = few.y.numpy()
    if few.schema.classes:
        names = [few.schema.classes[k] for k in y]
        return names, np.array(names, dtype=object)
    names = few.schema.covariates or ()
    return [", ".join(f"{name} = {number(v, 3)}" for name, v in zip(names, row, strict=True)) for row in y], y


def _conditions(few: Dataset) -> tuple[list[str], Any]:
    """The labels to draw samples for: each class that occurs, or those of the first rows."""
    names, values = _labels(few)
    if few.schema.classes:
        present = [name for name in few.schema.classes if name in set(names)][:MOST_CONDITIONS]
        return present, np.array(present, dtype=object)
    chosen = [names.index(name) for name in dict.fromkeys(names)][: MOST_CONDITIONS // 2]
    return [names[i] for i in chosen], values[chosen]


def draw_samples(vae: Subject, few: Dataset, showing: Showing) -> Samples:
    """Draw from the model: some of each condition if it has any."""
    image = few.schema.kind == "image"
    given, names, n = None, None, VECTORS
    if image:
        n = affordable(few.schema.shape, MOST_IMAGES, LEAST_IMAGES) // 10 * 10
    if _is_conditional(vae):
        labels, values = _conditions(few)
        each = EACH if image else max(1, VECTORS // len(labels))
        names, given, n = tuple(np.repeat(labels, each).tolist()), np.repeat(values, each, 0), each * len(labels)
    rows = showing.made(vae.sample(n, given=given, random_state=SEED))
    means = showing.made(vae.sample(n, given=given, random_state=SEED, mean=True)) if image else None
    return Samples(rows, names, means)


def pairs(vae: Subject, few: Dataset, index: np.ndarray, showing: Showing) -> Pairs:
    """Reconstruct a few rows from all over the split."""
    n = 30 if few.schema.kind == "image" else 6
    chosen = np.unique(np.linspace(0, len(few) - 1, min(n, len(few))).round().astype(int))
    part = gather(few, chosen)
    return Pairs(showing.rows(part.x), showing.made(vae.reconstruct(part)), index[chosen])


def traverse(vae: Subject, few: Dataset, showing: Showing, ranked: np.ndarray) -> Traversal:
    """Walk along the first latent dimensions of a ranking, from the middle of the prior."""
    dims = [int(i) for i in ranked[:MOST_DIMS]]
    name, y = "", None
    if _is_conditional(vae):
        names, values = _labels(few)
        name, y = names[0], values[0] if few.schema.classes else np.tile(values[0], (len(dims) * STEPS, 1))
    walked, values, rows = vae.traverse(STEPS, dims, y=y)
    flat = showing.made(rows.reshape(-1, *few.schema.shape))
    return Traversal(np.asarray(walked), np.asarray(values), flat.reshape(rows.shape), name)


def latent_map(codes: np.ndarray, few: Dataset) -> LatentMap:
    """Lay codes ``(n, D)`` out in at most two dimensions.

    Examples
    --------
    >>> from lowerbound.data import from_arrays
    >>> data = from_arrays(np.arange(6.0).reshape(3, 2) / 7)
    >>> latent_map(np.array([[1.0, 1, 0], [0, 0, 0], [2, 2, 0]]), data).explained
    1.0
    """
    codes = np.asarray(codes, dtype=np.float64)
    points, axes, explained = codes, tuple(f"z{i}" for i in range(codes.shape[1])), None
    if codes.shape[1] > 2:
        points, explained = _principal(codes)
        axes = ("first principal component", "second principal component")
    if not isinstance(few.y, Tensor):
        return LatentMap(points, axes, explained=explained)
    y = few.y.numpy()
    if few.schema.classes:
        return LatentMap(points, axes, y, few.schema.classes, explained=explained)
    name = (few.schema.covariates or ("y",))[0]
    return LatentMap(points, axes, values=y[:, 0], value_name=name, explained=explained)


def _principal(codes: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the two principal coordinates, with signs that do not depend on the solver, and their share."""
    centred = codes - codes.mean(0)
    _, scales, directions = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(codes), 2))
    for i, direction in enumerate(directions[:2]):
        points[:, i] = centred @ direction * np.sign(direction[np.abs(direction).argmax()])
    total = float((scales**2).sum())
    return points, float((scales[:2] ** 2).sum()) / total if total > 0 else 1.0


def extremes(test: Dataset, log_p: np.ndarray, showing: Showing) -> Extremes | None:
    """Find both ends of the ranking of all scored rows."""
    if len(log_p) != len(test) or len(log_p) < 2:
        return None
    k = min(ENDS, len(log_p) // 2)
    order = np.argsort(log_p, kind="stable")
    least, most = order[:k], np.flip(order[-k:]).copy()
    rows = [np.concatenate([showing.rows(gather(test, np.array([i])).x) for i in end]) for end in (most, least)]
    return Extremes(rows[0], rows[1], log_p[most], log_p[least], most, least, len(log_p))


def compare(vae: Subject, few: Dataset, showing: Showing) -> Comparison | None:
    """Draw rows under the same labels, enough for smooth histograms; nothing for images."""
    if few.schema.kind == "image":
        return None
    times = -(-LEAST_COMPARED // len(few))
    given = None
    if _is_conditional(vae):
        labels = _labels(few)[1]
        given = np.concatenate([labels] * times)
    samples = vae.sample(times * len(few), given=given, random_state=SEED + 1)
    return Comparison(showing.rows(few.x), showing.made(samples))
