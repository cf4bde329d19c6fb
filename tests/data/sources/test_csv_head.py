"""What the first lines of a text table tell."""

from __future__ import annotations

import pytest

from lowerbound.data.sources.csv_head import read_head
from lowerbound.errors import DataError


@pytest.fixture
def head(tmp_path):
    def read(text, **said):
        (tmp_path / "table.csv").write_text(text, newline="")
        return read_head(tmp_path / "table.csv", **said)

    return read


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "nan,inf\n1,2\n", "2019,mean\n1,2\n", "2019,mean,kind\n,3,x\n1,2,y\n"])
def test_lines_of_names(head, text):
    found = head(text)
    assert list(found.names) == text.partition("\n")[0].split(",")
    assert (found.named, found.lines) == (True, 1)


@pytest.mark.parametrize(
    "text", ["1,2\n3,4\n", "nan,5\n1,2\n", ",\n1,2\n", "NA,NA\n1,2\n", "1,a\n2,b\n", "inf,1\n2,3\n"]
)
def test_lines_of_data(head, text):
    found = head(text)
    assert found.names[:2] == ("0", "1")
    assert (found.named, found.lines) == (False, 0)


def test_what_is_said_decides(head):
    assert head("1,2\n3,4\n", header=True).names == ("1", "2")
    assert head("a,b\n3,4\n", header=False).names == ("0", "1")
    assert head("1,2\n3,4\n", expected=["2"]).named
    with pytest.raises(DataError, match="header is True or False, got 'yes'"):
        head("a,b\n3,4\n", header="yes")


@pytest.mark.parametrize(
    ("text", "delimiter", "names"),
    [
        ("a;b\n", ";", ("a", "b")),
        ("a\tb\n", "\t", ("a", "b")),
        ('"a,x,y";"b,z"\n', ";", ("a,x,y", "b,z")),
        ('"a""1"",x";b\n', ";", ('a"1",x', "b")),
        ('"a\n,;,";b\r\n', ";", ("a\n,;,", "b")),
        ("alone\n", ",", ("alone",)),
    ],
)
def test_delimiters_outside_of_quotes(head, text, delimiter, names):
    found = head(text)
    assert (found.delimiter, found.names) == (delimiter, names)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_before_the_rows(head, newline):
    assert head(newline.join(["", " ", "a,b", "1,2", ""])).lines == 3
    assert head(newline.join(["", "1,2", "3,4"])).lines == 1
    assert head(newline.join(['"a', 'c",b', "1,2"])).lines == 2


def test_a_stray_quote_does_not_swallow_the_file(head):
    assert head('size 5",b\n1,2\n').names == ('size 5"', "b")
