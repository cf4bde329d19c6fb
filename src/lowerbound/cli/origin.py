"""Where data comes from, in words that can be written down and read again."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lowerbound.cli.options import pairs
from lowerbound.errors import ConfigError, CorruptRunError, UnknownNameError, nearest

if TYPE_CHECKING:
    from lowerbound.cli.screen import Screen
    from lowerbound.data import Dataset

__all__ = ["Origin"]

FILE_OPTIONS = ("binarize", "header", "image", "levels", "stream", "support")


@dataclass(frozen=True)
class Origin:
    """What was given to open data.

    Parameters
    ----------
    what : str
        Name of a data set, or an absolute path.
    label : str or list of str, optional
        Columns of labels.
    data_dir : str, optional
        Folder that holds public data sets.
    options : mapping
        Further arguments of :func:`lowerbound.data.open_data`.

    Examples
    --------
    >>> Origin.from_json(Origin("digits").to_json()) == Origin("digits")
    True
    """

    what: str
    label: str | list[str] | None = None
    data_dir: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def given(
        cls, what: str, label: Sequence[str] | None, data_dir: Path | None, options: Sequence[str] | None
    ) -> Origin:
        """Read what was typed.

        Raises
        ------
        UnknownNameError
            For an option that does not exist.
        """
        from lowerbound.data import datasets
        from lowerbound.runs import read_assignments

        said = read_assignments(pairs("--data-option", options))
        named = what in datasets.names()
        for name in () if named else said:
            if name not in FILE_OPTIONS:
                raise UnknownNameError(f"There is no data option {name!r}. {nearest(name, FILE_OPTIONS)}")
        if named and label:
            raise ConfigError(f"{what} brings its own labels: leave --label out.")
        labels = list(label or ())
        return cls(
            what=what if named else os.path.abspath(what) if os.path.exists(what) else what,
            label=labels[0] if len(labels) == 1 else labels or None,
            data_dir=None if data_dir is None else os.path.abspath(data_dir),
            options=said,
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Origin:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ConfigError
            When nothing was written down: the data was given in memory.
        CorruptRunError
            When it is damaged.
        """
        if not document:
            raise ConfigError("The run's data was given in memory and cannot be opened again: name DATA.")
        options = document.get("options")
        if not isinstance(document.get("what"), str) or not isinstance(options, dict):
            raise CorruptRunError("config.json does not say how to open the run's data: it is damaged. Name DATA.")
        said = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
        return cls(document["what"], document.get("label"), document.get("data_dir"), said)

    def open(self, screen: Screen) -> Dataset:
        """Open the data, showing a download's progress."""
        from lowerbound.data import open_data

        with screen.counting(f"Opening {self.what}") as count:
            return open_data(
                self.what, label=self.label, data_dir=self.data_dir, progress=count.reach, **dict(self.options)
            )
