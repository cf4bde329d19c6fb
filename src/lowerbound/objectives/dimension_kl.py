r"""How far each coordinate of codes is from its prior: the last part of the rate.

.. math:: \sum_d \mathrm{KL}(q(z_d) \,\|\, p(z_d)), \qquad q(z_d) = \frac1N \sum_n q(z_d \mid x_n)

From a batch, on average, the ``"weighted"`` estimate is too large (the rows of a batch fill the prior less than all
do) and the ``"stratified"`` one too small (the logarithm of an unbiased density is too small).
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace, describe
from lowerbound.core.component import positive
from lowerbound.distributions import Elementwise
from lowerbound.errors import ConfigError
from lowerbound.objectives._aggregate import aggregate, checked
from lowerbound.objectives._latents import named_latent

__all__ = ["DimensionKL"]


class DimensionKL(Term):
    """The sum over coordinates of KL(q(z_d) || p(z_d)), nats, for a prior of independent coordinates.

    Parameters
    ----------
    estimator, site, samples
        As of :class:`TotalCorrelation`.

    Raises
    ------
    ConfigError
        For an unknown estimator; in use, when coordinates of posterior or prior are not independent.

    References
    ----------
    Chen et al., Isolating Sources of Disentanglement in Variational Autoencoders, 2018, equation 2.

    Examples
    --------
    >>> from lowerbound.objectives import Distortion, IndexCodeMI, TotalCorrelation
    >>> Distortion() + 0.5 * IndexCodeMI() + 6.0 * TotalCorrelation() + DimensionKL()
    Distortion() + 0.5 * IndexCodeMI() + 6.0 * TotalCorrelation() + DimensionKL()
    """

    across_rows = True

    def __init__(self, estimator: str = "weighted", site: str | None = None, samples: int = 1) -> None:
        super().__init__()
        self.estimator, self.site = checked(estimator), site
        self.samples = positive(samples, "samples")

    def forward(self, trace: Trace) -> Tensor:
        """Return the estimate of a batch."""
        site = named_latent(self, trace, self.site)
        if not isinstance(site.p, Elementwise):
            raise ConfigError(
                f"{describe(self)} needs a prior of independent coordinates; this one is a {type(site.p).__name__}. "
                "Use prior='standard-normal'."
            )
        q = aggregate(self, trace, self.estimator, self.site)
        return trace.mean(q.each - site.log_p).mean()
