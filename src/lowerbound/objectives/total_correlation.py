r"""How much the coordinates of codes tell about each other: the middle part of the rate.

.. math:: \frac1N \sum_n \mathrm{KL}(q(z \mid x_n) \,\|\, p(z)) = I_q(n; z)
          + \underbrace{\mathrm{KL}\Big(q(z) \,\Big\|\, \prod_d q(z_d)\Big)}_{\text{total correlation}}
          + \sum_d \mathrm{KL}(q(z_d) \,\|\, p(z_d))

From a batch, a density of the aggregate posterior is known up to an error of either sign:

- ``"stratified"``: an unbiased density, so that its logarithm is too small on average;
- ``"weighted"``: the mixture of the batch itself, which sees fewer rows than there are.

A total correlation is the difference of two such logarithms, and either sign is possible. The weighted estimator is
too small for codes that are apart in every coordinate: it cannot exceed (d - 1) log B where the truth may reach
(d - 1) log N.
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.objectives._aggregate import aggregate, checked

__all__ = ["TotalCorrelation"]


class TotalCorrelation(Term):
    """KL(q(z) || prod q(z_d)) of a latent variable's aggregate posterior, nats.

    The published weighted estimator writes 1/(NB) where 1/B stands here: a constant, which moves no gradient, and
    without which the number is exact once the batch holds all rows. The published stratified estimator singles out
    one other row of the batch; here all other rows weigh the same, which is its mean over that choice. An estimate is
    of the rows that one process sees at once: ``accumulate`` makes these fewer.

    Parameters
    ----------
    estimator
        ``"weighted"`` (the batch stands for the data) or ``"stratified"`` (needs the number of rows).
    site
        The latent variable; the only one unless named.
    samples
        Latent samples per row.

    Raises
    ------
    ConfigError
        For an unknown estimator; in use, for a posterior whose coordinates are not independent.

    References
    ----------
    Chen et al., Isolating Sources of Disentanglement in Variational Autoencoders, 2018, equation 2 and appendix C.

    Examples
    --------
    >>> from lowerbound.objectives import ELBO
    >>> ELBO() + 5.0 * TotalCorrelation("stratified")
    ELBO() + 5.0 * TotalCorrelation(estimator='stratified')
    """

    across_rows = True

    def __init__(self, estimator: str = "weighted", site: str | None = None, samples: int = 1) -> None:
        super().__init__()
        self.estimator, self.site = checked(estimator), site
        self.samples = positive(samples, "samples")

    def forward(self, trace: Trace) -> Tensor:
        """Return the estimate of a batch."""
        q = aggregate(self, trace, self.estimator, self.site)
        return trace.mean(q.whole - q.each).mean()
