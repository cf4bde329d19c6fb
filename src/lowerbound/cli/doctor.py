"""``lowerbound doctor``: what this machine offers."""

from __future__ import annotations

import typer

from lowerbound.cli.options import Json

__all__ = ["doctor"]


def doctor(as_json: Json = False) -> None:
    """Say what works here, what is missing, and how to get it.

    The exit code is 1 if something is missing that lowerbound cannot do without.

    For example::

        lowerbound doctor
    """
    from lowerbound.cli.examination import examine
    from lowerbound.cli.screen import Screen

    screen = Screen()
    findings = examine()
    if as_json:
        screen.json([finding.to_json() for finding in findings])
    else:
        rows = [(finding.mark, finding.name, finding.value) for finding in findings]
        screen.table(("", "", ""), rows)
        for finding in findings:
            if finding.remedy:
                screen.say(f"{finding.name}: {finding.remedy}", wrap=True)
    if any(finding.needed and not finding.fine for finding in findings):
        raise typer.Exit(1)
