r"""A posterior of its own for every row, found by gradients from where the encoder starts it.

.. math:: \lambda_{t+1} = \lambda_t + \rho_t \, \nabla_\lambda
          \left[ \log p(x, z_\lambda) - \log q_{\bar\lambda}(z_\lambda) \right], \qquad \lambda_0 = \mathrm{encoder}(x)

The density of q at its draws is taken as it is (no gradient with respect to :math:`\bar\lambda`), so that the
noise of the gradient vanishes where q is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import Batch, Model, Trace, amortised, noise, with_posterior

__all__ = ["Refined", "passes", "refine"]

BETAS = (0.9, 0.99)

AT_ONCE = 2**14
"""Draws x rows of a pass."""


@dataclass(frozen=True)
class Refined:
    """The posteriors of a batch, before and after.

    Attributes
    ----------
    name : str
        The latent.
    params : Tensor, (B, *params_shape)
        Raw parameters of the better posterior of each row.
    before, after : Tensor, (B,)
        ELBO of the encoder's posterior and of the better one, on the same noise.
    q : Distribution
        The better posteriors, batch ``(B,)``.

    Examples
    --------
    >>> from lowerbound.distributions import DiagonalNormal
    >>> zero, q = torch.zeros(5), DiagonalNormal(torch.zeros(5, 2), torch.zeros(5, 2))
    >>> Refined("z", torch.zeros(5, 2, 2), zero - 9.0, zero - 8.5, q).after.mean()
    tensor(-8.5000)
    """

    name: str
    params: Tensor
    before: Tensor
    after: Tensor
    q: Distribution


def passes(
    model: Model, batch: Batch, name: str, q: Distribution, samples: int, seed: int, chunk: int = AT_ONCE
) -> Iterator[tuple[int, Trace]]:
    """Run a model with the posterior ``q``, at most ``chunk`` draws x rows at once.

    Yields
    ------
    count : int
        Draws a row of this pass.
    trace : Trace
        Without gradients; all rows share the noise.

    Examples
    --------
    >>> from lowerbound.distributions import DiagonalNormal
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> q = DiagonalNormal(torch.zeros(5, 2), torch.zeros(5, 2))
    >>> [count for count, _ in passes(model, {"x": torch.zeros(5, 3)}, "z", q, 50, seed=0, chunk=100)]
    [20, 20, 10]
    """
    each = max(1, chunk // q.batch_shape[0])
    for start in range(0, samples, each):
        count = min(each, samples - start)
        with torch.no_grad(), noise.use(noise.Shared(seed, start)):
            trace = with_posterior(model, batch, name, q, count)
        yield count, trace


def refine(
    model: Model,
    batch: Batch,
    steps: int = 200,
    *,
    rate: float = 0.03,
    samples: int = 8,
    judges: int = 64,
    seed: int = 0,
) -> Refined:
    """Improve the posterior of every row, starting from the encoder's.

    Adam moves the raw parameters of each row; its rate falls to zero along half a cosine. A row whose ELBO did not
    rise keeps the encoder's posterior.

    Parameters
    ----------
    model
        In evaluation mode, with one continuous latent whose posterior is a family of a network's output.
    batch
        ``B`` rows.
    steps, rate
        Of Adam.
    samples
        Draws a row and step.
    judges
        Draws on which before and after are compared, the same for both.
    seed
        Of the noise, which rows share.

    Raises
    ------
    ConfigError
        For other models.

    References
    ----------
    Hoffman et al., Stochastic Variational Inference, 2013; Kim et al., Semi-Amortized Variational Autoencoders, 2018,
    section 3; Roeder, Wu and Duvenaud, Sticking the Landing, 2017 (the gradient).

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> refined = refine(model, {"x": torch.zeros(5, 3)}, steps=5)
    >>> bool((refined.after >= refined.before).all())
    True
    """
    with torch.no_grad():
        given = amortised(model, batch)
    name, start, family = given.name, given.params, given.family

    def elbo(params: Tensor) -> Tensor:
        with torch.no_grad():
            runs = passes(model, batch, name, family(params), judges, noise.mix_seed(seed, 21))
            parts = [-(trace.rate() + trace.distortion()) * (count / judges) for count, trace in runs]
            return torch.stack(parts).sum(0)

    def slope(params: Tensor, step: int) -> Tensor:
        with torch.enable_grad(), noise.use(noise.Shared(noise.mix_seed(seed, 22, step))):
            params = params.detach().requires_grad_()
            trace = with_posterior(model, batch, name, family(params), samples)
            fixed = family(params.detach()).log_prob(trace[name].value)
            joint = trace.log_likelihood() + trace[name].log_p
            (gradient,) = torch.autograd.grad(trace.mean(joint - fixed).sum(), params)
        return gradient

    moved = _ascend(start, slope, steps, rate)
    before, after = elbo(start), elbo(moved)
    better = after > before
    params = torch.where(better.reshape(-1, *(1 for _ in start.shape[1:])), moved, start)
    return Refined(name, params, before, torch.where(better, after, before), family(params))


def _ascend(params: Tensor, slope: Callable[[Tensor, int], Tensor], steps: int, rate: float) -> Tensor:
    """Adam for each entry by itself, so that rows do not know each other."""
    first, second = torch.zeros_like(params), torch.zeros_like(params)
    for step in range(steps):
        gradient = slope(params, step).nan_to_num(0.0, 0.0, 0.0)
        first = BETAS[0] * first + (1 - BETAS[0]) * gradient
        second = BETAS[1] * second + (1 - BETAS[1]) * gradient.square()
        size = rate * 0.5 * (1 + math.cos(math.pi * step / steps))
        mean, square = first / (1 - BETAS[0] ** (step + 1)), second / (1 - BETAS[1] ** (step + 1))
        params = params + size * mean / (square.sqrt() + 1e-8)
    return params
