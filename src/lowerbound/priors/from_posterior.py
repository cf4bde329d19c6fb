"""What priors made of the posterior share: they ask it about rows of data of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from lowerbound.core import Component, Size, as_shape
from lowerbound.distributions import NormalMixture
from lowerbound.errors import ConfigError, ShapeError

__all__ = ["FromPosterior"]


class FromPosterior(Component, nn.Module, ABC):
    """A mixture over rows in the space of the data, each seen through the posterior.

    The posterior belongs to the model, which gives it by :meth:`bind`: here it is no submodule, so that weights
    are neither counted nor saved twice.

    Attributes
    ----------
    event_shape, data_shape : tuple of int
        Shape of one latent value, and of one row.
    """

    def __init__(self, event_shape: Size, data_shape: Size) -> None:
        super().__init__()
        self.event_shape, self.data_shape = as_shape(event_shape), as_shape(data_shape)
        self._bound: tuple[nn.Module, nn.Module | None, int] | None = None
        self._held: Distribution | None = None

    @abstractmethod
    def rows(self) -> Tensor:
        """Return the rows, ``(K, *data_shape)``."""

    @abstractmethod
    def mix(self, q: Distribution) -> Distribution:
        """Return the mixture of the posteriors of the rows, of batch ``(*lead, K)``."""

    @property
    def support(self) -> str | None:
        """Where values live: that of the posterior, None before there is one."""
        return None if self._bound is None else getattr(self._bound[0], "support", None)

    def bind(self, posterior: nn.Module, encoder: nn.Module | None = None, level: int = 0) -> None:
        """Take the model's posterior, and the encoder whose activations of a level it reads, if there is one.

        Raises
        ------
        ConfigError
            When the posterior of a row depends on the rows beside it: those of a prior are others.
        """
        family = getattr(posterior, "family", None)
        if getattr(family, "across_rows", False):
            raise ConfigError(
                f"The posterior {type(family).__name__} normalises the rows of a batch together, and a "
                f"{type(self).__name__} asks it about rows of its own: use another prior or posterior."
            )
        self._bound = (posterior, encoder, level)

    def posterior_of(self, rows: Tensor, c: Tensor | None = None) -> Distribution:
        """Return q(z | row, c), of batch ``(K,)``, or ``(*lead, K)`` with a condition ``(*lead, *shape)``.

        Raises
        ------
        ConfigError
            When no posterior was bound yet.
        """
        if self._bound is None:
            raise ConfigError(
                f"{type(self).__name__} needs the model's posterior: put it into a level (models.Latent), "
                "or call bind(posterior)."
            )
        posterior, encoder, level = self._bound
        a = rows if encoder is None else encoder(rows)
        return posterior(a[level] if isinstance(a, list) else a, None, None if c is None else c.unsqueeze(-2))

    def forward(self, *contexts: Tensor | None) -> Distribution:
        """Return the mixture: of empty batch shape, or that of the condition, the last context."""
        c = contexts[-1] if contexts else None
        if self._held is not None and c is None and not self.training and not torch.is_grad_enabled():
            return self._held
        return self.mix(self.posterior_of(self.rows(), c))

    def hold(self) -> None:
        """Keep the mixture that the weights now give, until :meth:`release`; with a condition there is none to keep."""
        self._held = None
        with suppress(ShapeError):
            p = self.mix(self.posterior_of(self.rows()))
            if isinstance(p, NormalMixture):
                p.single = bool(p.fits_single())
            self._held = p

    def release(self) -> None:
        """Compute the mixture anew at every pass."""
        self._held = None
