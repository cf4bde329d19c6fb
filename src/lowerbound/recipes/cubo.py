"""The encoder minimises an upper bound on log p(x), prior and likelihood maximise a lower one."""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective
from lowerbound.objectives import CUBO
from lowerbound.recipes.recipe import Task
from lowerbound.recipes.vae import vae

__all__ = ["cubo"]


def _objective(task: Task) -> Objective:
    return CUBO(samples=task.options.samples)


cubo = replace(
    vae,
    name="cubo",
    summary="VAE whose encoder minimises the chi upper bound of order 2, of 10 samples (or as many as given)",
    paper="Dieng, Tran, Ranganath, Paisley and Blei, Variational Inference via chi Upper Bound Minimization, 2017",
    objective=_objective,
    defaults={"samples": 10},
    when="Posteriors that should not be too narrow, such as proposals for importance sampling; with few latents. "
    "Noisy where the posterior is far off.",
    formula=r"\text{encoder: } \tfrac1n \log E_q[w^n], \; n = 2; \quad \text{decoder: } -E\Big[\log \tfrac1S \sum_s "
    r"w_s\Big], \quad w = \frac{p(x, z)}{q(z \mid x)}",
)
"""Recipe ``cubo``. Dieng et al., Variational Inference via chi Upper Bound Minimization, 2017."""
