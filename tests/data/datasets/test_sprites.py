"""Rendered sprites: all combinations, in order, and what each factor does to a picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lowerbound.data import check, datasets
from lowerbound.errors import ConfigError

SMALL = (3, 3, 4, 4, 4)


def pictures(sizes: tuple[int, ...] = SMALL, *, grey: bool = False, side: int = 32) -> torch.Tensor:
    """Images by factors, ``(shape, scale, rotation, x, y, side, side)`` floats."""
    return datasets.sprites(sizes=sizes, grey=grey, side=side).x.float().reshape(*sizes, side, side)


def centres(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    mass = images.sum((-2, -1))
    steps = torch.arange(32.0)
    return (images.sum(-2) * steps).sum(-1) / mass, (images.sum(-1) * steps).sum(-1) / mass


def test_the_whole_set():
    data = datasets.sprites()
    assert (data.x.shape, data.x.dtype, data.schema.support) == ((92160, 1, 32, 32), torch.uint8, "binary")
    assert data.x.is_contiguous()
    assert torch.equal(check(data.x[::97], data.schema), data.x[::97])
    assert len(data.split(valid=0.0).rows("train")[0]) == 82944
    assert data.factors.sizes == (3, 6, 20, 16, 16)
    assert torch.equal(data.y, data.factors.values[:, 0])
    strides = [30720, 5120, 256, 16, 1]
    assert ((data.factors.values * torch.tensor(strides)).sum(1) == torch.arange(92160)).all()


def test_the_split_keeps_shapes_in_proportion():
    data = datasets.sprites(sizes=SMALL).split(seed=1)
    for name, rows in data.splits.items():
        assert data.factors_of(name).values[:, 0].bincount().float().std() <= 1
        assert torch.equal(data.factors_of(name).values, data.factors.values[rows])


def test_places_move_a_sprite_and_nothing_else():
    images = pictures()
    assert (images.sum((-2, -1)).std((3, 4)) == 0).all(), "a sprite is never cut off"
    across, down = centres(images)
    np.testing.assert_allclose(across.diff(dim=3), 5.0, atol=1e-4)
    np.testing.assert_allclose(down.diff(dim=4), 5.0, atol=1e-4)
    np.testing.assert_allclose(across.diff(dim=4), 0.0, atol=1e-4)
    np.testing.assert_allclose(down.diff(dim=3), 0.0, atol=1e-4)


@pytest.mark.parametrize("side", [32, 64])
def test_areas_are_those_of_the_shapes(side):
    area = pictures((3, 3, 20, 1, 1), grey=True, side=side).sum((-2, -1)).mean((2, 3, 4)) / 16
    radius = side / 4 * torch.linspace(0.5, 1.0, 3)
    np.testing.assert_allclose(area[0], 2 * radius**2, rtol=0.02)
    np.testing.assert_allclose(area[1], math.pi / 2 * radius**2, rtol=0.02)
    assert (area[2] > 1.5 * radius**2).all()


def test_turns_of_symmetric_shapes():
    images = pictures((3, 1, 20, 1, 1))[:, 0, :, 0, 0]
    square, ellipse, heart = images
    assert torch.equal(square[5:], square[:15]), "a quarter turn of a square"
    assert torch.equal(ellipse[10:], ellipse[:10]), "half a turn of an ellipse"
    assert len({tuple(image.flatten().tolist()) for image in heart}) == 20
    around = ellipse[:, 7:24, 7:24]
    np.testing.assert_array_equal(torch.rot90(around[0], 1), around[5])


def test_a_heart_stands_upright_and_is_symmetric():
    heart = pictures((3, 1, 4, 1, 1))[2, 0, 0, 0, 0]
    rows, columns = (heart.sum(axis).nonzero().flatten() for axis in (1, 0))
    inside = heart[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert torch.equal(inside, inside.flip(1))
    assert inside[0].diff().count_nonzero() == 4, "two lobes at the top"
    assert inside[-1].sum() <= 3, "a tip below"


def test_grey_edges():
    data = datasets.sprites(sizes=(3, 2, 5, 1, 1), grey=True)
    assert (data.schema.support, data.schema.levels) == ("levels", 17)
    assert data.x.max() == 16
    assert len(data.x.unique()) > 10
    bits = datasets.sprites(sizes=(3, 2, 5, 1, 1)).x
    assert torch.equal(bits, (data.x >= 8).to(torch.uint8))


def test_fewer_values():
    data = datasets.sprites(sizes=(1, 1, 1, 1, 2))
    assert len(data) == 2
    assert data.schema.classes == ("square",)
    assert datasets.load("sprites", sizes=[3, 1, 2, 2, 2]).factors.sizes == (3, 1, 2, 2, 2)


@pytest.mark.parametrize(
    "sizes", [(3, 6, 20, 16), (4, 6, 20, 16, 16), (3, 6, 20, 17, 16), (3, 0, 1, 1, 1), (3, 1.5, 1, 1, 1)]
)
def test_what_cannot_be_rendered_is_refused(sizes):
    with pytest.raises(ConfigError, match="at most 3, 64, 360, 16, 16"):
        datasets.sprites(sizes=sizes)


def test_twice_as_many_pixels():
    data = datasets.load("sprites", sizes=(2, 2, 3, 32, 2), side=64)
    assert (data.x.shape, data.schema.shape) == ((768, 1, 64, 64), (1, 64, 64))
    images = data.x.float().reshape(2, 2, 3, 32, 2, 64, 64)
    assert (images.sum((-2, -1)).std((3, 4)) == 0).all(), "a sprite is never cut off"


@pytest.mark.parametrize(
    ("side", "message"), [(48, "32 or 64 pixels"), (64.0, "32 or 64"), (64, "at most 3, 64, 360, 32, 32")]
)
def test_a_side_that_cannot_be_rendered_is_refused(side, message):
    with pytest.raises(ConfigError, match=message):
        datasets.sprites(sizes=(3, 1, 1, 33, 1), side=side)
