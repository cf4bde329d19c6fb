"""Masked networks."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core import MADE, MaskedLinear
from lowerbound.errors import ConfigError
from lowerbound.posteriors import CholeskyNormal


def network(size, outputs, hidden, context=0):
    made = MADE(size, outputs, hidden, context).double()
    for weight in made.parameters():
        torch.nn.init.normal_(weight)
    return made


@pytest.mark.parametrize("hidden", [(), (1,), (7,), (30,), (8, 20), (16, 16, 16)])
@pytest.mark.parametrize("context", [0, 3])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_an_output_sees_what_is_before_it_and_all_of_that(size, context, hidden):
    made = network(size, 2, hidden, context)
    given = torch.randn(3).double() if context else None
    z = torch.randn(size).double()
    jacobian = torch.autograd.functional.jacobian(lambda x: made(x, given), z)
    assert jacobian.shape == (size, 2, size)
    for k in range(2):
        seen = jacobian[:, k] != 0
        assert torch.equal(seen, torch.ones(size, size).bool().tril(-1))


def test_hidden_units_alone_see_all_that_is_before():
    """Without the direct connections the hidden layer still reaches every allowed input."""
    made = network(5, 1, (24, 24))
    torch.nn.init.zeros_(made.direct.weight)
    jacobian = torch.autograd.functional.jacobian(lambda x: made(x)[:, 0], torch.randn(5).double())
    assert torch.equal(jacobian != 0, torch.ones(5, 5).bool().tril(-1))


def test_every_output_sees_the_context():
    made = network(4, 2, (16,), 3)
    z = torch.randn(4).double()
    jacobian = torch.autograd.functional.jacobian(lambda c: made(z, c), torch.randn(3).double())
    assert bool((jacobian != 0).all())


def test_leads_broadcast():
    made = network(4, 2, (16,), 3)
    z, context = torch.randn(6, 5, 4).double(), torch.randn(5, 3).double()
    out = made(z, context)
    assert out.shape == (6, 5, 4, 2)
    torch.testing.assert_close(out[3, 2], made(z[3, 2], context[2]), rtol=1e-12, atol=1e-12)


def test_a_masked_weight_does_not_matter():
    layer = MaskedLinear(torch.tensor([[True, False], [False, True]]))
    x = torch.randn(3, 2)
    before = layer(x)
    with torch.no_grad():
        layer.weight[0, 1] = 100.0
    assert torch.equal(layer(x), before)
    assert "mask" not in layer.state_dict()


def test_outputs_start_near_zero():
    out = MADE(6, 2, (32,), 4)(torch.randn(100, 6), torch.randn(100, 4))
    assert float(out.detach().abs().max()) < 1
    assert float(out.detach().std()) < 0.2


def test_a_slow_pace_starts_alike_and_moves_less():
    """Adam's first step has the same size for every weight, whatever the gradient."""
    moved = []
    for pace in (1.0, 0.1):
        torch.manual_seed(0)
        made = MADE(4, 2, (16,), 3, pace=pace).double()
        z, context = torch.randn(5, 4).double(), torch.randn(5, 3).double()
        before = made(z, context).detach()
        moved.append(before)
        optimizer = torch.optim.Adam([*made.layers[-1].parameters(), *made.direct.parameters()], lr=1e-3)
        made(z, context).sum().backward()
        optimizer.step()
        moved.append((made(z, context) - before).detach())
    torch.testing.assert_close(moved[0], moved[2], rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(moved[3], 0.1 * moved[1], rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("pace", [0.0, -1.0, float("nan")])
def test_an_impossible_pace_is_refused(pace):
    with pytest.raises(ConfigError, match="pace=.*above zero"):
        MADE(4, 2, pace=pace)
    with pytest.raises(ConfigError, match="pace=.*above zero"):
        CholeskyNormal((2,), pace=pace)
