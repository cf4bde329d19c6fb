r"""The importance-weighted bound with an encoder gradient that does not drown as samples are added.

With the normalised weights :math:`\tilde w_s` of S samples,

.. math:: \nabla_\phi = E\!\left[ \sum_s \tilde w_s^2 \frac{\partial z_s}{\partial \phi}
          \frac{\partial \log w_s}{\partial z_s} \right], \qquad
          \nabla_\theta = E\!\left[ \sum_s \tilde w_s \frac{\partial \log w_s}{\partial \theta} \right].
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.objectives._latents import log_weight_along_path

__all__ = ["DReG"]


class DReG(Term):
    """Minus the importance-weighted bound, its encoder gradient doubly reparameterised.

    The loss is that of IWAE, and so is the gradient's expectation. For one latent variable whose
    draws have a gradient.

    Parameters
    ----------
    samples
        Importance samples per row.

    References
    ----------
    Tucker et al., Doubly Reparameterized Gradient Estimators for Monte Carlo Objectives, 2019, equation 8;
    Rainforth et al., Tighter Variational Bounds are Not Necessarily Better, 2018 (why).

    Examples
    --------
    >>> DReG(50)
    DReG(50)
    """

    def __init__(self, samples: int) -> None:
        super().__init__()
        self.samples = self.bound_samples = positive(samples, "samples")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        log_weight, z = log_weight_along_path(self, trace)
        bound = trace.log_evidence().detach()
        share = log_weight.detach().softmax(0)
        moved = (share * log_weight).sum(0)
        if z.requires_grad and torch.is_grad_enabled():
            (slope,) = torch.autograd.grad(moved.sum(), z, retain_graph=True)
            share = share.reshape(share.shape + (1,) * (z.ndim - share.ndim))
            moved = moved + ((share - 1) * slope * (z - z.detach())).flatten(2).sum(-1).sum(0)
        return -(bound + moved - moved.detach())

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()
