"""Independent entries with one of K classes each, by their logits."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import register_kl

from lowerbound.core import noise
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["Categorical"]


class Categorical(Elementwise):
    """Cat(softmax(logits)) over {0, ..., K - 1}, for each entry of the event.

    Parameters
    ----------
    logits
        ``(*batch, *event, K)``.
    event_dim
        How many axes in front of the last form the event.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, 2006, section 2.2.

    Examples
    --------
    >>> p = Categorical(torch.zeros(2, 4))
    >>> round(p.log_prob(torch.tensor([0.0, 3.0])).item(), 4)
    -2.7726
    """

    def __init__(self, logits: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, trailing=1, logits=logits)

    @property
    def probs(self) -> Tensor:
        """Probabilities, ``(*batch, *event, K)``."""
        return self.params["logits"].softmax(-1)

    @property
    def mean(self) -> Tensor:
        """The mean of the class index: for ordered classes only."""
        k = self.params["logits"].shape[-1]
        return self.probs @ torch.arange(k, dtype=self.probs.dtype, device=self.probs.device)

    @property
    def mode(self) -> Tensor:
        """The likeliest class of each entry."""
        logits = self.params["logits"]
        return logits.argmax(-1).to(logits.dtype)

    def log_density(self, value: Tensor) -> Tensor:
        """Return log p of each entry."""
        log_probs = self.params["logits"].log_softmax(-1)
        index = value.long()
        shape = torch.broadcast_shapes(index.shape, log_probs.shape[:-1])
        return log_probs.expand(*shape, log_probs.shape[-1]).gather(-1, index.expand(shape).unsqueeze(-1)).squeeze(-1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw class indices, as floats, by inverting the distribution function."""
        cumulative = self.probs.cumsum(-1)
        u = noise.uniform(self._lead(sample_shape), self.event_dim_, cumulative).unsqueeze(-1)
        return (u >= cumulative).sum(-1).clamp(max=cumulative.shape[-1] - 1).to(cumulative.dtype)


@register_kl(Categorical, Categorical)
def _kl_categorical_categorical(q: Categorical, p: Categorical) -> Tensor:
    a, b = q.params["logits"].log_softmax(-1), p.params["logits"].log_softmax(-1)
    return q.total((a.exp() * (a - b)).sum(-1))
