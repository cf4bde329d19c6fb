r"""Strings of tokens, one after the other: a causal transformer that the decoder's numbers steer.

.. math:: p(x \mid r) = \prod_i \mathrm{Cat}(x_i \mid \mathrm{softmax}(f_i(x_{<i}, r)))
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from lowerbound import distributions
from lowerbound.core import Family, Size, as_shape, call
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.causal_transformer import CausalTransformer

__all__ = ["TransformerCategorical"]


class TransformerCategorical(Family):
    """Tokens 0 to K - 1, each given all before it.

    A density takes one pass of the transformer; a draw takes one position's work a token, for what was
    computed of the tokens before is kept. A decoder this strong may leave the latents unused: watch the rate.

    Parameters
    ----------
    event_shape
        ``(T,)``, or another shape of a row, whose entries are taken in order.
    n_classes
        K, at least 2.
    width, layers, heads
        Features of a position, blocks, and heads of the attention, which divide the width.
    context
        F, numbers that the decoder puts out: every position sees them.

    Raises
    ------
    ConfigError
        For fewer than two classes, and impossible sizes.

    References
    ----------
    Vaswani et al., Attention Is All You Need, 2017; Bowman et al., Generating Sentences from a Continuous
    Space, 2016 (strings given a latent code).

    Examples
    --------
    >>> import torch
    >>> family = TransformerCategorical((6,), n_classes=5)
    >>> p = family(torch.zeros(3, *family.params_shape))
    >>> p.log_prob(p.sample()).shape
    torch.Size([3])
    """

    support = "levels"

    def __init__(
        self, event_shape: Size, n_classes: int, width: int = 32, layers: int = 2, heads: int = 4, context: int = 32
    ) -> None:
        super().__init__()
        if n_classes < 2:
            raise ConfigError(f"A categorical likelihood needs at least two classes; got n_classes={n_classes}.")
        self.event_shape, self.n_classes = as_shape(event_shape), n_classes
        self.width, self.layers, self.heads, self.context = width, layers, heads, context
        self.network = CausalTransformer(math.prod(self.event_shape), n_classes, context, width, layers, heads)
        self.params_shape = (context,)

    def forward(self, params: Tensor) -> distributions.Autoregressive:
        """Map contexts ``(*lead, F)`` to the distribution."""
        dims, shapes = len(self.event_shape), [(self.network.length,), self.params_shape]

        def conditionals(x: Tensor) -> distributions.Categorical:
            logits = call(self.network, shapes, [x.flatten(x.ndim - dims), params])
            return distributions.Categorical(logits.unflatten(-2, self.event_shape), dims)

        def begin(lead: torch.Size) -> Callable[[Tensor | None], distributions.Categorical]:
            step = self.network.begin(params.expand(*lead, -1).reshape(-1, self.context))

            def following(before: Tensor | None) -> distributions.Categorical:
                logits = step(None if before is None else before.flatten())
                return distributions.Categorical(logits.reshape(*lead, -1), 0)

            return following

        like = params.new_zeros(()).expand(*params.shape[:-1], *self.event_shape)
        return distributions.Autoregressive(conditionals, like, dims, begin=begin)
