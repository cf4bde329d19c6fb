r"""The kernel distance: the squared MMD of features with a polynomial kernel, which has the right mean.

.. math:: k(u, v) = (u^T v / D + 1)^3

Unlike the Frechet distance its mean does not depend on the number of rows. With the features of an Inception network
it is called KID; with others the number is another one, so it is not.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lowerbound.metrics.estimate import Estimate
from lowerbound.metrics.features import Features, compared
from lowerbound.metrics.pairwise import kernel_means

__all__ = ["kernel_distance"]


def kernel_distance(x: Any, y: Any, features: Features | None = None) -> Estimate:
    """Return the kernel distance of two sets of rows.

    Parameters
    ----------
    x, y
        Rows, ``(n, *shape)`` and ``(m, *shape)``.
    features
        What to compare them by; the rows themselves unless told.

    References
    ----------
    Binkowski et al., Demystifying MMD GANs, 2018, section 4.

    Examples
    --------
    >>> x = torch.tensor([[1.0], [1.0]])
    >>> kernel_distance(x, -x)
    Estimate(name='kernel distance (pixels)', value=16.0, error=0.0)
    """
    first, second, name = compared(x, y, features)
    labels = (torch.arange(len(first) + len(second)) < len(first)).double()[:, None]
    values, error = kernel_means(_polynomial, torch.cat([first, second]), labels)
    return Estimate(f"kernel distance ({name})", float(values[0]), error)


def _polynomial(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3
