"""The recipe rae-sn: a decoder whose layers stretch nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import lowerbound as lb
from lowerbound.data import Schema
from lowerbound.errors import ConfigError
from lowerbound.networks import SpectralNorm
from lowerbound.recipes import Task, rae_sn
from tests.estimators.small import Decoder, pictures, small, table


def test_it_normalises_the_decoder_and_nothing_else() -> None:
    options = rae_sn.options(latent=2)
    model = rae_sn.model(Schema((4,), "real"), options, {})
    assert isinstance(model.likelihood.network, SpectralNorm)
    assert not any(isinstance(m, SpectralNorm) for m in model.levels.modules())
    assert repr(rae_sn.objective(Task(options, 100))) == "Distortion() + 0.0001 * CodeNorm()"


def test_training_keeps_the_norms_at_one_and_the_state_comes_back(tmp_path: Path) -> None:
    x = table(60)
    vae = small(recipe="rae-sn", epochs=40, batch_size=60, learning_rate=0.01, options={"ema": 0.0}).fit(
        x, out=tmp_path / "run"
    )
    network = vae.fitted_.model.likelihood.network
    for i, name in enumerate(network.names):
        norm = torch.linalg.matrix_norm(network._normalised(i, name).detach().flatten(1), 2)
        assert float(norm) == pytest.approx(1.0, abs=0.05)
    again = lb.load(tmp_path / "run")
    assert np.array_equal(again.reconstruct(x), vae.reconstruct(x))
    assert np.array_equal(again.sample(4), vae.sample(4))


def test_images_go_through_it() -> None:
    vae = small(recipe="rae-sn", epochs=1, options={"channels": (4,)}).fit(pictures(1, 8, 8, rows=20))
    assert vae.reconstruct(pictures(1, 8, 8, rows=2)).shape == (2, 1, 8, 8)


def test_a_decoder_of_the_users_own_is_refused() -> None:
    with pytest.raises(ConfigError, match="normalises a decoder that it builds"):
        small(recipe="rae-sn", decoder=Decoder()).fit(table(60))
