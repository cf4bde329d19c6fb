r"""The ELBO for bits, the score function's noise taken out by a relaxation of the same draw.

With logits :math:`\phi`, logistic noise giving :math:`z` and the bits :math:`b = 1[z > 0]`, a second draw
:math:`\tilde z \sim p(z \mid b)`, the loss :math:`f` and its relaxation :math:`f_\tau(z) = f(\sigma(z / \tau))`,

.. math:: \nabla_\phi = E\!\left[ (f(b) - \eta f_\tau(\tilde z)) \nabla_\phi \log q(b)
          + \eta \nabla_\phi f_\tau(z) - \eta \nabla_\phi f_\tau(\tilde z) \right].
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress, Schedule, noise, value_at
from lowerbound.core.component import positive
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError
from lowerbound.objectives._latents import only_bits

__all__ = ["REBAR"]


class REBAR(Objective):
    """Minus the ELBO, with a relaxed draw as control variate: unbiased at any temperature and eta.

    For one latent variable of bits, a prior with a closed-form KL, and a decoder that also reads numbers between
    zero and one.

    Parameters
    ----------
    beta
        Weight of the rate: a number or a schedule.
    samples
        Latent samples per row.
    temperature
        Of the relaxation.
    eta
        How much of the relaxation's gradient is used: 0 is the score function alone.

    Raises
    ------
    ConfigError
        For a temperature that is not positive, or a model without one variable of bits.

    References
    ----------
    Tucker et al., REBAR: Low-variance, Unbiased Gradient Estimates for Discrete Latent Variable Models, 2017,
    equation 5.

    Examples
    --------
    >>> REBAR(samples=2, temperature=0.3)
    REBAR(samples=2, temperature=0.3)
    """

    def __init__(
        self, beta: float | Schedule = 1.0, samples: int = 1, temperature: float = 0.5, eta: float = 1.0
    ) -> None:
        super().__init__()
        if temperature <= 0:
            raise ConfigError(f"temperature={temperature}: a positive number is needed.")
        self.beta = beta
        self.samples = positive(samples, "samples")
        self.temperature, self.eta = temperature, eta

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Run the model on drawn bits, and once more on their two relaxations."""
        beta = value_at(self.beta, progress)
        trace = model(batch, samples=self.samples, progress=progress)
        site, logits = only_bits(self, trace)
        if site.kl.ndim > 1:
            raise ConfigError(f"{self!r} needs a prior of bits, to which the KL has a closed form.")
        loss = -trace.log_likelihood()
        relaxed = torch.sigmoid(torch.cat(_couple(logits, site.value)) / self.temperature)
        given = {**batch, trace.scored[0]: relaxed}
        again = model(given, samples=2 * self.samples, progress=progress)
        soft = -torch.stack([again[name].log_p for name in trace.observed]).sum(0)
        along, conditional = soft.chunk(2)
        (slope,) = torch.autograd.grad((along - conditional).sum(), relaxed)
        score = (loss - self.eta * conditional).detach() * (site.log_q - site.log_q.detach())
        moved = (self.eta * slope * (relaxed - relaxed.detach())).flatten(2).sum(-1)
        control = score.mean(0) + 2 * moved.mean(0)
        if log is not None:
            record(log, trace, {"beta": beta})
        return {"model": (loss.mean(0) + beta * site.kl + control).mean()}


def _couple(logits: Tensor, bits: Tensor) -> tuple[Tensor, Tensor]:
    """Return z and z~ given the bits: logits with noise held fixed, and with noise that moves as p(z | b) does."""
    dims, on = logits.ndim - 1, torch.sigmoid(logits)
    edge = torch.finfo(logits.dtype).eps

    def conditional(v: Tensor) -> Tensor:
        u = torch.where(bits > 0, 1 - on * (1 - v), (1 - on) * v)
        return u.clamp(edge, 1 - edge)

    fixed, moving = (conditional(noise.uniform(tuple(bits.shape), dims, logits)) for _ in range(2))
    return logits + torch.logit(fixed.detach()), logits + torch.logit(moving)
