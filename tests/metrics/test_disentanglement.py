"""All metrics at once."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lowerbound.metrics import disentanglement, mutual_information_gap
from tests.metrics.tables import MANY


def test_a_perfect_code():
    found = disentanglement(MANY[:, ::-1], MANY)
    assert found.summary() == pytest.approx(
        {
            "beta_vae_score": 1.0, "factor_vae_score": 1.0, "mutual_information_gap": 1.0, "disentanglement": 1.0,
            "completeness": 1.0, "informativeness": 1.0, "sap": np.mean([1 / 2, 2 / 3, 3 / 4, 4 / 5]), "irs": 1.0,
            "modularity": 1.0, "explicitness": found.explicitness,
        }
    )  # fmt: skip
    assert [index for index, _ in found.best] == [3, 2, 1, 0]
    np.testing.assert_allclose(found.information, np.eye(4)[::-1], atol=1e-9)
    assert found.mutual_information_gap == mutual_information_gap(MANY[:, ::-1], MANY)
    assert json.loads(json.dumps(found.to_json()))["sap"] == found.sap
