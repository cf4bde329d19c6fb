"""``lowerbound encode``: rows to codes."""

from __future__ import annotations

from lowerbound.cli.options import Device, Label, MoreData, Run, Split, TableOutput

__all__ = ["encode"]


def encode(
    run: Run,
    out: TableOutput,
    data: MoreData = None,
    split: Split = None,
    label: Label = None,
    device: Device = "auto",
) -> None:
    """Write the posterior mean of each row.

    The columns are z0, z1, and so on. By default of all rows of the run's own data, in their order.

    For example::

        lowerbound encode runs/table -o codes.csv
        lowerbound encode runs/digits other.npy -o codes.npy
    """
    from lowerbound.cli.files import check_output, save_table
    from lowerbound.cli.opening import open_run, select
    from lowerbound.cli.screen import Screen

    check_output(out)
    screen = Screen()
    opened = open_run(run, device)
    codes = opened.vae.transform(select(opened, data, label, split, screen).rows)
    save_table(out, codes, [f"z{i}" for i in range(codes.shape[1])], screen)
