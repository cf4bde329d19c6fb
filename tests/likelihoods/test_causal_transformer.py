"""Causal self-attention. Row 65 of the exact answers: cached = uncached, and a token changes only what comes after."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lowerbound.errors import ConfigError
from lowerbound.likelihoods import CausalTransformer

T, K, F = 7, 5, 3
SIZES = [{}, {"width": 6, "layers": 1, "heads": 1}, {"width": 12, "layers": 3, "heads": 6}]


def shaken(network: nn.Module, size: float = 0.5) -> nn.Module:
    """Set every weight at random, so that tokens depend on each other strongly."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(size * torch.randn(weight.shape, generator=generator, dtype=torch.float64).to(weight.dtype))
    return network


def given(rows: int = 4, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(2)
    tokens = torch.randint(K, (rows, T), generator=generator).to(dtype)
    return tokens, torch.randn(rows, F, generator=generator, dtype=torch.float64).to(dtype)


def by_hand(network: CausalTransformer, tokens: Tensor, context: Tensor) -> Tensor:
    """The logits of one string, position by position, attention written out."""
    h = network.position + network.given(context)
    h = torch.cat([h[:1], h[1:] + network.token.weight[tokens[:-1].long()]])
    for block in network.blocks:
        normal = block.before(h)
        q, k, v = (normal @ w.T for w in block.attention.given.weight.chunk(3))
        parts = []
        for qs, ks, vs in zip(*(x.chunk(block.attention.heads, -1) for x in (q, k, v)), strict=True):
            rows = [((qs[i] @ ks[: i + 1].T) / qs.shape[1] ** 0.5).softmax(-1) @ vs[: i + 1] for i in range(len(h))]
            parts.append(torch.stack(rows))
        h = h + block.attention.out(torch.cat(parts, -1))
        h = h + block.mlp(h)
    return network.last(network.norm(h))


@pytest.mark.parametrize("options", SIZES)
def test_the_logits_are_those_of_the_formula(options):
    network = shaken(CausalTransformer(T, K, F, **options).double())
    tokens, context = given()
    expected = torch.stack([by_hand(network, *row) for row in zip(tokens, context, strict=True)])
    torch.testing.assert_close(network(tokens, context), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
@pytest.mark.parametrize("options", SIZES)
def test_cached_is_uncached(options, dtype, tolerance):
    network = shaken(CausalTransformer(T, K, F, **options).to(dtype), 0.3)
    tokens, context = given(dtype=dtype)
    step = network.begin(context)
    cached = torch.stack([step(before) for before in [None, *tokens[:, :-1].unbind(1)]], 1)
    torch.testing.assert_close(cached, network(tokens, context), rtol=0, atol=tolerance)


def test_strings_that_are_begun_do_not_meet():
    network = shaken(CausalTransformer(T, K, F).double())
    tokens, context = given()
    first, second = network.begin(context), network.begin(context)
    first(None)
    first(tokens[:, 0])
    second(None)
    torch.testing.assert_close(second(tokens[:, 0]), network(tokens, context)[:, 1], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("options", SIZES)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_changing_a_token_changes_only_what_comes_after(options, dtype):
    network = shaken(CausalTransformer(T, K, F, **options).to(dtype))
    tokens, context = given(dtype=dtype)
    before = network(tokens, context)
    for j in range(T):
        other = tokens.clone()
        other[:, j] = (other[:, j] + 1) % K
        changed = (network(other, context) != before).any(-1)
        assert changed.tolist() == [[i > j for i in range(T)]] * len(tokens)


@pytest.mark.parametrize("options", SIZES)
def test_gradients_are_zero_but_for_the_tokens_before(options):
    network, embedded = shaken(CausalTransformer(T, K, F, **options).double()), []
    network.token.register_forward_hook(lambda module, given, out: embedded.append(out))
    logits = network(*given(1))[0]
    for i in range(T):
        (gradient,) = torch.autograd.grad(logits[i].square().sum(), embedded, retain_graph=True)
        assert (gradient[0] != 0).any(-1).tolist() == [j < i for j in range(T - 1)]


def test_every_position_sees_the_context():
    network = shaken(CausalTransformer(T, K, F).double())
    tokens, context = given()
    assert bool((network(tokens, context + 1) != network(tokens, context)).all())


def test_impossible_sizes_are_refused():
    with pytest.raises(ConfigError, match="width=10, heads=4"):
        CausalTransformer(T, K, F, width=10)
    for name in ("width", "layers", "heads"):
        with pytest.raises(ConfigError, match=f"{name}=0"):
            CausalTransformer(T, K, F, **{name: 0})
    with pytest.raises(ConfigError, match="context=0"):
        CausalTransformer(T, K, 0)
