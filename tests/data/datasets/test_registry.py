"""The namespace of data sets is the registry."""

from __future__ import annotations

import inspect

import pytest

from lowerbound.data import datasets
from lowerbound.errors import ConfigError, UnknownNameError


def test_every_data_set_has_its_card():
    cards = {card.name: card for card in datasets.describe()}
    assert list(cards) == datasets.names() == sorted(cards)
    for name, card in cards.items():
        function = getattr(datasets, name)
        assert function.__module__.endswith(name)
        assert "References" in inspect.getdoc(function)
        assert all((card.summary, card.rows, card.shape, card.source, card.licence, card.citation))
        assert "\n" not in card.summary
        assert card.access == ("local" if name in ("digits", "sprites") else "download")
        assert ("data_dir" in inspect.signature(function).parameters) == bool(card.files)


def test_checksums_are_whole():
    lengths = {"sha256": 64, "md5": 32}
    for card in datasets.describe():
        for file in card.files:
            if file.checksum:
                kind, _, digest = file.checksum.partition(":")
                assert len(bytes.fromhex(digest)) * 2 == lengths[kind]


def test_loading_by_name():
    assert len(datasets.load("digits", data_dir="unused", seed=1)) == 1797
    with pytest.raises(UnknownNameError, match="Did you mean 'fashion_mnist'"):
        datasets.load("fashion-mnist")
    with pytest.raises(ConfigError, match=r"'omniglot' has no option 'levels'. Known: binarize, seed"):
        datasets.load("omniglot", levels=3)
