"""From a drawing to a piece of SVG that belongs to the page: its fonts, its colours, its light or dark.

Charts are drawn in placeholder colours, one for each name in `TOKENS`; in the SVG each placeholder becomes
the CSS variable of that name, so one drawing serves both colour schemes. Nothing here changes matplotlib's
own settings beyond the call.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lowerbound.report.text import number

__all__ = ["TOKENS", "draw", "label", "nice_axis", "token"]

TOKENS = (
    "ink", "muted", "rule", "paper",
    *(f"c{i}" for i in range(12)), *(f"s{i}" for i in range(9)), *(f"d{i}" for i in range(9)),
)  # fmt: skip
PLACEHOLDER = re.compile(r"#a1b2([0-9a-f]{2})")
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def token(name: str) -> str:
    """Return the placeholder colour that stands for a CSS variable.

    Examples
    --------
    >>> token("ink"), token("muted")
    ('#a1b200', '#a1b201')
    """
    return f"#a1b2{TOKENS.index(name):02x}"


def label(text: str, limit: int = 16) -> str:
    r"""Make a name fit for a chart: one line, printable, not too long.

    Examples
    --------
    >>> label("a  long\nname of a column", 12)
    'a long name…'
    """
    kept = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def draw(name: str, size: tuple[float, float], paint: Callable[[Figure], None], alt: str) -> str:
    """Draw a chart and return it as an ``<svg>`` element.

    Parameters
    ----------
    name : str
        Unique on the page: ids in the drawing begin with it.
    size : (width, height)
        In CSS pixels at natural size.
    paint : callable
        Draws into the figure it gets, in colours from `token`.
    alt : str
        The chart in words.

    Examples
    --------
    >>> svg = draw("line", (90, 60), lambda figure: figure.subplots().plot([1, 2], color=token("c0")), "A line.")
    >>> svg.startswith('<svg') and "var(--c0)" in svg
    True
    """
    with style.context(["default", _settings(name)]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        layout = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03)
        figure = Figure(figsize=(size[0] / 72, size[1] / 72), layout=layout)
        paint(figure)
        buffer = io.StringIO()
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    return _inline(buffer.getvalue(), name, alt)


def nice_axis(axes: Axes, *, x: int = 4, y: int = 4, whole: bool = False) -> None:
    """Give axes few ticks and plain numbers; ``whole``: only whole numbers along x."""
    axes.xaxis.set_major_locator(MaxNLocator(x, integer=whole))
    axes.yaxis.set_major_locator(MaxNLocator(y))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def _settings(name: str) -> dict[str, Any]:
    muted, rule = token("muted"), token("rule")
    return {
        "svg.hashsalt": name, "svg.fonttype": "none", "text.parse_math": False, "font.size": 11.0,
        "figure.facecolor": "none", "axes.facecolor": "none", "axes.edgecolor": rule, "axes.linewidth": 1.0,
        "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
        "axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True, "grid.color": rule, "grid.linewidth": 1.0,
        "axes.labelcolor": muted, "axes.labelsize": 11.0, "axes.titlesize": 11.0, "axes.titlecolor": token("ink"),
        "text.color": token("ink"), "xtick.color": rule, "ytick.color": rule, "xtick.labelcolor": muted,
        "ytick.labelcolor": muted, "xtick.major.size": 3.0, "ytick.major.size": 0.0,
        "lines.linewidth": 1.6, "lines.solid_capstyle": "round", "lines.solid_joinstyle": "round",
    }  # fmt: skip


def _inline(text: str, name: str, alt: str) -> str:
    """Keep the drawing only: no prolog, metadata, style sheet, namespaces or ids that nothing refers to."""
    root = ElementTree.fromstring(text)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", text))
    _clean(root, name, used)
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update({"viewBox": box, "role": "img", "aria-label": alt, "class": "plot"})
    drawn = ElementTree.tostring(root, encoding="unicode")
    return PLACEHOLDER.sub(lambda match: f"var(--{TOKENS[int(match[1], 16)]})", drawn)


def _clean(element: ElementTree.Element, name: str, used: set[str]) -> None:
    element.tag = element.tag.rpartition("}")[2]
    element.attrib = dict(_attribute(key, value, name, used) for key, value in element.attrib.items())
    element.attrib.pop("", None)
    for child in list(element):
        if child.tag.rpartition("}")[2] in ("metadata", "style"):
            element.remove(child)
        else:
            _clean(child, name, used)
    element.text = element.text if (element.text or "").strip() else None
    element.tail = None


def _attribute(key: str, value: str, name: str, used: set[str]) -> tuple[str, str]:
    key = key.rpartition("}")[2]
    if key == "id":
        if value.startswith("class-"):
            return "class", value.removeprefix("class-")
        return (key, f"{name}-{value}") if value in used else ("", "")
    if key == "href" and value.startswith("#"):
        return key, f"#{name}-{value[1:]}"
    if key in ("d", "x", "y"):
        value = " ".join(LONG_NUMBER.sub(lambda match: f"{float(match[0]):.2f}", value).split())
    if key == "style":  # the page's font, at the chart's size
        value = re.sub(r"font-family: [^;]*;? ?", "", re.sub(r"\bfont: ([\d.]+px) [^;]*", r"font-size: \1", value))
    return key, value.replace("url(#", f"url(#{name}-")
