r"""A critic of rows with features in which rows can be compared.

.. math:: t(x, c) = \mathrm{judge}(f(x), c)
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Network
from lowerbound.errors import ShapeError

__all__ = ["Discriminator"]


class Discriminator(Network):
    """A network of rows to one logit, with a named middle: ``head(body(x), *conditions)``.

    Features are of rows alone; what a row is given as its condition is judged with them.

    Parameters
    ----------
    body
        Maps a row to its features.
    head
        Maps the features, and conditions where there are any, to one logit ``(1,)``.

    Raises
    ------
    ShapeError
        When the head does not read what the body puts out, or puts out more than a logit.

    References
    ----------
    Larsen et al., Autoencoding beyond pixels using a learned similarity metric, 2016, section 2.3.

    Examples
    --------
    >>> import torch
    >>> from lowerbound.networks import MLP
    >>> critic = Discriminator(MLP(((4,),), (8,), (16,)), MLP(((8,),), (1,), ()))
    >>> critic(torch.zeros(3, 4)).shape, critic.features(torch.zeros(3, 4)).shape
    (torch.Size([3, 1]), torch.Size([3, 8]))
    """

    def __init__(self, body: Network, head: Network) -> None:
        super().__init__()
        features, *conditions = map(tuple, head.in_shapes)
        if features != tuple(body.out_shape) or tuple(head.out_shape) != (1,):
            wanted = (tuple(body.out_shape), *conditions)
            raise ShapeError(
                f"The body puts out {tuple(body.out_shape)}, so that the head maps {wanted} to (1,); "
                f"{head!r} maps {tuple(head.in_shapes)} to {tuple(head.out_shape)}."
            )
        self.body, self.head = body, head
        self.in_shapes, self.out_shape = (*body.in_shapes, *conditions), (1,)

    def features(self, *inputs: Tensor) -> Tensor:
        """Map rows ``(N, *shape)`` to flat features ``(N, F)``."""
        return self.body(*inputs).flatten(1)

    def judge(self, features: Tensor, *conditions: Tensor) -> Tensor:
        """Map flat features ``(N, F)``, and conditions ``(N, *c)``, to logits ``(N, 1)``."""
        return self.head(features.reshape(-1, *self.body.out_shape), *conditions)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map rows ``(N, *shape)``, and conditions after them, to logits ``(N, 1)``."""
        rows = len(self.body.in_shapes)
        return self.judge(self.features(*inputs[:rows]), *inputs[rows:])
