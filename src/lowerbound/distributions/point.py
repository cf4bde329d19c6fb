r"""A single point: all of the probability is at one value.

.. math:: q(z) = \delta(z - \mu)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lowerbound.distributions.elementwise import Elementwise
from lowerbound.errors import ConfigError

__all__ = ["Point"]


class Point(Elementwise):
    """The distribution whose every draw is ``loc``; draws have its gradient. It has no density.

    Parameters
    ----------
    loc
        ``(*batch, *event)``.
    event_dim
        How many trailing axes form the event.

    References
    ----------
    Ghosh et al., From Variational to Deterministic Autoencoders, 2020, section 3 (codes without noise).

    Examples
    --------
    >>> Point(torch.ones(2)).rsample()
    tensor([1., 1.])
    """

    has_rsample = True
    has_density = False

    def __init__(self, loc: Tensor, event_dim: int = 1) -> None:
        super().__init__(event_dim, loc=loc)

    @property
    def mean(self) -> Tensor:
        """The point, ``(*batch, *event)``."""
        return self.params["loc"]

    @property
    def mode(self) -> Tensor:
        """The point."""
        return self.params["loc"]

    @property
    def variance(self) -> Tensor:
        """Zero."""
        return torch.zeros_like(self.params["loc"])

    def log_density(self, value: Tensor) -> Tensor:
        """Refuse: there is none.

        Raises
        ------
        ConfigError
            Always; it names what can be asked instead.
        """
        raise ConfigError(
            "A point has no density, so a model whose codes are points has no rate, no ELBO and no log p(x). Train it "
            "with Distortion() and a penalty on its codes, such as CodeNorm() or Match(...): the recipes 'ae', "
            "'rae-l2', 'rae-gp', 'rae-sn'. For a likelihood choose another posterior (posterior='diagonal-normal')."
        )

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Return the point, once for each draw asked for."""
        return self.params["loc"].expand(self._lead(sample_shape))
