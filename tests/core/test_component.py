"""A component's text is its specification."""

from __future__ import annotations

import ast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lowerbound.core import Component, describe
from lowerbound.errors import SpecError
from lowerbound.likelihoods import Bernoulli, Normal

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(values)
@settings(max_examples=80, derandomize=True, deadline=None)
def test_plain_values_read_back_as_themselves(value):
    assert ast.literal_eval(describe(value)) == value


def test_components_and_modules_nest():
    parts = {"a": Bernoulli((2,)), "b": [Normal((1,), floor=0.1)]}
    assert describe(parts) == "{'a': Bernoulli((2,)), 'b': [Normal((1,), floor=0.1)]}"
    assert describe(nn.ModuleList([Bernoulli((2,))])) == "[Bernoulli((2,))]"
    assert describe(nn.ModuleDict({"x": Bernoulli((2,))})) == "{'x': Bernoulli((2,))}"


@pytest.mark.parametrize("value", [torch.zeros(2), len, object(), {1, 2}, nn.Linear(1, 1)])
def test_what_text_cannot_carry_is_refused(value):
    with pytest.raises(SpecError, match=type(value).__name__):
        describe(value)


def test_defaults_are_left_out():
    assert repr(Normal((2,), variance="feature", floor=1e-3)) == "Normal((2,))"
    assert repr(Normal((2,), "scalar", standardize=False)) == "Normal((2,), variance='scalar', standardize=False)"


def test_arguments_without_names_are_refused():
    class Loose(Component):
        def __init__(self, *sizes: int) -> None:
            self.sizes = sizes

    with pytest.raises(SpecError, match="sizes"):
        repr(Loose(1, 2))
