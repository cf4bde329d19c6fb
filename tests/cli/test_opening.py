"""Other data is read as the run's own was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lowerbound.cli.opening import open_run, read_run, select
from lowerbound.cli.screen import Screen
from lowerbound.data import read_rows
from lowerbound.errors import ConfigError, ShapeError
from tests.cli.conftest import QUICK

RNG = np.random.default_rng(0)


def pictures(folder, *shape):
    folder.mkdir()
    for i in range(20):
        Image.fromarray(RNG.integers(0, 256, shape, dtype=np.uint8)).save(folder / f"{i:02}.png")
    return folder


def rows(run, what):
    return read_rows(select(open_run(run, "cpu"), str(what), None, None, Screen()).rows.x)


@pytest.fixture(scope="module")
def colour_run(typed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("colour")
    options = ("--set", "network=mlp", "--no-report", *QUICK)
    typed("fit", pictures(folder / "pictures", 5, 6, 3), "--out", folder / "run", *options)
    return folder / "run"


def test_grey_images_are_coloured_for_a_model_of_coloured_ones(typed, colour_run, tmp_path):
    grey = pictures(tmp_path / "grey", 5, 6)
    found = rows(colour_run, grey)
    assert found.shape == (20, 3, 5, 6)
    assert (found[:, 0] == found[:, 2]).all()
    typed("reconstruct", colour_run, grey, "-o", tmp_path / "seen.npy")
    assert np.load(tmp_path / "seen.npy").shape == (20, 3, 5, 6)


def test_folders_of_arrays_are_read_as_they_are(colour_run, tmp_path):
    values = RNG.integers(0, 256, (20, 3, 5, 6), dtype=np.uint8)
    (tmp_path / "shards").mkdir()
    np.save(tmp_path / "shards" / "a.npy", values)
    np.testing.assert_array_equal(rows(colour_run, tmp_path / "shards"), values)


def test_names_on_top_are_read_as_the_run_s_own_were(table_run, tmp_path):
    run = open_run(table_run, "cpu")
    opened = {**run.config["data"]["open"], "label": None, "options": {"header": True}}
    run = replace(run, config={**run.config, "data": {**run.config["data"], "open": opened}})
    (tmp_path / "rows.csv").write_text("1,2,3\n4,5,6\n")
    with pytest.raises(ShapeError, match="no column 'a'.*Known: 1, 2, 3"):
        select(run, str(tmp_path / "rows.csv"), None, None, Screen())
    np.save(tmp_path / "rows.npy", np.eye(3))
    assert len(select(run, str(tmp_path / "rows.npy"), None, None, Screen()).rows) == 3


def test_names_that_are_numbers(typed, tmp_path):
    (tmp_path / "years.csv").write_text("2019,2020\n" + "".join(f"{i},{i * i % 7}.5\n" for i in range(40)))
    options = ("--data-option", "header=True", "--out", tmp_path / "run", "--no-report", *QUICK)
    typed("fit", tmp_path / "years.csv", *options)
    (tmp_path / "other.csv").write_text("2020,2019\n1.5,\n2.5,3\n")
    typed("impute", tmp_path / "run", tmp_path / "other.csv", "-o", tmp_path / "full.csv")
    assert (tmp_path / "full.csv").read_text().splitlines()[::2] == ["2019,2020", "3,2.5"]
    typed("encode", tmp_path / "run", tmp_path / "full.csv", "-o", tmp_path / "codes.npy")
    assert len(np.load(tmp_path / "codes.npy")) == 2


@pytest.mark.parametrize("command", ["encode", "score"])
def test_commands_that_write_tables_offer_no_pictures(typed, command):
    assert ".png" not in typed(command, "--help").output


def test_what_is_no_run_names_the_folder_in_quotes(tmp_path):
    with pytest.raises(ConfigError, match=r'--out "[^"]*\.\."\.$'):
        read_run(tmp_path / "..")
