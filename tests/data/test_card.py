"""Facts on public data sets."""

from __future__ import annotations

import torch

from lowerbound.data import Schema
from lowerbound.data.card import Card, RemoteFile


def test_access():
    facts = ("toy", "A toy.", 3, (2,), "here", "none", "nobody")
    assert Card(*facts).access == "local"
    assert Card(*facts, files=(RemoteFile("a", ("http://localhost/a",)),)).access == "download"


def test_a_data_set_says_where_it_comes_from():
    card = Card("toy", "A toy.", 3, (1, 2, 2), "here", "none", "nobody")
    x, y, splits = torch.zeros(3, 1, 2, 2).byte(), torch.tensor([0, 1, 1]), {"train": torch.arange(3)}
    data = card.dataset(x, card.grey(("a", "b"), None), y, splits)
    assert (data.name, data.source, data.licence) == ("toy", "here", "none")
    assert data.x is x
    assert data.y is y
    assert data.splits is splits


def test_grey_levels_are_levels_or_chances():
    card = Card("toy", "A toy.", 3, (1, 2, 2), "here", "none", "nobody")
    assert card.grey(("a",), None) == Schema((1, 2, 2), "levels", levels=256, classes=("a",))
    assert card.grey(("a",), "dynamic") == Schema((1, 2, 2), "binary", levels=256, binarize="dynamic", classes=("a",))
