"""Causal convolutions. Row 64 of the exact answers: a pixel changes only what comes after it."""

from __future__ import annotations

import pytest
import torch

from lowerbound.errors import ConfigError, ShapeError
from lowerbound.likelihoods import CausalNetwork


def shaken(image: tuple[int, int, int], **options: int) -> CausalNetwork:
    network = CausalNetwork(image, outputs=2, context=3, **options).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(0.3 * torch.randn(weight.shape, generator=generator, dtype=torch.float64))
    return network


@pytest.mark.parametrize(
    ("image", "options"),
    [((1, 5, 6), {}), ((1, 4, 4), {"blocks": 0, "size": 3}), ((3, 3, 4), {"channels": 7, "size": 3})],
)
def test_changing_an_entry_changes_only_what_comes_after(image, options):
    network = shaken(image, **options)
    planes, height, width = image
    x, context = torch.randn(1, *image).double(), torch.randn(1, 3, height, width).double()
    before = network(x, context)
    order = torch.arange(height * width * planes).reshape(height, width, planes).permute(2, 0, 1)
    seen = torch.zeros(*image, *image, dtype=torch.bool)
    for c in range(planes):
        for row in range(height):
            for column in range(width):
                other = x.clone()
                other[0, c, row, column] += 1
                changed = (network(other, context) != before)[0].any(0)
                assert not bool((changed & (order <= order[c, row, column])).any())
                seen[:, :, :, c, row, column] = changed
    if planes > 1:
        assert bool(seen[1, 0, 0, 0, 0, 0])
        assert bool(seen[2, 0, 0, 1, 0, 0])
    assert bool(seen[0, 0, 1, 0, 0, 0])
    assert bool(seen[0, 1, 0, 0, 0, 0])


def test_two_blocks_see_far():
    """All pixels before, but for the blind spot to the right that stacked masks leave."""
    network = shaken((1, 5, 6))
    x, context = torch.randn(1, 1, 5, 6).double(), torch.randn(1, 3, 5, 6).double()
    other = x.clone()
    other[0, 0, 0, 0] += 1
    changed = (network(other, context) != network(x, context)).any(1)[0, 0]
    assert changed.flatten().tolist() == [False] + 29 * [True]


def test_the_context_is_seen_at_its_pixel():
    network = shaken((1, 4, 4), blocks=0)
    x, context = torch.zeros(1, 1, 4, 4).double(), torch.zeros(1, 3, 4, 4).double()
    other = context.clone()
    other[0, 0, 1, 2] = 1
    changed = (network(x, other) != network(x, context))[0].any(0)[0]
    assert changed.nonzero().tolist() == [[1, 2]]


def test_impossible_sizes_are_refused():
    with pytest.raises(ShapeError, match=r"\(784,\)"):
        CausalNetwork((784,), 1, 1)
    with pytest.raises(ConfigError, match="size=4"):
        CausalNetwork((1, 4, 4), 1, 1, size=4)
    with pytest.raises(ConfigError, match="channels=2"):
        CausalNetwork((3, 4, 4), 1, 1, channels=2)
    with pytest.raises(ConfigError, match="context=0"):
        CausalNetwork((1, 4, 4), 1, 0)
