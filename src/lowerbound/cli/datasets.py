"""``lowerbound datasets``: what can be named as DATA."""

from __future__ import annotations

from lowerbound.cli.options import Json

__all__ = ["datasets"]


def datasets(as_json: Json = False) -> None:
    """List the data sets that have a name.

    Those marked ``download`` are fetched once, verified and cached; --data-dir and LOWERBOUND_DATA
    name a folder that holds them already.

    For example::

        lowerbound datasets
        lowerbound fit mnist --data-dir ~/data
    """
    from lowerbound.cli.screen import Screen
    from lowerbound.data.datasets import describe

    screen = Screen()
    cards = describe()
    if as_json:
        screen.json(
            [{"name": c.name, "rows": c.rows, "shape": list(c.shape), "access": c.access, "licence": c.licence,
              "summary": c.summary, "source": c.source, "citation": c.citation} for c in cards]
        )  # fmt: skip
        return
    header = ("name", "rows", "shape", "access", "licence", "what")
    rows = [(c.name, f"{c.rows:,}", " x ".join(map(str, c.shape)), c.access, c.licence, c.summary) for c in cards]
    screen.table(header, rows, right={1})
