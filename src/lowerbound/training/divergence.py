"""Say which part of a model produced a number that is not finite, and for which rows."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model
from lowerbound.errors import DivergenceError

__all__ = ["explain"]


def explain(
    model: Model, batch: Batch, step: int, log: Log, lr: float, numbers: Tensor | None = None
) -> DivergenceError:
    """Return the error to raise after a loss or gradient that is not finite.

    Parameters
    ----------
    model
        As it was before the step: nothing has moved.
    batch
        The input of the step.
    step, log, lr
        What is known of the step.
    numbers
        The user's numbers of the batch's rows, where they are known.
    """
    model.eval()
    culprits = []
    with torch.no_grad():
        for name, value in batch.items():
            culprits += _rows(f"the input {name}", value.float().reshape(len(value), -1).sum(1), numbers)
        trace = model(batch)
        for name, site in trace.sites.items():
            culprits += _rows(f"log p({name})", trace.mean(site.log_p), numbers)
            if site.q is not None and site.has_rate:
                culprits += _rows(f"KL({name})", trace.mean(site.kl), numbers)
    losses = ", ".join(f"{name} = {float(v):.4g}" for name, v in log.items() if name.startswith("loss/"))
    where = "; ".join(culprits) or (
        "every density of this process's rows is finite in float32: the gradient overflowed, "
        "or another process has the row"
    )
    return DivergenceError(
        f"Training diverged at step {step} ({losses}): {where}. The last good state is kept. Lower the learning rate "
        f"(now {lr:.3g}), set clip=100, use precision='float32', or look at the rows named."
    )


def _rows(name: str, values: Tensor, numbers: Tensor | None) -> list[str]:
    bad = (~values.isfinite()).nonzero().flatten().cpu()
    if not len(bad):
        return []
    places = bad if numbers is None else numbers.cpu()[bad]
    shown = ", ".join(map(str, places.tolist()[:10])) + (", ..." if len(bad) > 10 else "")
    return [f"{name} is not finite in rows {shown}{' of the batch' if numbers is None else ''}"]
