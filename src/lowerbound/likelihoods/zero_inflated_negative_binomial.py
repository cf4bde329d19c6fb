"""Counts with more zeros than a negative binomial has: some entries are missed altogether."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.likelihoods.positive_mean import PositiveMean

__all__ = ["ZeroInflatedNegativeBinomial"]

FIRST_GATE = -2.0
"""Logit of the first share of missed entries: one in eight."""


class ZeroInflatedNegativeBinomial(PositiveMean):
    """Independent overdispersed counts, each replaced by zero with a probability that the network gives.

    Parameters
    ----------
    event_shape
        Shape of one row.
    dispersion, size
        See :class:`NegativeBinomial`.

    Raises
    ------
    ConfigError
        For an unknown dispersion or size.

    References
    ----------
    Lopez et al., Deep Generative Modeling for Single-Cell Transcriptomics, 2018, online methods.

    Examples
    --------
    >>> import torch
    >>> p = ZeroInflatedNegativeBinomial((3,))(torch.zeros(2, 2, 3))
    >>> p.mean[0].detach()
    tensor([0.8808, 0.8808, 0.8808])
    """

    support = "count"

    def __init__(self, event_shape: Size, dispersion: str = "feature", size: str = "none") -> None:
        super().__init__(event_shape, dispersion, extra=1, size=size)
        self.dispersion = dispersion

    def first_dispersion(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the dispersion that explains what a Poisson count of that mean leaves of the variance."""
        return mean.square() / (variance - mean).clamp(min=0)

    def forward(self, params: Tensor) -> distributions.ZeroInflated:
        """Map raw log means and gates (and dispersions) ``(*lead, *params_shape)`` to the distribution."""
        log_mean, gate, log_dispersion = self.read(params)
        counts = distributions.NegativeBinomial(log_mean, log_dispersion, len(self.event_shape))
        return distributions.ZeroInflated(gate + FIRST_GATE, counts)
