r"""A decoder that changes slowly with the code.

.. math:: \mathrm{loss} = \frac1B \sum_b E_q\!\left[ \left\| \frac{\partial \mu(z)}{\partial z} \right\|_F^2 \right]
          = \frac1B \sum_b E_q\, E_v\!\left[ \left\| v^\top \frac{\partial \mu(z)}{\partial z} \right\|^2 \right],
          \qquad v \sim N(0, I), \quad \mu(z) = E[x \mid z]

One draw of v is an unbiased estimate, at the price of one pass backward.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Term, Trace, noise
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError
from lowerbound.objectives._latents import named_latent

__all__ = ["DecoderGradient"]


class DecoderGradient(Term):
    """The squared norm of the derivative of p(x | z)'s mean in z, in units of the data by units of the codes.

    Parameters
    ----------
    site
        The latent variable; the only one unless one is named.
    projections
        Random directions v a row.

    Raises
    ------
    ConfigError
        When no observed variable's mean follows the code.

    References
    ----------
    Ghosh et al., From Variational to Deterministic Autoencoders, 2020, section 3.1 (RAE-GP); Hutchinson, A
    Stochastic Estimator of the Trace of the Influence Matrix for Laplacian Smoothing Splines, 1990 (the projection).

    Examples
    --------
    >>> DecoderGradient(projections=2)
    DecoderGradient(projections=2)
    """

    def __init__(self, site: str | None = None, projections: int = 1) -> None:
        super().__init__()
        self.site = site
        self.projections = positive(projections, "projections")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        z = named_latent(self, trace, self.site).value
        means = [site.p.mean for site in trace.observed.values()]
        means = [mean for mean in means if mean.requires_grad]
        if not z.requires_grad or not means:
            raise ConfigError(f"{self!r} follows the mean of p(x | z) along the code, and here no gradient joins them.")
        total = torch.zeros_like(trace.weight)
        for _ in range(self.projections):
            along = torch.stack([(mean * _direction(mean, trace)).sum() for mean in means]).sum()
            (slope,) = torch.autograd.grad(along, z, create_graph=True)
            total = total + slope.square().flatten(trace.weight.ndim).sum(-1)
        return trace.mean(total / self.projections)

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()


def _direction(mean: Tensor, trace: Trace) -> Tensor:
    return noise.normal(tuple(mean.shape), mean.ndim - trace.weight.ndim, mean.detach())
