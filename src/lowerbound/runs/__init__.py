"""Settings and run folders: what is written down, and how it is read back."""

from lowerbound.runs.folder import RunFolder, versions
from lowerbound.runs.settings import Settings, known_settings, read_assignments, read_toml

__all__ = ["RunFolder", "Settings", "known_settings", "read_assignments", "read_toml", "versions"]
