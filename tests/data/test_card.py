"""Facts on public data sets."""

from __future__ import annotations

from lowerbound.data.card import Card, RemoteFile


def test_access():
    facts = ("toy", "A toy.", 3, (2,), "here", "none", "nobody")
    assert Card(*facts).access == "local"
    assert Card(*facts, files=(RemoteFile("a", ("http://localhost/a",)),)).access == "download"
