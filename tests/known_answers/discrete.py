"""Models with a discrete latent, whose log p(x) is a sum that can be written out."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Conditional
from lowerbound.likelihoods import Bernoulli
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP
from lowerbound.posteriors import DiagonalNormal, OneHotCategorical
from lowerbound.priors import StandardNormal, UniformCategorical

K, D, X = 3, 2, 6


def label() -> Latent:
    """y ~ uniform over K classes, with q(y | x), enumerated."""
    return Latent(
        "y", UniformCategorical((K,)), Conditional(OneHotCategorical((K,)), MLP(((X,),), (K,))), enumerate=True
    )


def mixture() -> VAE:
    """p(x) = sum over y of p(y) p(x | y), float64."""
    return VAE([label()], Conditional(Bernoulli((X,)), MLP(((K,),), (X,)))).double()


def m2() -> VAE:
    """Kingma et al. 2014: y, z ~ p(y) N(0, I), x | y, z; q(y | x) q(z | x, y). Float64."""
    posterior = Conditional(DiagonalNormal((D,)), MLP(((X,), (K,)), (2, D), hidden=(8,)))
    z = Latent("z", StandardNormal((D,)), posterior, network=MLP(((K,), (D,)), (5,), hidden=()))
    return VAE([label(), z], Conditional(Bernoulli((X,)), MLP(((5,),), (X,)))).double()


def binary(n: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 2, (n, X), generator=generator).double()


def labels(n: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.eye(K).double()[torch.randint(0, K, (n,), generator=generator)]


def log_p_x_given(model: VAE, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """log p(x | y, z) by torch alone, from the networks."""
    state = model.levels[1].network(y, z)
    logits = model.likelihood.network(state)
    return torch.distributions.Bernoulli(logits=logits).log_prob(x).sum(-1)


def normal_log_prob(z: Tensor, params: Tensor) -> Tensor:
    """log N(z | mean, scale) by torch alone; ``params`` (n, 2, D) of a DiagonalNormal family."""
    loc, raw = params[:, 0], params[:, 1]
    scale = torch.where(raw < 0, raw.exp(), 1 + raw)
    return torch.distributions.Normal(loc, scale).log_prob(z).sum(-1)


def labelled_bound(model: VAE, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """-L(x, y) of the paper at one z: log p(x|y,z) + log p(y) + log p(z) - log q(z|x,y)."""
    log_q = normal_log_prob(z, model.levels[1].posterior_.network(x, y))
    log_p_z = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)
    return log_p_x_given(model, x, y, z) - torch.tensor(float(K)).double().log() + log_p_z - log_q


def log_q_y(model: VAE, x: Tensor) -> Tensor:
    """log q(y | x), ``(n, K)``."""
    return model.levels[0].posterior_.network(x).log_softmax(-1)
