"""Where values live, and what may be compared."""

from __future__ import annotations

import itertools

import pytest
from torch import nn

from lowerbound.core import SUPPORTS, Conditional, Constant, check_same_support, describes
from lowerbound.data.schema import SUPPORTS as DATA_SUPPORTS
from lowerbound.errors import ConfigError
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal, OneHotCategorical
from lowerbound.priors import StandardNormal, UniformCategorical
from lowerbound.spec.naming import members

COVERED = {("count", "binary"), ("count", "levels"), ("unit", "interval")}


@pytest.mark.parametrize(("family", "data"), list(list(itertools.product(SUPPORTS, SUPPORTS))))
def test_a_density_describes_its_own_values_and_those_within(family, data):
    assert describes(family, data) is (family in ("real", data) or (family, data) in COVERED)


def test_every_support_of_data_has_words():
    assert set(DATA_SUPPORTS) <= set(SUPPORTS)
    assert all(SUPPORTS.values())


@pytest.mark.parametrize("folder", ["likelihoods", "posteriors", "priors"])
def test_every_component_lives_on_a_known_support(folder):
    said = {name: getattr(cls, "support", None) for name, cls in members(folder).items()}
    assert {name: s for name, s in said.items() if isinstance(s, str) and s not in SUPPORTS} == {}


def test_the_same_support_is_let_through():
    check_same_support(DiagonalNormal((2,)), StandardNormal((2,)))
    check_same_support(OneHotCategorical((3,)), Constant(OneHotCategorical((3,))))
    check_same_support(OneHotCategorical((3,)), UniformCategorical((3,)))


@pytest.mark.parametrize(("q", "p"), [(nn.Identity(), StandardNormal((2,))), (DiagonalNormal((2,)), nn.Identity())])
def test_a_module_that_says_nothing_is_let_through(q, p):
    check_same_support(q, p)


@pytest.mark.parametrize("wrap", [lambda family: family, Constant, lambda f: Conditional(f, MLP(((5,),), (3,)))])
def test_different_supports_are_refused_by_the_names_of_the_families(wrap):
    with pytest.raises(ConfigError) as caught:
        check_same_support(wrap(OneHotCategorical((3,))), StandardNormal((3,)))
    message = str(caught.value)
    assert "The posterior OneHotCategorical lives on vectors with a single 1" in message
    assert "the prior StandardNormal on all real numbers" in message
    assert "prior='auto'" in message
