r"""One code a row, without noise: the posterior of an autoencoder that is not variational.

.. math:: q(z \mid x) = \delta(z - \mu(x))
"""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape

__all__ = ["Point"]


class Point(Family):
    """The network's output is the code. Terms that need log q, such as ELBO and Rate, are refused.

    Parameters
    ----------
    event_shape
        Shape of one latent value.

    References
    ----------
    Ghosh et al., From Variational to Deterministic Autoencoders, 2020, section 3.

    Examples
    --------
    >>> import torch
    >>> Point((2,))(torch.ones(5, 2)).rsample().shape
    torch.Size([5, 2])
    """

    located = True
    has_density = False

    def __init__(self, event_shape: Size) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.params_shape = self.event_shape

    def forward(self, params: Tensor) -> distributions.Point:
        """Map the code ``(*lead, *event)`` to the distribution."""
        return distributions.Point(params, len(self.event_shape))
