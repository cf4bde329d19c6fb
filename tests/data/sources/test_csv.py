"""Text tables."""

from __future__ import annotations

import gzip
import sys

import pytest

from lowerbound.data import open_data
from lowerbound.data.sources.csv import read_columns, read_numbers
from lowerbound.errors import DataError, ShapeError, UnknownNameError


@pytest.fixture
def written(tmp_path):
    def write(text, name="table.csv", encoding="utf-8"):
        path, content = tmp_path / name, text.encode(encoding)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
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


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3,4\n5,6,7,8\n", "a,b,c\n1,2,3\n4,5,6,7\n", "a,b,c\n1,2,3\n5,6,7,\n"])
def test_lines_with_too_many_fields_are_not_cut(written, text):
    with pytest.raises(ShapeError, match=r"4 fields in row [01], expected 3.*quot"):
        open_data(written(text))
    with pytest.raises(ShapeError, match="expected 3"):
        read_numbers(written(text), ["a", "b"])


def test_decimal_commas_are_not_cut(written):
    with pytest.raises(ShapeError, match=r"2 fields in row 0, expected 1.*decimal point"):
        open_data(written("a\n1,5\n2,5\n"))
    with pytest.raises(DataError, match=r"'1,5'.*decimal point"):
        open_data(written("a;b\n1,5;2\n"))


def test_quoted_delimiters_do_not_count(written):
    data = open_data(written('a,b,kind\n1,2,"x, y"\n3,4,z\n'), label="kind")
    assert (data.x.tolist(), data.schema.classes) == ([[1.0, 2.0], [3.0, 4.0]], ("x, y", "z"))
    assert open_data(written('a,b\n1,"2"\n"3",4\n')).x.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_empty_files(written):
    for text in ("", "a,b\n", "\n \n", "\na,b\n\n"):
        with pytest.raises(DataError, match=r"0 sample\(s\)"):
            open_data(written(text))


@pytest.mark.parametrize(
    ("text", "encoding"), [("größe,b\n1,2\n", "latin-1"), ("a,b\n1,2\n", "utf-16"), ("a,b\n1,2\n", "utf-16-be")]
)
@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz"])
def test_other_encodings_are_told_to_be_changed(written, text, encoding, name):
    for read in (open_data, read_numbers, lambda path: read_columns(path, ["b"])):
        with pytest.raises(DataError, match="save the file as UTF-8"):
            read(written(text, name, encoding))


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


def test_a_name_that_two_columns_have_is_refused(written):
    path = written("a,b,a\n1,2,3\n4,5,\n")
    for read in (open_data, lambda path: open_data(path, label="a"), lambda path: read_columns(path, ["a"])):
        with pytest.raises(DataError, match="2 columns named 'a': rename"):
            read(path)
    with pytest.raises(DataError, match="2 columns named 'a': rename"):
        read_numbers(path, ["a", "b"])
    assert read_numbers(path, ["b"]).tolist() == [[2.0], [5.0]]


def test_lines_between_names_and_rows_are_counted_where_names_have_several(written):
    data = open_data(written('\n  \n"dose\n(mg)",b\n1,2\n\n3,4\n'))
    assert data.schema.columns == ("dose\n(mg)", "b")
    assert data.x.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    with pytest.raises(DataError, match="row 1, column 'b': 'x'"):
        open_data(written('\n"dose\n(mg)",b\n1,2\n3,x\n'))


def test_names_alone_are_headers_where_a_data_option_says_so(written):
    path = written("2019,2020\n1,2\n3,4\n")
    assert open_data(path).schema.columns is None
    data = open_data(path, header=True)
    assert (data.schema.columns, data.x.tolist()) == (("2019", "2020"), [[1.0, 2.0], [3.0, 4.0]])
    assert open_data(written("1,y\n1,z\n"), header=False, label="1").schema.classes == ("y", "z")


def test_a_fitted_model_finds_its_numeric_names(written):
    assert read_numbers(written("2020,kind,2019\n1,x,2\n3,y,\n"), ["2019", "2020"])[0].tolist() == [2.0, 1.0]


def test_a_label_finds_its_name_among_numeric_ones(written):
    data = open_data(written("2019,2020,kind\n1,2,x\n3,4,y\n"), label="kind")
    assert (data.schema.columns, data.schema.classes) == (("2019", "2020"), ("x", "y"))


def test_text_in_a_first_line_taken_for_data_says_so(written):
    with pytest.raises(
        DataError, match="text in row 0, column '1': 'Rome'.*first line was taken for data.*header=True"
    ):
        open_data(written("30,Rome\n41,Paris\n"))
    with pytest.raises(DataError) as caught:
        open_data(written("a,b\n1,Rome\n"))
    assert "header" not in str(caught.value)
