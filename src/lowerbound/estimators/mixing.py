"""A mixture of normals by expectation and maximisation."""

from __future__ import annotations

import warnings

import torch
from torch import nn

from lowerbound.core import Constant, noise
from lowerbound.errors import ConfigError
from lowerbound.estimators.codes import Codes
from lowerbound.priors import NormalMixture

__all__ = ["check_enough", "fit_mixture"]

MOST_DRAWS = 50_000
ROUNDS, STEPS = 40, 5
"""Most rounds, and steps of each: the held draws are asked after each round."""


def check_enough(prior: nn.Module, draws: int) -> None:
    """Refuse a mixture of more components than there are draws to fit it to.

    Raises
    ------
    ConfigError
        Says how many there may be.
    """
    wanted = int(getattr(getattr(prior, "family", None), "components", 1))
    if draws < wanted:
        raise ConfigError(
            f"{draws} draws are too few for {wanted} components: give more rows, or say "
            f"NormalMixture(components={max(1, draws // 10)})."
        )


def fit_mixture(prior: nn.Module, codes: Codes, seed: int) -> None:
    """Set a learned mixture to the maximum of its likelihood; draws that are held say when to stop.

    Raises
    ------
    ConfigError
        When there are fewer draws than components.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    assert isinstance(prior, Constant)
    family = prior.family
    assert isinstance(family, NormalMixture)
    z = codes.z.flatten(1).double().cpu().numpy()
    used, held = z[codes.used[:MOST_DRAWS].numpy()], z[codes.held.numpy()]
    check_enough(prior, len(used))
    mixture = GaussianMixture(
        family.components, covariance_type="diag", tol=1e-5, reg_covar=1e-6 * float(used.var(0).mean()),
        max_iter=STEPS, warm_start=True, random_state=noise.mix_seed(seed, 8) % 2**32,
    )  # fmt: skip
    best = -float("inf")
    for _ in range(ROUNDS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(used)
        value = float(mixture.score(held))
        if value <= best + 1e-4:
            break
        best = value
        weights, loc, variance = map(torch.as_tensor, (mixture.weights_, mixture.means_, mixture.covariances_))
        shape = (family.components, *family.event_shape)
        with torch.no_grad():
            prior.params.copy_(family.params_of(weights, loc.reshape(shape), variance.sqrt().reshape(shape)))
