r"""From log-weights, batch by batch, to an estimate of log p(x) with its errors.

.. math:: \hat p(x) = \frac1S \sum_s w_s, \qquad
          \mathrm{se}(\log \hat p) \approx \frac{\mathrm{sd}(w / \hat p)}{\sqrt S}, \qquad
          \mathrm{ESS} = \frac{(\sum_s w_s)^2}{\sum_s w_s^2}
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lowerbound.metrics.pareto import TRUSTED, pareto_k

__all__ = ["LogLikelihood", "Tally", "arithmetic"]


def arithmetic(model: nn.Module, layers: torch.dtype | None = None) -> str:
    """Name the dtype that layers run in: that of the weights, unless another one is given.

    Examples
    --------
    >>> arithmetic(torch.nn.Linear(2, 2)), arithmetic(torch.nn.Linear(2, 2), torch.bfloat16)
    ('float32', 'bfloat16')
    """
    dtype = layers or next(iter(model.parameters()), torch.zeros((), dtype=torch.float64)).dtype
    return str(dtype).removeprefix("torch.")


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
    proposal : str
        Where samples are from: ``"encoder"``, its posterior; ``"adapted"`` to each row; or ``"annealed from ..."``.
    pareto_k : ndarray, (n,), optional
        Tail shape of each row's weights: above 0.7 its estimate is not to be trusted. None for less than 25 samples.

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
    proposal: str = "encoder"
    pareto_k: np.ndarray | None = None

    @property
    def bits_per_dim(self) -> float | None:
        """-log2 p(x) per entry, for discrete data; None otherwise."""
        return -self.value / (self.dimensions * math.log(2)) if self.discrete else None

    @property
    def untrusted(self) -> float | None:
        """Share of rows whose Pareto k is above 0.7; None where it is not known."""
        return None if self.pareto_k is None else float((self.pareto_k > TRUSTED).mean())

    def to_json(self) -> dict[str, float | int | str | None]:
        """Return the summary without the rows."""
        return {
            "log_likelihood": self.value,
            "standard_error": self.standard_error,
            "monte_carlo_error": self.monte_carlo_error,
            "samples": self.samples,
            "layers": self.layers,
            "proposal": self.proposal,
            "median_ess": float(np.median(self.ess)),
            "bits_per_dim": self.bits_per_dim,
            "median_pareto_k": None if self.pareto_k is None else float(np.median(self.pareto_k)),
            "untrusted": self.untrusted,
        }


class Tally:
    """The sums over batches. Sample s of every row has the same noise, so errors of rows are correlated.

    Parameters
    ----------
    samples
        S.

    Examples
    --------
    >>> tally = Tally(4)
    >>> tally.add(torch.zeros(4, 3))
    >>> tally.result().value
    0.0
    """

    def __init__(self, samples: int) -> None:
        self.samples = samples
        # Plain arrays: small tensors kept between large ones would keep the heap from shrinking.
        self.rows, self.errors, self.sizes, self.shapes = array("d"), array("d"), array("d"), array("d")
        self.influence = torch.zeros(samples, dtype=torch.float64)

    def add(self, log_w: Tensor) -> None:
        """Take the log-weights ``(S, B)`` of more rows."""
        log_w, samples = log_w.double(), self.samples
        mean = torch.logsumexp(log_w, 0) - math.log(samples)
        relative = (log_w - mean).exp()
        self.rows.extend(mean.tolist())
        spread = relative.var(0, correction=1) if samples > 1 else torch.full_like(mean, math.nan)
        self.errors.extend((spread / samples).sqrt().tolist())
        self.sizes.extend((samples**2 / relative.square().sum(0)).clamp(1.0, float(samples)).tolist())
        self.shapes.extend(pareto_k(log_w).tolist())
        self.influence += relative.sum(1)

    def result(
        self, *, dimensions: int = 1, discrete: bool = False, layers: str = "float32", proposal: str = "encoder"
    ) -> LogLikelihood:
        """Return the estimate for all rows so far."""
        values, n = np.array(self.rows), len(self.rows)
        several = self.samples > 1
        mc = float(self.influence.div(n).std(correction=1)) / math.sqrt(self.samples) if several else math.nan
        shapes = np.array(self.shapes)
        return LogLikelihood(
            value=float(values.mean()),
            standard_error=float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan,
            monte_carlo_error=mc,
            rows=values,
            row_errors=np.array(self.errors),
            ess=np.array(self.sizes),
            samples=self.samples,
            dimensions=dimensions,
            discrete=discrete,
            layers=layers,
            proposal=proposal,
            pareto_k=None if np.isinf(shapes).any() else shapes,
        )
