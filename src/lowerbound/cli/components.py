"""``lowerbound components``: what settings can name."""

from __future__ import annotations

import inspect
from typing import Annotated

import typer

from lowerbound.cli.options import Json

__all__ = ["components"]

BY_NAME = ("likelihoods", "posteriors", "priors")
KINDS = (*BY_NAME, "objectives", "networks")

Kind = Annotated[str | None, typer.Argument(metavar="[KIND]", help=f"One of {', '.join(KINDS)}; all by default.")]


def components(kind: Kind = None, as_json: Json = False) -> None:
    """List what settings can name.

    Likelihoods, posteriors and priors go by name, or by name with arguments; objectives and networks by
    their specifications.

    For example::

        lowerbound components priors
        lowerbound fit digits --set prior=vamp-prior --set "posterior=Planar(flows=8)"
    """
    from lowerbound.cli.screen import Screen
    from lowerbound.errors import UnknownNameError, nearest
    from lowerbound.spec import members

    if kind is not None and kind not in KINDS:
        raise UnknownNameError(f"There is no kind of components {kind!r}. {nearest(kind, KINDS)}")
    header = ("kind", "name", "what")
    rows = [
        (
            folder,
            name if folder in BY_NAME else cls.__name__,
            (inspect.getdoc(cls) or "").partition("\n")[0].rstrip("."),
        )
        for folder in ([kind] if kind else KINDS)
        for name, cls in members(folder).items()
    ]
    screen = Screen()
    if as_json:
        screen.json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        screen.table(header, rows)
