"""Latents that are proportions: topics, mixtures of parts, compositions."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.errors import ShapeError

__all__ = ["Dirichlet"]


class Dirichlet(Family):
    """Dir(concentration) over K proportions; zeros give the uniform distribution.

    Parameters
    ----------
    event_shape
        ``(K,)``, K at least two.
    least
        About the smallest concentration: below it draws underflow.

    Raises
    ------
    ShapeError
        For latents that are not vectors of two proportions or more.

    References
    ----------
    Joo et al., Dirichlet Variational Autoencoder, 2020, section 3; Figurnov, Mohamed and Mnih, Implicit
    Reparameterization Gradients, 2018, section 5.

    Examples
    --------
    >>> import torch
    >>> Dirichlet((4,))(torch.zeros(4)).mean
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    support = "simplex"

    def __init__(self, event_shape: Size, least: float = 0.1) -> None:
        super().__init__()
        if len(event_shape) != 1 or event_shape[0] < 2:
            raise ShapeError(f"Proportions are vectors of two numbers or more; got the shape {tuple(event_shape)}.")
        self.event_shape = self.params_shape = as_shape(event_shape)
        self.least = least

    def forward(self, params: Tensor) -> distributions.Dirichlet:
        """Map raw concentrations ``(*lead, K)`` to the distribution."""
        return distributions.Dirichlet(distributions.gentle_concentration(params, self.least))
