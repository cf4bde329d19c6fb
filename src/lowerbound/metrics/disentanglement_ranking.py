r"""Ranking models by disentanglement without knowing the factors: those that are, agree with each other.

For two models with similarities :math:`R_{ab}` between their latents (absolute rank correlations), and
:math:`r_a = \max_b R_{ab}`, :math:`r_b = \max_a R_{ab}` over informative latents,

.. math:: \mathrm{UDR}_{ij} = \frac{1}{d_a + d_b} \Bigl( \sum_b \frac{r_b^2}{\sum_a R_{ab}}
    + \sum_a \frac{r_a^2}{\sum_b R_{ab}} \Bigr) .

A model's score is the median over the others: 1 when the others found the same latents, in any order and sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lowerbound.errors import ConfigError, ShapeError
from lowerbound.metrics._factors import as_codes

__all__ = ["unsupervised_disentanglement_ranking"]

ACTIVE_VARIANCE = 1e-2


def unsupervised_disentanglement_ranking(
    codes: Sequence[Any], *, informative: Sequence[Any] | None = None
) -> np.ndarray:
    """Score models by how well their latents match those of the others: ``(M,)``, 1 at best.

    Parameters
    ----------
    codes
        Of each of M models, ``(n, D)`` posterior means of the same rows.
    informative
        Of each model, ``(D,)`` booleans: the latents that take part. By default those whose mean has a variance above
        0.01 over rows; the paper takes those with a KL above 0.01 nats.

    Raises
    ------
    ConfigError
        With fewer than two models.
    ShapeError
        When models differ in rows.

    References
    ----------
    Duan et al., Unsupervised Model Selection for Variational Disentangled Representation Learning, 2020, section 4.

    Examples
    --------
    >>> z = np.stack(np.meshgrid(np.arange(4.0), np.arange(5.0)), -1).reshape(-1, 2)
    >>> unsupervised_disentanglement_ranking([z, -z[:, ::-1]]).round(6).tolist()
    [1.0, 1.0]
    """
    from scipy.stats import rankdata

    if len(codes) < 2:
        raise ConfigError(f"Ranking compares models with each other, got {len(codes)}: give two or more.")
    arrays = [as_codes(z) for z in codes]
    if len({len(z) for z in arrays}) > 1:
        raise ShapeError(f"The models have codes of {', '.join(str(len(z)) for z in arrays)} rows: give the same rows.")
    chosen = [z.var(0) > ACTIVE_VARIANCE for z in arrays] if informative is None else list(map(np.asarray, informative))
    ranks = [_standardised(rankdata(z[:, keep], axis=0)) for z, keep in zip(arrays, chosen, strict=True)]
    pairs = [[_agreement(np.abs(a.T @ b)) for j, b in enumerate(ranks) if j != i] for i, a in enumerate(ranks)]
    return np.median(np.array(pairs), axis=1)


def _standardised(ranks: np.ndarray) -> np.ndarray:
    centred = ranks - ranks.mean(0)
    length = np.sqrt((centred**2).sum(0))
    return centred / np.where(length > 0, length, 1.0)


def _agreement(similarity: np.ndarray) -> float:
    if similarity.size == 0:
        return 0.0
    total = 0.0
    for axis in (0, 1):
        sums, best = similarity.sum(axis), similarity.max(axis)
        total += float((best**2 / np.where(sums > 0, sums, 1.0)).sum())
    return total / sum(similarity.shape)
