r"""The codes of all rows together, held against the prior by a distance.

.. math:: \mathrm{loss} = D\Big( q(z), p(z) \Big), \qquad q(z) = E_{p(x)}\, q(z \mid x)

from one draw of each row of the batch and as many of the prior. Unlike the rate it leaves each single posterior free.
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Term, Trace
from lowerbound.core.component import positive
from lowerbound.distances import Distance
from lowerbound.objectives._latents import codes

__all__ = ["Match"]


class Match(Term):
    """A distance between draws of the aggregate posterior and of the prior, in the units of the distance.

    It is a statistic of the batch, not a mean over rows. Where a batch is cut into parts, by gradient accumulation or
    among processes, it is the mean of the parts' distances: for an estimate that has the right mean (``MMD``,
    ``Energy``, ``SlicedEnergy``) only the noise grows, any other has the bias of the smaller part. With several
    samples the draws of one row are not independent, which biases those estimates too; one is usual. The prior is
    not trained by it.

    Parameters
    ----------
    distance
        Between draws.
    site
        The latent variable; the only one unless named.
    samples
        Latent samples per row.

    References
    ----------
    Tolstikhin et al., Wasserstein Auto-Encoders, 2018, equation 4; Zhao et al., InfoVAE: Balancing Learning and
    Inference in Variational Autoencoders, 2019.

    Examples
    --------
    >>> from lowerbound.distances import MMD
    >>> from lowerbound.objectives import Distortion
    >>> Distortion() + 10.0 * Match(MMD())
    Distortion() + 10.0 * Match(MMD())
    """

    judged_by = "loss"
    across_rows = True

    def __init__(self, distance: Distance, site: str | None = None, samples: int = 1) -> None:
        super().__init__()
        self.distance, self.site = distance, site
        self.samples = positive(samples, "samples")

    def forward(self, trace: Trace) -> Tensor:
        """Return the distance."""
        return self.distance(*codes(self, trace, self.site))
