"""What rows are compared by."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.errors import DataError, ShapeError
from lowerbound.metrics import PIXELS, Features, energy_test, frechet_distance
from lowerbound.metrics.features import compared


def test_rows_of_any_kind_become_vectors():
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 2, 2)
    for rows in (images, torch.as_tensor(images), images.tolist()):
        found = PIXELS(rows)
        assert (found.dtype, found.shape) == (torch.float64, (2, 12))
        assert found[1, 3] == 15


def test_batches_do_not_matter():
    rows = torch.randn(3000, 4)
    assert torch.equal(Features("sums", lambda x: x.sum(1, keepdim=True))(rows), rows.sum(1, keepdim=True).double())


def test_the_result_says_what_rows_were_compared_by():
    halves = Features("halves", lambda x: x / 2)
    x = torch.randn(30, 2, generator=torch.Generator().manual_seed(0))
    found = frechet_distance(x, x + 4, halves)
    assert found.name == "Frechet distance (halves)"
    assert found.value == pytest.approx(8.0, rel=1e-6)
    assert energy_test(x, x, halves, permutations=19).name == "energy distance (halves)"


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ShapeError, match="3 entries in one set, 4 in the other"):
        compared(np.zeros((5, 3)), np.zeros((5, 4)), None)
    with pytest.raises(DataError, match="at least 2 rows a set; got 5 and 1"):
        compared(np.zeros((5, 3)), np.zeros((1, 3)), None)
    with pytest.raises(DataError, match="NaN or inf"):
        compared(np.zeros((5, 1)), np.full((5, 1), np.nan), None)
