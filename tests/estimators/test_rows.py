"""Rows on their way into a model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from lowerbound.data import Schema
from lowerbound.estimators.rows import fixed_batches, statistics

CPU = torch.device("cpu")
REAL = Schema((3,), "real")


class OnDisk:
    """Rows that are read piece by piece."""

    def __init__(self, rows: Tensor) -> None:
        self.rows = rows
        self.largest = 0

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, start: int, stop: int) -> Tensor:
        """Return some rows."""
        self.largest = max(self.largest, stop - start)
        return self.rows[start:stop]


def numbers(n: int, shift: float = 0.0, scale: float = 1.0) -> Tensor:
    """Return rows of three columns."""
    return torch.as_tensor(np.random.default_rng(0).normal(size=(n, 3)) * scale + shift)


@pytest.mark.parametrize("source", [lambda x: x, OnDisk])
@pytest.mark.parametrize("size", [1, 7, 10, 1024])
def test_batches_are_the_rows_in_order(source: type, size: int) -> None:
    x = numbers(10).float()
    batches = list(fixed_batches(source(x), x[:, :1], REAL, CPU, size=size))
    assert torch.equal(torch.cat([b["x"] for b in batches]), x)
    assert torch.equal(torch.cat([b["c"] for b in batches]), x[:, :1])
    assert all(len(b["x"]) == size for b in batches[:-1])
    assert "c" not in next(fixed_batches(x, None, REAL, CPU))


@pytest.mark.parametrize("size", [3, 4, 10])
def test_binarization_is_by_row_and_seed_not_by_batch(size: int) -> None:
    schema = Schema((3,), "binary", levels=256, binarize="dynamic")
    x = torch.as_tensor(np.random.default_rng(0).integers(0, 256, (10, 3)), dtype=torch.uint8)

    def drawn(rows: Tensor, seed: int, size: int) -> Tensor:
        return torch.cat([b["x"] for b in fixed_batches(rows, None, schema, CPU, size=size, seed=seed)])

    whole = drawn(x, 0, 10)
    assert set(whole.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(drawn(x, 0, size), whole)
    assert not torch.equal(drawn(x, 1, 10), whole)


@pytest.mark.parametrize("source", [lambda x: x, OnDisk])
@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1.0), (1e6, 1.0), (-3e4, 1e-2), (0.0, 1e-8)])
def test_statistics_are_exact_far_from_zero(source: type, shift: float, scale: float) -> None:
    x = numbers(500, shift, scale)
    mean, std = statistics(source(x), REAL, size=64)
    assert mean.numpy() == pytest.approx(x.numpy().mean(0), rel=1e-12, abs=1e-15)
    assert std.numpy() == pytest.approx(x.numpy().std(0), rel=1e-6)


def test_statistics_read_in_pieces() -> None:
    source = OnDisk(numbers(500))
    statistics(source, REAL, size=64)
    assert source.largest == 64


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, 1e6, -3.3e-5])
def test_a_constant_column_has_no_deviation(value: float) -> None:
    x = numbers(100).float()
    x[:, 1] = value
    mean, std = statistics(x, REAL)
    assert float(mean[1]) == pytest.approx(value)
    assert float(std[1]) == 0.0
    assert (std[[0, 2]] > 0.5).all()


def test_statistics_of_one_row() -> None:
    mean, std = statistics(numbers(1), REAL)
    assert torch.equal(mean, numbers(1)[0])
    assert std.tolist() == [0.0, 0.0, 0.0]


def test_statistics_of_rows_to_be_binarized_are_those_of_the_bits() -> None:
    schema = Schema((2,), "binary", levels=256, binarize="dynamic")
    mean, std = statistics(torch.tensor([[0, 51], [255, 153]], dtype=torch.uint8), schema)
    torch.testing.assert_close(mean, torch.tensor([0.5, 0.4]).double())
    torch.testing.assert_close(std, torch.tensor([0.5, 0.24**0.5]).double())
