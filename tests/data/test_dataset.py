"""Data sets and their splits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lowerbound.data import Dataset, Schema, open_data, split_rows
from lowerbound.data.streams import Stripe
from lowerbound.errors import ConfigError, SupportError, UnknownNameError

REAL = Schema((1,), "real")


class Count:
    """Rows that are their own number."""

    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def read(self, start, stop):
        return torch.arange(start, stop)


@given(st.integers(1, 60), st.floats(0, 0.4), st.floats(0, 0.4), st.integers(0, 99), st.booleans())
@example(4, 0.375, 0.375, 0, False)
@example(4, 0.4, 0.4, 0, False)
@settings(max_examples=80, deadline=None)
def test_every_row_is_in_one_split(n, valid, test, seed, labelled):
    classes = torch.arange(n) % 3 if labelled else None
    parts = split_rows(n, valid, test, seed=seed, classes=classes)
    assert sorted(torch.cat(list(parts.values())).tolist()) == list(range(n))
    assert len(parts["train"]) >= 1
    assert len(parts["valid"]) >= (valid > 0 and n > 2)


@pytest.mark.parametrize(("n", "sizes"), [(1, (1, 0, 0)), (2, (1, 1, 0)), (3, (1, 1, 1)), (100, (80, 10, 10))])
def test_tiny_data_is_split_too(n, sizes):
    parts = split_rows(n, 0.1, 0.1)
    assert tuple(len(parts[name]) for name in ("train", "valid", "test")) == sizes


def test_classes_keep_their_proportions():
    classes = torch.tensor([0] * 70 + [1] * 20 + [2] * 10)
    for rows in split_rows(100, 0.1, 0.2, classes=classes, seed=4).values():
        share = classes[rows].bincount(minlength=3) / len(rows)
        assert (share - torch.tensor([0.7, 0.2, 0.1])).abs().max() <= 0.051


def test_the_seed_decides():
    one, same, other = (split_rows(50, 0.2, 0.2, seed=seed)["test"] for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize(("valid", "test"), [(-0.1, 0.1), (1.0, 0.1), (0.5, 0.5)])
def test_impossible_fractions(valid, test):
    with pytest.raises(ConfigError):
        split_rows(10, valid, test)


def test_official_splits_stay():
    official = {"train": torch.arange(0, 8), "test": torch.arange(8, 10)}
    data = Dataset(torch.arange(10.0)[:, None], REAL, splits=official).split(valid=0.2, test=0.5)
    assert torch.equal(data.splits["test"], official["test"])
    assert len(data.splits["valid"]) == 2
    assert sorted(torch.cat([data.splits["train"], data.splits["valid"]]).tolist()) == list(range(8))
    assert data.split(valid=0.5) is data


def test_rows_and_conditions():
    schema = Schema((1,), "real", classes=("a", "b"))
    data = Dataset(torch.arange(4.0)[:, None], schema, torch.tensor([0, 1, 0, 1]), {"train": torch.tensor([1, 2])})
    x, y = data.rows("train")
    assert x.tolist() == [[1.0], [2.0]]
    assert y.tolist() == [1, 0]
    assert data.condition("train").tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert data.condition().shape == (4, 2)
    assert len(data.rows("all")[0]) == len(data) == 4
    assert Dataset(data.x, REAL).condition() is None
    with pytest.raises(UnknownNameError, match=r"no split 'tarin'.*'train'"):
        data.rows("tarin")


def test_rows_on_disk_are_split_in_stripes():
    schema = Schema((1,), "real", classes=tuple("abcdefghij"))
    data = Dataset(Count(2550), schema, Count(2550)).split(valid=0.1, test=0.2)
    assert data.splits["valid"] == Stripe(1000, 700, 800)
    parts = [data.rows(name)[0] for name in ("train", "valid", "test")]
    assert [len(part) for part in parts] == [1950, 200, 400]
    together = torch.cat([part.read(0, len(part)) for part in parts])
    assert sorted(together.tolist()) == list(range(2550))
    labels = Dataset(Count(9), schema, Count(9)).condition()
    assert labels.read(3, 5).argmax(1).tolist() == [3, 4]


def test_indices_do_not_split_rows_on_disk():
    with pytest.raises(TypeError):
        Dataset(Count(5), REAL, splits={"train": torch.arange(2)}).rows("train")


NARROW = [
    ("count", [[0.0, 3.0], [1e6, 7.0]], [0.5, -1.0]),
    ("positive", [[1e-30, 3.0], [2.5, 1.0]], [0.0, -2.0]),
    ("unit", [[0.0, 1.0], [0.5, 0.25]], [1.5, -0.1]),
    ("interval", [[1e-6, 0.999], [0.5, 0.25]], [0.0, 1.0, 2.0]),
]
WORDS = {
    "count": "the integers 0, 1, 2, ...",
    "positive": "numbers above 0",
    "unit": "numbers from 0 to 1",
    "interval": "numbers between 0 and 1, ends excluded",
}


@pytest.mark.parametrize(("support", "inside", "outside"), NARROW)
def test_data_may_be_narrowed_to_what_it_is(support, inside, outside):
    x, y, splits = torch.tensor(inside), torch.tensor([0, 1]), {"train": torch.arange(2)}
    data = Dataset(x, Schema((2,), "real", columns=("a", "b"), classes=("u", "v")), y, splits, "mine", "here", "free")
    narrow = data.narrowed(support)
    assert narrow.schema == Schema((2,), support, columns=("a", "b"), classes=("u", "v"))
    assert data.schema.support == "real"
    assert narrow.x is x
    assert narrow.y is y
    assert narrow.splits is splits
    assert (narrow.name, narrow.source, narrow.licence) == ("mine", "here", "free")


@pytest.mark.parametrize(("support", "value"), [(s, v) for s, _, values in NARROW for v in values])
def test_what_is_outside_is_named_with_row_and_column(support, value):
    x = torch.full((4, 2), 1.0 if support in ("count", "positive") else 0.5)
    x[2, 1] = value
    data = Dataset(x, Schema((2,), "real", columns=("a", "b")), name="mine")
    with pytest.raises(SupportError) as caught:
        data.narrowed(support)
    message = str(caught.value)
    assert f"mine has the value {torch.tensor(value).item()}" in message
    assert "in row 2, column 'b'" in message
    assert f"outside the support of {WORDS[support]}" in message
    assert "(1 such values in all)" in message


@pytest.mark.parametrize(("largest", "told", "levels"), [(4, None, 5), (0, None, 2), (40, None, 256), (4, 7, 7)])
def test_whole_numbers_are_levels_where_a_likelihood_wants_some(largest, told, levels):
    data = Dataset(torch.tensor([[0.0], [largest]]), Schema((1,), "real"))
    assert data.narrowed("levels", told).schema == Schema((1,), "levels", levels=levels)


@pytest.mark.parametrize(("value", "told"), [(0.5, None), (-1.0, None), (256.0, None), (3.0, 3)])
def test_what_is_no_level_is_named(value, told):
    data = Dataset(torch.tensor([[0.0], [value]]), Schema((1,), "real"))
    with pytest.raises(SupportError, match=f"the value {value} in row 1, column 0, outside .* the integers 0"):
        data.narrowed("levels", told)


def test_rows_on_disk_are_narrowed_a_stretch_at_a_time(tmp_path):
    values = np.random.default_rng(0).integers(0, 9, (20_000, 3)).astype(np.float64)
    values[0, 0] = 300
    np.save(tmp_path / "a.npy", values)
    data = open_data(tmp_path / "a.npy", stream=True, support="real")
    assert data.narrowed("count").schema.support == "count"
    values[19_999, 2] = 0.5
    np.save(tmp_path / "b.npy", values)
    with pytest.raises(SupportError, match="value 0.5 in row 19999, column 2"):
        open_data(tmp_path / "b.npy", stream=True, support="real").narrowed("count")


def test_columns_are_narrowed_each_to_its_own():
    data = Dataset(torch.tensor([[0.5, 1.0], [2.0, 3.0]]), Schema((2,), "real"), name="mine")
    assert data.narrowed_columns(("positive", "count")).schema.column_supports == ("positive", "count")
    with pytest.raises(
        SupportError, match="mine has the value 0.5 in row 0, column 0, outside the support of the integ"
    ):
        data.narrowed_columns(("count", "count"))
