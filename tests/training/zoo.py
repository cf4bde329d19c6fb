"""Small models of every kind that the one training loop must carry, with toy data for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from lowerbound.core import (
    Batch,
    Conditional,
    Constant,
    Linear,
    Log,
    Model,
    Network,
    Objective,
    Progress,
    noise,
)
from lowerbound.core.objective import record
from lowerbound.likelihoods import Bernoulli, Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP, ConvDecoder, ConvEncoder
from lowerbound.objectives import ELBO, IWAE, AdversarialMatch, Distortion, SemiSupervised
from lowerbound.posteriors import DiagonalNormal, OneHotCategorical, PrecisionWeighted
from lowerbound.priors import StandardNormal, UniformCategorical

N_ROWS, WIDTH, CLASSES = 48, 16, 3


class Rows:
    """Batches of a dict of tensors, in a seeded order, or in the given one."""

    def __init__(
        self,
        data: dict[str, Tensor],
        batch_size: int,
        *,
        seed: int = 0,
        shard: tuple[int, int] = (0, 1),
        shuffle: bool = True,
    ) -> None:
        self.data, self.seed, self.shard, self.shuffle = data, seed, shard, shuffle
        self.n_rows = len(data["x"])
        self.batch_size = min(batch_size, self.n_rows)
        self.steps = self.n_rows // self.batch_size

    def epoch(self, epoch: int, start: int = 0) -> Iterator[dict[str, Tensor]]:
        generator = torch.Generator().manual_seed(noise.mix_seed(self.seed, epoch))
        order = torch.randperm(self.n_rows, generator=generator) if self.shuffle else torch.arange(self.n_rows)
        size = self.batch_size // self.shard[1]
        for step in range(start, self.steps):
            first = step * self.batch_size + self.shard[0] * size
            rows = order[first : first + size]
            yield {name: value.index_select(0, rows) for name, value in self.data.items()}


class Only(Objective):
    """An objective in which one player's loss is alone: the others' are multiplied by zero."""

    def __init__(self, objective: Objective, player: str) -> None:
        super().__init__()
        self.objective, self.player = objective, player

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the losses, all but one of them zero."""
        losses = self.objective.losses(model, batch, progress, log)
        return {name: loss if name == self.player else 0.0 * loss for name, loss in losses.items()}


class ThreePlayers(Objective):
    """A VAE/GAN: the encoder, the decoder and a critic of images, each with its own loss."""

    def __init__(self, critic: Network) -> None:
        super().__init__()
        self.critic = critic

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        trace = model(batch, progress=progress)
        distortion, rate = trace.distortion().mean(), trace.rate().mean()
        fake = trace["x"].p.mean.flatten(0, 1)
        fooled = softplus(-self.critic(fake)).mean()
        caught = softplus(-self.critic(batch["x"])).mean() + softplus(self.critic(fake.detach())).mean()
        if log is not None:
            record(log, trace, {"beta": 1.0})
        return {
            "model.levels": distortion + rate,
            "model.likelihood": distortion + fooled,
            "critic": caught,
        }


def flat(likelihood: str | None = None) -> VAE:
    """One normal latent."""
    q = Conditional(DiagonalNormal((2,)), MLP(((WIDTH,),), (2, 2), hidden=(12,), nonlinearity="tanh"))
    family = Bernoulli((WIDTH,)) if likelihood is None else Normal((WIDTH,), variance=likelihood)
    p = Conditional(family, MLP(((2,),), family.params_shape, hidden=(12,), nonlinearity="tanh"))
    return VAE([Latent("z", StandardNormal((2,)), q)], p)


def ladder() -> VAE:
    """Two levels; the lower posterior joins the encoder's evidence with the prior given the upper latent."""
    encoder = MLP(((WIDTH,),), (12,), hidden=(12,), nonlinearity="silu")
    top = Latent("top", Constant(DiagonalNormal((2,))), Conditional(DiagonalNormal((2,)), _linear((12,), (2, 2))))
    bottom = Latent(
        "z",
        _First(Conditional(DiagonalNormal((3,)), MLP(((2,),), (2, 3), hidden=(8,), nonlinearity="silu"))),
        _First(Conditional(DiagonalNormal((3,)), _linear((12,), (2, 3)))),
        combine=PrecisionWeighted(),
        network=MLP(((2,), (3,)), (8,), hidden=(8,), nonlinearity="silu"),
    )
    return VAE([top, bottom], Conditional(Bernoulli((WIDTH,)), _linear((8,), (WIDTH,))), encoder)


def convolutional() -> VAE:
    """Images of 8 x 8."""
    q = Conditional(DiagonalNormal((2,)), ConvEncoder(((1, 8, 8),), (2, 2), channels=(4,), hidden=8))
    p = Conditional(Bernoulli((1, 8, 8)), ConvDecoder(((2,),), (1, 8, 8), channels=(4,), hidden=8))
    return VAE([Latent("z", StandardNormal((2,)), q)], p)


def mixture() -> VAE:
    """A class that is summed over, then a latent given the class."""
    y = Latent(
        "y",
        UniformCategorical((CLASSES,)),
        Conditional(OneHotCategorical((CLASSES,)), _linear((WIDTH,), (CLASSES,))),
        enumerate=True,
    )
    z = Latent(
        "z",
        Conditional(DiagonalNormal((2,)), _linear((CLASSES,), (2, 2))),
        _Both(Conditional(DiagonalNormal((2,)), MLP(((WIDTH,), (CLASSES,)), (2, 2), hidden=(8,), nonlinearity="tanh"))),
        network=MLP(((CLASSES,), (2,)), (8,), hidden=(8,), nonlinearity="tanh"),
    )
    return VAE([y, z], Conditional(Bernoulli((WIDTH,)), _linear((8,), (WIDTH,))))


class _First(nn.Module):
    """Give a conditional its first context only."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, first: Tensor, *rest: Tensor | None) -> torch.distributions.Distribution:
        return self.inner(first)


class _Both(nn.Module):
    """Give a conditional the activations and the state from above."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, a: Tensor, h: Tensor, c: Tensor | None) -> torch.distributions.Distribution:
        return self.inner(a, h)


def _linear(n_in: tuple[int, ...], n_out: tuple[int, ...]) -> MLP:
    return MLP((n_in,), n_out, hidden=())


def _clusters() -> tuple[Tensor, Tensor]:
    """Noisy copies of three patterns, and which."""
    generator = torch.Generator().manual_seed(5)
    patterns = torch.rand(CLASSES, WIDTH, generator=generator).round()
    which = torch.arange(N_ROWS) % CLASSES
    flips = torch.rand(N_ROWS, WIDTH, generator=generator) < 0.05
    return (patterns[which] - flips.float()).abs(), which


def binary() -> dict[str, Tensor]:
    """Three clusters of bits."""
    return {"x": _clusters()[0]}


def images() -> dict[str, Tensor]:
    """The bits as 8 x 8 images."""
    return {"x": _clusters()[0].reshape(-1, 1, 4, 4).repeat_interleave(2, 2).repeat_interleave(2, 3)}


def real() -> dict[str, Tensor]:
    """The bits with a little Gaussian noise."""
    x = _clusters()[0]
    return {"x": x + 0.1 * torch.randn(x.shape, generator=torch.Generator().manual_seed(6))}


def partly_labelled() -> dict[str, Tensor]:
    """The bits with their cluster, known for every third row."""
    x, which = _clusters()
    known = (torch.arange(N_ROWS) // CLASSES) % 3 == 0
    return {"x": x, "y": torch.eye(CLASSES)[which], "y_observed": known}


def grey() -> dict[str, Tensor]:
    """Probabilities of the bits, 8 bits each, to be binarized at each visit."""
    return {"x": (0.1 + 0.8 * _clusters()[0]).mul(255).to(torch.uint8)}


def binarize(batch: Batch) -> Batch:
    """Draw bits with the stored probabilities."""
    p = batch["x"].float() / 255
    return {**batch, "x": (noise.uniform(tuple(p.shape), 1, p) < p).float()}


@dataclass(frozen=True)
class Case:
    """One combination of model, objective and data."""

    model: Callable[[], Model]
    objective: Callable[[], Objective] = ELBO
    data: Callable[[], dict[str, Tensor]] = binary
    players: tuple[str, ...] = ("model",)
    prepare: Callable[[Batch], Batch] = field(default=lambda batch: batch)

    def build(self, seed: int = 0) -> tuple[Model, Objective]:
        """Return model and objective with seeded weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.model(), self.objective()


ZOO = {
    "flat": Case(flat),
    "ladder": Case(ladder),
    "convolutional": Case(convolutional, data=images),
    "mixture": Case(mixture),
    "semi-supervised": Case(mixture, lambda: SemiSupervised(ELBO(), alpha=2.0), partly_labelled),
    "critic": Case(
        flat,
        lambda: Distortion() + 2.0 * AdversarialMatch(MLP(((2,),), (1,), hidden=(8,), nonlinearity="tanh")),
        players=("model", "critic"),
    ),
    "three-players": Case(
        flat,
        lambda: ThreePlayers(MLP(((WIDTH,),), (1,), hidden=(8,), nonlinearity="tanh")),
        players=("model.levels", "model.likelihood", "critic"),
    ),
    "iwae": Case(flat, lambda: IWAE(5)),
    "warm-up": Case(flat, lambda: ELBO(beta=Linear(0.0, 1.0, 10))),
    "optimal-variance": Case(lambda: flat("optimal"), data=real),
    "learned-variance": Case(lambda: flat("network"), data=real),
    "binarized": Case(flat, data=grey, prepare=binarize),
}
