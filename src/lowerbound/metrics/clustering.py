r"""How well clusters agree with classes that they never saw.

.. math:: \text{accuracy} = \max_{\pi} \frac1n \sum_i 1[y_i = \pi(c_i)]

over all ways to give each cluster a class of its own (the Hungarian method), beside the normalised mutual information
and the adjusted Rand index, which ask for no such way.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lowerbound.errors import DataError, ShapeError

__all__ = ["Clustering", "clustering_scores"]


@dataclass(frozen=True)
class Clustering:
    """Agreement of clusters with classes.

    Attributes
    ----------
    accuracy : float
        Share of the rows whose cluster stands for their class.
    accuracy_error : float
        Standard error over rows, the clusters taken as they are.
    normalized_mutual_information : float
        By the mean of the two entropies, in [0, 1].
    adjusted_rand_index : float
        0 for chance, 1 at best.
    classes : dict
        The class that each cluster stands for; None for those beyond the number of classes.

    Examples
    --------
    >>> Clustering(0.9, 0.01, 0.8, 0.7, {0: "cat"}).to_json()["accuracy"]
    0.9
    """

    accuracy: float
    accuracy_error: float
    normalized_mutual_information: float
    adjusted_rand_index: float
    classes: dict[Any, Any]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "classes": {str(k): None if v is None else str(v) for k, v in self.classes.items()}}


def clustering_scores(y: Any, clusters: Any) -> Clustering:
    """Compare clusters of rows with their classes; the names of both do not matter.

    Parameters
    ----------
    y
        Classes, ``(n,)``.
    clusters
        Clusters, ``(n,)``; there may be more or fewer than classes.

    Raises
    ------
    ShapeError
        When the two are not one entry a row.
    DataError
        When there are no rows.

    References
    ----------
    Xie, Girshick and Farhadi, Unsupervised Deep Embedding for Clustering Analysis, 2016 (accuracy).

    Examples
    --------
    >>> found = clustering_scores(["cat", "cat", "dog", "dog"], [1, 1, 0, 1])
    >>> found.accuracy, found.classes
    (0.75, {0: 'dog', 1: 'cat'})
    """
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix

    classes, groups = np.asarray(y), np.asarray(clusters)
    if classes.ndim != 1 or classes.shape != groups.shape:
        raise ShapeError(f"One class and one cluster a row: got shapes {classes.shape} and {groups.shape}.")
    if not len(classes):
        raise DataError("There are no rows to compare clusters of.")
    counts = contingency_matrix(classes, groups)
    to, of = linear_sum_assignment(counts, maximize=True)
    stands = {int(cluster): int(kind) for kind, cluster in zip(to, of, strict=True)}
    kinds, names = np.unique(classes).tolist(), np.unique(groups).tolist()
    accuracy = float(counts[to, of].sum() / len(classes))
    return Clustering(
        accuracy=accuracy,
        accuracy_error=math.sqrt(accuracy * (1 - accuracy) / len(classes)),
        normalized_mutual_information=float(normalized_mutual_info_score(classes, groups)),
        adjusted_rand_index=float(adjusted_rand_score(classes, groups)),
        classes={name: kinds[stands[i]] if i in stands else None for i, name in enumerate(names)},
    )
