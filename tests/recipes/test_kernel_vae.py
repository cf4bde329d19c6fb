"""The recipe kernel-vae: kernel expansions for networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lowerbound as lb
from lowerbound.data import Schema
from lowerbound.networks import MLP, KernelFeatures
from lowerbound.recipes import ModelOptions, kernel_vae, vae
from tests.estimators.small import pictures, small, table


def test_both_networks_are_kernel_expansions_unless_given() -> None:
    schema, options = Schema((5,), "real"), ModelOptions(latent=2)
    made = [m for m in kernel_vae.model(schema, options, {}).modules() if isinstance(m, KernelFeatures)]
    assert [m.from_rows for m in made] == [True, False]
    own = kernel_vae.model(schema, options, {"decoder": MLP(((2,),), (5,))})
    assert sum(isinstance(m, KernelFeatures) for m in own.modules()) == 1
    assert kernel_vae.objective is vae.objective


def test_landmarks_start_among_the_rows_and_it_learns_a_curve() -> None:
    rng = np.random.default_rng(0)
    t = rng.uniform(-2, 2, 200)
    data = np.stack([t, t**2, np.sin(2 * t)], 1) * [1, 10, 100] + 0.05 * rng.normal(size=(200, 3))
    few, more = (
        small(recipe="kernel-vae", n_components=1, epochs=n, batch_size=90, learning_rate=0.02).fit(data)
        for n in (1, 40)
    )
    assert more.evaluate(data, samples=2).elbo > few.evaluate(data, samples=2).elbo + 1.0


@pytest.mark.parametrize("kind", ["table", "pictures"])
def test_it_is_saved_and_loaded(tmp_path: Path, kind: str) -> None:
    data = table() if kind == "table" else pictures(1, 6, 5)
    fitted = small(recipe="kernel-vae").fit(data)
    fitted.save(tmp_path / "run")
    np.testing.assert_allclose(lb.load(tmp_path / "run").transform(data), fitted.transform(data), rtol=1e-6)
