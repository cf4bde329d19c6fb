"""How far the codes of a small trained model are from its prior."""

from __future__ import annotations

import numpy as np
import torch

from lowerbound.distances import Energy
from tests.estimators.small import small

TRAINED = {"epochs": 12, "batch_size": 90, "learning_rate": 0.03}


def rows() -> torch.Tensor:
    """Correlated columns of two factors, far from a normal: one is of two values, with noise."""
    rng = np.random.default_rng(0)
    factors = np.stack([rng.choice([-1.0, 1.0], size=200), rng.normal(size=200)], 1)
    return torch.as_tensor(factors @ rng.normal(size=(2, 5)) + 0.3 * rng.normal(size=(200, 5))).float()


def from_prior(recipe: str, **options: float) -> float:
    """The energy distance of draws of the codes of all rows from N(0, I)."""
    fitted = small(recipe=recipe, options=options, **TRAINED).fit(rows()).fitted_
    torch.manual_seed(0)
    with torch.no_grad():
        codes = torch.cat([fitted.model(batch)["z"].value[0] for batch in fitted.batches(rows(), None)])
    return float(Energy()(codes.double(), torch.randn(2000, 2, dtype=torch.float64)))
