"""Features of a classifier that is trained on the spot."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.errors import DataError, ShapeError
from lowerbound.metrics import frechet_distance, trained_features


def bars(n: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Noisy images of a horizontal or a vertical bar."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    x = 0.3 * rng.normal(size=(n, 1, 7, 9))
    for image, label, place in zip(x[:, 0], y, rng.integers(0, 7, n), strict=True):
        image[(place, slice(None)) if label else (slice(None), place)] += 1
    return x, y


@pytest.fixture(scope="module")
def features():
    return trained_features(*bars(), name="bars", epochs=10, seed=3)


def test_the_name_says_what_they_are(features):
    assert features.name == "LeNet trained on bars, seed 3"
    x, _ = bars(30, 1)
    assert frechet_distance(x, x, features).name == "Frechet distance (LeNet trained on bars, seed 3)"


def test_they_tell_the_classes_apart_where_pixels_do_not(features):
    """Means of either class are nearly the same image; the features' means are far apart for their spread."""
    x, y = bars(300, 5)
    codes = features(x).numpy()
    assert codes.shape == (300, 84)
    direction = codes[y == 1].mean(0) - codes[y == 0].mean(0)
    side = (codes - codes.mean(0)) @ direction > 0
    assert (side == (y == 1)).mean() > 0.95


def test_rows_that_were_flattened_are_images_again(features):
    x, _ = bars(5, 2)
    assert torch.equal(features(x), features(x.reshape(5, -1)))


def test_a_seed_fixes_them_and_the_generator_is_left_alone(features):
    state = torch.get_rng_state()
    again = trained_features(*bars(), name="bars", epochs=10, seed=3)
    other = trained_features(*bars(), name="bars", epochs=1, seed=4)
    x, _ = bars(5, 2)
    assert torch.equal(again(x), features(x))
    assert not torch.equal(other(x), features(x))
    assert torch.equal(torch.get_rng_state(), state)
    assert not features(x).requires_grad


def test_text_labels_will_do():
    x, y = bars(20)
    assert trained_features(x, np.array(["a", "b"])[y], epochs=1)(x).shape == (20, 84)


def test_what_it_cannot_learn_from_is_refused():
    with pytest.raises(ShapeError, match=r"got \(4, 9\)"):
        trained_features(np.zeros((4, 9)), [0, 1, 0, 1])
    with pytest.raises(ShapeError, match="a label each"):
        trained_features(np.zeros((4, 1, 8, 8)), [0, 1, 0])
    with pytest.raises(DataError, match="two classes"):
        trained_features(np.zeros((4, 1, 8, 8)), [1, 1, 1, 1])
