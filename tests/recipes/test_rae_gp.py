"""The recipe rae-gp: a decoder that changes slowly with the code."""

from __future__ import annotations

import pytest
import torch

from lowerbound.recipes import Task, rae_gp, rae_l2
from tests.estimators.small import small, table


def test_it_has_the_published_weights() -> None:
    objective = rae_gp.objective(Task(rae_gp.options(), 100))
    assert repr(objective) == "Distortion() + 0.0001 * CodeNorm() + 1e-07 * DecoderGradient()"
    assert rae_gp.paper == rae_l2.paper


@pytest.mark.thorough
def test_its_weight_flattens_the_decoder() -> None:
    x = table(60)
    trained = {"recipe": "rae-gp", "epochs": 40, "batch_size": 60, "learning_rate": 0.02, "beta": 0.1}
    slopes = []
    for weight in (0.0, 0.3):
        vae = small(options={"weight": weight}, **trained).fit(x)
        decode = vae.fitted_.model.likelihood
        z = torch.as_tensor(vae.transform(x))
        jacobian = torch.autograd.functional.jacobian(lambda v, decode=decode: decode(v).mean.sum(0), z)
        slopes.append(float(jacobian.square().sum()))
    assert slopes[1] < 0.7 * slopes[0]
