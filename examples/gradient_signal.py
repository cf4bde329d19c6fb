r"""How much of a stochastic gradient is signal: three claims about gradient estimators, measured.

Of one row's encoder gradient, drawn many times on models whose answer is known: the importance-weighted bound drowns
its encoder's gradient as samples are added, its doubly reparameterised form does not (Rainforth et al., 2018; Tucker
et al., 2019); close to the exact posterior, sticking the landing has no noise left (Roeder et al., 2017); for bits,
baselines, pairs and relaxations each take most of the score function's noise away (Dong et al., 2020).

    python examples/gradient_signal.py --out docs/images/gradient_signal.png
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core import Conditional, Family, Objective, Progress
from lowerbound.likelihoods import Bernoulli, Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.objectives import ELBO, IWAE, REBAR, DisARM, DReG, StickingTheLanding
from lowerbound.posteriors import BernoulliLatent, DiagonalNormal
from lowerbound.priors import StandardNormal, UniformBernoulli

BITS, PIXELS = 8, 6
NOISE = (0.1, 0.2, 0.4, 0.8)
"""Ticks of the third panel."""


class OwnParameters(nn.Module):
    """A posterior with parameters for each row: the gradient of a row is then one draw of the estimator."""

    def __init__(self, family: Family, params: Tensor, rows: int) -> None:
        super().__init__()
        self.family = family
        self.params = nn.Parameter(params.expand(rows, *params.shape).clone())

    def forward(self, *contexts: Tensor | None) -> Distribution:
        """Return the distribution, one for each row."""
        return self.family(self.params)


def gradients(objective: Objective, model: Callable[[int], VAE], x: Tensor, rows: int) -> Tensor:
    """Return ``rows`` independent draws of the gradient of one row's loss, ``(rows, P)``."""
    vae = model(rows)
    params = next(p for name, p in vae.named_parameters() if name.endswith("posterior_.params"))
    loss = objective.losses(vae, {"x": x.expand(rows, *x.shape)}, Progress())["model"]
    (gradient,) = torch.autograd.grad(rows * loss, params)
    return gradient.flatten(1)


def linear(off: float) -> Callable[[int], VAE]:
    """z ~ N(0, 1), x | z ~ N(z, 1) with q's mean and log scale ``off`` above those of the exact posterior at x = 1."""
    params = torch.tensor([[0.5 + off], [off - 0.5 * math.log(2)]], dtype=torch.float64)

    def model(rows: int) -> VAE:
        decoder = MLP(((1,),), (1,), hidden=())
        decoder.load_state_dict({"layers.0.weight": torch.ones(1, 1), "layers.0.bias": torch.zeros(1)})
        level = Latent("z", StandardNormal((1,)), OwnParameters(DiagonalNormal((1,)), params, rows))
        return VAE([level], Conditional(Normal((1,), variance=1.0), decoder)).double()

    return model


def bits(family: Family | None = None) -> Callable[[int], VAE]:
    """Eight bits beneath a small random decoder of six."""
    family = family or BernoulliLatent((BITS,))

    def model(rows: int) -> VAE:
        with torch.random.fork_rng():
            decoder = MLP(((BITS,),), (PIXELS,), hidden=(8,))
            torch.manual_seed(0)
            for weight in decoder.parameters():
                nn.init.normal_(weight, std=0.8)
            params = 0.7 * torch.randn(BITS).double()
        level = Latent("z", UniformBernoulli((BITS,)), OwnParameters(family, params, rows), score=family.scored)
        return VAE([level], Conditional(Bernoulli((PIXELS,)), decoder)).double()

    return model


def signal_to_noise(samples: list[int], rows: int = 20_000) -> dict[str, list[float]]:
    """Return |mean| / standard deviation of the importance-weighted bound's encoder gradient by samples."""
    out: dict[str, list[float]] = {"IWAE": [], "DReG": []}
    for k in samples:
        drawn = {"IWAE": gradients(IWAE(k), linear(0.3), torch.ones(1).double(), rows)}
        drawn["DReG"] = gradients(DReG(k), linear(0.3), torch.ones(1).double(), rows)
        # The two have one expectation; the quieter one knows it better.
        mean = drawn["DReG"].mean(0).abs()
        for name, values in drawn.items():
            out[name].append(float((mean / values.std(0)).log().mean().exp()))
    return out


def landing_noise(offsets: list[float], rows: int = 20_000) -> dict[str, list[float]]:
    """Return the standard deviation of the ELBO's encoder gradient by distance from the exact posterior."""
    terms = {"ELBO": ELBO(), "sticking the landing": StickingTheLanding()}
    x = torch.ones(1).double()
    return {
        name: [float(gradients(term, linear(off), x, rows).std(0).mean()) for off in offsets]
        for name, term in terms.items()
    }


def bit_noise(runs: list[int], rows: int = 20_000) -> dict[str, list[float]]:
    """Return the standard deviation of the logits' gradient by decoder runs an estimate, multiples of six."""
    objectives: dict[str, Callable[[int], Objective]] = {
        "score function": lambda n: REBAR(samples=n, eta=0.0),
        "leave one out": lambda n: ELBO(samples=n),
        "DisARM": lambda n: DisARM(samples=n),
        "REBAR": lambda n: REBAR(samples=n // 3),
    }
    x = (torch.arange(PIXELS) % 2).double()
    return {
        name: [float(gradients(make(n), bits(), x, rows).var(0).mean().sqrt()) for n in runs]
        for name, make in objectives.items()
    }


def main() -> None:
    """Measure, and draw the three panels."""
    from matplotlib.figure import Figure

    parser = argparse.ArgumentParser(description="Measure the signal in stochastic gradients.")
    parser.add_argument("--out", default="gradient_signal.png", help="where the plot goes")
    options = parser.parse_args()
    torch.manual_seed(0)
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    samples, offsets = [1, 4, 16, 64, 256], [0.3, 0.1, 0.03, 0.01, 0.0]
    for name, values in signal_to_noise(samples).items():
        left.loglog(samples, values, marker="o", label=name)
    left.loglog(samples, [0.2 / math.sqrt(k) for k in samples], ":", color="grey", label="slope -1/2")
    left.set(xlabel="importance samples", ylabel="signal / noise", title="Encoder gradient of the bound")
    for name, values in landing_noise(offsets).items():
        middle.plot(offsets, values, marker="o", label=name)
    middle.set(xlabel="distance of q from the posterior", ylabel="standard deviation", title="Gradient of the ELBO")
    runs = [6, 12, 24]
    for name, values in bit_noise(runs).items():
        right.loglog(runs, values, marker="o", label=name)
    right.set(xlabel="decoder runs", ylabel="standard deviation", title="The same, for eight bits")
    right.set_xticks(runs, map(str, runs), minor=False)
    right.set_yticks(NOISE, map(str, NOISE), minor=False)
    right.set_ylim(top=1.6)  # room for the legend
    right.tick_params(which="minor", labelbottom=False, labelleft=False)
    for axis in (left, middle, right):
        axis.legend(frameon=False, fontsize=8)
    figure.savefig(options.out, dpi=120)
    print(f"Plot: {options.out}")


if __name__ == "__main__":
    main()
