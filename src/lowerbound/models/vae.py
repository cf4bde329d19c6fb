r"""Levels of latent variables above a likelihood.

.. math:: p(x, z_1, \dots, z_L) = p(x \mid z_L) \prod_l p(z_l \mid z_{<l}), \qquad
          q(z \mid x) = \prod_l q(z_l \mid z_{<l}, x)

One top-down pass serves training, given latents and sampling; they differ only in where the
value of a variable comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core import Batch, Level, Model, Progress, Site, Trace, draw
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.models.latent import Latent

__all__ = ["VAE"]


class VAE(Model):
    """A variational autoencoder.

    Parameters
    ----------
    levels
        Latent variables, top first.
    likelihood
        p(x | state, c); or a dict of such modules, one per observed variable.
    encoder
        Maps x ``(B, *x_shape)`` to activations: one tensor that all levels read, or a list with
        one per level. Without it levels read x itself.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014; Rezende et al., Stochastic
    Backpropagation, 2014 (several levels).

    Examples
    --------
    >>> from lowerbound.core import Conditional
    >>> from lowerbound.likelihoods import Bernoulli
    >>> from lowerbound.models import Latent
    >>> from lowerbound.networks import MLP
    >>> from lowerbound.posteriors import DiagonalNormal
    >>> from lowerbound.priors import StandardNormal
    >>> z = Latent("z", StandardNormal((2,)), Conditional(DiagonalNormal((2,)), MLP(((5,),), (2, 2))))
    >>> vae = VAE([z], Conditional(Bernoulli((5,)), MLP(((2,),), (5,))))
    >>> vae({"x": torch.ones(3, 5)}, samples=4).log_weight().shape
    torch.Size([4, 3])
    >>> vae.sample(7)["x"].value.shape
    torch.Size([7, 5])
    """

    def __init__(
        self,
        levels: Sequence[Level],
        likelihood: nn.Module | Mapping[str, nn.Module],
        encoder: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.levels = nn.ModuleList(levels)
        self.likelihood = nn.ModuleDict(dict(likelihood)) if isinstance(likelihood, Mapping) else likelihood
        self.encoder = encoder
        for i, level in enumerate(levels):
            if encoder is not None and isinstance(level, Latent):
                level.share(encoder, i)

    @property
    def likelihoods(self) -> dict[str, nn.Module]:
        """The observed variables by name."""
        if isinstance(self.likelihood, nn.ModuleDict):
            return dict(self.likelihood.items())
        return {"x": self.likelihood}

    def forward(self, batch: Batch, samples: int = 1, progress: Progress | None = None) -> Trace:
        """Infer the latents of a batch.

        Parameters
        ----------
        batch
            ``x`` and other observed variables ``(B, *event)``; ``c``, the condition; any latent
            by name.
        samples
            Latent samples per row.
        progress
            Kept in the trace for schedules.
        """
        return self.infer(batch, (samples, self._present(batch).shape[0]), progress)

    def infer(self, batch: Batch, lead: tuple[int, ...], progress: Progress | None = None) -> Trace:
        """Infer the latents of rows that may have sample axes themselves: values are ``(*lead, *event)``."""
        present = self._present(batch)
        return self._run(batch, lead, self._encode(present), present, progress or Progress())

    def _present(self, batch: Batch) -> Tensor:
        present = next((batch[name] for name in self.likelihoods if name in batch), None)
        if present is None:
            raise ShapeError(f"The batch holds none of {sorted(self.likelihoods)}; it has {sorted(batch)}.")
        return present

    def sample(self, n: int, **given: Tensor) -> Trace:
        """Draw ``n`` rows; what is ``given`` (latents, ``c``, other observed variables) is kept."""
        return self._run(given, (n,), None, next(self._tensors(), torch.zeros(())), Progress())

    def _tensors(self) -> Iterator[Tensor]:
        yield from self.parameters()
        yield from self.buffers()

    def _encode(self, x: Tensor) -> list[Tensor]:
        if self.encoder is None:
            return [x] * len(self.levels)
        out = self.encoder(x)
        return out if isinstance(out, list) else [out] * len(self.levels)

    def _run(
        self, batch: Batch, lead: tuple[int, ...], acts: list[Tensor] | None, like: Tensor, progress: Progress
    ) -> Trace:
        """The one top-down pass: ``acts`` is None when sampling."""
        c = batch.get("c")
        h: Tensor | None = None
        sites: dict[str, Site] = {}
        dtype = like.dtype if like.is_floating_point() else torch.float32
        weight = torch.full(lead, 1.0 / (lead[0] if len(lead) > 1 else 1), dtype=dtype, device=like.device)
        for i, level in enumerate(self.levels):
            assert isinstance(level, Level)
            p = level.prior(h, c)
            given, scored = batch.get(level.name), False
            q = None if acts is None or given is not None else level.posterior(p, h, acts[i], c)
            if given is not None:
                z = given
            elif q is not None and level.enumerate:
                z, weight = _enumerate(q, weight)
            else:
                scored = q is not None and not q.has_rsample and torch.is_grad_enabled()
                if scored and not level.score:
                    raise ConfigError(
                        f"Level {level.name!r} draws from a {type(q).__name__}, through which no gradient reaches the "
                        "encoder: give the level enumerate=True, or score=True."
                    )
                z = draw(p if q is None else q, weight.shape)
            site = sites[level.name] = Site(z, p, q, observed=given is not None, scored=scored)
            if scored:
                weight = weight * (site.log_q - site.log_q.detach()).exp()
            h = level.merge(h, z)
        for name, likelihood in self.likelihoods.items():
            p = likelihood(h, c)
            if name in batch:
                sites[name] = Site(batch[name], p, observed=True, source=likelihood)
            elif acts is None:
                sites[name] = Site(draw(p, weight.shape), p, source=likelihood)
        return Trace(sites, weight, batch, progress)


def _enumerate(q: Distribution, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return every value of ``q`` on a new leftmost axis, and the weight of each."""
    support = q.expand(weight.shape).enumerate_support()
    return support, weight * q.log_prob(support).exp()
