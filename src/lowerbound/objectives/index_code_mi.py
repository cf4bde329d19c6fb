r"""What codes tell about which row they are of: the first part of the rate.

.. math:: I_q(n; z) = \frac1N \sum_n \mathrm{KL}(q(z \mid x_n) \,\|\, q(z))

From a batch, on average, the ``"weighted"`` estimate is too small (a batch of B rows knows of at most log B nats) and
the ``"stratified"`` one too large (the logarithm of an unbiased density is too small).
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.objectives._aggregate import aggregate, checked
from lowerbound.objectives._latents import named_latent

__all__ = ["IndexCodeMI"]


class IndexCodeMI(Term):
    """The mutual information of a row's index and its code, nats; between 0 and log N.

    Parameters
    ----------
    estimator, site, samples
        As of :class:`TotalCorrelation`.

    Raises
    ------
    ConfigError
        For an unknown estimator; in use, for a posterior whose coordinates are not independent.

    References
    ----------
    Chen et al., Isolating Sources of Disentanglement in Variational Autoencoders, 2018, equation 2; Hoffman and
    Johnson, ELBO surgery, 2016.

    Examples
    --------
    >>> IndexCodeMI(site="z")
    IndexCodeMI(site='z')
    """

    across_rows = True

    def __init__(self, estimator: str = "weighted", site: str | None = None, samples: int = 1) -> None:
        super().__init__()
        self.estimator, self.site = checked(estimator), site
        self.samples = positive(samples, "samples")

    def forward(self, trace: Trace) -> Tensor:
        """Return the estimate of a batch."""
        q = aggregate(self, trace, self.estimator, self.site)
        return trace.mean(named_latent(self, trace, self.site).log_q - q.whole).mean()
