r"""The regularised autoencoder with small decoder weights: codes without noise, near the origin.

A mixture of normals fitted to the codes afterwards is what samples are drawn from. The published weights are for
squared errors of images; here the distortion is in nats, with the variance that the likelihood learns.
"""

from __future__ import annotations

from dataclasses import replace

from lowerbound.core import Objective, Term
from lowerbound.objectives import CodeNorm, DecoderNorm, Distortion
from lowerbound.recipes.ae import ae
from lowerbound.recipes.recipe import Task

__all__ = ["rae_l2", "regularised"]


def regularised(task: Task) -> Term:
    """Return the distortion and the codes' norm, weighted by ``beta``.

    Examples
    --------
    >>> regularised(Task(rae_l2.options()))
    Distortion() + 0.0001 * CodeNorm()
    """
    return Distortion() + task.beta * CodeNorm()


def _objective(task: Task) -> Objective:
    return regularised(task) + task.weight(1e-7) * DecoderNorm()


rae_l2 = replace(
    ae,
    name="rae-l2",
    summary="regularised autoencoder: small codes, decayed decoder weights, a mixture fitted to the codes",
    paper="Ghosh et al., From Variational to Deterministic Autoencoders, 2020",
    objective=_objective,
    defaults={**ae.defaults, "beta": 1e-4, "warmup": 0.0},
    when="Sharper samples and reconstructions than a VAE's, without noise in training; no ELBO and no log p(x).",
    formula=r"-\log p(x \mid z(x)) + \beta \, \tfrac12 \|z(x)\|^2 + \lambda \|\theta\|^2",
)
"""Recipe ``rae-l2``. Ghosh et al., From Variational to Deterministic Autoencoders, 2020."""
