"""Row 89: clustering accuracy by the Hungarian method; the other two are scikit-learn's."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from lowerbound.errors import DataError, ShapeError
from lowerbound.metrics import clustering_scores


@pytest.mark.parametrize(
    ("y", "clusters", "accuracy"),
    [
        ([0, 0, 1, 1], [1, 1, 0, 0], 1.0),
        ([0, 0, 1, 1], [0, 1, 0, 1], 0.5),
        ([0, 0, 0, 1, 1, 2], [5, 5, 7, 7, 7, 7], 4 / 6),  # fewer clusters than classes
        ([0, 0, 0, 0], [0, 1, 2, 3], 0.25),  # more clusters than classes: one stands for it
        ([0] * 5 + [1] * 4, [0] * 9, 5 / 9),
        # The largest count first would give 4 + 1; the best is 3 + 3.
        ([0] * 7 + [1] * 4, [0] * 4 + [1] * 3 + [0] * 3 + [1], 6 / 11),
    ],
)
def test_hand_cases(y, clusters, accuracy):
    assert clustering_scores(y, clusters).accuracy == pytest.approx(accuracy)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_best_of_all_assignments_whatever_the_names(seed):
    rng = np.random.default_rng(seed)
    y, clusters = rng.integers(0, 4, 60), rng.integers(0, 4, 60)
    best = max(np.mean(np.array(names)[clusters] == y) for names in itertools.permutations(range(4)))
    found = clustering_scores(y, clusters)
    assert found.accuracy == pytest.approx(best)
    renamed = clustering_scores(np.array(list("dbca"))[y], np.array([30, 10, 40, 20])[clusters])
    assert renamed.accuracy == found.accuracy
    assert found.accuracy == np.mean([found.classes[c] == k for c, k in zip(clusters.tolist(), y, strict=True)])
    assert found.normalized_mutual_information == pytest.approx(normalized_mutual_info_score(y, clusters))
    assert found.adjusted_rand_index == pytest.approx(adjusted_rand_score(y, clusters))
    json.dumps(renamed.to_json())


def test_clusters_without_a_class_say_so():
    assert clustering_scores(["a", "a", "a"], [0, 0, 1]).classes == {0: "a", 1: None}


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ShapeError, match=r"\(3,\) and \(2,\)"):
        clustering_scores([0, 1, 2], [0, 1])
    with pytest.raises(DataError, match="no rows"):
        clustering_scores([], [])
