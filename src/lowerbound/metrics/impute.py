r"""Missing entries by importance sampling, from the likelihood of the entries that are there.

.. math:: E[x_m \mid x_o] \approx \sum_s \tilde w_s \, E[x_m \mid z_s], \qquad
          \tilde w_s \propto \frac{p(x_o \mid z_s) \, p(z_s)}{r(z_s)}, \quad z_s \sim r

Half of the draws come from the encoder's posterior of the filled row and half from the prior,
:math:`r = \tfrac12 q + \tfrac12 p`, so that no weight is large for want of draws in the tails. The row is filled
by what was found, and encoded again. Where latents are
enumerated, all draws come from the encoder. Classes have no mean: the likeliest one is filled in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import Batch, Model, Trace, held, log_posterior, noise
from lowerbound.distributions import Categorical, Elementwise, Product
from lowerbound.errors import ConfigError
from lowerbound.metrics.importance import effective_sample_size
from lowerbound.metrics.joint import draw_prior

__all__ = ["Imputation", "impute"]


@dataclass(frozen=True)
class Imputation:
    """Rows without gaps.

    Attributes
    ----------
    values : Tensor, (B, *event)
        What was observed, and the conditional means of what was not; of classes the likeliest.
    errors : Tensor, (B, *event)
        Monte Carlo standard errors of those means, or of that class's probability; zero where observed.
    ess : Tensor, (B,)
        Effective sample size: a handful means that more samples are needed.
    draws : Tensor, (M, B, *event)
        Rows completed by draws from p(x_m | x_o) instead: their spread is the uncertainty of the gaps.

    Examples
    --------
    >>> one = torch.ones(2, 3)
    >>> Imputation(one, 0 * one, torch.tensor([90.0, 4.0]), one[None]).ess.min()
    tensor(4.)
    """

    values: Tensor
    errors: Tensor
    ess: Tensor
    draws: Tensor


def impute(
    model: Model, batch: Batch, observed: Tensor, samples: int = 1000, *, rounds: int = 2, draws: int = 0, seed: int = 0
) -> Imputation:
    """Fill the missing entries of x.

    Parameters
    ----------
    model
        In evaluation mode, whose entries of x are independent given the latents.
    batch
        ``x`` ``(B, *event)``, where missing entries may hold anything; conditions.
    observed
        Which entries are there, bool, ``(B, *event)``.
    samples
        S, of each round.
    rounds
        Times that the rows are filled and encoded anew, before the last estimate.
    draws
        M.
    seed
        Of the noise, which rows share.

    Raises
    ------
    ConfigError
        For a likelihood whose entries depend on each other.

    References
    ----------
    Mattei and Frellsen, MIWAE: Deep Generative Modelling and Imputation of Incomplete Data Sets, 2019, section 3.2;
    Owen and Zhou, Safe and Effective Importance Sampling, 2000 (the defensive mixture).

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> seen = torch.tensor([[True, False, True]])
    >>> impute(model, {"x": torch.zeros(1, 3)}, seen, 100).values[0, [0, 2]]
    tensor([0., 0.])
    """
    observed = observed.bool()
    with torch.no_grad(), held(model), torch.random.fork_rng():
        torch.manual_seed(noise.mix_seed(seed, 30))
        x = torch.where(observed, batch["x"], _typical(model, batch, observed))
        for round in range(rounds):
            log_w, p = _weighted(model, {**batch, "x": x}, observed, samples, noise.mix_seed(seed, 31, round))
            x = torch.where(observed, batch["x"], _mean(p, log_w)[0])
        log_w, p = _weighted(model, {**batch, "x": x}, observed, samples, noise.mix_seed(seed, 32))
        found, errors = _mean(p, log_w)
        rows = [torch.where(observed, batch["x"], _drawn(p, log_w)) for _ in range(draws)]
    values = torch.where(observed, batch["x"], found)
    completed = torch.stack(rows) if rows else x.new_zeros(0, *x.shape)
    return Imputation(values, errors.masked_fill(observed, 0.0), effective_sample_size(log_w), completed)


def _mean(p: Distribution, log_w: Tensor) -> tuple[Tensor, Tensor]:
    """Return the weighted mean of x, ``(B, *event)``, and its standard error; of classes the likeliest."""
    if isinstance(p, Product):
        found, errors = zip(*(_mean(part, log_w) for part in p.parts), strict=True)
        return p.join(found), p.join(errors)
    if not isinstance(p, Categorical):
        return _average(p.mean, len(p.event_shape), log_w)
    probs, errors = _average(p.probs, len(p.event_shape) + 1, log_w)
    best = probs.argmax(-1, keepdim=True)
    return best.squeeze(-1).to(probs.dtype), errors.gather(-1, best).squeeze(-1)


def _average(numbers: Tensor, event_dim: int, log_w: Tensor) -> tuple[Tensor, Tensor]:
    """Return the weighted mean over draws, ``(B, *event)``, and its standard error."""
    numbers = _flat(numbers, event_dim)
    weight = log_w.softmax(0).reshape(*log_w.shape, *(1 for _ in range(event_dim)))
    found = (weight * numbers).sum(0)
    return found, (weight * (numbers - found)).square().sum(0).sqrt()


def _typical(model: Model, batch: Batch, observed: Tensor) -> Tensor:
    """Return the mean of x under the model, ``(B, *event)`` or ``(*event,)``: the first filling."""
    given = {name: value.repeat(64, *(1 for _ in value.shape[1:])) for name, value in batch.items() if name != "x"}
    p = model.sample(64 * (len(observed) if given else 1), **given)["x"].p
    mean = _elementwise(p).mean  # of classes it is the middle of the list: a start as good as another
    return mean.unflatten(0, (64, -1)).mean(0).expand(observed.shape)


def _weighted(model: Model, batch: Batch, observed: Tensor, samples: int, seed: int) -> tuple[Tensor, Distribution]:
    """Return log-weights ``(S, B)`` up to a constant, and p(x | z) of all draws."""
    with noise.use(noise.Shared(seed)):
        trace = model(batch, samples=samples)
    if trace.weight.ndim > 2:
        ratio = trace.weight.log()
        for site in trace.latents.values():
            ratio = ratio + site.log_p - site.log_q
        p = _elementwise(trace["x"].p)
        return (ratio + _seen(p, batch["x"], observed)).flatten(0, -2), p
    prior = draw_prior(model, batch, samples, noise.mix_seed(seed, 1))
    z = {name: torch.cat([site.value, prior[name]]) for name, site in trace.latents.items()}
    both: Trace = model({**batch, **z})
    log_prior = torch.zeros_like(trace.weight[:1])
    for name in z:
        log_prior = log_prior + both[name].log_p
    mixed = torch.logaddexp(log_posterior(model, batch, z), log_prior) - math.log(2)
    p = _elementwise(both["x"].p)
    return log_prior - mixed + _seen(p, batch["x"], observed), p


def _elementwise(p: Distribution) -> Elementwise | Product:
    if isinstance(p, Product):
        for part in p.parts:
            _elementwise(part)
    elif not isinstance(p, Elementwise):
        raise ConfigError(
            f"Gaps are filled where a row's entries are independent given the latents; {type(p).__name__} is not so."
        )
    return p


def _seen(p: Elementwise | Product, x: Tensor, observed: Tensor) -> Tensor:
    """Return log p(x_o | z)."""
    return p.total(torch.where(observed, p.log_density(x), 0.0))


def _flat(values: Tensor, event_dim: int) -> Tensor:
    """Bring all axes of samples into one: ``(*samples, B, *event)`` to ``(S, B, *event)``."""
    return values.flatten(0, values.ndim - event_dim - 2)


def _drawn(p: Distribution, log_w: Tensor) -> Tensor:
    """Draw one x per row: a latent by its weight, then from p(x | z)."""
    values = _flat(p.sample(), len(p.event_shape))
    index = torch.distributions.Categorical(logits=log_w.T, validate_args=False).sample()
    return values[index, torch.arange(len(index))]
