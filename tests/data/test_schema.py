"""Schema: facts about rows, and its JSON form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.core import describes
from lowerbound.data import Schema
from lowerbound.data.schema import SUPPORTS
from lowerbound.errors import ConfigError

sizes = st.integers(1, 40)
shapes = st.one_of(st.tuples(sizes), st.tuples(sizes, sizes, sizes))
names = st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True).map(tuple)


@st.composite
def schemas(draw):
    shape = draw(shapes)
    support = draw(st.sampled_from(["binary", "levels", "real"]))
    binarize = draw(st.sampled_from([None, "dynamic"])) if support == "binary" else None
    ranged = support == "levels" or binarize
    labels = draw(st.sampled_from(["classes", "covariates", "none"]))
    mixed = support == "real" and len(shape) == 1 and draw(st.booleans())
    columns = st.sampled_from([*(name for name in SUPPORTS if name != "levels"), "levels:2", "levels:300"])
    return Schema(
        shape,
        support,
        column_supports=tuple(draw(columns) for _ in range(shape[0])) if mixed else None,
        levels=draw(st.integers(2, 256)) if ranged else None,
        binarize=binarize,
        columns=tuple(f"c{i}" for i in range(shape[0])) if len(shape) == 1 and draw(st.booleans()) else None,
        classes=draw(names) if labels == "classes" else None,
        covariates=draw(names) if labels == "covariates" else None,
    )


@given(schemas())
@settings(max_examples=60, deadline=None)
def test_json_round_trip(schema):
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


@given(st.dictionaries(st.sampled_from(["shape", "support", "levels", "classes", "other"]), st.integers() | st.text()))
@settings(max_examples=60, deadline=None)
def test_hostile_json_is_refused_by_the_package(document):
    with pytest.raises(ConfigError):
        Schema.from_json(document)


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="'suport'.*Did you mean 'support'"):
        Schema.from_json({"shape": [2], "suport": "real"})


def test_json_that_is_no_object_is_refused():
    with pytest.raises(ConfigError, match="list"):
        Schema.from_json([1, 2])  # type: ignore[arg-type]


def test_a_missing_key_is_named():
    with pytest.raises(ConfigError, match="support"):
        Schema.from_json({"shape": [2]})


@pytest.mark.parametrize(
    "fields",
    [
        {"shape": (0,), "support": "real"},
        {"shape": (2, 2), "support": "real"},
        {"shape": (True,), "support": "real"},
        {"shape": [2], "support": "real"},
        {"shape": (2,), "support": "reel"},
        {"shape": (2,), "support": "levels"},
        {"shape": (2,), "support": "real", "levels": 3},
        {"shape": (2,), "support": "levels", "levels": 257},
        {"shape": (2,), "support": "levels", "levels": 1},
        {"shape": (2,), "support": "binary", "levels": 2},
        {"shape": (2,), "support": "levels", "levels": 2, "binarize": "dynamic"},
        {"shape": (2,), "support": "binary", "levels": 2, "binarize": "static"},
        {"shape": (2,), "support": "real", "columns": ("a",)},
        {"shape": (1, 2, 2), "support": "real", "columns": ("a",)},
        {"shape": (2,), "support": "real", "classes": ()},
        {"shape": (2,), "support": "real", "classes": ("a", "a")},
        {"shape": (2,), "support": "real", "classes": (1, 2)},
        {"shape": (2,), "support": "real", "classes": ("a",), "covariates": ("b",)},
    ],
)
def test_impossible_fields_are_refused(fields):
    with pytest.raises(ConfigError):
        Schema(**fields)


def test_facts():
    image = Schema((3, 4, 5), "binary", levels=256, binarize="dynamic", classes=("a", "b"))
    assert (image.kind, image.n_features, image.condition_size, image.stored_levels) == ("image", 60, 2, 256)
    table = Schema((2,), "binary", covariates=("u", "v", "w"))
    assert (table.kind, table.n_features, table.condition_size, table.stored_levels) == ("vector", 2, 3, 2)
    assert Schema((2,), "real").stored_levels is None
    assert Schema((2,), "real").column((1,)) == "column 1"


@pytest.mark.parametrize("support", SUPPORTS)
def test_every_support_makes_a_schema_that_is_read_back(support):
    schema = Schema((2,), support, levels=5 if support == "levels" else None)
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema
    assert schema.discrete is (support in ("binary", "levels", "count"))
    assert schema.stored_levels == {"binary": 2, "levels": 5}.get(support)


def test_supports_are_ordered_from_narrow_to_wide():
    assert SUPPORTS[0] == "binary"
    assert SUPPORTS[-1] == "real"
    wider = [(a, b) for i, a in enumerate(SUPPORTS) for b in SUPPORTS[:i] if describes(a, b)]
    assert not [(a, b) for i, a in enumerate(SUPPORTS) for b in SUPPORTS[i + 1 :] if describes(a, b)]
    assert {("count", "binary"), ("count", "levels"), ("unit", "interval"), ("real", "positive")} <= set(wider)


@pytest.mark.parametrize("support", ["simplex", "one-hot", "counts", "", "Real"])
def test_a_support_that_data_cannot_have_is_refused(support):
    with pytest.raises(ConfigError, match=f"Unknown support '{support}'. (Did you mean|Known: )"):
        Schema((2,), support)


@pytest.mark.parametrize("support", ["count", "interval", "unit", "positive", "real", "binary"])
def test_levels_belong_to_levels(support):
    with pytest.raises(ConfigError, match="levels belongs to the support 'levels'"):
        Schema((2,), support, levels=4)


def test_columns_of_a_mixed_table():
    mixed = Schema((3,), "real", column_supports=("real", "levels:4", "binary"))
    assert mixed.whole_columns == (False, True, True)
    assert not mixed.discrete
    assert Schema((2,), "real", column_supports=("count", "levels:4")).discrete
    assert Schema((2,), "real").whole_columns == ()


@pytest.mark.parametrize(
    ("shape", "support", "given", "message"),
    [
        ((2,), "real", ("real",), "1 column_supports do not describe"),
        ((2,), "binary", ("real", "real"), "do not describe real rows"),
        ((1, 1, 2), "real", ("real", "real"), "do not describe real rows"),
        ((1,), "real", ("reel",), "'reel' of a column. Did you mean 'real'"),
        ((1,), "real", ("levels",), "a number of at least two"),
        ((1,), "real", ("levels:1",), "a number of at least two"),
        ((1,), "real", ("count:3",), "a number of at least two, others none"),
        ((1,), "real", ("levels:03",), "Unknown support 'levels:03'"),
        ((1,), "real", ["real"], "a tuple of strings"),
        ((1,), "real", (3,), "a tuple of strings"),
    ],
)
def test_impossible_columns(shape, support, given, message):
    with pytest.raises(ConfigError, match=message):
        Schema(shape, support, column_supports=given)
