from __future__ import annotations

import pytest

from lowerbound.cli.given import chosen_settings, default_folder, seconds
from lowerbound.cli.options import pairs
from lowerbound.errors import ConfigError, UnknownNameError


@pytest.mark.parametrize(("text", "expected"), [("90", 90), ("90s", 90), ("1.5m", 90), (".5h", 1800), ("1 d", 86400)])
def test_times(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "-3", "0", "1y", "nan", "1e3"])
def test_times_that_are_none(text):
    with pytest.raises(ConfigError, match="max-time"):
        seconds(text)


@pytest.mark.parametrize(
    ("data", "folder"), [("digits", "digits-vae"), ("d/t.csv.gz", "t-vae"), ("photos/", "photos-vae")]
)
def test_a_run_is_named_after_its_data(data, folder):
    assert default_folder(data, "vae").parts == ("runs", folder)


def test_flags_win_over_assignments_over_the_file(tmp_path):
    (tmp_path / "s.toml").write_text('latent = 2\nepochs = 2\nseed = 2\nhidden = [4, 4]\nrecipe = "beta-vae"\n')
    flags = {"latent": 4, "epochs": None}
    found = chosen_settings(flags, ["latent=3", "epochs=3"], tmp_path / "s.toml")
    assert (found.model.latent, found.train.epochs, found.train.seed) == (4, 3, 2)
    assert (found.model.hidden, found.recipe) == ((4, 4), "beta-vae")


def test_unknown_settings_name_the_nearest(tmp_path):
    (tmp_path / "s.toml").write_text("epoch = 2\n")
    with pytest.raises(UnknownNameError, match="'epochs'"):
        chosen_settings({}, None, tmp_path / "s.toml")


@pytest.mark.parametrize("pair", ["age", "age=", "=3", "="])
def test_pairs_need_both_sides(pair):
    with pytest.raises(ConfigError, match="--given"):
        pairs("--given", [pair])
