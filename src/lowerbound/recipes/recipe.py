"""What a recipe is: a published combination of components, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from lowerbound.core import Model, Objective, Schedule
from lowerbound.data import Schema
from lowerbound.recipes.options import ModelOptions

__all__ = ["Build", "Recipe", "Solve"]

Build = Callable[[Schema, ModelOptions, Mapping[str, nn.Module]], Model]

Solve = Callable[[Any, Callable[[], Iterator[Tensor]], int], Iterator[float]]
"""Model, blocks of training rows (called for each pass over them) and seed to log-likelihoods, nats per row."""


@dataclass(frozen=True)
class Recipe:
    """A published variant.

    Attributes
    ----------
    name : str
        As typed by users.
    summary : str
        One line.
    paper : str
        Authors, title, year.
    model : callable
        Schema, options and the user's own networks to a model.
    objective : callable
        Options, the steps of the run and the schedule that beta spells out (or None) to an objective.
    conditional : bool
        Whether the model is conditioned on labels or covariates, which must then be given.
    defaults : dict
        Options that differ from the usual ones.
    solve : callable, optional
        Improves the model by computing its weights, without end: used instead of training. It yields the
        log-likelihood of the training rows after each step, when the model's weights are those.
    support : str, optional
        What the data is taken as; unless said, what it is, or what the likelihood asks for.

    Examples
    --------
    >>> from lowerbound.recipes import vae
    >>> vae.options(latent=8).latent
    8
    """

    name: str
    summary: str
    paper: str
    model: Build
    objective: Callable[[ModelOptions, int, Schedule | None], Objective]
    conditional: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    solve: Solve | None = None
    support: str | None = None

    def options(self, **given: Any) -> ModelOptions:
        """Return the recipe's options with what the user gave."""
        return ModelOptions(**{**self.defaults, **given})
