"""Positive data whose standard deviation grows with the mean: p(x | params) = Gamma(x | a, a / mean)."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.likelihoods.positive_mean import PositiveMean

__all__ = ["Gamma"]


class Gamma(PositiveMean):
    """Independent positive entries: durations, amounts, intensities.

    Parameters
    ----------
    event_shape
        Shape of one row.
    concentration
        The inverse square of standard deviation over mean. ``"feature"``: one learned per entry.
        ``"network"``: given by the network.

    Raises
    ------
    ConfigError
        For an unknown concentration.

    References
    ----------
    McCullagh and Nelder, Generalized Linear Models, 1989, chapter 8.

    Examples
    --------
    >>> import torch
    >>> Gamma((2,))(torch.zeros(2)).log_prob(torch.ones(2)).item()
    -2.0
    """

    support = "positive"

    def __init__(self, event_shape: Size, concentration: str = "feature") -> None:
        super().__init__(event_shape, concentration)
        self.concentration = concentration

    def forward(self, params: Tensor) -> distributions.Gamma:
        """Map raw log means (and concentrations) ``(*lead, *params_shape)`` to the distribution."""
        log_mean, log_concentration = self.read(params)
        return distributions.Gamma(log_concentration.exp(), log_concentration - log_mean, len(self.event_shape))
