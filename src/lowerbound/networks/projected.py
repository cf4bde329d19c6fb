r"""A logit of features that are judged with a condition: by themselves, and by how well they go with it.

.. math:: t(f, c) = w^T h(f) + b + h(f)^T V c
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lowerbound.core import Network, Size, as_shape

__all__ = ["Projected"]


class Projected(Network):
    """The logit ``w h + b + h V c`` of features with conditions, which are flattened and joined.

    Where the condition is only joined to many features, a critic is slow to look at it.

    Parameters
    ----------
    body
        Maps the features to h.
    conditions
        Shape of each condition, at least one.

    References
    ----------
    Miyato and Koyama, cGANs with Projection Discriminator, 2018, equation 3.

    Examples
    --------
    >>> from lowerbound.networks import MLP
    >>> Projected(MLP(((8,),), (4,)), ((3,),))(torch.zeros(5, 8), torch.zeros(5, 3)).shape
    torch.Size([5, 1])
    """

    def __init__(self, body: Network, conditions: Sequence[Size]) -> None:
        super().__init__()
        self.body, self.conditions = body, tuple(as_shape(shape) for shape in conditions)
        self.in_shapes, self.out_shape = (*body.in_shapes, *self.conditions), (1,)
        width = math.prod(body.out_shape)
        self.judge = nn.Linear(width, 1)
        self.embed = nn.Linear(sum(math.prod(shape) for shape in self.conditions), width, bias=False)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map features and conditions to logits ``(N, 1)``."""
        at = len(self.body.in_shapes)
        h = self.body(*inputs[:at]).flatten(1)
        given = torch.cat([c.flatten(1) for c in inputs[at:]], 1)
        return self.judge(h) + (h * self.embed(given)).sum(-1, keepdim=True)
