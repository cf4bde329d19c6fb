r"""log p(x) by importance sampling, with its errors.

.. math:: \log p(x) \approx \log \frac1S \sum_s w_s, \qquad w_s = \frac{p(x, z_s)}{q(z_s \mid x)},
          \quad z_s \sim q

The estimate is a lower bound in expectation, and tightens as S grows. All rows share the noise
of their samples (seeded), so a row's value does not depend on its neighbours, nor on how the
computation is cut into pieces.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lowerbound.core import Batch, Model, layer_precision
from lowerbound.metrics.weigher import Weigher

__all__ = ["LogLikelihood", "effective_sample_size", "log_likelihood", "log_weights"]


@dataclass(frozen=True)
class LogLikelihood:
    """An estimate of log p(x): nats, higher is better.

    Attributes
    ----------
    value : float
        Mean over rows, nats per row.
    standard_error : float
        Of the mean as an estimate for the population of rows: rows' spread / sqrt(n).
    monte_carlo_error : float
        Of the mean over these very rows, from the finite number of samples.
    rows : ndarray, (n,)
        log p of each row.
    row_errors : ndarray, (n,)
        Monte Carlo standard error of each row (delta method).
    ess : ndarray, (n,)
        Effective sample size of each row, in [1, S].
    samples : int
        S, exactly what was asked for.
    dimensions : int
        Entries of a row.
    discrete : bool
        Whether rows are discrete, so that bits per dimension make sense.
    layers : str
        Arithmetic of the networks' layers; densities and sums are float32 or better.

    Examples
    --------
    >>> two = np.array([-80.0, -84.0])
    >>> LogLikelihood(-82.0, 2.0, 0.1, two, two, two, 64, dimensions=64, discrete=True).bits_per_dim
    1.848...
    """

    value: float
    standard_error: float
    monte_carlo_error: float
    rows: np.ndarray
    row_errors: np.ndarray
    ess: np.ndarray
    samples: int
    dimensions: int = 1
    discrete: bool = False
    layers: str = "float32"

    @property
    def bits_per_dim(self) -> float | None:
        """-log2 p(x) per entry, for discrete data; None otherwise."""
        return -self.value / (self.dimensions * math.log(2)) if self.discrete else None

    def to_json(self) -> dict[str, float | int | str | None]:
        """Return the summary without the rows."""
        return {
            "log_likelihood": self.value,
            "standard_error": self.standard_error,
            "monte_carlo_error": self.monte_carlo_error,
            "samples": self.samples,
            "layers": self.layers,
            "median_ess": float(np.median(self.ess)),
            "bits_per_dim": self.bits_per_dim,
        }


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
    rows, errors, sizes = [], [], []
    influence = torch.zeros(samples, dtype=torch.float64)
    weigh = Weigher(model, samples, seed=seed, chunk=chunk, compiled=compiled)
    for batch in batches:
        with layer_precision(layers):
            log_w = weigh(batch).double().cpu()
        mean = torch.logsumexp(log_w, 0) - math.log(samples)
        relative = (log_w - mean).exp()
        rows.append(mean)
        spread = relative.var(0, correction=1) if samples > 1 else torch.full_like(mean, math.nan)
        errors.append((spread / samples).sqrt())
        sizes.append((samples**2 / relative.square().sum(0)).clamp(1.0, float(samples)))
        influence += relative.sum(1)
        if advance is not None:
            advance(mean.numel())
    values = torch.cat(rows).numpy()
    n = len(values)
    mc = float(influence.div(n).std(correction=1)) / math.sqrt(samples) if samples > 1 else math.nan
    return LogLikelihood(
        value=float(values.mean()),
        standard_error=float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan,
        monte_carlo_error=mc,
        rows=values,
        row_errors=torch.cat(errors).numpy(),
        ess=torch.cat(sizes).numpy(),
        samples=samples,
        dimensions=dimensions,
        discrete=discrete,
        layers=str(layers or next(iter(model.parameters()), influence).dtype).removeprefix("torch."),
    )
