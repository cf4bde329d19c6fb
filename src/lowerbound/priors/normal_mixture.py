r"""A trained mixture of normals: a prior that may have as many clusters as the codes.

.. math:: p(z) = \sum_k w_k \, \mathcal N(z \mid m_k, \mathrm{diag}(s_k^2))
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.core.component import positive

__all__ = ["NormalMixture"]

SPREAD = 0.5
"""Standard deviation of the centres at raw parameters of zero; the whole mixture's is one."""


class NormalMixture(Family):
    """Weights, centres and scales of K normals with independent coordinates.

    Equal centres would stay equal for ever: raw parameters of zero mean centres on a fixed random spread.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    components
        K.

    References
    ----------
    Dilokthanakul et al., Deep Unsupervised Clustering with Gaussian Mixture Variational Autoencoders, 2016;
    Tomczak and Welling, VAE with a VampPrior, 2018 (the baseline MoG).

    Examples
    --------
    >>> from lowerbound.core import Constant
    >>> Constant(NormalMixture((2,), components=3))().mean.shape
    torch.Size([2])
    """

    spread: Tensor

    def __init__(self, event_shape: Size, components: int = 50) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.components = positive(components, "components")
        self.params_shape = (components * (2 * math.prod(self.event_shape) + 1),)
        generator = torch.Generator().manual_seed(components)
        spread = torch.randn(components, *self.event_shape, generator=generator, device="cpu")
        self.register_buffer("spread", SPREAD * spread)

    def forward(self, params: Tensor) -> distributions.NormalMixture:
        """Map (logits, centres, raw scales) ``(*lead, K (2 D + 1))`` to the distribution."""
        k, lead = self.components, params.shape[:-1]
        width = k * math.prod(self.event_shape)
        logits, shift, raw = params.split([k, width, width], -1)
        loc = self.spread + shift.reshape(*lead, k, *self.event_shape)
        log_scale = distributions.gentle_log(raw).reshape(loc.shape) + 0.5 * math.log(1 - SPREAD**2)
        return distributions.NormalMixture(logits, loc, log_scale, len(self.event_shape))

    def params_of(self, weights: Tensor, loc: Tensor, scale: Tensor) -> Tensor:
        """Return the raw parameters of a mixture: the inverse of :meth:`forward`.

        Parameters
        ----------
        weights
            ``(K,)``.
        loc, scale
            ``(K, *event)``.
        """
        unit = scale / math.sqrt(1 - SPREAD**2)
        raw = torch.where(unit < 1, unit.log(), unit - 1)
        return torch.cat([weights.log(), (loc - self.spread.to(loc)).flatten(), raw.flatten()])
