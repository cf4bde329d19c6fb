r"""Binary vectors, one entry after the other: what the latents leave out, the entries tell each other.

.. math:: \mathrm{logit}\, p(x_i = 1 \mid x_{<i}, r) = r_i + \mathrm{MADE}_i(x_{<i}, r)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import MADE, Family, Size, as_shape

__all__ = ["AutoregressiveBernoulli"]


class AutoregressiveBernoulli(Family):
    """Zeros and ones with dependent entries.

    A density takes one pass of the masked network, a draw one pass an entry. A decoder this strong
    may leave the latents unused: watch the rate.

    Parameters
    ----------
    event_shape
        Shape of one row; its entries are taken in order.
    hidden
        Widths of the masked network's hidden layers.

    References
    ----------
    Germain et al., MADE: Masked Autoencoder for Distribution Estimation, 2015; Chen et al.,
    Variational Lossy Autoencoder, 2017 (as a decoder).

    Examples
    --------
    >>> import torch
    >>> AutoregressiveBernoulli((3,))(torch.zeros(5, 3)).sample().shape
    torch.Size([5, 3])
    """

    support = "binary"

    def __init__(self, event_shape: Size, hidden: Sequence[int] = (256,)) -> None:
        super().__init__()
        self.event_shape = self.params_shape = as_shape(event_shape)
        self.hidden = tuple(hidden)
        size = math.prod(self.event_shape)
        self.network = MADE(size, 1, hidden, context=size)

    def forward(self, params: Tensor) -> distributions.Autoregressive:
        """Map logits ``(*lead, *event)``, which the masked network sees too, to the distribution."""
        dims = len(self.event_shape)
        context = params.flatten(params.ndim - dims)

        def conditionals(x: Tensor) -> distributions.Bernoulli:
            out = self.network(x.flatten(x.ndim - dims), context).squeeze(-1)
            return distributions.Bernoulli(params + out.unflatten(-1, self.event_shape), dims)

        return distributions.Autoregressive(conditionals, params.detach(), dims)
