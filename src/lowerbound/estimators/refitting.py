r"""A prior fitted after the model, to the codes of rows; everything else stays as it is.

.. math:: \max_p \; \frac1N \sum_n E_{q(z \mid x_n)}[\log p(z)]

The prior enters the ELBO nowhere else: what is gained here, the ELBO gains. The best is the average of the rows'
posteriors.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core import Constant, Family, FromRows, Model, noise, take_rows
from lowerbound.errors import ConfigError
from lowerbound.estimators.codes import Codes, codes_used, draw_codes
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.mixing import check_enough, fit_mixture
from lowerbound.estimators.rows import Rows, some_rows
from lowerbound.models import VAE, Latent
from lowerbound.priors import NormalMixture
from lowerbound.recipes import vae
from lowerbound.recipes.build import latent_prior

__all__ = ["Refit", "check_refit", "refit_prior"]

STEPS, BATCH, RATE = 2000, 512, 1e-2
ROUND, PATIENCE, LEAST = 50, 4, 1e-3
"""After each round of steps the held draws are asked; after some that gain less nats than the least, it ends."""


@dataclass(frozen=True)
class Refit:
    """A model with another prior.

    Attributes
    ----------
    fitted : Fitted
        The model: a copy, with the new prior in its place.
    gain : float
        What E[log p(z)] rose by on the rows that were kept from the fit, nats a row; so does their ELBO.
    """

    fitted: Fitted
    gain: float


def check_refit(fitted: Fitted, prior: str, rows: int) -> None:
    """Refuse a prior that cannot be fitted to the codes of so many rows, before anything else is done.

    Raises
    ------
    ConfigError
        When the model has no level for it, when the prior does not exist or lives elsewhere, or when there are
        fewer codes than components.
    """
    made = _replaced(fitted, prior).levels[0]
    assert isinstance(made, Latent)
    if _is_mixture(made.prior_):
        check_enough(made.prior_, codes_used(fitted, rows))


def refit_prior(fitted: Fitted, x: Rows, c: Rows | None = None, prior: str = "normal-mixture") -> Refit:
    """Fit a prior to the codes of rows and put it into a copy of the model.

    A mixture of normals is fitted by expectation and maximisation, any other by its gradient; a tenth of the
    rows is kept from the fit and chooses where to stop.

    Parameters
    ----------
    fitted
        The model; it is left as it is.
    x, c
        Rows, those of the training at best, and their condition.
    prior
        A prior by name, or its specification.

    Raises
    ------
    ConfigError
        When the model has no level for it, when the prior does not exist or lives elsewhere, or when there are
        fewer codes than components.

    References
    ----------
    Hoffman and Johnson, ELBO surgery, 2016 (the best prior); Ghosh et al., From Variational to Deterministic
    Autoencoders, 2020 (a density fitted to the codes afterwards).
    """
    model = _replaced(fitted, prior)
    level = model.levels[0]
    assert isinstance(level, Latent)
    wanted = [m.rows_wanted for m in level.prior_.modules() if isinstance(m, FromRows)]
    if wanted:
        take_rows(level.prior_, some_rows(x, fitted.schema, max(wanted), fitted.seed).to(fitted.device))
    codes = draw_codes(fitted, x, c, level.name)
    result = Fitted(
        model, fitted.schema, fitted.seed, conditional=fitted.conditional, unbounded=fitted.unbounded
    )  # fmt: skip
    if _is_mixture(level.prior_):
        fit_mixture(level.prior_, codes, fitted.seed)
    elif any(p.requires_grad for p in level.prior_.parameters()):
        _ascend(level.prior_, codes, fitted.seed)
    return Refit(result, _held_value(level.prior_, codes) - codes.before)


def _replaced(fitted: Fitted, prior: str) -> VAE:
    """Return a copy of the model with a new prior at its top, not fitted yet."""
    model: Model = copy.deepcopy(fitted.model)
    level = model.levels[0] if isinstance(model, VAE) else None
    family = getattr(getattr(level, "posterior_", None), "family", None)
    if not isinstance(model, VAE) or not isinstance(level, Latent) or not isinstance(family, Family):
        raise ConfigError(
            f"A prior is fitted afterwards to a VAE with latent levels; this is a {type(model).__name__}."
        )
    if level.combine is not None:
        raise ConfigError("The top posterior is combined with the prior, so another prior would change it: train anew.")
    size = fitted.schema.condition_size if fitted.conditional else None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(noise.mix_seed(fitted.seed, 4))
        made = latent_prior(fitted.schema, vae.options(prior=prior), family, None if size is None else (size,))
    new = level.with_prior(made.to(fitted.device))
    if model.encoder is not None:
        new.share(model.encoder, 0)
    model.levels[0] = new
    return model.eval()


def _is_mixture(prior: nn.Module) -> bool:
    return isinstance(prior, Constant) and isinstance(prior.family, NormalMixture)


def _mean_log_p(prior: nn.Module, z: Tensor, c: Tensor | None) -> Tensor:
    p: Distribution = prior(None, c)
    return p.log_prob(z).mean()


def _ascend(prior: nn.Module, codes: Codes, seed: int) -> None:
    """Raise E[log p(z)] by Adam, and keep what is best on the rows that were left out."""
    parameters = [p for p in prior.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    generator = torch.Generator().manual_seed(noise.mix_seed(seed, 5))
    best, kept, waited = -torch.inf, _copies(parameters), 0
    for step in range(STEPS + 1):
        if step % ROUND == 0:
            value = _held_value(prior, codes)
            waited = 0 if value > best + LEAST else waited + 1
            if value > best:
                best, kept = value, _copies(parameters)
            if waited == PATIENCE:
                break
        prior.train()
        rows = codes.used[torch.randint(len(codes.used), (BATCH,), generator=generator)]
        loss = -_mean_log_p(prior, codes.z[rows], codes.condition(rows))
        # Of the prior's own parameters only: one that is made of the encoder leaves that alone.
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
            p.grad = g
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        for p, value in zip(parameters, kept, strict=True):
            p.copy_(value)
            p.grad = None
    prior.eval()


def _copies(parameters: list[nn.Parameter]) -> list[Tensor]:
    return [p.detach().clone() for p in parameters]


def _held_value(prior: nn.Module, codes: Codes) -> float:
    """Return the mean of log p(z) on the held draws, nats."""
    prior.eval()
    with torch.no_grad():
        return float(_mean_log_p(prior, codes.z[codes.held], codes.condition(codes.held)))
