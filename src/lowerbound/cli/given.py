"""Read what was typed: times, folders, settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lowerbound.errors import ConfigError

if TYPE_CHECKING:
    from lowerbound.runs import Settings

__all__ = ["chosen_settings", "default_folder", "seconds"]

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: str | None) -> float | None:
    """Read a time such as 90, 90s, 1.5m, 2h.

    Raises
    ------
    ConfigError
        When it is none.

    Examples
    --------
    >>> seconds("1.5m"), seconds("20"), seconds(None)
    (90.0, 20.0, None)
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\d+\.?\d*|\.\d+) ?([smhd]?)", text.strip())
    if not found or not float(found[1]):
        raise ConfigError(f"--max-time {text}: write a number of seconds, or 90s, 15m, 2h.")
    return float(found[1]) * UNITS[found[2]]


def default_folder(data: str, recipe: str) -> Path:
    """Return the run folder for data that is named, a file or a folder.

    Examples
    --------
    >>> default_folder("some/table.csv", "vae").as_posix()
    'runs/table-vae'
    """
    return Path("runs") / f"{Path(data).resolve().name.partition('.')[0] or 'data'}-{recipe}"


def chosen_settings(flags: Mapping[str, Any], assigned: Sequence[str] | None, file: Path | None) -> Settings:
    """Return the settings: flags win over assignments, which win over the file."""
    from lowerbound.runs import Settings, read_assignments, read_toml

    layers = [read_toml(file) if file else {}, read_assignments(list(assigned or ()))]
    given = {name: value for name, value in flags.items() if value is not None}
    return Settings.make(**{**layers[0], **layers[1], **given})
