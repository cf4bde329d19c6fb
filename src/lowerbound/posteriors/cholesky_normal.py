r"""A normal with full covariance: a posterior that can follow correlated latents.

.. math:: \Sigma = LL^\top, \qquad L = \sigma (I + N)

N is strictly lower triangular: its entries count in units of the scale, as directions of a low-rank normal do.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape
from lowerbound.core.component import above_zero
from lowerbound.errors import ShapeError

__all__ = ["CholeskyNormal"]


class CholeskyNormal(Family):
    """N(mean, L L'), L lower triangular with positive diagonal.

    Parameters
    ----------
    event_shape
        ``(D,)``; D(D + 3)/2 parameters.
    pace
        How fast correlations are learned, beside all else: the factor of the raw entries below the diagonal. Latents
        that are correlated from the start give a model no reason to align what it encodes with the axes, and it learns
        far more slowly. 1 suits parameters that are refined row by row.

    Raises
    ------
    ShapeError
        For latents that are not vectors.
    ConfigError
        For a pace that is not above zero.

    References
    ----------
    Rezende and Mohamed, Variational Inference with Normalizing Flows, 2015, section 1.

    Examples
    --------
    >>> CholeskyNormal((2,))(torch.zeros(5, 5)).covariance_matrix.shape
    torch.Size([5, 2, 2])
    """

    located = True

    def __init__(self, event_shape: Size, pace: float = 0.01) -> None:
        super().__init__()
        if len(event_shape) != 1:
            raise ShapeError(f"A full-covariance normal is over vectors; got the event shape {tuple(event_shape)}.")
        self.event_shape, self.pace = as_shape(event_shape), above_zero(pace, "pace")
        d = self.event_shape[0]
        self.params_shape = (d * (d + 3) // 2,)

    def forward(self, params: Tensor) -> distributions.CholeskyNormal:
        """Map (mean, raw diagonal, lower part) ``(*lead, D(D+3)/2)`` to the distribution."""
        d = self.event_shape[0]
        loc, raw, lower = params.split([d, d, d * (d - 1) // 2], -1)
        scale = distributions.gentle_log(raw).exp()
        rows, columns = torch.tril_indices(d, d, -1, device=params.device)
        below = params.new_zeros(*params.shape[:-1], d, d)
        below[..., rows, columns] = self.pace * lower * scale[..., rows]
        return distributions.CholeskyNormal(loc, torch.diag_embed(scale) + below)
