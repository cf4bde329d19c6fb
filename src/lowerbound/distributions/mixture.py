r"""Mixtures: of normals with independent coordinates, by two matrix products, and of anything.

.. math:: p(z) = \sum_k w_k \, \mathcal N(z \mid m_k, \mathrm{diag}(s_k^2)), \qquad
          -2 \log \mathcal N_k = \sum_d \frac{z_d^2}{s_{kd}^2} - 2 \sum_d \frac{z_d m_{kd}}{s_{kd}^2} + \mathrm{const}_k

with :math:`z` and :math:`m_k` measured from the mean of the centres, so that little cancels.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import noise
from lowerbound.distributions.diagonal_normal import DiagonalNormal

__all__ = ["Mixture", "NormalMixture", "mixture_of"]

LOST = 2e-3
"""Nats that products in float32 may lose at most."""


class Mixture(Distribution):
    """A mixture of the K distributions along the last batch axis of ``components``.

    Parameters
    ----------
    logits
        Log-weights up to a constant, ``(*batch, K)`` or ``(K,)``.
    components
        Of batch ``(*batch, K)``.

    References
    ----------
    McLachlan and Peel, Finite Mixture Models, 2000, section 1.4.

    Examples
    --------
    >>> two = DiagonalNormal(torch.tensor([[-1.0], [1.0]]), torch.zeros(2, 1))
    >>> Mixture(torch.zeros(2), two).variance
    tensor([2.])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, logits: Tensor, components: Distribution, batch_shape: Any = None) -> None:
        self.logits, self.components = logits, components
        batch = components.batch_shape[:-1] if batch_shape is None else torch.Size(batch_shape)
        super().__init__(batch, components.event_shape, validate_args=False)

    @property
    def log_weights(self) -> Tensor:
        """The log of the weights, ``(*batch, K)`` or ``(K,)``."""
        return torch.log_softmax(self.logits, -1)

    def _at_events(self, per_component: Tensor) -> Tensor:
        return per_component.reshape(*per_component.shape, *(1 for _ in self.event_shape))

    def _over(self, values: Tensor) -> Tensor:
        """Average ``(*batch, K, *event)`` over the components, and spread it over the batch."""
        mean = (self._at_events(self.log_weights.exp()) * values).sum(-1 - len(self.event_shape))
        return mean.expand(self.batch_shape + self.event_shape)

    @property
    def mean(self) -> Tensor:
        """The mean, ``(*batch, *event)``."""
        return self._over(self.components.mean)

    @property
    def variance(self) -> Tensor:
        """The variance of each coordinate: within the components and between them."""
        means = self.components.mean
        centre = self._over(means).unsqueeze(-1 - len(self.event_shape))
        spread = (means - centre).square() + self.components.variance
        mean = (self._at_events(self.log_weights.exp()) * spread).sum(-1 - len(self.event_shape))
        return mean.expand(self.batch_shape + self.event_shape)

    def log_joint(self, value: Tensor) -> Tensor:
        """Return log w_k + log p_k(value) of each component, ``(*lead, K)``."""
        return self.log_weights + self.components.log_prob(value.unsqueeze(-1 - len(self.event_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p(value), nats: ``(*batch,)``."""
        return torch.logsumexp(self.log_joint(value), -1).expand(self._lead(value))

    def _lead(self, value: Tensor) -> torch.Size:
        return torch.broadcast_shapes(value.shape[: value.ndim - len(self.event_shape)], self.batch_shape)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw a component by its weight, then from it; the draw carries no gradient."""
        lead = torch.Size(sample_shape) + self.batch_shape
        with torch.no_grad():
            index = self._draw_index(lead)
            values = self.components.expand((*lead, self.logits.shape[-1])).sample()
            return _pick(values, index, len(self.event_shape))

    def _draw_index(self, lead: torch.Size) -> Tensor:
        """Return the number of a component for each entry of ``lead``."""
        below = self.log_weights.exp().cumsum(-1)[..., :-1]
        return (noise.uniform((*lead, 1), 1, below) >= below).sum(-1)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Mixture:
        """Return the distribution with a larger batch shape; nothing is copied."""
        return Mixture(self.logits, self.components, batch_shape)


class NormalMixture(Mixture):
    """A mixture of diagonal normals whose density is two matrix products.

    Parameters
    ----------
    logits
        Log-weights up to a constant, ``(*batch, K)`` or ``(K,)``.
    loc, log_scale
        ``(*batch, K, *event)``.
    event_dim
        How many trailing axes form the event.
    single
        Take the products of float32 in float32: right where :meth:`fits_single` says so. They
        are taken in float64 otherwise, since centres far apart beside their scales cancel.

    References
    ----------
    McLachlan and Peel, Finite Mixture Models, 2000, chapter 3; Kolchinsky and Tracey, Estimating
    Mixture Entropy with Pairwise Distances, 2017 (the bounds of the entropy).

    Examples
    --------
    >>> p = NormalMixture(torch.zeros(2), torch.tensor([[-1.0], [1.0]]), torch.zeros(2, 1))
    >>> round(p.log_prob(torch.zeros(1)).item(), 4)
    -1.4189
    """

    components: DiagonalNormal

    def __init__(
        self,
        logits: Tensor,
        loc: Tensor,
        log_scale: Tensor,
        event_dim: int = 1,
        *,
        single: bool = False,
        batch_shape: Any = None,
    ) -> None:
        super().__init__(logits, DiagonalNormal(loc, log_scale, event_dim), batch_shape)
        self.single = single

    def _flat(self) -> tuple[Tensor, Tensor]:
        """Return centres and log scales with the event as one axis, ``(*batch, K, D)``."""
        first = -len(self.event_shape)
        parts = self.components.params["loc"], self.components.params["log_scale"]
        return parts[0].flatten(first), parts[1].flatten(first)

    def fits_single(self) -> Tensor:
        """Return whether float32 products lose less than a few thousandths of a nat, a 0-d bool."""
        loc, log_scale = self._flat()
        far = ((loc - loc.mean(-2, keepdim=True)).abs() * torch.exp(-log_scale) + 3).square().sum(-1)
        return far.max() * torch.finfo(torch.float32).eps < LOST

    def log_joint(self, value: Tensor) -> Tensor:
        """Return log w_k + log N_k(value) of each component, ``(*lead, K)``."""
        loc, log_scale = self._flat()
        normaliser = self.log_weights - log_scale.sum(-1) - 0.5 * loc.shape[-1] * math.log(2 * math.pi)
        z = value.flatten(value.ndim - len(self.event_shape))
        if loc.ndim == 2:
            return (normaliser + self._distance(z.reshape(-1, z.shape[-1]), loc, log_scale)).reshape(
                *z.shape[:-1], loc.shape[-2]
            )
        own = loc.shape[:-2]
        lead = torch.broadcast_shapes(z.shape[:-1], own)
        rows = z.expand(*lead, z.shape[-1]).reshape(-1, math.prod(own), z.shape[-1]).transpose(0, 1)
        distance = self._distance(rows, loc.flatten(0, -3), log_scale.flatten(0, -3))
        return normaliser + distance.transpose(0, 1).reshape(*lead, loc.shape[-2])

    def _distance(self, z: Tensor, loc: Tensor, log_scale: Tensor) -> Tensor:
        """Return minus half the squared distance in units of the scales, ``(..., N, K)`` from ``(..., N, D)``."""
        centre = loc.detach().mean(-2, keepdim=True)
        z, loc, precision = z - centre, loc - centre, torch.exp(-2 * log_scale)
        dtype = z.dtype
        if not self.single:
            z, loc, precision = z.double(), loc.double(), precision.double()
        linear, square = loc * precision, -0.5 * precision
        constant = (loc.square() * square).sum(-1).unsqueeze(-2)
        add = torch.addmm if z.ndim == 2 else torch.baddbmm
        product = add(add(constant, z, linear.mT), z.square(), square.mT)
        return product.to(dtype).clamp(max=0)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw a component by its weight, then from it; the draw carries no gradient."""
        lead = torch.Size(sample_shape) + self.batch_shape
        with torch.no_grad():
            index = self._draw_index(lead)
            shape = (*lead, self.logits.shape[-1], *self.event_shape)
            names = ("loc", "log_scale")
            loc, log_scale = (
                _pick(self.components.params[n].expand(shape), index, len(self.event_shape)) for n in names
            )
            return loc + log_scale.exp() * noise.normal(loc.shape, len(self.event_shape), loc)

    def entropy_bounds(self) -> tuple[Tensor, Tensor]:
        """Return a lower and an upper bound of the entropy, nats, by distances of pairs of components.

        The lower takes Bhattacharyya distances, the upper Kullback-Leibler divergences.
        """
        loc, log_scale = self._flat()
        log_w, variance = self.log_weights, (2 * log_scale).exp()
        within = (log_w.exp() * (log_scale + 0.5 * math.log(2 * math.pi * math.e)).sum(-1)).sum(-1)
        gap = (loc.unsqueeze(-2) - loc.unsqueeze(-3)).square()
        mine, other = variance.unsqueeze(-2), variance.unsqueeze(-3)
        log_ratio = log_scale.unsqueeze(-3) - log_scale.unsqueeze(-2)
        kl = (log_ratio + 0.5 * ((mine + gap) / other - 1)).sum(-1)
        middle = 0.5 * (mine + other)
        overlap = (gap / (8 * middle) + 0.5 * middle.log() - 0.25 * (mine * other).log()).sum(-1)
        apart = [-(log_w.exp() * torch.logsumexp(log_w.unsqueeze(-2) - d, -1)).sum(-1) for d in (overlap, kl)]
        lower, upper = ((within + d).expand(self.batch_shape) for d in apart)
        return lower, upper

    def expand(self, batch_shape: Any, _instance: Any = None) -> NormalMixture:
        """Return the distribution with a larger batch shape; nothing is copied."""
        params = self.components.params
        return NormalMixture(
            self.logits, params["loc"], params["log_scale"], len(self.event_shape), single=self.single,
            batch_shape=batch_shape,
        )  # fmt: skip


def _pick(values: Tensor, index: Tensor, event_dim: int) -> Tensor:
    """Take component ``index`` ``(*lead,)`` of ``(*lead, K, *event)``."""
    event = values.shape[values.ndim - event_dim :]
    where = index.reshape(*index.shape, 1, *(1 for _ in event)).expand(*index.shape, 1, *event)
    return values.gather(index.ndim, where).squeeze(index.ndim)


def mixture_of(logits: Tensor, components: Distribution) -> Mixture:
    """Return the mixture of the distributions along the last batch axis, the fast one for diagonal normals.

    Parameters
    ----------
    logits
        Log-weights up to a constant, ``(*batch, K)`` or ``(K,)``.
    components
        Of batch ``(*batch, K)``.

    Examples
    --------
    >>> type(mixture_of(torch.zeros(2), DiagonalNormal(torch.zeros(2, 1), torch.zeros(2, 1)))).__name__
    'NormalMixture'
    """
    if type(components) is DiagonalNormal:
        params = components.params
        return NormalMixture(logits, params["loc"], params["log_scale"], len(components.event_shape))
    return Mixture(logits, components)
