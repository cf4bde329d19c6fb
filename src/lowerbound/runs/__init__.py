"""Specifications, settings and run folders: what is written down, and how it is read back."""

from lowerbound.runs.folder import RunFolder, versions
from lowerbound.runs.settings import Settings, known_settings, read_assignments, read_toml
from lowerbound.runs.spec import components, parse

__all__ = [
    "RunFolder",
    "Settings",
    "components",
    "known_settings",
    "parse",
    "read_assignments",
    "read_toml",
    "versions",
]
