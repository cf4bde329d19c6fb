from __future__ import annotations

import json
from pathlib import Path

import pytest

from lowerbound.cli.origin import Origin
from lowerbound.cli.screen import Screen
from lowerbound.errors import ConfigError, CorruptRunError, UnknownNameError


def test_a_name_stays_a_name_and_a_path_becomes_absolute(files, monkeypatch):
    monkeypatch.chdir(files)
    assert Origin.given("digits", None, None, None) == Origin("digits")
    found = Origin.given("array.npy", ["kind"], Path("data"), ["image=(8,8)"])
    assert found.what == str(files / "array.npy")
    assert (found.label, found.data_dir, found.options) == ("kind", str(files / "data"), {"image": (8, 8)})


def test_several_labels_stay_a_list():
    assert Origin.given("t.csv", ["a", "b"], None, None).label == ["a", "b"]


def test_survives_json_and_opens_the_same(files):
    origin = Origin.given(str(files / "images.npy"), None, None, ["image=(8,8)", "levels=32", "support=levels"])
    again = Origin.from_json(json.loads(json.dumps(origin.to_json())))
    assert again == origin
    schema = again.open(Screen(quiet=True)).schema
    assert (schema.shape, schema.levels) == ((1, 8, 8), 32)


@pytest.mark.parametrize(
    ("what", "label", "option", "error", "match"),
    [
        ("t.csv", None, "imag=3", UnknownNameError, "'image'"),
        ("t.csv", None, "image", ConfigError, "NAME=VALUE"),
        ("digits", ["y"], "seed=1", ConfigError, "own labels"),
    ],
)
def test_refuses_what_makes_no_sense(what, label, option, error, match):
    with pytest.raises(error, match=match):
        Origin.given(what, label, None, [option])


def test_data_given_in_memory_cannot_be_opened_again():
    with pytest.raises(ConfigError, match="name DATA"):
        Origin.from_json({})


@pytest.mark.parametrize("document", [{"what": 3, "options": {}}, {"what": "digits"}, {"what": "digits", "options": 3}])
def test_a_damaged_record_is_said_to_be_one(document):
    with pytest.raises(CorruptRunError):
        Origin.from_json(document)
