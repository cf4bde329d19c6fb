"""Some rows, in memory and on disk."""

from __future__ import annotations

import numpy as np
import torch

from lowerbound.data import Dataset, Schema, from_arrays
from lowerbound.report.selecting import STRETCHES, gather, part, take


def test_few_rows_are_all_taken() -> None:
    data = from_arrays(np.random.default_rng(0).normal(size=(5, 2)))
    few, index = take(data, 10)
    assert index.tolist() == list(range(5))
    assert torch.equal(few.x, data.x)


def test_labels_come_with_their_rows() -> None:
    x = np.arange(40.0).reshape(20, 2) / 3
    data = from_arrays(x, np.arange(20) % 4)
    few, index = take(data, 6)
    assert len(index) == len(set(index)) == 6
    assert few.y.tolist() == (index % 4).tolist()
    np.testing.assert_allclose(few.x[:, 0], x[index, 0], rtol=1e-6)


def test_a_split_is_a_data_set() -> None:
    data = from_arrays(np.random.default_rng(0).normal(size=(30, 2))).split(seed=0)
    test = part(data, "test")
    assert len(test) == 3
    assert test.splits is None


class Rows:
    """Rows that can only be read in runs."""

    def __len__(self) -> int:
        return 2000

    def read(self, start: int, stop: int) -> torch.Tensor:
        return torch.arange(2.0 * start, 2.0 * stop).reshape(-1, 2) / 7


def test_rows_on_disk_are_read_in_stretches() -> None:
    data = Dataset(Rows(), Schema((2,), "real"))
    few, index = take(data, 10 * STRETCHES)
    np.testing.assert_allclose(few.x[:, 0], index * 2 / 7, rtol=1e-6)
    assert index[0] == 0
    assert index[-1] > 1800
    assert gather(data, np.array([7])).x.shape == (1, 2)
