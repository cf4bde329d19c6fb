r"""Models whose log p(x) and posterior are known: z ~ N(0, I), x | z ~ N(Wz + b, diag(v)).

.. math:: p(x) = N(b, WW^\top + \mathrm{diag}(v)), \qquad
          p(z \mid x) = N(\Lambda^{-1} W^\top v^{-1} (x - b), \Lambda^{-1}), \quad \Lambda = I + W^\top v^{-1} W
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lowerbound.core import Conditional
from lowerbound.distributions import CholeskyNormal, DiagonalNormal
from lowerbound.likelihoods import Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal as DiagonalNormalFamily
from lowerbound.priors import StandardNormal


def data(name: str) -> Tensor:
    """Return a data set of the exact answers, float64, ``(n, D)``: z-scored where they are."""
    from sklearn import datasets

    x = torch.from_numpy(getattr(datasets, f"load_{name}")().data).double()
    if name == "digits":
        return x / 16
    return x if name == "iris" else (x - x.mean(0)) / x.std(0, correction=0)


def covariance(x: Tensor) -> Tensor:
    """Maximum-likelihood covariance, ``(D, D)``."""
    centred = x - x.mean(0)
    return centred.T @ centred / len(x)


class AffineNormal(nn.Module):
    """N(Ac + a, LL') of the first context c, for given A, a, L: diagonal where L is a vector."""

    def __init__(self, weight: Tensor, bias: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.weight, self.bias, self.scale = weight, bias, scale

    def forward(self, *contexts: Tensor | None) -> CholeskyNormal | DiagonalNormal:
        first = next(c for c in contexts if c is not None)
        loc = first @ self.weight.T + self.bias
        return DiagonalNormal(loc, self.scale.log()) if self.scale.ndim == 1 else CholeskyNormal(loc, self.scale)


def linear(weight: Tensor, bias: Tensor) -> MLP:
    """A linear network with these weights, float64."""
    network = MLP(((weight.shape[1],),), (weight.shape[0],), hidden=()).double()
    state = {"layers.0.weight": weight, "layers.0.bias": bias}
    network.load_state_dict(state)
    return network


@dataclass
class LinearGaussian:
    """``weight`` (D, q), ``bias`` (D,), ``variance`` of x given z: one number."""

    weight: Tensor
    bias: Tensor
    variance: float

    @classmethod
    def random(cls, event: int, latent: int, seed: int = 0, variance: float = 0.3) -> LinearGaussian:
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(event, latent, generator=generator, dtype=torch.float64)
        return cls(weight, torch.randn(event, generator=generator, dtype=torch.float64), variance)

    @property
    def latent(self) -> int:
        return self.weight.shape[1]

    @property
    def marginal(self) -> torch.distributions.MultivariateNormal:
        noise = self.variance * torch.eye(len(self.bias)).double()
        return torch.distributions.MultivariateNormal(self.bias, self.weight @ self.weight.T + noise)

    def log_prob(self, x: Tensor) -> Tensor:
        return self.marginal.log_prob(x)

    def sample(self, n: int) -> Tensor:
        return self.marginal.sample((n,))

    def posterior(self) -> AffineNormal:
        """The exact p(z | x)."""
        precision = torch.eye(self.latent).double() + self.weight.T @ self.weight / self.variance
        covariance = precision.inverse()
        gain = covariance @ self.weight.T / self.variance
        return AffineNormal(gain, -gain @ self.bias, torch.linalg.cholesky(covariance))

    def diagonal_posterior(self, shift: float = 0.0, wider: float = 1.0) -> AffineNormal:
        """The exact posterior's mean (shifted) with independent coordinates (widened)."""
        exact = self.posterior()
        scale = (exact.scale @ exact.scale.T).diagonal().sqrt()
        return AffineNormal(exact.weight, exact.bias + shift, wider * scale)

    def vae(self, posterior: str | nn.Module = "exact") -> VAE:
        """The model, with the ``"exact"`` posterior or a ``"wide"`` one that leaves a gap."""
        if isinstance(posterior, str):
            posterior = self.posterior() if posterior == "exact" else self.diagonal_posterior(0.2, 1.4)
        likelihood = Conditional(Normal((len(self.bias),), variance=self.variance), linear(self.weight, self.bias))
        level = Latent("z", StandardNormal((self.latent,)).double(), posterior)
        return VAE([level], likelihood.double())


def ppca(x: Tensor, q: int) -> LinearGaussian:
    """Return probabilistic PCA's maximum-likelihood model of ``x``: W = U (L - s2 I)^(1/2).

    References: Tipping and Bishop, Probabilistic Principal Component Analysis, 1999, equation 7.
    """
    values, vectors = torch.linalg.eigh(covariance(x))
    s2 = float(values[:-q].mean())
    return LinearGaussian(vectors[:, -q:] * (values[-q:] - s2).sqrt(), x.mean(0), s2)


def ppca_em(x: Tensor, q: int, steps: int) -> list[float]:
    """Return the log-likelihood, nats per row, at each step of Tipping and Bishop's EM (equations 29-31)."""
    s, d = covariance(x), x.shape[1]
    eye = torch.eye(q).double()
    weight, s2, path = torch.randn(d, q).double(), 1.0, []
    for _ in range(steps):
        path.append(float(LinearGaussian(weight, x.mean(0), s2).log_prob(x).mean()))
        inverse = (weight.T @ weight + s2 * eye).inverse()
        moved = s @ weight
        new = moved @ (s2 * eye + inverse @ weight.T @ moved).inverse()
        s2 = float((s.trace() - (moved @ inverse @ new.T).trace()) / d)
        weight = new
    return path


def trainable_vae(event: int, latent: int, variance: str | float = "feature") -> VAE:
    """A small VAE in float32, as users build it."""
    posterior = Conditional(DiagonalNormalFamily((latent,)), MLP(((event,),), (2, latent), hidden=(8,)))
    likelihood = Conditional(Normal((event,), variance=variance), MLP(((latent,),), (event,), hidden=(8,)))
    return VAE([Latent("z", StandardNormal((latent,)), posterior)], likelihood)


def toy(posterior: str) -> VAE:
    """z ~ N(0, 1), x | z ~ N(z, 1), with q the ``"prior"`` or the ``"exact"`` posterior; mind x = 1."""
    model = LinearGaussian(torch.ones(1, 1).double(), torch.zeros(1).double(), 1.0)
    if posterior == "exact":
        return model.vae("exact")
    return model.vae(AffineNormal(torch.zeros(1, 1).double(), torch.zeros(1).double(), torch.ones(1).double()))
