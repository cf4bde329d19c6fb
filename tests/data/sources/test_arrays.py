"""Arrays as data sets."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.data import from_arrays
from lowerbound.errors import DataError, ShapeError

RNG = np.random.default_rng(0)


def test_rows_and_labels():
    data = from_arrays(RNG.normal(size=(4, 3)), ["a", "b", "a", "b"], name="toy")
    assert (data.name, data.x.dtype, data.schema.classes) == ("toy", torch.float32, ("a", "b"))
    assert data.y.tolist() == [0, 1, 0, 1]


def test_covariates():
    data = from_arrays(RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2)))
    assert data.schema.covariates == ("y0", "y1")
    assert data.y.shape == (4, 2)


@pytest.mark.parametrize("image", [None, "HWC", (3, 6, 5)])
def test_images_channels_last(image):
    images = RNG.integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)
    data = from_arrays(images, image=image)
    np.testing.assert_array_equal(data.x.numpy(), images.transpose(0, 3, 1, 2))


def test_ambiguous_square_images_are_turned_as_said():
    images = RNG.integers(0, 256, (4, 3, 3, 3), dtype=np.uint8)
    np.testing.assert_array_equal(from_arrays(images, image="HWC").x.numpy(), images.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(from_arrays(images, image="CHW").x.numpy(), images)


def test_a_memory_map_is_read(tmp_path):
    np.save(tmp_path / "x.npy", RNG.normal(size=(4, 3)))
    assert from_arrays(np.load(tmp_path / "x.npy", mmap_mode="r")).x.shape == (4, 3)


def test_dynamic_binarization_can_be_asked_for():
    data = from_arrays(RNG.integers(0, 256, (4, 6, 5), dtype=np.uint8), binarize="dynamic")
    assert (data.schema.binarize, data.schema.levels, data.x.dtype) == ("dynamic", 256, torch.uint8)


def test_labels_must_match_the_rows():
    with pytest.raises(ShapeError, match="y has 3 rows where there are 4"):
        from_arrays(RNG.normal(size=(4, 3)), ["a", "b", "a"])
    with pytest.raises(DataError, match="NaN in row 0, column 1"):
        from_arrays([[1.0, np.nan]])
