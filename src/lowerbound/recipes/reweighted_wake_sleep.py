"""Wake-sleep with draws weighted by their importance: the encoder learns from dreams and from the data."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import WakeSleep
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["reweighted_wake_sleep"]


def _objective(task: Task) -> Objective:
    return WakeSleep(task.options.samples, weighted=True, awake=0.5)


reweighted_wake_sleep = replace(
    vae,
    name="reweighted-wake-sleep",
    summary="wake-sleep with 5 weighted draws a row (or as many as given); the encoder learns awake and asleep",
    paper="Bornschein and Bengio, Reweighted Wake-Sleep, 2015",
    objective=_objective,
    defaults={"samples": 5},
    when="Latents of any kind, above all discrete ones: with samples the decoder comes to follow log p(x) itself.",
    formula=r"\text{decoder: } -\sum_s \tilde w_s \log p(x, z_s); \quad \text{encoder: } -\tfrac12 \sum_s \tilde w_s "
    r"\log q(z_s \mid x) - \tfrac12 E_{p(x, z)}[\log q(z \mid x)]",
)
"""Recipe ``reweighted-wake-sleep``. Bornschein and Bengio, 2015."""
