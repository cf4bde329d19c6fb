"""Text tables."""

from __future__ import annotations

import gzip
import sys

import pytest

from lowerbound.data import open_data
from lowerbound.errors import DataError, ShapeError, UnknownNameError


@pytest.fixture
def written(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return write


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["table.csv", "table.tsv", "table.csv.gz"])
def test_numbers_with_names(written, delimiter, name):
    data = open_data(written("age,dose\n30,0.5\n41,1e1\n".replace(",", delimiter), name))
    assert data.schema.columns == ("age", "dose")
    assert data.x.tolist() == [[30.0, 0.5], [41.0, 10.0]]


def test_numbers_without_names(written):
    data = open_data(written("30,0.5\n41,1.5\n"))
    assert data.schema.columns is None
    assert len(data) == 2
    assert open_data(written("30,0.5,a\n41,1.5,b\n"), label="2").schema.classes == ("a", "b")


@pytest.mark.parametrize(
    ("fields", "classes"), [(("b", "a"), ("a", "b")), (("10", "9"), ("9", "10")), (('"x, y"', "z"), ("x, y", "z"))]
)
def test_a_label_column(written, fields, classes):
    data = open_data(written(f"age,kind,dose\n30,{fields[0]},0.5\n41, {fields[1]},1.5\n"), label="kind")
    assert data.schema.classes == classes
    assert data.schema.columns == ("age", "dose")
    assert data.x.tolist() == [[30.0, 0.5], [41.0, 1.5]]


def test_numeric_covariates(written):
    data = open_data(written("a,b,c\n1,2.5,3\n4,5.5,6\n"), label=["b", "c"])
    assert data.y.tolist() == [[2.5, 3.0], [5.5, 6.0]]
    assert data.schema.covariates == ("b", "c")
    assert data.schema.columns == ("a",)


@pytest.mark.parametrize(("label", "names"), [("c", ("c",)), (["c"], ("c",)), (["c", "b"], ("c", "b"))])
def test_covariates_keep_the_names_of_their_columns(written, label, names):
    data = open_data(written("a,b,c\n1,2.5,3.25\n4,5.5,6\n"), label=label)
    assert data.schema.covariates == names
    assert data.y[:, 0].tolist() == [3.25, 6.0]


def test_covariates_of_columns_without_names_have_their_numbers(written):
    data = open_data(written("1,2.5,3.25\n4,5.5,6\n"), label=["2", "1"])
    assert data.schema.covariates == ("2", "1")


def test_no_optional_package_is_needed(written, monkeypatch):
    for name in ("pandas", "polars", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    assert len(open_data(written("a,b\n1,2\n3,4.5\n"))) == 2


@pytest.mark.parametrize("missing", ["", "NA", "?", "nan"])
def test_missing_values_name_row_and_column(written, missing):
    with pytest.raises(DataError, match="NaN in row 1, column 'dose'.*impute"):
        open_data(written(f"age,dose\n30,0.5\n41,{missing}\n"))
    with pytest.raises(DataError, match="missing label in row 1"):
        open_data(written(f"age,dose\n30,0.5\n41,{missing}\n"), label="dose")


def test_text_names_row_and_column(written):
    with pytest.raises(DataError, match="text in row 1, column 'city': 'Rome'.*label"):
        open_data(written("age,city\n30,1\n41,Rome\n"))


def test_lines_of_other_lengths(written):
    with pytest.raises(ShapeError, match="1 fields in row 1, expected 2"):
        open_data(written("a,b\n1,2\n3\n"))


def test_empty_files(written):
    for text in ("", "a,b\n"):
        with pytest.raises(DataError, match=r"0 sample\(s\)"):
            open_data(written(text))


def test_unreadable_files(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    (tmp_path / "a.csv.gz").write_bytes(b"not gzip")
    for name in ("a.csv", "a.csv.gz"):
        with pytest.raises(DataError, match="cannot be read"):
            open_data(tmp_path / name)


def test_unknown_and_only_labels(written):
    path = written("a,b\n1,2\n")
    with pytest.raises(UnknownNameError, match="'c'"):
        open_data(path, label="c")
    with pytest.raises(DataError, match="beside the label"):
        open_data(path, label=["a", "b"])


def test_lines_that_are_flat_images(written):
    assert open_data(written("1,2,3,4\n5,6,7,8\n"), image=(2, 2)).schema.shape == (1, 2, 2)
