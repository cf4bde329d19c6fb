"""Where the files of a data set are looked for."""

from __future__ import annotations

import pytest

from lowerbound.data.card import RemoteFile
from lowerbound.data.files import cache_folder, find, obtain
from lowerbound.errors import DataError, DownloadError


def put(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_folders_in_order(tmp_path, cache, monkeypatch):
    assert cache_folder() == cache
    assert find("toy", ("a.gz",)) is None
    cached = put(cache / "toy" / "a.gz")
    assert find("toy", ("a.gz",)) == cached
    variable = put(tmp_path / "variable" / "a.gz")
    monkeypatch.setenv("LOWERBOUND_DATA", str(tmp_path / "variable"))
    assert find("toy", ("a.gz",)) == variable
    given = put(tmp_path / "given" / "toy" / "a")
    assert find("toy", ("a.gz", "a"), tmp_path / "given") == given
    top = put(tmp_path / "given" / "a.gz")
    assert find("toy", ("a.gz", "a"), tmp_path / "given") == top


def test_a_data_folder_must_exist(tmp_path, cache):
    with pytest.raises(DataError, match="does not exist.*toy/"):
        find("toy", ("a.gz",), tmp_path / "nowhere")


def test_what_is_nowhere_is_fetched_into_the_cache(home, cache):
    home.files["a.gz"] = b"content"
    file = RemoteFile("a.gz", (home.url("a.gz"),), size=7)
    assert obtain("toy", file) == cache / "toy" / "a.gz"
    home.files.clear()
    assert obtain("toy", file).read_bytes() == b"content"


def test_offline_names_the_folder_option(home, cache):
    file = RemoteFile("a.gz", (home.url("a.gz"),))
    with pytest.raises(DownloadError, match=r"put a.gz into DIR/toy/.*data_dir=DIR, --data-dir DIR or LOWERBOUND_DATA"):
        obtain("toy", file)
