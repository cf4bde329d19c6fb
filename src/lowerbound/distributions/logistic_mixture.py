r"""Integers 0 to L - 1 as a mixture of discretized logistics, each entry with weights of its own.

.. math:: p(x_i = v) = \sum_k w_{ik} \left[ F_{ik}(v + h) - F_{ik}(v - h) \right]

with open end bins, so that the probabilities sum to one; see :class:`DiscretizedLogistic`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.distributions.discretized_logistic import DiscretizedLogistic
from lowerbound.distributions.elementwise import Elementwise

__all__ = ["LogisticMixture"]


class LogisticMixture(Elementwise):
    """A probability mass on {0, ..., levels - 1}.

    Parameters
    ----------
    logits
        Log-weights up to a constant, ``(*batch, *event, K)``.
    loc, log_scale
        ``(*batch, *event, K)``, in units where the levels span [-1, 1].
    levels
        Number of levels.
    event_dim
        How many axes in front of the last form the event.

    References
    ----------
    Salimans et al., PixelCNN++, 2017, section 2.1.

    Examples
    --------
    >>> p = LogisticMixture(*torch.zeros(3, 1, 2), levels=4)
    >>> round(sum(p.log_prob(torch.tensor([float(k)])).exp().item() for k in range(4)), 6)
    1.0
    """

    def __init__(self, logits: Tensor, loc: Tensor, log_scale: Tensor, levels: int = 256, event_dim: int = 1) -> None:
        super().__init__(event_dim, trailing=1, logits=logits, loc=loc, log_scale=log_scale)
        self.levels = levels

    @property
    def components(self) -> DiscretizedLogistic:
        """The components, of event ``(*event, K)``."""
        return DiscretizedLogistic(self.params["loc"], self.params["log_scale"], self.levels, self.event_dim_ + 1)

    @property
    def mean(self) -> Tensor:
        """The mean level, ``(*batch, *event)``."""
        return (self.params["logits"].softmax(-1) * self.components.mean).sum(-1)

    def log_density(self, value: Tensor) -> Tensor:
        """Return the log probability of each entry's level."""
        joint = self.params["logits"].log_softmax(-1) + self.components.log_density(value.unsqueeze(-1))
        return torch.logsumexp(joint, -1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw a component of each entry by its weight, then a level from it, as floats."""
        lead = self._lead(sample_shape)
        below = self.params["logits"].softmax(-1).cumsum(-1)[..., :-1]
        u = noise.uniform(lead, self.event_dim_, below).unsqueeze(-1)
        index = (u >= below).sum(-1, keepdim=True)
        loc, log_scale = (
            self.params[name].expand(*lead, -1).gather(-1, index).squeeze(-1) for name in ("loc", "log_scale")
        )
        return DiscretizedLogistic(loc, log_scale, self.levels, self.event_dim_).sample()
