r"""Self-attention that sees only what is before, with the keys and values of a string kept while it is drawn.

With :math:`h_i` the features of position i, which hold the token before it, its place and the context,

.. math:: h \leftarrow h + \mathrm{Attention}(\mathrm{Norm}(h)), \quad h \leftarrow h + \mathrm{MLP}(\mathrm{Norm}(h)),
   \quad \mathrm{Attention}(h)_i = \sum_{j \le i} \mathrm{softmax}_j(q_i \cdot k_j / \sqrt{d})\, v_j.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from lowerbound.core.component import positive
from lowerbound.errors import ConfigError
from lowerbound.likelihoods.causal_network import START

__all__ = ["CausalTransformer"]


class _Past:
    """Keys and values of the positions so far: ``(2, N, heads, T, d)``, of which ``count`` are filled."""

    def __init__(self, length: int) -> None:
        self.length, self.count = length, 0
        self.kept: Tensor | None = None

    def add(self, new: Tensor) -> Tensor:
        """Keep those of one position, ``(2, N, heads, 1, d)``; return all so far."""
        kept = self.kept
        if kept is None:
            kept = self.kept = new.new_empty((*new.shape[:-2], self.length, new.shape[-1]))
        kept[..., self.count : self.count + 1, :] = new
        self.count += 1
        return kept[..., : self.count, :]


class _Attention(nn.Module):
    """Every position looks at itself and those before; a bias of keys would change nothing."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.given = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, past: _Past | None = None) -> Tensor:
        """Map ``(N, T, width)``, or the one position ``(N, 1, width)`` that follows a past."""
        split = self.given(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        keys, values = split[1:] if past is None else past.add(split[1:])
        mixed = functional.scaled_dot_product_attention(split[0], keys, values, is_causal=past is None)
        return self.out(mixed.transpose(1, 2).flatten(2))


class _Block(nn.Module):
    """Attention, then an MLP at each position; each is normalised before and added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before, self.attention = nn.LayerNorm(width), _Attention(width, heads)
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor, past: _Past | None = None) -> Tensor:
        x = x + self.attention(self.before(x), past)
        return x + self.mlp(x)


class CausalTransformer(nn.Module):
    """All conditionals of a string of tokens in one pass, or one after the other.

    Parameters
    ----------
    length
        T, of a string.
    n_classes
        K, tokens there are.
    context
        F, numbers that every position sees.
    width
        Features of a position, a multiple of ``heads``.
    layers
        Blocks of attention and MLP.
    heads
        Parts of the width that attend on their own.

    Raises
    ------
    ConfigError
        For an impossible size.

    References
    ----------
    Vaswani et al., Attention Is All You Need, 2017, section 3 (the decoder, without a second string); Xiong et
    al., On Layer Normalization in the Transformer Architecture, 2020 (norms in front).

    Examples
    --------
    >>> net = CausalTransformer(length=5, n_classes=7, context=3)
    >>> net(torch.zeros(6, 5), torch.zeros(6, 3)).shape
    torch.Size([6, 5, 7])
    """

    def __init__(
        self, length: int, n_classes: int, context: int, width: int = 32, layers: int = 2, heads: int = 4
    ) -> None:
        super().__init__()
        if positive(width, "width") % positive(heads, "heads"):
            raise ConfigError(f"width={width}, heads={heads}: the width is a multiple of the heads.")
        self.length = positive(length, "length")
        self.token = nn.Embedding(positive(n_classes, "n_classes"), width)
        self.position = nn.Parameter(torch.randn(length, width))
        self.given = nn.Linear(positive(context, "context"), width, bias=False)
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(positive(layers, "layers")))
        self.norm, self.last = nn.LayerNorm(width), nn.Linear(width, n_classes)
        with torch.no_grad():
            self.last.weight.mul_(START)
            self.last.bias.zero_()

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """Map tokens ``(N, T)`` and ``(N, F)`` to logits ``(N, T, K)``, of which the i-th see the tokens before i."""
        before = functional.pad(self.token(tokens[:, :-1].long()), (0, 0, 1, 0))
        h = before + self.position + self.given(context)[:, None]
        for block in self.blocks:
            h = block(h)
        return self.last(self.norm(h))

    def begin(self, context: Tensor) -> Callable[[Tensor | None], Tensor]:
        """Start N strings, of contexts ``(N, F)``.

        Returns
        -------
        Callable
            A step: maps the token before, ``(N,)``, None at first, to the logits of the next one, ``(N, K)``.
            A token costs one position's work; the T steps give what ``forward`` gives.
        """
        given, pasts = self.given(context), [_Past(self.length) for _ in self.blocks]

        def step(before: Tensor | None) -> Tensor:
            h = given + self.position[pasts[0].count]
            h = (h if before is None else h + self.token(before.long()))[:, None]
            for block, past in zip(self.blocks, pasts, strict=True):
                h = block(h, past)
            return self.last(self.norm(h)).squeeze(1)

        return step
