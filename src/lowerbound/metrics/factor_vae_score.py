r"""The metric of the FactorVAE: the latent that varies least says which factor was held.

Rows that share one value of factor k are drawn; their codes, divided by the standard deviation over all rows, vary
least in latent

.. math:: d^* = \arg\min_d \widehat{\mathrm{Var}}(z_d) / s_d^2 .

The classifier from d* to k is the majority vote: it has nothing to tune.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.metrics._factors import Codes, Groups, as_factors, pick

__all__ = ["factor_vae_score"]

BLOCK = 1000


def factor_vae_score(
    codes: Codes, factors: Any, *, votes: int = 800, held: int = 5_000, rows: int = 100, seed: int = 0
) -> float:
    """Return the accuracy of the majority vote: 1 at best, 1 / K by chance.

    A latent that never changes takes no part.

    Parameters
    ----------
    codes
        ``(n, D)``, posterior means as a rule; or a function from row indices to codes.
    factors
        ``(n, K)``, each of a few values.
    votes, held
        Votes that make the classifier, and further ones that it is judged by.
    rows
        Rows of a vote.
    seed
        Of rows and factors.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.

    References
    ----------
    Kim and Mnih, Disentangling by Factorising, 2018, section 4.

    Examples
    --------
    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), -1).reshape(-1, 2)
    >>> factor_vae_score(factors * [3.0, -1.0], factors, votes=100, held=100)
    1.0
    """
    table, rng = as_factors(factors), np.random.default_rng(seed)
    n, k = table.shape
    kept = rng.integers(k, size=votes + held)
    like = np.repeat(rng.integers(n, size=(votes + held, 1)), rows, 1)
    chosen = Groups(table).partners(like, kept[:, None], rng)
    z, index = pick(codes, chosen, n)
    scale = z.std(0)
    alive = scale > 1e-12 * (1.0 + np.abs(z.mean(0)))
    blocks = [index[start : start + BLOCK] for start in range(0, votes + held, BLOCK)]
    variance = np.concatenate([z[block].var(1) for block in blocks])
    least = np.where(alive, variance / np.where(alive, scale, 1.0) ** 2, np.inf).argmin(1)
    tally = np.zeros((z.shape[1], k))
    np.add.at(tally, (least[:votes], kept[:votes]), 1)
    return float((tally.argmax(1)[least[votes:]] == kept[votes:]).mean())
