r"""log p(x) by importance sampling, with its errors.

.. math:: \log p(x) \approx \log \frac1S \sum_s w_s, \qquad w_s = \frac{p(x, z_s)}{q(z_s \mid x)},
          \quad z_s \sim q

The estimate is a lower bound in expectation, and tightens as S grows. All rows share the noise
of their samples (seeded), so a row's value does not depend on its neighbours, nor on how the
computation is cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from lowerbound.core import Batch, Model, held, layer_precision
from lowerbound.metrics.tally import LogLikelihood, Tally, arithmetic
from lowerbound.metrics.weigher import Weigher

__all__ = ["effective_sample_size", "log_likelihood", "log_weights"]


def effective_sample_size(log_w: Tensor) -> Tensor:
    """Return (sum w)^2 / sum w^2 over the first axis: ``(S, B)`` to ``(B,)``, in [1, S].

    Examples
    --------
    >>> effective_sample_size(torch.zeros(8, 2))
    tensor([8., 8.])
    """
    return (2 * torch.logsumexp(log_w, 0) - torch.logsumexp(2 * log_w, 0)).exp().clamp(1.0, float(len(log_w)))


def log_weights(model: Model, batch: Batch, samples: int, *, seed: int = 0, chunk: int | None = None) -> Tensor:
    """Return log w of each sample, ``(S, B)``; enumerated latents are summed out exactly.

    Parameters
    ----------
    model, batch
        In evaluation mode; ``B`` rows.
    samples
        S.
    seed
        Of the shared noise.
    chunk
        Most samples computed at once; the result does not depend on it.

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> log_weights(model, {"x": torch.zeros(5, 3)}, samples=10).shape
    torch.Size([10, 5])
    """
    return Weigher(model, samples, seed=seed, chunk=chunk)(batch)


def log_likelihood(
    model: Model,
    batches: Iterator[Batch],
    samples: int,
    *,
    seed: int = 0,
    dimensions: int = 1,
    discrete: bool = False,
    chunk: int | None = None,
    layers: torch.dtype | None = None,
    compiled: bool = False,
    advance: Callable[[int], None] | None = None,
) -> LogLikelihood:
    """Estimate log p(x) of every row.

    Parameters
    ----------
    model
        In evaluation mode.
    batches
        Batches of rows, as the model takes them.
    samples
        S.
    seed
        Of the noise that the rows share.
    dimensions, discrete
        For bits per dimension.
    chunk
        Most samples of a batch computed at once: bounds the memory, not the result.
    layers
        Dtype that layers run in; None for that of the weights. Densities stay in the weights' dtype.
    compiled
        Whether to compile: worth its seconds for some 10^7 samples.
    advance
        Called with the number of rows done.

    References
    ----------
    Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders, 2016, section 3;
    Owen, Monte Carlo theory, methods and examples, chapter 9 (errors, effective sample size).

    Examples
    --------
    >>> from lowerbound.recipes import ModelOptions, vae
    >>> from lowerbound.data import Schema
    >>> model = vae.model(Schema((3,), "real"), ModelOptions(latent=2), {}).eval()
    >>> log_likelihood(model, iter([{"x": torch.zeros(5, 3)}]), samples=10).rows.shape
    (5,)
    """
    weigh = Weigher(model, samples, seed=seed, chunk=chunk, compiled=compiled)
    tally = Tally(samples)
    for log_w in _each(weigh, batches, layers):
        tally.add(log_w)
        if advance is not None:
            advance(log_w.shape[1])
    return tally.result(dimensions=dimensions, discrete=discrete, layers=arithmetic(model, layers))


def _each(weigh: Weigher, batches: Iterator[Batch], layers: torch.dtype | None) -> Iterator[Tensor]:
    """Yield the log-weights of each batch, ``(S, B)`` in float64."""
    with held(weigh.model):
        for batch in batches:
            with layer_precision(layers):
                log_w = weigh(batch)
            yield log_w.double().cpu()
