r"""The mutual information gap: how much more the best latent tells of a factor than the second best.

.. math::
    \mathrm{MIG} = \frac1K \sum_{k=1}^{K} \frac{1}{H(v_k)}
    \Bigl( I(z_{j(k)}; v_k) - \max_{j \ne j(k)} I(z_j; v_k) \Bigr), \qquad j(k) = \arg\max_j I(z_j; v_k),

with the information of a histogram: each latent is cut into 20 bins of equal width.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lowerbound.metrics._factors import as_codes, as_factors, cut

__all__ = ["code_information", "factor_entropy", "mutual_information_gap"]


def code_information(codes: Any, factors: Any, *, bins: int = 20) -> np.ndarray:
    """Return I(z_j; v_k) of each latent and factor, ``(D, K)`` nats, by a histogram of each latent.

    A histogram of n rows overstates it by about (bins - 1) (size - 1) / (2 n) nats: give some thousands.

    Parameters
    ----------
    codes
        ``(n, D)``.
    factors
        ``(n, K)``, each of a few values.
    bins
        Of equal width, from the least code to the largest.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.

    Examples
    --------
    >>> v = np.array([[0], [1], [0], [1]])
    >>> code_information(np.array([[5.0, 1.0], [7.0, 1.0], [5.0, 1.0], [7.0, 1.0]]), v).round(4).tolist()
    [[0.6931], [0.0]]
    """
    table = as_factors(factors)
    binned = cut(as_codes(codes, len(table)), bins)
    return np.array([[_information(z, v) for v in table.T] for z in binned.T])


def factor_entropy(factors: Any) -> np.ndarray:
    """Return H(v_k) of each factor, ``(K,)`` nats.

    Examples
    --------
    >>> factor_entropy(np.array([[0], [1], [0], [1]])).round(4).tolist()
    [0.6931]
    """
    return np.array([_entropy(np.bincount(v)) for v in as_factors(factors).T])


def mutual_information_gap(codes: Any, factors: Any, *, bins: int = 20) -> float:
    """Return the mutual information gap: 1 when one latent alone tells everything of each factor, 0 at worst.

    Parameters
    ----------
    codes
        ``(n, D)``, posterior means as a rule.
    factors
        ``(n, K)``, each of a few values.
    bins
        Of the histogram of a latent.

    Raises
    ------
    DataError
        For codes or factors that cannot be used.

    References
    ----------
    Chen et al., Isolating Sources of Disentanglement in Variational Autoencoders, 2018, section 4.

    Examples
    --------
    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), -1).reshape(-1, 2)
    >>> round(mutual_information_gap(factors * [3.0, -1.0], factors), 6)
    1.0
    """
    information = code_information(codes, factors, bins=bins)
    ranked = np.sort(np.concatenate([information, np.zeros_like(information[:1])]), axis=0)
    return float(((ranked[-1] - ranked[-2]) / factor_entropy(factors)).mean())


def _information(z: np.ndarray, v: np.ndarray) -> float:
    width = int(v.max()) + 1
    joint = np.bincount(z * width + v, minlength=(int(z.max()) + 1) * width).reshape(-1, width)
    return max(0.0, _entropy(joint.sum(0)) + _entropy(joint.sum(1)) - _entropy(joint.ravel()))


def _entropy(counts: np.ndarray) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log(share)).sum())
