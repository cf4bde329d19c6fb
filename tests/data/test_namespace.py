"""The namespace of the data layer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lowerbound import data


def test_every_public_name_is_there():
    assert dir(data) == data.__all__ == sorted(data.__all__)
    for name in data.__all__:
        assert getattr(data, name) is not None


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="nothing"):
        data.nothing  # noqa: B018


def test_nothing_is_imported_before_it_is_used():
    code = "import sys, lowerbound.data; assert not {'torch', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
