"""What a page is made of, as a strict reader sees it: tags that close, ids that exist, pictures with words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}
Attributes = dict[str, str]


class Outline(HTMLParser):
    """The tags of a page in order, with their attributes; `faults` lists what does not close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Attributes]] = []
        self.faults: list[str] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(page)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.faults += [f"<{tag}> has {name} twice" for name in set(names) if names.count(name) > 1]
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else, line {self.getpos()[0]}")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data.strip())

    def all(self, *names: str) -> list[Attributes]:
        """Attributes of every tag of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]

    def values(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def faults(page: str) -> list[str]:
    """List what is wrong with the structure of a page; nothing for a good one."""
    outline = Outline(page)
    return [
        *outline.faults,
        *_identity(outline),
        *_independence(outline, page),
        *_words(outline),
        *_headings(outline),
        *_landmarks(outline),
    ]


def _identity(outline: Outline) -> list[str]:
    ids = outline.values("id")
    wanted = [value[1:] for value in outline.values("href") if value.startswith("#")]
    wanted += [part for value in outline.values("aria-labelledby") for part in value.split()]
    for style in [*outline.values("style"), *outline.values("clip-path")]:
        wanted += re.findall(r"url\(#([^)]+)\)", style)
    return [f"id {name} occurs twice" for name in set(ids) if ids.count(name) > 1] + [
        f"nothing has the id {name}" for name in set(wanted) - set(ids)
    ]


def _independence(outline: Outline, page: str) -> list[str]:
    links = outline.values("src") + outline.values("href") + outline.values("data") + outline.values("srcset")
    found = [f"{link[:40]} is elsewhere" for link in links if not link.startswith(("#", "data:"))]
    css = " ".join(outline.texts.get("style", []) + outline.values("style"))
    found += [f"the style asks for {hit}" for hit in re.findall(r"@import|url\((?!#)[^)]*\)", css)]
    found += ["a script"] * len(outline.all("script")) + ["a template's tag is left"] * (r"{{" in page or r"{%" in page)
    return found + [f"{name} runs code" for _, at in outline.tags for name in at if name.startswith("on")]


def _words(outline: Outline) -> list[str]:
    found = ["a picture without words"] * sum(not image.get("alt", "").strip() for image in outline.all("img"))
    drawings = [svg for svg in outline.all("svg") if svg.get("role") != "img" or not svg.get("aria-label", "").strip()]
    found += ["a drawing without words"] * len(drawings)
    found += ["a header cell without scope"] * sum("scope" not in cell for cell in outline.all("th"))
    tables, captions = len(outline.all("table")), len(outline.all("caption"))
    return found + ["a table without caption"] * (tables - captions)


def _headings(outline: Outline) -> list[str]:
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    found = [] if levels[:1] == [1] and levels.count(1) == 1 else ["there is not one h1 at the top"]
    return found + [f"h{b} follows h{a}" for a, b in zip(levels, levels[1:], strict=False) if b > a + 1]


def _landmarks(outline: Outline) -> list[str]:
    found = [f"not one <{tag}>" for tag in ("header", "nav", "main", "footer", "title") if len(outline.all(tag)) != 1]
    found += [] if outline.all("html")[0].get("lang") else ["no language"]
    first = next((at.get("href") for tag, at in outline.tags if tag in ("a", "button", "input", "summary")), None)
    return found + ([] if first == "#main" else ["the first stop of the keyboard is not the skip link"])
