"""The few things that sections are made of; the templates know how each looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Chart", "Key", "Picture", "Strip", "Table"]


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a colour token, its label, and ``"line"``, ``"dash"`` or ``"dot"``."""

    color: str
    label: str
    mark: str = "dot"


@dataclass(frozen=True)
class Chart:
    """A drawing with its title, a note under the title, and a legend."""

    svg: str
    title: str
    note: str = ""
    legend: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture inside the page.

    Attributes
    ----------
    uri : str
        PNG as a data URI.
    width, height : int
        Its own pixels.
    alt : str
        In words.
    scale : int
        How many times larger it is shown where there is room.
    pixelated : bool
        Whether its pixels are to be seen as squares.
    """

    uri: str
    width: int
    height: int
    alt: str
    scale: int = 1
    pixelated: bool = False


@dataclass(frozen=True)
class Strip:
    """A row of pictures with a label beside it, and a second line for the label."""

    label: str
    picture: Picture
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows.

    Attributes
    ----------
    caption : str
        What it is.
    head : sequence of str
        Column names, that of the row names first.
    rows : sequence of sequences of str
        Cells, the row's name first.
    notes : sequence of str
        A line under each row's name, where there are any.
    numeric : bool
        Whether cells are set flush right in tabular figures.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    numeric: bool = True
