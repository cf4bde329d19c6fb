"""Downloads from a server on loopback: resumed, verified, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import socket

import pytest

from lowerbound.data.download import fetch
from lowerbound.errors import DownloadError

CONTENT = bytes(range(256)) * 1000
SHA256 = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
MD5 = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


@pytest.fixture
def url(home):
    home.files["data.gz"] = CONTENT
    return home.url("data.gz")


@pytest.mark.parametrize("checksum", [SHA256, MD5, None])
def test_a_file_arrives(url, tmp_path, checksum):
    seen = []
    path = fetch(url, tmp_path / "deep" / "data.gz", checksum=checksum, progress=lambda *n: seen.append(n))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [file.name for file in path.parent.iterdir()] == ["data.gz"]


def test_a_file_that_is_there_is_not_fetched(home, url, tmp_path):
    (tmp_path / "data.gz").write_bytes(b"mine")
    assert fetch(url, tmp_path / "data.gz").read_bytes() == b"mine"
    assert home.ranges == []


def test_a_cut_connection_is_resumed_at_once(home, url, tmp_path):
    home.cuts = [100_000]
    path = fetch(url, tmp_path / "data.gz", checksum=SHA256)
    assert path.read_bytes() == CONTENT
    assert home.ranges == [None, "bytes=100000-"]


def test_a_later_call_goes_on_where_the_last_one_stopped(home, url, tmp_path):
    home.cuts = [1000, 0]
    with pytest.raises(DownloadError, match="cut off"):
        fetch(url, tmp_path / "data.gz", checksum=SHA256)
    assert not (tmp_path / "data.gz").exists()
    assert (tmp_path / "data.gz.part").stat().st_size == 1000
    assert fetch(url, tmp_path / "data.gz", checksum=SHA256).read_bytes() == CONTENT
    assert home.ranges[-1] == "bytes=1000-"


def test_a_whole_part_is_only_verified(home, url, tmp_path):
    (tmp_path / "data.gz.part").write_bytes(CONTENT)
    assert fetch(url, tmp_path / "data.gz", checksum=SHA256).read_bytes() == CONTENT
    assert home.ranges == [f"bytes={len(CONTENT)}-"]


def test_a_server_without_ranges_sends_it_all_again(home, url, tmp_path):
    home.knows_ranges = False
    (tmp_path / "data.gz.part").write_bytes(b"old")
    assert fetch(url, tmp_path / "data.gz", checksum=SHA256).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("expected", "message"), [({"checksum": "sha256:" + "0" * 64}, "checksum sha256"), ({"size": 5}, "256000 bytes")]
)
def test_wrong_content_is_refused_and_removed(url, tmp_path, expected, message):
    with pytest.raises(DownloadError, match=f"{message}.*removed.*Use a folder"):
        fetch(url, tmp_path / "data.gz", hint="Use a folder.", **expected)
    assert list(tmp_path.iterdir()) == []


def test_the_second_home_is_tried(home, url, tmp_path):
    assert fetch([home.url("gone"), url], tmp_path / "data.gz").read_bytes() == CONTENT
    with pytest.raises(DownloadError, match="gone: not here"):
        fetch(home.url("gone"), tmp_path / "other.gz")


def test_offline_says_what_else_to_do(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/data.gz"
    with pytest.raises(DownloadError, match=r"Cannot fetch data.gz.*refused.*Use a folder") as caught:
        fetch(address, tmp_path / "data.gz", hint="Use a folder.")
    assert isinstance(caught.value, OSError)


def test_a_folder_that_cannot_be_made(url, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadError, match="Cannot write to"):
        fetch(url, tmp_path / "file" / "data.gz")


def test_a_full_disk_is_reported(url, tmp_path):
    if not os.path.exists("/dev/full"):
        (tmp_path / "data.gz.part").mkdir()
    else:
        (tmp_path / "data.gz.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match=r"No space|directory"):
        fetch(url, tmp_path / "data.gz")
