r"""A model of rows, and a second model of the codes of the first.

.. math:: p(x, z, u) = p(x \mid z) \, p(z \mid u) \, p(u), \qquad q(z, u \mid x) = q(z \mid x) \, q(u \mid z)

The first model's own prior of z trains its encoder and then gives way to the second model. Since u is inferred from
z, the bound takes log q(z | x) - log p(z | u) at the drawn z, where a closed form would take them apart:

.. math:: \log p(x) \ge E_{q(z \mid x)} E_{q(u \mid z)}\!\left[ \log p(x \mid z) + \log \frac{p(z \mid u)}{q(z \mid x)}
          + \log \frac{p(u)}{q(u \mid z)} \right].
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from lowerbound.core import Batch, Model, Progress, Site, Trace
from lowerbound.errors import ConfigError
from lowerbound.models.vae import VAE

__all__ = ["TwoStage"]


class TwoStage(Model):
    """Two VAEs, one of rows and one of its codes.

    Parameters
    ----------
    first
        With one latent variable: the code of a row.
    second
        Over values of that code; its latents have other names.

    Raises
    ------
    ConfigError
        When the first has not one latent variable, or when a name is used twice.

    References
    ----------
    Dai and Wipf, Diagnosing and Enhancing VAE Models, 2019, section 4.

    Examples
    --------
    >>> import torch
    >>> from lowerbound.core import Conditional
    >>> from lowerbound.likelihoods import Normal
    >>> from lowerbound.models import VAE, Latent
    >>> from lowerbound.networks import MLP
    >>> from lowerbound.posteriors import DiagonalNormal
    >>> from lowerbound.priors import StandardNormal
    >>> def vae(name, n):
    ...     q = Conditional(DiagonalNormal((2,)), MLP(((n,),), (2, 2)))
    ...     return VAE([Latent(name, StandardNormal((2,)), q)], Conditional(Normal((n,)), MLP(((2,),), (n,))))
    >>> model = TwoStage(vae("z", 5), vae("u", 2))
    >>> list(model({"x": torch.zeros(3, 5)}, samples=4).sites)
    ['u', 'z', 'x']
    """

    def __init__(self, first: VAE, second: VAE) -> None:
        super().__init__()
        if len(first.levels) != 1 or isinstance(second.likelihood, nn.ModuleDict):
            raise ConfigError(
                f"TwoStage models one code: the first model has {len(first.levels)} latent variables, where it needs "
                "one, and the second describes one observed variable."
            )
        names = [str(level.name) for model in (first, second) for level in model.levels] + list(first.likelihoods)
        if len(set(names)) < len(names):
            raise ConfigError(f"TwoStage: the variables {', '.join(names)} need different names.")
        self.first = first
        self.second = second
        self.code = self._code = str(first.levels[0].name)

    @property
    def likelihood(self) -> nn.Module:
        """p(x | z)."""
        return self.first.likelihood

    @property
    def likelihoods(self) -> Mapping[str, nn.Module]:
        """The observed variables by name."""
        return self.first.likelihoods

    def forward(self, batch: Batch, samples: int = 1, progress: Progress | None = None) -> Trace:
        """Infer the codes of a batch, and the latents of the codes."""
        lower = self.lower(batch, samples, progress)
        return self.joined(lower, self.upper(lower))

    def lower(self, batch: Batch, samples: int = 1, progress: Progress | None = None) -> Trace:
        """Run the first stage, under its own prior."""
        return self.first(batch, samples=samples, progress=progress)

    def upper(self, lower: Trace, *, detach: bool = False) -> Trace:
        """Run the second stage on the codes of the first, as rows that are given."""
        z = lower[self._code].value
        rows = {**{k: v for k, v in lower.batch.items() if k not in lower.sites}, "x": z.detach() if detach else z}
        return self.second.infer(rows, tuple(lower.weight.shape), lower.progress)

    def joined(self, lower: Trace, upper: Trace) -> Trace:
        """Return the run of both stages as one: the second stage is the prior of the code."""
        site, above = lower[self._code], dict(upper.sites)
        row = above.pop("x")
        given = site.observed and row.observed
        code = Site(site.value, row.p, site.q, observed=given, scored=site.scored, joined=True)
        below = {name: found for name, found in lower.sites.items() if name != self._code}
        return Trace({**above, self._code: code, **below}, lower.weight, lower.batch, lower.progress)

    def sample(self, n: int, **given: Tensor) -> Trace:
        """Draw ``n`` rows: u, then z, then x. Where z is given, nothing above it is drawn."""
        if self._code in given:
            return self.first.sample(n, **given)
        mine = {str(level.name) for level in self.second.levels}
        upper = self.second.sample(n, **{name: value for name, value in given.items() if name in mine})
        rest = {name: value for name, value in given.items() if name not in mine}
        lower = self.first.sample(n, **{**rest, self._code: upper["x"].value})
        return self.joined(lower, upper)
