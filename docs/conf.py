"""Sphinx configuration: pages in Markdown, the reference from the docstrings."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import lowerbound

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

project = "lowerbound"
author = "The lowerbound authors"
copyright = author
release = version = lowerbound.__version__

extensions = [
    "mathml",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
html_theme = "furo"
html_title = f"lowerbound {release}"
html_math_renderer = "mathml"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_inherit_docstrings = False  # what other packages write in their docstrings is not ours to check
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True


def plain_text(line: str) -> str:
    """Make a docstring line safe for Sphinx: shapes such as (n, *shape) are no emphasis, papers no footnotes."""
    line = re.sub(r"^(\s*)\.\. \[\w+\] ", r"\1* ", re.sub(r" ?\[\w+\]_", "", line))
    parts = line.split("``")
    parts[::2] = [re.sub(r"(?<=[(, ])\*(?=\w+[,)])", r"\\*", part) for part in parts[::2]]
    return "``".join(parts)


VALUES = ("data", "attribute", "property")
EMPTY = "\\ "
"""A line of which nothing is shown, and which counts as one."""


def clean_docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Apply :func:`plain_text` before napoleon reads the docstring.

    Of a value it takes the words before a colon in the first line for a type: here none has any, so that line is empty.
    """
    lines[:] = [*([EMPTY] if what in VALUES else []), *map(plain_text, lines)]


def skip_generated(app: Any, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out the methods that scikit-learn adds to estimators."""
    return True if re.fullmatch(r"set_\w+_request", name) else None


def write_recipes(app: Any) -> None:
    """Make the pages of the recipes before any page is read."""
    from recipe_pages import write_pages

    write_pages(HERE / "recipes")


MODULES = "reference/generated/lowerbound"


@cache
def modules_sidebar(builder: Any, options: tuple[tuple[str, Any], ...]) -> str:
    """Return the sidebar that all pages of modules share; it ends at the folders of the reference."""
    return builder._get_local_toctree(MODULES, **{**dict(options), "maxdepth": 3})


def share_sidebar(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Draw the sidebar of five hundred modules once instead of five hundred times: it took most of the build."""
    if page.startswith(MODULES):
        context["toctree"] = lambda **options: modules_sidebar(app.builder, tuple(options.items()))


def setup(app: Any) -> None:
    """Register the hooks."""
    app.connect("builder-inited", write_recipes)
    app.connect("html-page-context", share_sidebar, priority=400)
    app.connect("autodoc-process-docstring", clean_docstring, priority=400)
    app.connect("autodoc-skip-member", skip_generated)


suppress_warnings = ["ref.python"]  # short names such as VAE stand for the class at hand
