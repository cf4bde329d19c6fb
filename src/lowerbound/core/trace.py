r"""What happened in one run of a model: its sites, and the weight of each sample.

With latents :math:`z` and observations :math:`x`, the log-weight of a sample is

.. math:: \log w = \log p(x, z) - \log q(z \mid x),

and a bound is a function of ``trace.log_weight()`` and ``trace.weight`` alone: the weights are
1/S for Monte Carlo samples and q(y | x) on an enumerated axis, so that the same expression
samples, marginalises and mixes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, kl_divergence

from lowerbound.core.progress import Progress
from lowerbound.errors import ConfigError

__all__ = ["Site", "Trace"]


@dataclass
class Site:
    """One variable of one run. Densities are nats, summed over the event, and computed when read.

    Attributes
    ----------
    value : Tensor
        Shape ``(*samples, B, *event)``.
    p : Distribution
        Its conditional distribution under the model.
    q : Distribution or None
        Its approximate posterior; None when observed or when the model was sampled.
    observed : bool
        Whether the value was given.
    scored : bool
        Whether the value was drawn without a gradient: the trace's weight then carries that of log q.
    joined : bool
        Whether ``p`` depends on the value itself, through a latent that was inferred from it: the KL is then
        that of this very value, and no closed form holds.
    source : Module or None
        What made ``p``, for terms about weights.
    """

    value: Tensor
    p: Distribution
    q: Distribution | None = None
    observed: bool = False
    scored: bool = False
    joined: bool = False
    source: nn.Module | None = None

    def __post_init__(self) -> None:
        self._densities: dict[str, Tensor] = {}

    def _once(self, name: str, compute: Callable[[], Tensor]) -> Tensor:
        # functools.cached_property takes a lock, which compiled code cannot follow.
        if name not in self._densities:
            self._densities[name] = compute()
        return self._densities[name]

    @property
    def log_p(self) -> Tensor:
        """The log density under the model, log p(value | parents), shape ``(*samples, B)``."""
        return self._once("log_p", lambda: self.p.log_prob(self.value))

    @property
    def log_q(self) -> Tensor:
        """The log density under the posterior, log q(value | x, parents), shape ``(*samples, B)``."""
        q = self.q
        if q is None:
            raise ValueError("This site has no posterior: it was observed, or drawn from the prior.")
        return self._once("log_q", lambda: q.log_prob(self.value))

    @property
    def has_rate(self) -> bool:
        """Whether the posterior has a density, so that there is a KL."""
        return getattr(self.q, "has_density", True)

    @property
    def kl(self) -> Tensor:
        """KL(q || p): exact where a closed form is registered, else the estimate log q - log p."""
        return self._once("kl", self._kl)

    def _kl(self) -> Tensor:
        if self.q is not None and not self.joined:
            try:
                return kl_divergence(self.q, self.p)
            except NotImplementedError:
                pass
        return self.log_q - self.log_p


@dataclass
class Trace:
    """The sites of one run, top latent first.

    Attributes
    ----------
    sites : dict of str to Site
    weight : Tensor
        Shape ``(*samples, B)``; sums to one over the sample axes. Where a value was drawn without a gradient,
        the weight has the gradient of its probability, so that the gradient of a weighted mean is right.
    batch : mapping of str to Tensor
        What the model was given.
    progress : Progress
    """

    sites: dict[str, Site]
    weight: Tensor
    batch: Mapping[str, Tensor]
    progress: Progress = Progress()

    def __getitem__(self, name: str) -> Site:
        return self.sites[name]

    @property
    def latents(self) -> dict[str, Site]:
        """The sites that have a posterior."""
        return {name: site for name, site in self.sites.items() if site.q is not None}

    @property
    def observed(self) -> dict[str, Site]:
        """The sites whose value was given."""
        return {name: site for name, site in self.sites.items() if site.observed}

    @property
    def has_rate(self) -> bool:
        """Whether every latent's posterior has a density: without, there is no rate and no bound on log p(x)."""
        return all(site.has_rate for site in self.latents.values())

    @property
    def scored(self) -> list[str]:
        """Names of the latents that were drawn without a gradient."""
        return [name for name, site in self.sites.items() if site.scored]

    def score(self) -> Tensor:
        """Return the sum of log q over the latents that were drawn without a gradient."""
        return _total([site.log_q for site in self.sites.values() if site.scored], self.weight)

    def baseline(self, values: Tensor) -> Tensor:
        """Return zeros ``(B,)`` whose gradient is that of a baseline for the weighted mean of ``values``.

        Taken from the mean, they leave out of each sample's score what the other samples say: the mean of theirs
        or, where there is one sample, of the other rows. No expectation changes.
        """
        held, weight = self.score(), self.weight.detach()
        mean = values.detach() * weight * weight.shape[-2]
        mean = mean.flatten(0, -3).sum(0) if mean.ndim > 2 else mean
        axis = 0 if len(mean) > 1 else 1
        others = (mean.sum(axis, keepdim=True) - mean) / max(mean.shape[axis] - 1, 1)
        return ((held - held.detach()) * weight * others).flatten(0, -2).sum(0)

    def mean(self, values: Tensor) -> Tensor:
        """Return E_q[values] per row: ``(*samples, B)`` (or what broadcasts to it) to ``(B,)``."""
        weighted = values * self.weight
        return weighted.flatten(0, -2).sum(0) if weighted.ndim > 1 else weighted

    def log_likelihood(self) -> Tensor:
        """Return log p(observed | latents), shape ``(*samples, B)``."""
        return _total([site.log_p for site in self.observed.values()], self.weight)

    def kl(self) -> Tensor:
        """Return the sum of the latents' KL, shape broadcasting to ``(*samples, B)``."""
        return _total([site.kl for site in self.latents.values()], self.weight)

    def log_weight(self, scored: bool = False) -> Tensor:
        """Return log p(x, z) - log q(z | x) of each sample, shape ``(*samples, B)``.

        Parameters
        ----------
        scored
            The caller looks after latents that were drawn without a gradient.

        Raises
        ------
        ConfigError
            When there are such and the caller does not.
        """
        if self.scored and not scored:
            raise ConfigError(
                f"Draws of {', '.join(self.scored)} have no gradient, and this bound is not a mean over samples, whose "
                "weights would carry it: use VIMCO, or ELBO."
            )
        parts = [site.log_p for site in self.observed.values()]
        parts += [site.log_p - site.log_q for site in self.latents.values()]
        return _total(parts, self.weight).expand(self.weight.shape)

    def log_moment(self, order: float) -> Tensor:
        """Return the log of the sum of weight x exp(order x log_weight), per row, ``(B,)``."""
        total = order * self.log_weight() + self.weight.log()
        return torch.logsumexp(total.flatten(0, -2), 0) if total.ndim > 1 else total

    def log_evidence(self) -> Tensor:
        """Return the log of the sum of weight x exp(log_weight): the importance-weighted bound per row, ``(B,)``."""
        return self.log_moment(1.0)

    def rate(self) -> Tensor:
        """Return E_q[KL] per row, nats, shape ``(B,)``."""
        return self.mean(self.kl())

    def distortion(self) -> Tensor:
        """Return -E_q[log p(x | z)] per row, nats, shape ``(B,)``."""
        return -self.mean(self.log_likelihood())


def _total(parts: list[Tensor], like: Tensor) -> Tensor:
    total = torch.zeros((), dtype=like.dtype, device=like.device)
    for part in parts:
        total = total + part
    return total
