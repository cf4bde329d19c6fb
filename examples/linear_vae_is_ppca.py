r"""A linear VAE reaches probabilistic PCA: what is trained is log p(x), to the fifth decimal.

With a linear decoder, one learned variance and a diagonal posterior,

.. math:: z \sim N(0, I), \quad x \mid z \sim N(Wz + b, \sigma^2 I), \quad q(z \mid x) = N(Vx + a, \mathrm{diag}(s^2)),

the maximum of the ELBO over all parameters is the maximum of the likelihood of probabilistic
PCA, which eigenvalues of the covariance give in closed form (Tipping and Bishop, 1999; Lucas et
al., Don't Blame the ELBO, 2019). The training below starts from random weights and knows nothing
of eigenvalues. The only thing special is its noise: the reconstruction error of a linear decoder
is quadratic in the latent noise, so its mean over q + 1 sigma points is its exact expectation, and
a deterministic optimizer can go all the way.

    python examples/linear_vae_is_ppca.py --out linear_vae_is_ppca.png
"""

from __future__ import annotations

import argparse
import math

import torch
from sklearn.datasets import load_breast_cancer, load_iris
from torch import Tensor

from lowerbound.core import Conditional, Family, Progress, Term, noise
from lowerbound.likelihoods import Normal
from lowerbound.metrics import log_likelihood
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal


class SigmaPoints:
    """The q + 1 corners of a simplex as noise: their mean is 0 and their covariance I."""

    def normal(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        """Return one corner for each of the q + 1 samples, the same for every row."""
        n = shape[-1] + 1
        ones_first = torch.cat([torch.ones(n, 1), torch.eye(n)[:, :-1]], 1).to(like.dtype)
        corners = math.sqrt(n) * torch.linalg.qr(ones_first).Q[:, 1:]
        return corners[:, None].expand(shape)

    def uniform(self, shape: tuple[int, ...], event_dim: int, like: Tensor) -> Tensor:
        """Discrete draws have no sigma points."""
        raise NotImplementedError


def linear_vae(features: int, posterior: Family, variance: str | float = "scalar") -> VAE:
    """Build the model, randomly initialised, in double precision."""
    encoder = MLP(((features,),), posterior.params_shape, hidden=())
    decoder = MLP((posterior.event_shape,), (features,), hidden=())
    level = Latent("z", StandardNormal(posterior.event_shape), Conditional(posterior, encoder))
    return VAE([level], Conditional(Normal((features,), variance=variance, standardize=False), decoder)).double()


def fit(model: VAE, x: Tensor, objective: Term, steps: int = 1000) -> list[float]:
    """Minimise the objective by L-BFGS on all rows; return the loss, nats per row, at each evaluation."""
    optimizer = torch.optim.LBFGS(
        model.parameters(),
        max_iter=steps,
        max_eval=2 * steps,
        history_size=100,
        line_search_fn="strong_wolfe",
        tolerance_grad=1e-7,
        tolerance_change=1e-13,
    )
    path: list[float] = []

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = objective.losses(model, {"x": x}, Progress())["model"]
        loss.backward()
        path.append(loss.item())
        return loss

    with noise.use(SigmaPoints()):
        optimizer.step(closure)
    return path


def marginal(model: VAE, latents: int) -> torch.distributions.MultivariateNormal:
    """Return the model's exact p(x) = N(b, WW' + diag(sigma^2)), read off the decoder."""
    with torch.no_grad():
        at_zero = model.likelihood(torch.zeros(1, latents).double())
        columns = model.likelihood(torch.eye(latents).double()).mean - at_zero.mean
        covariance = columns.T @ columns + torch.diag(at_zero.variance[0])
    return torch.distributions.MultivariateNormal(at_zero.mean[0], covariance)


def ppca_log_likelihood(x: Tensor, latents: int) -> float:
    """Return the maximum, nats per row: only eigenvalues of the covariance enter."""
    values = torch.linalg.eigvalsh(torch.cov(x.T, correction=0))
    kept, discarded = values[-latents:], values[:-latents]
    d = len(values)
    return -0.5 * float(d * math.log(2 * math.pi) + kept.log().sum() + len(discarded) * discarded.mean().log() + d)


def datasets() -> list[tuple[str, Tensor, int]]:
    """Return (name, rows, latents): iris as it is, breast cancer with each feature standardised."""
    iris, cancer = (torch.from_numpy(load().data).double() for load in (load_iris, load_breast_cancer))
    cancer = (cancer - cancer.mean(0)) / cancer.std(0, correction=0)
    return [("iris", iris, 2), ("breast cancer", cancer, 5)]


def main() -> None:
    """Train on each data set, print the table and save the plot."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    parser = argparse.ArgumentParser(description="Train linear VAEs and compare them with probabilistic PCA.")
    parser.add_argument("--out", default="linear_vae_is_ppca.png", help="where the plot goes")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = datasets()
    figure, axes = plt.subplots(1, len(found), figsize=(9, 3.5), layout="constrained", squeeze=False)
    print(f"{'data':<14}{'q':>3}{'ELBO':>13}{'log p (S=100)':>15}{'log p exact':>13}{'pPCA':>13}{'gap':>10}")
    for axis, (name, x, latents) in zip(axes[0], found, strict=True):
        torch.manual_seed(options.seed)
        model = linear_vae(x.shape[1], DiagonalNormal((latents,)))
        path = fit(model, x, ELBO(samples=latents + 1))
        best = ppca_log_likelihood(x, latents)
        sampled = log_likelihood(model, iter([{"x": x}]), samples=100).value
        exact = float(marginal(model, latents).log_prob(x).mean())
        elbo = -path[-1]
        print(f"{name:<14}{latents:>3}{elbo:>13.6f}{sampled:>15.6f}{exact:>13.6f}{best:>13.6f}{best - elbo:>10.1e}")
        axis.semilogy([best + loss for loss in path])
        axis.axhline(1e-4, color="grey", linestyle=":")
        axis.set(title=f"{name}, {latents} latents", xlabel="evaluations", ylabel="pPCA's log p(x) - ELBO, nats")
    figure.savefig(options.out, dpi=150)
    plt.close(figure)
    print(f"Plot: {options.out}")


if __name__ == "__main__":
    main()
