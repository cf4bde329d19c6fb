"""The page as a document: whole, alone, readable by anyone, and about what there is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from lowerbound.report import Health, render
from tests.report.contents import HOSTILE, KINDS
from tests.report.outline import Outline, faults

Page = Callable[[str], str]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_every_kind_is_well_made(page: Page, kind: str) -> None:
    assert faults(page(kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_stays_small(page: Page, kind: str) -> None:
    assert len(page(kind).encode()) < 3_000_000


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ('<img src="data:," alt="">', "a picture without words"),
        ('<a href="https://example.org">x</a>', "https://example.org is elsewhere"),
        ("<p id=main></p>", "id main occurs twice"),
        ("<h6>x</h6>", "h6 follows h3"),
        ("<div>", "</main> closes something else"),
        ("<p onclick=x></p>", "onclick runs code"),
        ('<a href="#nowhere">x</a>', "nothing has the id nowhere"),
        ("<table><tr><th>x</th></tr></table>", "a header cell without scope"),
        ("<style>p{background:url(//x)}</style>", "the style asks for url(//x)"),
    ],
)
def test_faults_are_seen(page: Page, broken: str, fault: str) -> None:
    assert any(
        seen.startswith(fault)
        for seen in faults(page("nothing but data").replace("</main>", f"<h3>x</h3>{broken}</main>"))
    )


def sections(text: str) -> list[str]:
    return [at["id"] for at in Outline(text).all("section")]


def test_a_full_page_has_every_section_in_order(page: Page) -> None:
    assert sections(page("table")) == [
        "data", "training", "numbers", "diagnosis", "dimensions", "samples", "reconstructions", "traversals",
        "latent", "extremes", "comparison", "configuration",
    ]  # fmt: skip


def test_what_does_not_apply_is_absent(page: Page) -> None:
    assert "comparison" not in sections(page("grey image with labels"))
    assert sections(page("nothing but data")) == ["data", "numbers", "configuration"]


def test_a_model_without_a_likelihood_says_so(page: Page) -> None:
    text = page("no likelihood")
    assert text.count("This model has no likelihood") == 2
    assert "extremes" not in sections(text)
    assert "NLL</th>" not in text


def test_the_navigation_leads_to_every_section(page: Page) -> None:
    text = page("table")
    nav = text[text.index("<nav") : text.index("</nav>")]
    assert re.findall(r'href="#([^"]+)"', nav) == sections(text)


def test_the_verdict_has_the_numbers_and_what_they_mean(page: Page) -> None:
    text = page("grey image with labels")
    top = text[: text.index("<nav")]
    assert "On 60 test rows the negative log-likelihood (NLL) is 90.30 ± 0.75 nats a row" in top
    assert "which is 2.03 bits per dimension. The ELBO is −92.10 ± 0.80 nats a row." in top
    assert "Probabilities." in top
    assert "<code>latent=15</code> would do" in top


def test_hostile_names_are_text(page: Page) -> None:
    text = page("table")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "\x00" not in text
    assert HOSTILE.split("\n")[0] not in text


def test_halves_of_characters_do_not_stop_the_page() -> None:
    content = KINDS["one column"]()
    named = replace(content, data=replace(content.data, name="half \ud83d"))
    assert "half </h1>" in render(named).replace(' <span class="recipe">modelled by vae</span>', "</h1>")


@pytest.mark.parametrize("kind", ["conditional images", "table"])
def test_the_same_content_gives_the_same_bytes(page: Page, kind: str) -> None:
    assert render(KINDS[kind]()) == page(kind)


def test_drawing_changes_nothing_global(page: Page) -> None:
    import sys

    import matplotlib

    def settings() -> dict:  # comparing the backend would choose one
        return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}

    def figures() -> list[int]:  # those that pyplot holds open, which others may have left
        return sys.modules["matplotlib.pyplot"].get_fignums() if "matplotlib.pyplot" in sys.modules else []

    before, open_before = settings(), figures()
    state = np.random.get_state()[1].tolist()
    render(KINDS["one latent dimension"]())
    assert settings() == before
    assert np.random.get_state()[1].tolist() == state
    assert figures() == open_before


def test_settings_of_matplotlib_do_not_reach_the_page(page: Page) -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "text.usetex": False, "lines.linewidth": 9}):
        assert render(KINDS["one column"]()) == page("one column")


def test_advice_alone_is_enough_for_a_diagnosis() -> None:
    content = replace(KINDS["nothing but data"](), health=Health(("Watch `beta`.",)))
    text = render(content)
    assert faults(text) == []
    assert sections(text) == ["data", "numbers", "diagnosis", "configuration"]


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_from_the_paper(scheme: str) -> None:
    css = files("lowerbound.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    color = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", light if scheme == "light" else dark))
    for ground in ("paper", "panel"):
        assert all(contrast(color[name], color[ground]) >= 4.5 for name in ("ink", "muted", "link"))
    drawn = [f"c{i}" for i in range(12)] + ["d0", "d8", "s8"]
    assert {
        name: contrast(color[name], color["paper"]) for name in drawn if contrast(color[name], color["paper"]) < 3
    } == {}
