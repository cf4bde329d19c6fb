r"""The metric of the beta-VAE: which factor was held, told by a linear classifier.

For a factor y drawn at random, pairs of rows are drawn that share its value and nothing else by design; the classifier
sees

.. math:: \frac1L \sum_{l=1}^{L} |z_l^{(1)} - z_l^{(2)}|

and says y. A latent that follows the factor alone is then near zero, and every other one is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.metrics._factors import Codes, Groups, as_factors, pick

__all__ = ["beta_vae_score"]

BLOCK = 1000


def beta_vae_score(
    codes: Codes, factors: Any, *, points: int = 10_000, held: int = 5_000, pairs: int = 64, seed: int = 0
) -> float:
    """Return the accuracy with which a linear classifier tells the shared factor: 1 at best, 1 / K by chance.

    Differences are divided by their standard deviation over points, so that the scale of a latent does not matter.

    Parameters
    ----------
    codes
        ``(n, D)``, posterior means as a rule; or a function from row indices to codes.
    factors
        ``(n, K)``, each of a few values.
    points, held
        Points to train the classifier on, and to judge it by.
    pairs
        L, pairs of rows a point: the more, the higher the score of a code that mixes factors.
    seed
        Of rows and factors.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.

    References
    ----------
    Higgins et al., beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework, 2017, section 3.

    Examples
    --------
    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), -1).reshape(-1, 2)
    >>> beta_vae_score(factors * [3.0, -1.0], factors, points=200, held=100)
    1.0
    """
    from sklearn.linear_model import LogisticRegression

    table, rng = as_factors(factors), np.random.default_rng(seed)
    groups = Groups(table)
    kept = rng.integers(table.shape[1], size=points + held)
    first = rng.integers(len(table), size=(points + held, pairs))
    both = np.stack([first, groups.partners(first, kept[:, None], rng)])
    z, index = pick(codes, both, len(table))
    starts = range(0, points + held, BLOCK)
    blocks = [index[:, start : start + BLOCK] for start in starts]
    seen = np.concatenate([np.abs(z[one] - z[other]).mean(1) for one, other in blocks])
    # The classifier is free to shift and nearly free to scale them: around zero it is found in fewer steps.
    spread = seen[:points].std(0)
    seen = (seen - seen[:points].mean(0)) / np.where(spread > 0, spread, 1.0)
    if len(np.unique(kept[:points])) == 1:
        return float((kept[points:] == kept[0]).mean())
    classifier = LogisticRegression(max_iter=1000).fit(seen[:points], kept[:points])
    return float(classifier.score(seen[points:], kept[points:]))
