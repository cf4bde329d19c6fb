"""Wake and sleep: the decoder learns from inferred codes, the encoder from dreamt rows."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import WakeSleep
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["wake_sleep"]


def _objective(task: Task) -> Objective:
    return WakeSleep(task.options.samples)


wake_sleep = replace(
    vae,
    name="wake-sleep",
    summary="decoder trained on codes of the data, encoder on rows that the decoder dreams",
    paper="Hinton, Dayan, Frey and Neal, The wake-sleep algorithm for unsupervised neural networks, 1995",
    objective=_objective,
    when="Latents of any kind, without gradients through draws. No bound is followed, and `vae` is better where it "
    "can be used.",
    formula=r"\text{wake: } -E_{q(z \mid x)}[\log p(x, z)]; \quad \text{sleep: } -E_{p(x, z)}[\log q(z \mid x)]",
)
"""Recipe ``wake-sleep``. Hinton, Dayan, Frey and Neal, 1995."""
