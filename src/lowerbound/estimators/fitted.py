"""A trained model with its schema: every question a user asks of it, on tensors.

Encoding is the posterior mean and needs no noise; every score takes its noise from a seed, so
the same call gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution

from lowerbound.core import Batch, Model, why_unbounded
from lowerbound.data import Schema
from lowerbound.distributions import Autoregressive
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.estimators.rows import Rows, first_rows, fixed_batches
from lowerbound.metrics import (
    Bound,
    Latents,
    LogLikelihood,
    adapted_log_likelihood,
    elbo,
    inspect_latents,
    log_likelihood,
)
from lowerbound.metrics.adaptive import HANDFUL
from lowerbound.training.precision import has_compiler

__all__ = ["Fitted"]

SAMPLE_BUDGET = 2**21
"""Numbers in the widest layer of one importance-sampling pass: 8 MiB in float32, which stays in the cache."""

ON_GPU = 16
"""Times as many on a GPU, whose passes cost the same down to far more than fits a processor's cache."""

COMPILE_WORK = 4e12
"""Samples x parameters from which a compiled pass repays its compilation: about a minute of one core."""


class Fitted:
    """A model in evaluation mode and the schema of its data.

    Parameters
    ----------
    model
        Trained.
    schema
        Of the training data.
    seed
        Of binarization and of scores.
    conditional
        Whether the model wants a condition c.
    unbounded
        Why there is no bound on log p(x), where the objective that it was trained for left none.

    Attributes
    ----------
    unbounded : str or None
        Why there is no bound on log p(x); None where there is one.
    """

    def __init__(
        self,
        model: Model,
        schema: Schema,
        seed: int = 0,
        *,
        conditional: bool = False,
        unbounded: str | None = None,
    ) -> None:
        self.model = model.eval()
        self.schema, self.seed, self.conditional = schema, seed, conditional
        self.unbounded = unbounded or why_unbounded(model)
        self.device = next(model.parameters()).device

    def batches(self, x: Rows, c: Rows | None, size: int = 1024) -> Iterator[Batch]:
        """Yield rows in order as the model takes them."""
        if self.conditional and c is None:
            raise ConfigError("This model is conditional: give the labels or covariates (y) of the rows too.")
        return fixed_batches(x, c if self.conditional else None, self.schema, self.device, size=size, seed=self.seed)

    def encode(self, x: Rows, c: Rows | None = None) -> Tensor:
        """Return posterior means ``(n, D)``; several latents are joined, top first, unless one is the model's code."""
        parts, code = [], self.model.code
        with _asking():
            for batch in self.batches(x, c):
                latents = self.model(batch).latents
                means = [_mean(site.q) for name, site in latents.items() if code in (None, name)]
                rows = next(iter(batch.values())).shape[0]
                parts.append(torch.cat([m.reshape(-1, rows, *m.shape[-1:])[0] for m in means], -1).cpu())
        return torch.cat(parts)

    def decode(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the mean of p(x | z), ``(n, *shape)``."""
        parts, sizes = [], self._code_sizes()
        with _asking():
            for start in range(0, len(z), 1024):
                codes = z[start : start + 1024].to(self.device)
                latents = dict(zip(sizes, codes.split(list(sizes.values()), -1), strict=True))
                given = self._given(c, start, start + 1024) | latents
                parts.append(_mean(self.model.sample(len(codes), **given)["x"].p).cpu())
        return torch.cat(parts) if parts else torch.zeros(0, *self.schema.shape)

    def reconstruct(self, x: Rows, c: Rows | None = None) -> Tensor:
        """Return the mean of p(x | z) at the posterior mean z, ``(n, *shape)``."""
        condition = None if c is None else c[:] if isinstance(c, Tensor) else c.read(0, len(c))
        return self.decode(self.encode(x, c), condition)

    def squared_error(self, x: Rows, c: Rows | None = None) -> Tensor:
        """Return the mean squared error of each row's reconstruction over its features, ``(n,)``.

        Both are in the units in which the model sees the data.
        """
        made, parts, start = self.reconstruct(x, c), [], 0
        for batch in self.batches(x, c):
            rows = batch["x"].cpu()
            error = made[start : start + len(rows)] - rows
            parts.append(error.double().square().flatten(1).mean(1))
            start += len(rows)
        return torch.cat(parts)

    def need_likelihood(self) -> None:
        """Refuse to go on where there is no bound on log p(x).

        Raises
        ------
        ConfigError
            Says why there is none, and what there is instead.
        """
        if self.unbounded is not None:
            raise ConfigError(
                f"{self.unbounded} There are codes, reconstructions with their squared error (squared_error, "
                "anomaly_score, `lowerbound evaluate`) and samples."
            )

    def sample(self, n: int, c: Tensor | None, seed: int, *, mean: bool = False) -> Tensor:
        """Draw ``n`` rows from the model: values, or the mean of p(x | z) at a drawn z."""
        parts = []
        with _asking():
            torch.manual_seed(seed)
            for start in range(0, n, 1024):
                count = min(1024, n - start)
                site = self.model.sample(count, **self._given(c, start, start + count))["x"]
                parts.append((_mean(site.p).expand_as(site.value) if mean else site.value).cpu())
        return torch.cat(parts) if parts else torch.zeros(0, *self.schema.shape)

    def _given(self, c: Tensor | None, start: int, stop: int) -> dict[str, Tensor]:
        if not self.conditional:
            return {}
        if c is None:
            raise ConfigError("This model is conditional: say what to condition on (given=..., --given label=3).")
        return {"c": c[start:stop].to(self.device)}

    def bound(self, x: Rows, c: Rows | None = None, samples: int = 1) -> Bound:
        """Return ELBO, rate and distortion of each row, nats."""
        self.need_likelihood()
        return elbo(self.model, self.batches(x, c), samples, seed=self.seed)

    def distortion(self, x: Rows, c: Rows | None = None) -> float:
        """Return the mean of -log p(x | z) at one drawn z, nats a row: also of a model without a rate."""
        with _asking():
            torch.manual_seed(self.seed)
            rows = [self.model(batch).distortion().double().cpu() for batch in self.batches(x, c)]
        return float(torch.cat(rows).mean())

    def log_likelihood(
        self,
        x: Rows,
        c: Rows | None,
        samples: int,
        advance: Callable[[int], None] | None = None,
        *,
        precision: str = "float32",
        proposal: str = "encoder",
    ) -> LogLikelihood:
        """Estimate log p(x) of each row with exactly ``samples`` importance samples.

        Layers in ``precision="bfloat16"`` are faster, and off by hundredths of a nat: the
        result says which it was. ``proposal="adapted"`` takes the samples from proposals adapted
        to each row, which costs some 40,000 more a row.
        """
        self.need_likelihood()
        if precision not in ("float32", "bfloat16"):
            raise ConfigError(f"precision={precision!r}: use 'float32' or 'bfloat16'.")
        if proposal not in ("encoder", "adapted"):
            raise ConfigError(f"proposal={proposal!r}: use 'encoder' or 'adapted'.")
        if samples < 1:
            raise ConfigError(f"samples={samples}: importance sampling takes at least one sample.")
        options: dict[str, Any] = {
            "seed": self.seed, "dimensions": self.schema.n_features, "discrete": self.schema.discrete,
            "layers": torch.bfloat16 if precision == "bfloat16" else None, "advance": advance,
        }  # fmt: skip
        if proposal == "adapted":
            chunk = max(1, self._pairs() // HANDFUL)
            return adapted_log_likelihood(self.model, self.batches(x, c, HANDFUL), samples, chunk=chunk, **options)
        rows, chunk = self.chunks(samples)
        compiled = self._repays_compilation(len(x) * samples)
        return log_likelihood(self.model, self.batches(x, c, rows), samples, chunk=chunk, compiled=compiled, **options)

    def chunks(self, samples: int) -> tuple[int, int]:
        """Return rows and samples of a pass; many samples take one row at a time, whatever its neighbours."""
        pairs = self._pairs()
        return max(1, pairs // (2 * samples)), min(samples, pairs)

    def _pairs(self) -> int:
        """Return the pairs of a row and a sample of a pass."""
        width = max(self.schema.n_features, *(p.shape[0] for p in self.model.parameters() if p.ndim > 1), 1)
        budget = SAMPLE_BUDGET if self.device.type == "cpu" else ON_GPU * SAMPLE_BUDGET
        return max(1, budget // width)

    def _repays_compilation(self, draws: int) -> bool:
        weights = list(self.model.parameters())
        work = draws * sum(p.numel() for p in weights)
        convolutional = any(p.ndim == 4 for p in weights)
        return work >= COMPILE_WORK and not convolutional and self.device.type == "cpu" and has_compiler()

    def latents(self, x: Rows, c: Rows | None = None) -> list[Latents]:
        """Describe each latent variable over these rows."""
        return inspect_latents(self.model, self.batches(x, c), seed=self.seed)

    def predicts_itself(self, x: Rows, c: Rows | None = None) -> bool:
        """Whether p(x | z) predicts each entry of a row from those before it, and could do without a code."""
        with _asking():
            return isinstance(self.model(next(self.batches(x, c, size=1)))["x"].p, Autoregressive)

    def floor_hits(self, x: Rows, c: Rows | None = None) -> float:
        """Return the share of likelihood variances that rest on their floor."""
        likelihood: Any = getattr(self.model, "likelihood", None)
        family: Any = getattr(likelihood, "family", None)
        if not hasattr(family, "floor_hits"):
            return 0.0
        contexts = [self.encode(first_rows(x, 1024), None if c is None else first_rows(c, 1024))]
        if self.conditional and c is not None:
            contexts.append(first_rows(c, 1024))
        with torch.no_grad():
            params = likelihood.network(*(context.to(self.device) for context in contexts))
        return float(family.floor_hits(params))

    @property
    def code_size(self) -> int:
        """Entries of a row's code: the latents joined."""
        return sum(self._code_sizes().values())

    def _code_sizes(self) -> dict[str, int]:
        """Return the entries of each latent in a row's code, in their order."""
        dtype = next(self.model.parameters()).dtype
        c = torch.zeros(1, self.schema.condition_size, dtype=dtype) if self.conditional else None
        with _asking():
            (batch,) = self.batches(torch.zeros(1, *self.schema.shape, dtype=dtype), c)
            latents = self.model(batch).latents
        return {name: _mean(s.q).shape[-1] for name, s in latents.items() if self.model.code in (None, name)}

    def check_codes(self, z: Tensor) -> Tensor:
        """Return codes as float32 ``(n, D)``.

        Raises
        ------
        ShapeError
            When they are not of the latent space's size.
        """
        if z.ndim != 2 or z.shape[1] != self.code_size:
            raise ShapeError(f"Codes have shape {tuple(z.shape)}; this model's are (n, {self.code_size}).")
        return z.float()


@contextmanager
def _asking() -> Iterator[None]:
    """Ask a model without gradients, and without using up the caller's random numbers."""
    with torch.no_grad(), torch.random.fork_rng():
        yield


def _mean(p: Distribution | None) -> Tensor:
    assert p is not None
    return p.mean
