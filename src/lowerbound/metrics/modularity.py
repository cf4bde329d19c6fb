r"""Modularity: whether each latent tells of one factor only.

With :math:`m_{jk} = I(z_j; v_k)` and :math:`\theta_j = \max_k m_{jk}`, at :math:`k(j)`,

.. math:: \text{modularity} = 1 - \operatorname{mean}_j
    \frac{\sum_{k \ne k(j)} m_{jk}^2}{\theta_j^2 (K - 1)} .
"""

from __future__ import annotations

from typing import Any

from lowerbound.metrics.mutual_information_gap import code_information

__all__ = ["modularity"]


def modularity(codes: Any, factors: Any, *, bins: int = 20) -> float:
    """Return the modularity: 1 when each latent has information on one factor only.

    Latents that never change are left out; two latents may tell of the same factor.

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
    Ridgeway and Mozer, Learning Deep Disentangled Embeddings with the F-Statistic Loss, 2018, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), -1).reshape(-1, 2)
    >>> round(modularity(factors * [3.0, -1.0], factors), 6)
    1.0
    """
    information = code_information(codes, factors, bins=bins)
    top = information.max(1)
    told = information[top > 0] ** 2 / top[top > 0, None] ** 2
    if not len(told) or told.shape[1] == 1:
        return float(len(told) > 0)
    return float(1.0 - ((told.sum(1) - 1.0) / (told.shape[1] - 1)).mean())
