"""``lowerbound diagnose``: what is wrong with a model, and what to change."""

from __future__ import annotations

from lowerbound.cli.options import Device, Json, Label, MoreData, Run, Split

__all__ = ["diagnose"]


def diagnose(
    run: Run,
    data: MoreData = None,
    split: Split = None,
    label: Label = None,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Say what is wrong with a model, and what to change.

    It looks for latents without use, overfitting, a prior that the codes do not match and variances on
    their floor. By default on the run's own test rows against its training rows; the result is then kept in its
    diagnosis.json.

    For example::

        lowerbound diagnose runs/digits
        lowerbound diagnose runs/table other.csv --json
    """
    from lowerbound.cli.conclusion import diagnosed, kept
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.results import show_diagnosis
    from lowerbound.cli.screen import Screen

    screen = Screen()
    opened = open_run(run, device)
    selection = select(opened, data, label, split, screen, held=True)
    numbers = diagnosed(opened, selection.dataset, selection.split, own=selection.own).to_json()
    if as_json:
        screen.json(numbers)
    else:
        show_diagnosis(screen, numbers, f"{opened.name} on {selection}")
    kept(opened, selection, "diagnosis", numbers, screen)
