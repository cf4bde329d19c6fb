"""Pictures."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from lowerbound.report.elements import Picture
from lowerbound.report.figures.tiles import grid, strip


def opened(picture: Picture) -> np.ndarray:
    data = base64.b64decode(picture.uri.removeprefix("data:image/png;base64,"))
    return np.array(Image.open(io.BytesIO(data)).convert("RGBA"))


def test_values_become_greys_and_gaps_are_see_through() -> None:
    images = np.stack([np.full((1, 8, 8), value) for value in (0.0, 0.5, 1.0)])
    pixels = opened(strip(images, alt="x"))
    assert pixels.shape == (8, 26, 4)
    assert pixels[0, [0, 9, 18]].tolist() == [[0, 0, 0, 255], [128, 128, 128, 255], [255, 255, 255, 255]]
    assert pixels[:, 8, 3].max() == 0


def test_colours_and_their_order_survive() -> None:
    images = np.zeros((1, 3, 4, 4))
    images[0, 0], images[0, 2, 0] = 1.0, 0.5
    assert opened(strip(images, alt="x"))[[0, 1], 0].tolist() == [[255, 0, 128, 255], [255, 0, 0, 255]]


def test_other_numbers_of_channels_show_their_mean() -> None:
    images = np.zeros((1, 2, 4, 4))
    images[0, 1] = 1.0
    assert opened(strip(images, alt="x"))[0, 0].tolist() == [128, 128, 128, 255]


def test_values_outside_are_clipped_and_missing_ones_black() -> None:
    images = np.array([[[[-3.0, 7.0], [np.nan, 1.0]]]])
    assert opened(strip(images, alt="x"))[..., 0].tolist() == [[0, 255], [0, 255]]


def test_large_images_are_averaged() -> None:
    picture = grid(np.ones((4, 1, 400, 200)), 2, alt="x")
    assert picture.height < 200
    assert not picture.pixelated


def test_a_last_line_may_be_short() -> None:
    assert opened(grid(np.ones((3, 1, 4, 4)), 2, alt="x"))[-1, -1, 3] == 0


def test_small_images_grow_by_whole_numbers() -> None:
    assert [strip(np.zeros((2, 1, n, n)), alt="x").scale for n in (1, 8, 28, 64, 65)] == [52, 6, 2, 1, 1]
