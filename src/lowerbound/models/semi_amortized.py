r"""The encoder as a first guess: some gradient steps on each row's own posterior follow, in training too.

.. math:: \lambda_0 = \mathrm{encoder}(x), \qquad
          \lambda_{k+1} = \lambda_k + \rho \, \nabla_\lambda \mathrm{ELBO}(x; \lambda_k), \qquad
          q(z \mid x) = q(z; \lambda_K)

Gradients of the loss run back through the steps, to the encoder and to the decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from lowerbound.core import Batch, Model, Progress, Trace, amortised, noise, with_posterior
from lowerbound.core.component import positive

__all__ = ["SemiAmortized"]


class SemiAmortized(Model):
    """A model whose posteriors are refined by gradient steps whenever it runs.

    In training the steps take fresh noise; in evaluation a fixed one that rows share, so that a row's posterior is
    the same at each call.

    Parameters
    ----------
    model
        With one continuous latent, whose posterior is a family of a network's output.
    steps
        K.
    rate
        Of the steps.
    clip
        Largest norm of a row's gradient.
    samples
        Draws a row and step.

    References
    ----------
    Kim, Wiseman, Miller, Sontag and Rush, Semi-Amortized Variational Autoencoders, 2018, algorithm 1.

    Examples
    --------
    >>> from lowerbound.core import Conditional
    >>> from lowerbound.likelihoods import Bernoulli
    >>> from lowerbound.models import VAE, Latent
    >>> from lowerbound.networks import MLP
    >>> from lowerbound.posteriors import DiagonalNormal
    >>> from lowerbound.priors import StandardNormal
    >>> z = Latent("z", StandardNormal((2,)), Conditional(DiagonalNormal((2,)), MLP(((5,),), (2, 2))))
    >>> model = SemiAmortized(VAE([z], Conditional(Bernoulli((5,)), MLP(((2,),), (5,)))), steps=3)
    >>> model({"x": torch.ones(3, 5)}, samples=4).log_weight().shape
    torch.Size([4, 3])
    """

    def __init__(self, model: Model, steps: int = 5, rate: float = 0.1, clip: float = 5.0, samples: int = 1) -> None:
        super().__init__()
        self.model = model
        self.steps = steps
        self.rate = rate
        self.clip = clip
        self.samples = positive(samples, "samples")

    @property
    def levels(self) -> nn.ModuleList:
        """The latent variables of the model."""
        return getattr(self.model, "levels")  # noqa: B009 - models in general need not have levels

    @property
    def likelihood(self) -> nn.Module:
        """p(x | z)."""
        return getattr(self.model, "likelihood")  # noqa: B009

    @property
    def likelihoods(self) -> Mapping[str, nn.Module]:
        """The observed variables by name."""
        return getattr(self.model, "likelihoods")  # noqa: B009

    def forward(self, batch: Batch, samples: int = 1, progress: Progress | None = None) -> Trace:
        """Infer the latents of a batch: encode, then refine."""
        if all(level.name in batch for level in self.levels):
            return self.model(batch, samples=samples, progress=progress)
        start = amortised(self.model, batch)
        through = torch.is_grad_enabled()
        params = start.params if start.params.requires_grad else start.params.detach().requires_grad_()
        with torch.enable_grad(), self._noise():
            for _ in range(self.steps):
                params = params + self.rate * self._slope(batch, start.name, start.family, params, through)
        q = start.family(params if through else params.detach())
        trace = with_posterior(self.model, batch, start.name, q, samples)
        trace.progress = progress or Progress()
        return trace

    def sample(self, n: int, **given: Tensor) -> Trace:
        """Draw ``n`` rows."""
        return self.model.sample(n, **given)

    def _noise(self) -> AbstractContextManager[object]:
        return nullcontext() if self.training else noise.use(noise.Shared(0))

    def _slope(self, batch: Batch, name: str, family: nn.Module, params: Tensor, through: bool) -> Tensor:
        """Return the gradient of each row's ELBO, of limited norm."""
        trace = with_posterior(self.model, batch, name, family(params), self.samples)
        (slope,) = torch.autograd.grad(-(trace.rate() + trace.distortion()).sum(), params, create_graph=through)
        norm = slope.flatten(1).norm(dim=1).clamp(min=self.clip)
        return slope * (self.clip / norm).reshape(-1, *(1 for _ in slope.shape[1:]))
