r"""The ladder's merge of evidence from below with the prior from above.

.. math:: q = N\!\left(\frac{\hat\mu \hat\sigma^{-2} + \mu_p \sigma_p^{-2}}{\hat\sigma^{-2} + \sigma_p^{-2}},
          \frac{1}{\hat\sigma^{-2} + \sigma_p^{-2}}\right)
"""

from __future__ import annotations

import torch
from torch import nn

from lowerbound.core import Component
from lowerbound.distributions import DiagonalNormal

__all__ = ["PrecisionWeighted"]


class PrecisionWeighted(Component, nn.Module):
    """Combine an encoder's normal with the level's prior: the product of the two densities.

    References
    ----------
    Sonderby et al., Ladder Variational Autoencoders, 2016, equations 17-19.

    Examples
    --------
    >>> p = q = DiagonalNormal(torch.zeros(1), torch.zeros(1))
    >>> round(PrecisionWeighted()(q, p).variance.item(), 4)
    0.5
    """

    def forward(self, q: DiagonalNormal, p: DiagonalNormal) -> DiagonalNormal:
        """Return the normalised product of two diagonal normals."""
        q_precision, p_precision = 1 / q.variance, 1 / p.variance
        precision = q_precision + p_precision
        loc = (q.mean * q_precision + p.mean * p_precision) / precision
        return DiagonalNormal(loc, -0.5 * torch.log(precision), q.event_dim_)
