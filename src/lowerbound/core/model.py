"""The contracts of models: a level of latent variables, and what a model must answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core.component import Component
from lowerbound.core.progress import Progress
from lowerbound.core.trace import Trace

__all__ = ["Batch", "Level", "Model", "draw"]

Batch = Mapping[str, Tensor]


class Level(Component, nn.Module, ABC):
    """One latent variable of a hierarchy; a flat VAE has one.

    Attributes
    ----------
    name : str
        Its site; a batch that holds the name observes the variable.
    enumerate : bool
        Whether every value of a discrete variable is visited instead of one being drawn.
    score : bool
        Whether draws without a gradient are trained by the score function.
    """

    name: str
    enumerate: bool
    score: bool = False

    @abstractmethod
    def prior(self, h: Tensor | None, c: Tensor | None) -> Distribution:
        """p(z | h, c); ``h``: the state from above, ``c``: the condition, None where absent."""

    @abstractmethod
    def posterior(self, p: Distribution, h: Tensor | None, a: Tensor | None, c: Tensor | None) -> Distribution:
        """q(z | h, a, c); ``p``: this level's prior, ``a``: the encoder's activations."""

    @abstractmethod
    def merge(self, h: Tensor | None, z: Tensor) -> Tensor:
        """Return the state for the level below, or for the likelihood."""


class Model(Component, nn.Module, ABC):
    """A joint distribution of latent and observed variables, with a way to infer the latents.

    Attributes
    ----------
    code : str or None
        The latent that is the code of a row; all of them, joined, unless one is named.
    """

    code: str | None = None

    @abstractmethod
    def forward(self, batch: Batch, samples: int = 1, progress: Progress | None = None) -> Trace:
        """Infer the latents of a batch. A variable is observed if and only if the batch has it."""

    @abstractmethod
    def sample(self, n: int, **given: Tensor) -> Trace:
        """Draw ``n`` rows top-down; variables in ``given`` (``(n, *event)``) keep their value."""


def draw(p: Distribution, lead: torch.Size | tuple[int, ...]) -> Tensor:
    """Draw one value per entry of ``lead``, with a gradient where the distribution has one.

    The distribution is expanded rather than asked for extra samples: a constant prior then
    gives as many rows as a conditional one.

    Examples
    --------
    >>> from lowerbound.priors import StandardNormal
    >>> draw(StandardNormal((3,))(), (4, 2)).shape
    torch.Size([4, 2, 3])
    """
    p = p.expand(torch.Size(lead))
    return p.rsample() if p.has_rsample else p.sample()
