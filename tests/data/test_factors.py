"""Tables of known factors, and where they go with their rows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lowerbound.cli.opening import cut
from lowerbound.data import Dataset, Factors, Schema
from lowerbound.errors import ConfigError, ShapeError, UnknownNameError
from lowerbound.report.selecting import gather, part

FACTORS = Factors.of({"kind": ["b", "a", "c"] * 4, "size": [2.5, 1.5] * 6})


def data() -> Dataset:
    return Dataset(torch.arange(12.0)[:, None], Schema((1,), "real"), factors=FACTORS)


def test_values_are_numbered_in_their_order():
    assert FACTORS.values[:3].tolist() == [[1, 1], [0, 0], [2, 1]]
    assert (FACTORS.names, FACTORS.sizes, len(FACTORS)) == (("kind", "size"), (3, 2), 12)
    assert FACTORS.values.dtype == torch.int64


def test_some_factors():
    assert FACTORS.only(["size"]).values[:, 0].tolist() == [1, 0] * 6
    assert FACTORS.only(["size", "kind"]).sizes == (2, 3)
    with pytest.raises(UnknownNameError, match="Did you mean 'size'"):
        FACTORS.only(["sizes"])


def test_they_go_with_their_rows():
    split = data().split(valid=0.25, test=0.25)
    for name, rows in split.splits.items():
        assert torch.equal(split.factors_of(name).values, FACTORS.values[rows])
        assert torch.equal(part(split, name).factors.values, FACTORS.values[rows])
    assert split.factors_of("all") is split.factors is FACTORS
    assert data().narrowed("count").factors is FACTORS
    assert torch.equal(cut(data(), 3, 7).factors.values, FACTORS.values[3:7])
    assert torch.equal(gather(data(), np.array([5, 1])).factors.values, FACTORS.values[[5, 1]])
    assert Dataset(torch.zeros(3, 1), Schema((1,), "real")).split().factors_of("train") is None


def test_widths_and_lengths_agree():
    with pytest.raises(ShapeError, match="give \\(n, K\\) values"):
        Factors(torch.zeros(3, 2, dtype=torch.int64), ("a",), (2,))
    with pytest.raises(ShapeError, match="3 rows and factors of 12"):
        Dataset(torch.zeros(3, 1), Schema((1,), "real"), factors=FACTORS)
    with pytest.raises(ShapeError, match="2, 3 rows"):
        Factors.of({"a": [1, 2], "b": [1, 2, 3]})
    with pytest.raises(ConfigError, match="name at least one"):
        Factors.of({})
