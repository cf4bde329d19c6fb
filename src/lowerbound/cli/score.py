"""``lowerbound score``: log p(x) of each row."""

from __future__ import annotations

from typing import Annotated

import typer

from lowerbound.cli.options import Device, Label, MoreData, Proposal, Run, Split, TableOutput

__all__ = ["score"]

Samples = Annotated[int, typer.Option(metavar="S", min=1, help="Importance samples a row.")]
Errors = Annotated[bool, typer.Option("--errors", help="Add the columns log_p_error and ess.")]


def score(
    run: Run,
    out: TableOutput,
    data: MoreData = None,
    split: Split = None,
    samples: Samples = 64,
    proposal: Proposal = "encoder",
    errors: Errors = False,
    label: Label = None,
    device: Device = "auto",
) -> None:
    """Write log p(x) of each row.

    The column log_p has nats: higher is more likely. By default of all rows of the run's own data, in their order. A
    model without a likelihood has no log p(x): it writes the column squared_error, of each row's reconstruction.

    For example::

        lowerbound score runs/table other.csv -o scores.csv
        lowerbound score runs/digits --split test --samples 5000 --errors -o scores.csv
        lowerbound score runs/digits --split test --proposal adapted -o scores.csv
    """
    import numpy as np

    from lowerbound.cli.files import check_output, save_table
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.screen import Screen

    check_output(out)
    screen = Screen()
    opened = open_run(run, device)
    rows = select(opened, data, label, split, screen).rows
    fitted = opened.vae.fitted_
    with screen.counting(f"Scoring, S = {samples}", len(rows)) as count:
        c = rows.condition() if fitted.conditional else None
        if fitted.unbounded is not None:
            screen.note(f"{fitted.unbounded} The column squared_error is written instead.", style="yellow")
            save_table(out, fitted.squared_error(rows.x, c).numpy()[:, None], ["squared_error"], screen)
            return
        found = fitted.log_likelihood(rows.x, c, samples, count.advance, proposal=proposal)
    columns = {"log_p": found.rows} | ({"log_p_error": found.row_errors, "ess": found.ess} if errors else {})
    save_table(out, np.stack(list(columns.values()), 1), list(columns), screen)
