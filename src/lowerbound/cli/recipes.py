"""``lowerbound recipes``: what can be fitted, and every setting."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Json

__all__ = ["recipes"]

Every = Annotated[bool, typer.Option("--settings", help="List the settings of --set and --config instead.")]


def recipes(settings: Every = False, as_json: Json = False) -> None:
    """List the recipes with their papers, or all settings.

    For example::

        lowerbound recipes
        lowerbound recipes --settings
    """
    from lowerbound.cli.screen import Screen
    from lowerbound.recipes import names
    from lowerbound.runs import known_settings

    screen = Screen()
    if settings:
        header, rows = ("setting", "meaning"), list(known_settings().items())
    else:
        header, rows = ("recipe", "what", "paper"), [(r.name, r.summary, r.paper) for r in names().values()]
    if as_json:
        screen.json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        screen.table(header, rows)
