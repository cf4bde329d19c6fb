r"""Counts that vary more than their mean says: var = mean + mean^2 / dispersion."""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.likelihoods.positive_mean import PositiveMean

__all__ = ["NegativeBinomial"]


class NegativeBinomial(PositiveMean):
    """Independent overdispersed counts: gene expression, words, events.

    Parameters
    ----------
    event_shape
        Shape of one row.
    dispersion
        ``"feature"``: one learned dispersion per entry. ``"network"``: given by the network. Poisson as it grows.
    size
        ``"none"``: each entry has a mean of its own. ``"network"``: the network gives one total for the row and the
        share of each entry, for rows that differ in how much was counted (library size). The total is inferred as
        everything else is: one read off the row that is scored would not leave a probability, its sum over rows not
        being one. A total known beforehand belongs to the condition of a conditional model.

    Raises
    ------
    ConfigError
        For an unknown dispersion or size.

    References
    ----------
    Lopez et al., Deep Generative Modeling for Single-Cell Transcriptomics, 2018, online methods
    (mean as total times share, dispersion per gene).

    Examples
    --------
    >>> import torch
    >>> p = NegativeBinomial((3,))(torch.zeros(2, 3))
    >>> p.mean[0], p.variance[0]
    (tensor([1., 1., 1.]), tensor([2., 2., 2.], grad_fn=...))
    """

    support = "count"

    def __init__(self, event_shape: Size, dispersion: str = "feature", size: str = "none") -> None:
        super().__init__(event_shape, dispersion, size=size)
        self.dispersion = dispersion

    def first_dispersion(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the dispersion that explains what a Poisson count of that mean leaves of the variance."""
        return mean.square() / (variance - mean).clamp(min=0)

    def forward(self, params: Tensor) -> distributions.NegativeBinomial:
        """Map raw log means (and dispersions) ``(*lead, *params_shape)`` to the distribution."""
        log_mean, log_dispersion = self.read(params)
        return distributions.NegativeBinomial(log_mean, log_dispersion, len(self.event_shape))
