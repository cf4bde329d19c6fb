r"""Densities of the aggregate posterior, estimated from the rows of a batch.

With :math:`q(z) = \frac1N \sum_n q(z \mid x_n)` over N rows of data, a batch of B rows and a draw :math:`z`
of its row i,

.. math:: q(z) \approx \sum_j w_{ij} \, q(z \mid x_j), \qquad
          w_{ij} = \frac1B \text{ (weighted)}, \qquad
          w_{ii} = \frac1N, \; w_{ij} = \frac{N - 1}{N (B - 1)} \text{ (stratified)},

and the same weights serve each coordinate. With all rows in the batch both are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lowerbound.core import Component, Trace, describe
from lowerbound.errors import ConfigError
from lowerbound.objectives._latents import independent

__all__ = ["Aggregate", "aggregate", "checked"]

ESTIMATORS = ("weighted", "stratified")


@dataclass(frozen=True)
class Aggregate:
    """Log densities of the draws of a batch, nats, each ``(S, B)``.

    Attributes
    ----------
    whole : Tensor
        log q(z).
    each : Tensor
        The sum over coordinates of log q(z_d).
    """

    whole: Tensor
    each: Tensor


def checked(estimator: str) -> str:
    """Return the name of an estimator.

    Raises
    ------
    ConfigError
        When there is none of that name.
    """
    if estimator not in ESTIMATORS:
        raise ConfigError(f"estimator={estimator!r}: use 'weighted' or 'stratified'.")
    return estimator


def aggregate(objective: Component, trace: Trace, estimator: str, name: str | None) -> Aggregate:
    """Return the aggregate posterior's densities of every draw of a latent variable.

    Raises
    ------
    ConfigError
        For a posterior whose coordinates are not independent, and for the stratified estimator when the number of
        rows of the data is not known.
    """
    site, q = independent(objective, trace, name)
    rows = site.value.shape[1]
    pairs = q.log_density(site.value.unsqueeze(2)).flatten(3)  # (S, B, B, d): draw of row i under the posterior of j
    own, other = _weights(objective, estimator, rows, trace.progress.n_data)
    same = torch.eye(rows, dtype=pairs.dtype, device=pairs.device)
    log_weight = (other + (own - other) * same).log()
    return Aggregate(
        torch.logsumexp(pairs.sum(-1) + log_weight, -1), torch.logsumexp(pairs + log_weight[..., None], 2).sum(-1)
    )


def _weights(objective: Component, estimator: str, rows: int, n_data: int | None) -> tuple[float, float]:
    """Return the weight of a draw's own row, and that of each other one."""
    if estimator == "weighted":
        return 1 / rows, 1 / rows
    if n_data is None:
        raise ConfigError(
            f"{describe(objective)} needs the number of rows of the data: run the model with Progress(n_data=...), or "
            "use estimator='weighted'."
        )
    return 1 / n_data, (n_data - 1) / (n_data * max(rows - 1, 1))
