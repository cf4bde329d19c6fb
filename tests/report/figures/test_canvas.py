"""Drawings as parts of a page."""

from __future__ import annotations

import re

import pytest
from matplotlib.figure import Figure

from lowerbound.report.figures.canvas import TOKENS, draw, label, token


def paint(figure: Figure) -> None:
    axes = figure.subplots()
    axes.plot([0, 1, 2], [1, 3, 2], "o-", color=token("c1"))
    axes.set_title("$\\frac <b> & 名前")


def test_every_token_has_its_own_placeholder() -> None:
    assert len({token(name) for name in TOKENS}) == len(TOKENS) < 256
    with pytest.raises(ValueError, match="not in tuple"):
        token("c99")


def test_a_drawing_brings_no_colours_fonts_or_names_of_its_own() -> None:
    svg = draw("one", (200, 100), paint, 'a "line"')
    assert svg.startswith('<svg viewBox="0 0 200 100" role="img" aria-label="a &quot;line&quot;" class="plot"')
    assert "#a1b2" not in svg
    assert "font-family" not in svg
    assert not re.search(r"xmlns|metadata|<style|<\?xml|DOCTYPE|http", svg)
    assert "$\\frac &lt;b&gt; &amp; 名前</text>" in svg


def test_ids_of_two_drawings_never_meet() -> None:
    ids = [set(re.findall(r'id="([^"]+)"', draw(name, (200, 100), paint, "x"))) for name in ("one", "two")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_drawing_is_the_same_each_time() -> None:
    assert draw("one", (200, 100), paint, "x") == draw("one", (200, 100), paint, "x")


def test_labels_are_one_printable_line() -> None:
    assert label("a\x00b\nc\td\ud83d") == "a b c d"
    assert label("x" * 30, 10) == "x" * 9 + "…"
    assert label("") == ""
