r"""A normal whose covariance is diagonal plus a few directions: between the diagonal and the full one.

.. math:: \Sigma = \sigma (I + GG^\top) \sigma, \qquad |G_{dk}| < 30

The directions G count in units of the diagonal's scale, and are bounded, so that the small matrix of
the Woodbury identity has a Cholesky factor whatever the raw parameters are.
"""

from __future__ import annotations

from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.core.component import positive

__all__ = ["LowRankNormal"]


class LowRankNormal(Family):
    """N(mean, diagonal + rank r), r + 2 parameters a coordinate.

    Parameters
    ----------
    event_shape
        Shape of one latent value.
    rank
        Number of directions r.

    Raises
    ------
    ConfigError
        For a rank below one.

    References
    ----------
    Rezende, Mohamed and Wierstra, Stochastic Backpropagation and Approximate Inference in Deep
    Generative Models, 2014, section 4.3 (rank one); Ong, Nott and Smith, Gaussian Variational
    Approximation with a Factor Covariance Structure, 2018.

    Examples
    --------
    >>> import torch
    >>> LowRankNormal((3,), rank=2)(torch.zeros(5, 4, 3)).covariance_matrix.shape
    torch.Size([5, 3, 3])
    """

    located = True
    start: Tensor

    def __init__(self, event_shape: Size, rank: int = 2) -> None:
        super().__init__()
        self.event_shape = as_shape(event_shape)
        self.rank = positive(rank, "rank")
        self.params_shape = (2 + rank, *self.event_shape)
        self.register_buffer("start", distributions.small_directions(rank, self.event_shape), persistent=False)

    def forward(self, params: Tensor) -> distributions.LowRankNormal:
        """Map (mean, raw scale, raw directions) ``(*lead, 2 + r, *event)`` to the distribution."""
        dims = len(self.event_shape)
        loc, raw, directions = params.split([1, 1, self.rank], -1 - dims)
        log_scale = distributions.gentle_log(raw.squeeze(-1 - dims))
        directions = distributions.bounded(directions + self.start)
        return distributions.LowRankNormal(loc.squeeze(-1 - dims), log_scale, directions, dims)
