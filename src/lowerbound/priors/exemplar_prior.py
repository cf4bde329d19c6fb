r"""A prior of stored training rows: one normal about the code of each, all of one learned scale.

.. math:: p(z) = \frac1N \sum_n \mathcal N(z \mid \mu(x_n), \sigma^2 I)
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound import distributions
from lowerbound.core import Size
from lowerbound.core.component import positive
from lowerbound.priors.from_posterior import FromPosterior

__all__ = ["ExemplarPrior"]


class ExemplarPrior(FromPosterior):
    """A mixture of normals centred at the encoder's means of rows that the model keeps.

    The rows are part of the model and of its file: a model of private data with this prior gives such rows away.
    They are a random part of the training rows, so that a row being trained on is rarely its own exemplar; the
    paper takes all rows and leaves that one out.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    data_shape
        Shape of one row.
    exemplars
        N, the rows that are kept; all of them when there are fewer.

    Raises
    ------
    ConfigError
        When it is asked for a density before :meth:`bind` gave it the posterior.

    References
    ----------
    Norouzi, Fleet and Norouzi, Exemplar VAE: Linking Generative Models, Nearest Neighbor Retrieval, and Data
    Augmentation, 2020, equation 6.

    Examples
    --------
    >>> from lowerbound.core import Conditional
    >>> from lowerbound.networks import MLP
    >>> from lowerbound.posteriors import DiagonalNormal
    >>> prior = ExemplarPrior((2,), (5,), exemplars=10)
    >>> prior.bind(Conditional(DiagonalNormal((2,)), MLP(((5,),), (2, 2))))
    >>> prior().log_prob(torch.zeros(3, 2)).shape
    torch.Size([3])
    """

    kept: Tensor
    count: Tensor

    def __init__(self, event_shape: Size, data_shape: Size, exemplars: int = 1000) -> None:
        super().__init__(event_shape, data_shape)
        self.exemplars = self.rows_wanted = positive(exemplars, "exemplars")
        self.raw_scale = nn.Parameter(torch.zeros(()))
        self.register_buffer("kept", torch.randn(exemplars, *self.data_shape))
        self.register_buffer("count", torch.tensor(exemplars))

    def take_rows(self, rows: Tensor) -> None:
        """Keep rows of the data."""
        with torch.no_grad():
            self.kept.zero_()
            self.kept[: len(rows)] = rows.to(self.kept)
            self.count.fill_(len(rows))

    def rows(self) -> Tensor:
        """Return the exemplars, ``(N, *data_shape)``."""
        return self.kept

    def mix(self, q: Distribution) -> Distribution:
        """Return the mixture about the posteriors' means, of equal weights."""
        present = torch.arange(self.exemplars, device=self.count.device) < self.count
        logits = torch.where(present, 0.0, -torch.inf).to(self.raw_scale)
        log_scale = distributions.gentle_log(self.raw_scale).expand_as(q.mean)
        return distributions.NormalMixture(logits, q.mean, log_scale, len(self.event_shape))
