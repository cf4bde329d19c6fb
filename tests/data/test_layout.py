"""Axes of images."""

from __future__ import annotations

import numpy as np
import pytest

from lowerbound.data import Schema
from lowerbound.data.layout import arrange, to_rows
from lowerbound.errors import ShapeError

IMAGES = np.arange(2 * 3 * 5 * 6).reshape(2, 3, 5, 6)


def test_the_channel_axis_is_found_at_either_end():
    np.testing.assert_array_equal(to_rows(IMAGES), IMAGES)
    np.testing.assert_array_equal(to_rows(IMAGES.transpose(0, 2, 3, 1)), IMAGES)


@pytest.mark.parametrize("shape", [(2, 3, 5, 3), (2, 5, 5, 6)])
def test_an_ambiguous_axis_says_how_to_say_it(shape):
    with pytest.raises(ShapeError, match="image='CHW' or image='HWC'"):
        to_rows(np.zeros(shape))
    assert to_rows(np.zeros(shape), "CHW").shape == shape
    assert to_rows(np.zeros(shape), "HWC").shape == (shape[0], shape[3], shape[1], shape[2])


def test_flat_rows_are_reshaped():
    np.testing.assert_array_equal(to_rows(IMAGES.reshape(2, -1), (3, 5, 6)), IMAGES)
    assert to_rows(np.zeros((2, 30)), (5, 6)).shape == (2, 1, 5, 6)
    with pytest.raises(ShapeError, match="images of 1 x 5 x 6"):
        to_rows(np.zeros((2, 31)), (5, 6))


def test_other_dimensions_and_layouts_are_refused():
    with pytest.raises(ShapeError, match="neither a table"):
        to_rows(np.zeros((2, 1, 3, 4, 5)))
    with pytest.raises(ShapeError, match="'WHC'"):
        to_rows(np.zeros((2, 1, 3, 4)), "WHC")


def test_arrange_follows_the_schema_where_axes_are_ambiguous():
    schema = Schema((3, 5, 3), "real")
    first = np.random.default_rng(0).normal(size=(2, 3, 5, 3))
    np.testing.assert_array_equal(arrange(first, schema), first)
    np.testing.assert_array_equal(arrange(first.reshape(2, -1), schema), first)
    np.testing.assert_array_equal(arrange(first.transpose(0, 2, 3, 1), schema), first)


@pytest.mark.parametrize("given", [(8, 8), (1, 8, 8), (8, 8, 1)])
def test_images_that_differ_in_channels_alone_are_not_to_be_resized(given):
    with pytest.raises(ShapeError, match=r"expected \(3, 8, 8\).*: give them 3 channels\.$"):
        arrange(np.zeros((5, *given)), Schema((3, 8, 8), "levels", levels=256))
