"""The command line: one small file a command, and nothing heavy imported before a command runs."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    from lowerbound.cli.app import app

    app()
