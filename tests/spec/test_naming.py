"""Components by the names that settings use."""

from __future__ import annotations

import pytest

from lowerbound.core import Component
from lowerbound.errors import LowerboundError, SpecError, UnknownNameError
from lowerbound.likelihoods import Bernoulli, Categorical, DiscretizedLogistic, Normal
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal, UniformCategorical
from lowerbound.spec import parse
from lowerbound.spec.naming import fill, kebab, members


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Normal", "normal"),
        ("DiscretizedLogistic", "discretized-logistic"),
        ("StudentT", "student-t"),
        ("IAF", "iaf"),
        ("MADEPrior", "made-prior"),
        ("VonMisesFisher", "von-mises-fisher"),
        ("Conv2dDecoder", "conv2d-decoder"),
        ("discretized-logistic", "discretized-logistic"),
        ("", ""),
    ],
)
def test_class_names_are_written_in_lower_case_with_hyphens(name, written):
    assert kebab(name) == written


def test_members_are_the_components_of_a_folder_by_name():
    found = members("likelihoods")
    assert found["normal"] is Normal
    assert found["discretized-logistic"] is DiscretizedLogistic
    assert list(found) == sorted(found)
    assert all(issubclass(cls, Component) for cls in found.values())


def test_members_of_several_folders_are_joined():
    both = members("priors", "posteriors")
    assert both["standard-normal"] is StandardNormal
    assert both["diagonal-normal"] is DiagonalNormal
    assert set(both) == set(members("priors")) | set(members("posteriors"))


def test_only_what_can_be_built_is_a_member():
    assert "elementwise" not in members("distributions")
    assert "network" not in members("networks")
    assert {"objective", "term"}.isdisjoint(members("objectives"))


@pytest.mark.parametrize("text", ["discretized-logistic", "DiscretizedLogistic", "  discretized-logistic ",
                                  "discretized-logistic()", "DiscretizedLogistic( )"])  # fmt: skip
def test_a_name_may_be_written_as_a_setting_or_a_class(text):
    built = fill(text, ["likelihoods"], event_shape=(3,), levels=17)
    assert isinstance(built, DiscretizedLogistic)
    assert (built.event_shape, built.levels) == ((3,), 17)


def test_what_is_written_out_wins_over_what_is_known():
    built = fill("normal(variance='scalar')", ["likelihoods"], event_shape=(3,), variance="feature", floor=0.5)
    assert (built.event_shape, built.variance, built.floor) == ((3,), "scalar", 0.5)
    assert fill("Normal((2,))", ["likelihoods"], event_shape=(3,)).event_shape == (2,)


def test_known_arguments_that_are_not_taken_are_left_out():
    assert isinstance(fill("bernoulli", ["likelihoods"], event_shape=(3,), levels=7, n_classes=7), Bernoulli)
    assert fill("categorical", ["likelihoods"], event_shape=(3,), levels=7, n_classes=7).n_classes == 7
    assert isinstance(fill("uniform-categorical", ["priors"], event_shape=(4,), floor=1.0), UniformCategorical)


def test_known_arguments_reach_components_within():
    built = fill("Conditional(Normal(), MLP(((2,),), (3,)))", ["core"], event_shape=(3,))
    assert isinstance(built.family, Normal)
    assert built.family.event_shape == (3,)


def test_what_was_filled_in_is_read_back_without_help():
    built = fill("categorical", ["likelihoods"], event_shape=(3,), n_classes=5)
    assert isinstance(parse(repr(built)), Categorical)
    assert repr(parse(repr(built))) == repr(built)


@pytest.mark.parametrize(
    ("text", "folders", "says"),
    [
        ("normall", ["likelihoods"], "There is no likelihood 'normall'. Did you mean 'normal'"),
        ("standard-normal", ["likelihoods"], "There is no likelihood 'standard-normal'"),
        ("zzzzzz", ["priors", "posteriors"], "There is no prior or posterior 'zzzzzz'. Known: "),
        ("", ["priors"], "There is no prior ''"),
        ("(3)", ["priors"], "There is no prior ''"),
    ],
)
def test_an_unknown_name_says_where_it_was_looked_for(text, folders, says):
    with pytest.raises(UnknownNameError) as caught:
        fill(text, folders, event_shape=(2,))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "normal(",
        "normal(variance=)",
        "normal(nothing=3)",
        "normal(variance=[1])",
        "normal(floor='low')",
        "normal() + bernoulli()",
        "normal(__import__('os'))",
        "normal; import os",
        "normal(variance='scalar', variance='feature')",
        "categorical(n_classes=True)",
    ],
)
def test_what_is_outside_the_grammar_or_impossible_is_refused(text):
    with pytest.raises(LowerboundError):
        fill(text, ["likelihoods"], event_shape=(2,), n_classes=3)


def test_a_missing_argument_is_named():
    with pytest.raises(SpecError, match="event_shape"):
        fill("normal", ["likelihoods"])
