r"""Codes whose covariance is the identity.

.. math:: \mathrm{loss} = \lambda_{od} \sum_{i \ne j} C_{ij}^2 + \lambda_d \sum_i (C_{ii} - 1)^2, \qquad
          C = \mathrm{Cov}_x[\mu(x)] \text{ (i)}, \quad
          C = \mathrm{Cov}_x[\mu(x)] + E_x[\mathrm{diag}\, \sigma^2(x)] \text{ (ii)}

:math:`\mu` and :math:`\sigma^2` are mean and variance of the posterior. Version ii is the covariance of the aggregate
posterior.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError
from lowerbound.objectives._latents import independent

__all__ = ["DIP"]


class DIP(Term):
    """The squared distance of the codes' covariance from the identity: one number a batch, whose rows it is of.

    Parameters
    ----------
    version
        ``"i"``: the covariance of posterior means; ``"ii"``: of the aggregate posterior.
    off_diagonal, diagonal
        Weights of the entries that should be 0, and of those that should be 1.
    site
        The latent variable; the only one unless named.
    samples
        Latent samples per row: they do not matter here, and must agree in a sum.

    Raises
    ------
    ConfigError
        For an unknown version; in use, for a posterior whose coordinates are not independent.

    References
    ----------
    Kumar, Sattigeri and Balakrishnan, Variational Inference of Disentangled Latent Concepts from Unlabeled
    Observations, 2018, equations 6 and 7.

    Examples
    --------
    >>> DIP("ii", diagonal=1.0)
    DIP(version='ii', diagonal=1.0)
    """

    across_rows = True

    def __init__(
        self,
        version: str = "i",
        off_diagonal: float = 1.0,
        diagonal: float = 10.0,
        site: str | None = None,
        samples: int = 1,
    ) -> None:
        super().__init__()
        if version not in ("i", "ii"):
            raise ConfigError(f"version={version!r}: use 'i' (posterior means) or 'ii' (aggregate posterior).")
        self.version, self.off_diagonal, self.diagonal, self.site = version, off_diagonal, diagonal, site
        self.samples = positive(samples, "samples")

    def forward(self, trace: Trace) -> Tensor:
        """Return the penalty of a batch."""
        _, q = independent(self, trace, self.site)
        mean = q.mean.flatten(1)
        centred = mean - mean.mean(0)
        covariance = centred.T @ centred / len(mean)
        if self.version == "ii":
            covariance = covariance + q.variance.flatten(1).mean(0).diag()
        variances = covariance.diagonal()
        off = covariance - torch.diag(variances)
        return self.off_diagonal * off.square().sum() + self.diagonal * (variances - 1).square().sum()
