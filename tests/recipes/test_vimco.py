"""The recipe vimco: latent bits on the importance-weighted bound."""

from __future__ import annotations

from lowerbound.recipes import vimco
from tests.recipes.bounds import is_the_vae_with, tells_the_true_elbo, trains, two_kinds


def test_it_is_the_vae_with_another_objective() -> None:
    is_the_vae_with(vimco, "VIMCO(5)", samples_50="VIMCO(50)")


def test_it_trains() -> None:
    trains("vimco", two_kinds(), gain=1.0)


def test_the_elbo_told_is_the_models() -> None:
    tells_the_true_elbo("vimco", two_kinds())
