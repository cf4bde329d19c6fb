r"""A spike and slab after a linear-Gaussian observation: every pattern of zeros is visited.

.. math:: q(u) = \frac1Z \, p(u) \, e^{v^\top u - \frac12 u^\top G u}, \qquad
          Z = \sum_{S \subseteq \{1, \dots, H\}} \pi(S) \, |A_S|^{-1/2} \, e^{\frac12 v_S^\top A_S^{-1} v_S},
          \quad A_S = I + G_S

With :math:`x \mid u \sim N(Wu + b, \Psi)`, :math:`G = W^\top \Psi^{-1} W` and :math:`v = W^\top \Psi^{-1} (x - b)`
this is the posterior, and :math:`p(x) = N(x \mid b, \Psi) \, Z`. All computing is in float64: with little noise the
exponents are large, and what counts is their difference.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn import functional

from lowerbound.core import noise
from lowerbound.distributions.spike_and_slab import SpikeAndSlab

__all__ = ["TiltedSpikeAndSlab"]


class TiltedSpikeAndSlab(Distribution):
    """The posterior of a spike and slab given a linear-Gaussian observation.

    Parameters
    ----------
    evidence
        v, ``(*batch, H)``.
    gram
        G, positive semi-definite, ``(H, H)``.
    logits
        Log-odds of the entries of the prior, ``(H,)``.

    References
    ----------
    Luecke and Sheikh, Closed-Form EM for Sparse Coding and its Application to Source Separation, 2012, section 2.

    Examples
    --------
    >>> q = TiltedSpikeAndSlab(torch.tensor([[0.0, 6.0]]), torch.eye(2), torch.zeros(2))
    >>> q.inclusion, q.mean
    (tensor([[0.4142, 0.9998]]), tensor([[0.0000, 2.9995]]))
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, evidence: Tensor, gram: Tensor, logits: Tensor) -> None:
        h, self.dtype = evidence.shape[-1], evidence.dtype
        self.evidence, self.gram, logits = evidence.double(), gram.double(), logits.double()
        self.prior = SpikeAndSlab(logits)
        codes = torch.arange(2**h, device=evidence.device)[:, None]
        self.patterns = (codes >> torch.arange(h, device=evidence.device) & 1).double()
        both = self.patterns[:, :, None] * self.patterns[:, None, :]
        eye = torch.eye(h, dtype=torch.float64, device=gram.device)
        factor = torch.linalg.cholesky(eye + both * self.gram)
        root = torch.linalg.solve_triangular(factor, eye, upper=False)
        # Rows of what is off are those of the identity: the mask leaves A_S^{-1} = scale scale'.
        self.scale = self.patterns[:, :, None] * root.mT
        self.covariance = self.scale @ self.scale.mT
        log_pi = self.patterns * functional.logsigmoid(logits) + (1 - self.patterns) * functional.logsigmoid(-logits)
        constant = log_pi.sum(-1) - factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        outer = (self.evidence[..., :, None] * self.evidence[..., None, :]).flatten(-2)
        scores = constant + 0.5 * outer @ self.covariance.flatten(1).T
        self.log_z = scores.logsumexp(-1)
        self.weights = (scores - self.log_z[..., None]).exp()
        super().__init__(evidence.shape[:-1], evidence.shape[-1:], validate_args=False)

    @property
    def inclusion(self) -> Tensor:
        """The probability that each entry is not zero, ``(*batch, H)``."""
        return (self.weights @ self.patterns).to(self.dtype)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, H)``."""
        return self._mean().to(self.dtype)

    def _mean(self) -> Tensor:
        h = self.event_shape[0]
        mixed = (self.weights @ self.covariance.flatten(1)).unflatten(-1, (h, h))
        return (mixed @ self.evidence[..., None]).squeeze(-1)

    @property
    def variance(self) -> Tensor:
        """The variance of each entry, ``(*batch, H)``; it takes ``(*batch, 2^H, H)`` numbers on the way."""
        means = (self.covariance @ self.evidence[..., None, :, None]).squeeze(-1)
        spread = self.covariance.diagonal(dim1=-2, dim2=-1) + means.square()
        return ((self.weights[..., None] * spread).sum(-2) - self._mean().square()).to(self.dtype)

    def total_second_moment(self) -> Tensor:
        """Return the sum of E[uu'] over the batch, ``(H, H)``."""
        h = self.event_shape[0]
        weights, evidence = self.weights.reshape(-1, len(self.patterns)), self.evidence.reshape(-1, h)
        outer = (evidence[:, :, None] * evidence[:, None, :]).flatten(1)
        total = (weights.T @ outer).unflatten(-1, (h, h))
        within = weights.sum(0)[:, None, None] * self.covariance
        return (within + self.covariance @ total @ self.covariance).sum(0)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log q(value), ``(*batch,)``: a density on what is not zero, a probability of what is."""
        value = value.double()
        tilt = (value * self.evidence).sum(-1) - 0.5 * ((value @ self.gram) * value).sum(-1)
        return (self.prior.log_prob(value) + tilt - self.log_z).to(self.dtype)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw a pattern of zeros by inverting its distribution function, then normal values for the rest."""
        shape = torch.Size(sample_shape) + self.batch_shape
        u = noise.uniform((*shape, 1), 1, self.evidence).squeeze(-1)
        lead = self.weights.ndim - 1
        base = shape[len(shape) - lead :]
        cumulative = self.weights.cumsum(-1).expand(*base, -1).contiguous()
        # Draws of one row are looked up together: no copy of its 2^H numbers for each.
        draws = u.reshape(-1, *base).movedim(0, -1).contiguous()
        which = torch.searchsorted(cumulative, draws, right=True).movedim(-1, 0).reshape(shape)
        scale = self.scale[which.clamp(max=len(self.patterns) - 1)]
        eps = noise.normal((*shape, *self.event_shape), 1, self.evidence)
        from_evidence = scale.mT @ self.evidence[..., None]
        return (scale @ (from_evidence + eps[..., None])).squeeze(-1).to(self.dtype)

    def expand(self, batch_shape: Any, _instance: Any = None) -> TiltedSpikeAndSlab:
        """Return the distribution with a larger batch shape."""
        new = type(self).__new__(type(self))
        new.__dict__.update(self.__dict__)
        new.evidence = self.evidence.expand(*torch.Size(batch_shape), *self.event_shape)
        Distribution.__init__(new, torch.Size(batch_shape), self.event_shape, validate_args=False)
        return new
