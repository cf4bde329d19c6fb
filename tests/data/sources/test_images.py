"""Folders of images."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lowerbound.data import open_data
from lowerbound.errors import DataError, DataWarning, ShapeError

RNG = np.random.default_rng(0)


def save(path, shape=(4, 6), mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = RNG.integers(0, 256, shape if mode == "L" else (*shape, len(mode)), dtype=np.uint8)
    Image.fromarray(values).save(path)
    return values


def test_grey_images_in_the_order_of_names(tmp_path):
    b, a = save(tmp_path / "b.png"), save(tmp_path / "a.PNG")
    data = open_data(tmp_path)
    assert (data.schema.shape, data.schema.levels, data.y) == ((1, 4, 6), 256, None)
    np.testing.assert_array_equal(data.x[:, 0].numpy(), np.stack([a, b]))


def test_class_folders(tmp_path):
    for name in ("dog/1.png", "cat/1.png", "cat/2.png"):
        save(tmp_path / name, mode="RGB")
    data = open_data(tmp_path)
    assert data.schema.shape == (3, 4, 6)
    assert data.schema.classes == ("cat", "dog")
    assert data.y.tolist() == [0, 0, 1]


@pytest.mark.parametrize("side", [3, 4])
def test_small_square_colour_images_are_not_ambiguous(tmp_path, side):
    values = save(tmp_path / "a.png", (side, side), "RGB")
    np.testing.assert_array_equal(open_data(tmp_path).x[0].numpy(), values.transpose(2, 0, 1))


def test_one_coloured_image_makes_all_coloured(tmp_path):
    grey = save(tmp_path / "a.png")
    save(tmp_path / "b.png", mode="RGBA")
    data = open_data(tmp_path)
    assert data.schema.shape == (3, 4, 6)
    np.testing.assert_array_equal(data.x[0, 2].numpy(), grey)


def test_black_and_white_images_are_binary(tmp_path):
    Image.fromarray(RNG.random((4, 6)) > 0.5).save(tmp_path / "a.png")
    assert open_data(tmp_path).schema.support == "binary"
    values = save(tmp_path / "b.png")
    assert open_data(tmp_path).x[0].max() == 255
    np.testing.assert_array_equal(open_data(tmp_path).x[1, 0].numpy(), values)


def test_jpeg(tmp_path):
    Image.fromarray(RNG.integers(0, 256, (8, 8), dtype=np.uint8)).save(tmp_path / "a.jpg")
    assert open_data(tmp_path).schema.shape == (1, 8, 8)


def test_mixed_sizes_name_both_files(tmp_path):
    save(tmp_path / "a.png")
    save(tmp_path / "b.png", (5, 6))
    with pytest.raises(ShapeError, match=r"b\.png is 6 x 5 and .*a\.png is 6 x 4.*resize"):
        open_data(tmp_path)


def test_an_unreadable_image_is_named(tmp_path):
    save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:40])
    with pytest.raises(DataError, match=r"b\.png is not a readable image"):
        open_data(tmp_path)


def test_folders_that_do_not_tell(tmp_path):
    with pytest.raises(DataError, match="holds no images"):
        open_data(tmp_path)
    save(tmp_path / "a.png")
    with pytest.raises(DataError, match="leave label='kind' out"):
        open_data(tmp_path, label="kind")
    save(tmp_path / "cat" / "b.png")
    with pytest.raises(DataError, match=r"beside class folders, a\.png"):
        open_data(tmp_path)


@pytest.mark.parametrize("dtype", ["<u2", ">u2"])
def test_sixteen_bits_are_scaled_to_eight_and_said(tmp_path, dtype):
    deep = np.array([[0, 128, 129, 256], [257, 385, 65406, 65407], [65535, 30000, 1000, 257 * 77]])
    Image.fromarray(deep.astype(dtype)).save(tmp_path / "a.tif")
    with pytest.warns(DataWarning, match=r"a\.tif holds 16 bits a pixel.* 8 bits"):
        data = open_data(tmp_path)
    assert data.schema.shape == (1, 3, 4)
    np.testing.assert_array_equal(data.x[0, 0].numpy(), np.rint(deep / 257))
    assert data.x[0, 0, 0, :3].tolist() == [0, 0, 1]
    assert data.x.max() == 255


def test_sixteen_bits_of_a_png_beside_coloured_images(tmp_path):
    save(tmp_path / "a.png", mode="RGB")
    Image.fromarray(np.full((4, 6), 257 * 40, np.uint16)).save(tmp_path / "b.png")
    with pytest.warns(DataWarning, match="16 bits"):
        assert (open_data(tmp_path).x[1] == 40).all()


@pytest.mark.parametrize("values", [np.full((4, 6), 70_000, np.int32), np.full((4, 6), 0.5, np.float32)])
def test_numbers_beyond_sixteen_bits_are_refused(tmp_path, values):
    Image.fromarray(values).save(tmp_path / "a.tif")
    with pytest.raises(DataError, match=r"a\.tif holds 32 bits a pixel.*save it as 8-bit.*\.npy"):
        open_data(tmp_path)


def test_grey_images_are_coloured_on_request(tmp_path):
    grey = save(tmp_path / "a.png")
    data = open_data(tmp_path, coloured=True)
    assert data.schema.shape == (3, 4, 6)
    np.testing.assert_array_equal(data.x[0, 1].numpy(), grey)
    Image.fromarray(np.eye(4, 6) > 0).save(tmp_path / "a.png")
    assert open_data(tmp_path, coloured=True).x[0, 2, 0].tolist() == [255, 0, 0, 0, 0, 0]
