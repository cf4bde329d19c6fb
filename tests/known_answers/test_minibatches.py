"""Row 56: the mean over minibatches times N is the bound of all rows, for every objective that is a mean of rows."""

from __future__ import annotations

import itertools

import pytest
import torch

from lowerbound.core import Objective, Progress, noise
from lowerbound.objectives import CIWAE, CUBO, ELBO, IWAE, MIWAE, PIWAE, DReG, Renyi, StickingTheLanding, Thermodynamic
from tests.known_answers.linear_gaussian import LinearGaussian

GAUSSIAN = LinearGaussian.random(4, 2, seed=1)


OBJECTIVES = [
    ELBO(samples=4), IWAE(4), MIWAE(4, 2), CIWAE(4), DReG(4), StickingTheLanding(samples=4), Renyi(0.5, 4),
    PIWAE(4, 2), CUBO(samples=4), Thermodynamic(4),
]  # fmt: skip


@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_minibatches_are_unbiased(objective: Objective, size: int):
    """All batches of six rows are enumerated, under one noise."""
    x, model = GAUSSIAN.sample(6), GAUSSIAN.vae("wide")
    weight = model.likelihood.network.layers[0].weight

    def both(rows: torch.Tensor) -> torch.Tensor:
        with noise.use(noise.Shared(0)):
            losses = objective.losses(model, {"x": rows}, Progress())
        loss = losses.get("model", losses.get("model.likelihood"))
        (gradient,) = torch.autograd.grad(loss, weight)
        return torch.cat([loss.detach()[None], gradient.flatten()])

    batches = torch.stack([both(x[list(chosen)]) for chosen in itertools.combinations(range(6), size)])
    torch.testing.assert_close(batches.mean(0), both(x), rtol=1e-9, atol=1e-9)
