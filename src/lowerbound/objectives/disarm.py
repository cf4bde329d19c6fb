r"""The ELBO for bits, from mirrored pairs of draws.

With uniform noise :math:`u` and its mirror :math:`1 - u` giving bits :math:`b` and :math:`\tilde b`, logits
:math:`\phi` and the loss :math:`f`,

.. math:: \nabla_{\phi_i} = E\!\left[ \tfrac12 (f(b) - f(\tilde b)) (-1)^{\tilde b_i} 1[b_i \ne \tilde b_i]\,
          \sigma(|\phi_i|) \right].
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress, Schedule, noise, value_at
from lowerbound.core.component import positive
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError
from lowerbound.objectives._latents import only_bits

__all__ = ["DisARM"]


class DisARM(Objective):
    """Minus the ELBO, the gradient of the bits' logits from the difference within each pair of draws.

    For one latent variable of bits.

    Parameters
    ----------
    beta
        Weight of the rate: a number or a schedule.
    samples
        Latent samples per row, an even number: pairs.

    Raises
    ------
    ConfigError
        For an odd number of samples, or a model without one variable of bits.

    References
    ----------
    Dong, Mnih and Tucker, DisARM: An Antithetic Gradient Estimator for Binary Latent Variables, 2020, equation 7;
    Yin and Zhou, ARM, 2019.

    Examples
    --------
    >>> DisARM(samples=4)
    DisARM(samples=4)
    """

    def __init__(self, beta: float | Schedule = 1.0, samples: int = 2) -> None:
        super().__init__()
        self.beta = beta
        self.samples = positive(samples, "samples")
        if samples % 2:
            raise ConfigError(f"DisARM draws pairs: samples={samples} must be even.")

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Run the model once on mirrored noise and return its loss."""
        beta = value_at(self.beta, progress)
        with noise.use(_Mirrored(noise.source())):
            trace = model(batch, samples=self.samples, progress=progress)
        site, logits = only_bits(self, trace)
        loss = (beta * trace.kl() - trace.log_likelihood()).expand(trace.weight.shape)
        first, second = loss.detach().chunk(2)
        bits, mirrored = site.value.chunk(2)
        drop = (first - second).reshape(first.shape + (1,) * (bits.ndim - 2))
        slope = 0.5 * drop * (bits - mirrored) * torch.sigmoid(logits.detach().abs())
        moved = (slope * (logits - logits.detach())).flatten(2).sum(-1).mean(0)
        if log is not None:
            record(log, trace, {"beta": beta})
        return {"model": (loss.mean(0) + moved).mean()}


class _Mirrored:
    """Half of the samples from another source, and their mirror images."""

    def __init__(self, inner: noise.NoiseSource) -> None:
        self.inner = inner

    def _half(self, shape: tuple[int, ...], event_dim: int) -> tuple[int, tuple[int, ...]]:
        axis = len(shape) - event_dim - 2
        return axis, (*shape[:axis], shape[axis] // 2, *shape[axis + 1 :])

    def normal(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        axis, half = self._half(shape, event_dim)
        x = self.inner.normal(half, event_dim, like)
        return torch.cat([x, -x], axis)

    def uniform(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        axis, half = self._half(shape, event_dim)
        u = self.inner.uniform(half, event_dim, like)
        return torch.cat([u, 1 - u], axis)
