"""One of K classes as a one-hot vector, by its logits: a discrete latent."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, register_kl
from torch.nn import functional

from lowerbound.core import noise

__all__ = ["OneHot"]


class OneHot(Distribution):
    """Cat(softmax(logits)) over one-hot vectors of K entries.

    Parameters
    ----------
    logits
        ``(*batch, K)``.

    References
    ----------
    Kingma et al., Semi-supervised Learning with Deep Generative Models, 2014, section 2.

    Examples
    --------
    >>> OneHot(torch.zeros(2, 3)).enumerate_support().shape
    torch.Size([3, 2, 3])
    """

    has_enumerate_support = True
    arg_constraints: dict[str, Any] = {}  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, logits: Tensor) -> None:
        self.log_probs = logits.log_softmax(-1)
        super().__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The probabilities, ``(*batch, K)``."""
        return self.log_probs.exp()

    @property
    def mode(self) -> Tensor:
        """The likeliest class."""
        return functional.one_hot(self.log_probs.argmax(-1), self.event_shape[0]).to(self.log_probs.dtype)

    def log_prob(self, value: Tensor) -> Tensor:
        """Return log p of a one-hot value; a vector of zeros (no label) scores zero."""
        return (value * self.log_probs).sum(-1)

    def entropy(self) -> Tensor:
        """Return the entropy, nats."""
        return -(self.mean * self.log_probs).sum(-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw one-hot vectors by inverting the distribution function."""
        k = self.event_shape[0]
        cumulative = self.mean.cumsum(-1)
        lead = torch.Size(sample_shape) + self.batch_shape
        u = noise.uniform((*lead, 1), 1, cumulative)
        index = (u >= cumulative).sum(-1).clamp(max=k - 1)
        return functional.one_hot(index, k).to(cumulative.dtype)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """Return every value on a new leftmost axis: ``(K, *batch, K)``."""
        k = self.event_shape[0]
        eye = torch.eye(k, dtype=self.log_probs.dtype, device=self.log_probs.device)
        values = eye.reshape(k, *(1 for _ in self.batch_shape), k)
        return values.expand(k, *self.batch_shape, k) if expand else values

    def expand(self, batch_shape: Any, _instance: Any = None) -> OneHot:
        """Return the distribution with a larger batch shape."""
        return OneHot(self.log_probs.expand(*torch.Size(batch_shape), self.event_shape[0]))


@register_kl(OneHot, OneHot)
def _kl_one_hot(q: OneHot, p: OneHot) -> Tensor:
    return (q.mean * (q.log_probs - p.log_probs)).sum(-1)
