r"""The variational mixture of posteriors: the prior is what the encoder makes of learned pseudo-inputs.

.. math:: p(z) = \frac1K \sum_k q(z \mid u_k)

The prior that raises the ELBO most, given the encoder, is the average of all rows' posteriors; K pseudo-inputs
:math:`u_k`, learned together with the rest, stand in for the rows.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.core.component import positive
from lowerbound.priors.from_posterior import FromPosterior

__all__ = ["VampPrior"]

RANGE: dict[str, tuple[float | None, float | None]] = {
    "binary": (0.0, 1.0), "unit": (0.0, 1.0), "interval": (0.0, 1.0),
    "levels": (0.0, None), "count": (0.0, None), "positive": (0.0, None),
}  # fmt: skip
"""Where pseudo-inputs stay, by the support of the data; anywhere for all others."""

JITTER = 0.1


class VampPrior(FromPosterior):
    """A mixture of the posteriors of learned pseudo-inputs, with equal weights.

    Pseudo-inputs start as rows of the training data (:class:`lowerbound.core.FromRows`) and stay in the range of
    the data; where data is not in the unit interval they are learned in units of its standard deviation.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    data_shape
        Shape of one row.
    components
        K.
    data_support
        Of the data, a name of :data:`lowerbound.core.SUPPORTS`.

    Raises
    ------
    ConfigError
        When it is asked for a density before :meth:`bind` gave it the posterior.

    References
    ----------
    Tomczak and Welling, VAE with a VampPrior, 2018, equation 9.

    Examples
    --------
    >>> from lowerbound.core import Conditional
    >>> from lowerbound.networks import MLP
    >>> from lowerbound.posteriors import DiagonalNormal
    >>> prior = VampPrior((2,), (5,), components=10)
    >>> prior.bind(Conditional(DiagonalNormal((2,)), MLP(((5,),), (2, 2))))
    >>> prior().log_prob(torch.zeros(3, 2)).shape
    torch.Size([3])
    """

    shift: Tensor
    unit: Tensor

    def __init__(self, event_shape: Size, data_shape: Size, components: int = 500, data_support: str = "real") -> None:
        super().__init__(event_shape, data_shape)
        self.components = self.rows_wanted = positive(components, "components")
        self.data_support = data_support
        start = torch.rand if RANGE.get(data_support) == (0.0, 1.0) else torch.randn
        self.raw = nn.Parameter(start(components, *self.data_shape))
        self.register_buffer("shift", torch.zeros(self.data_shape))
        self.register_buffer("unit", torch.ones(self.data_shape))

    def take_rows(self, rows: Tensor) -> None:
        """Start from rows of the data; fewer than K are repeated with some noise."""
        with torch.no_grad():
            if RANGE.get(self.data_support) != (0.0, 1.0) and len(rows) > 1:
                std = rows.double().std(0)
                self.unit.copy_(torch.where(std > 0, std, 1.0))
                self.shift.copy_(rows.double().mean(0))
            start = (rows[torch.arange(self.components) % len(rows)] - self.shift) / self.unit
            generator = torch.Generator().manual_seed(self.components)
            moved = JITTER * torch.randn(start.shape, generator=generator)[len(rows) :].to(start)
            start[len(rows) :] += moved
            self.raw.copy_(start)

    def rows(self) -> Tensor:
        """Return the pseudo-inputs, ``(K, *data_shape)``."""
        rows = self.shift + self.unit * self.raw
        low, high = RANGE.get(self.data_support, (None, None))
        if low is None and high is None:
            return rows
        # The gradient passes the ends of the range: what was pushed out can come back.
        return rows.detach().clamp(low, high) + (rows - rows.detach())

    def mix(self, q: Distribution) -> Distribution:
        """Return the mixture with equal weights."""
        return distributions.mixture_of(self.raw.new_zeros(self.components), q)
