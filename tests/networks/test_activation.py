"""Activations by name."""

from __future__ import annotations

import pytest
import torch

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


def test_each_call_makes_a_new_one():
    assert activation("relu") is not activation("relu")


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="'silu'"):
        activation("silo")
