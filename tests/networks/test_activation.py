"""Activations by name."""

from __future__ import annotations

import pytest
import torch

from lowerbound.core.compiling import compiled
from lowerbound.errors import UnknownNameError
from lowerbound.networks import activation


@pytest.mark.parametrize(
    ("name", "at_minus_one"),
    [
        ("elu", -0.6321),
        ("gelu", -0.1587),
        ("identity", -1.0),
        ("leaky_relu", -0.01),
        ("relu", 0.0),
        ("silu", -0.2689),
        ("softplus", 0.3133),
        ("tanh", -0.7616),
    ],
)
def test_each_is_what_it_is_called(name, at_minus_one):
    assert activation(name)(torch.tensor(-1.0)).item() == pytest.approx(at_minus_one, abs=1e-4)


@pytest.mark.thorough
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_the_compiled_tangent_is_right_to_the_rounding_of_its_dtype(dtype):
    tanh, x = activation("tanh"), torch.cat([torch.linspace(-9, 9, 999), torch.tensor([-1e30, 1e30, 1e-3, 0.0])])
    given = x.to(dtype)
    with torch.no_grad():
        found = compiled(tanh)(given)
    assert found.dtype == dtype
    torch.testing.assert_close(found.double(), given.double().tanh(), atol=2e-7, rtol=torch.finfo(dtype).eps)


def test_each_call_makes_a_new_one():
    assert activation("relu") is not activation("relu")


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="'silu'"):
        activation("silo")
    with pytest.raises(UnknownNameError, match="'gated' is a kind of fully connected layer.*choose one of elu"):
        activation("gated")
    with pytest.raises(UnknownNameError, match="Known: elu, gated, gelu"):
        activation("zzz")
