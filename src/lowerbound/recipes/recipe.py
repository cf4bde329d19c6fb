"""What a recipe is: a published combination of components, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from lowerbound.core import Linear, Model, Objective, Schedule
from lowerbound.data import Schema
from lowerbound.recipes.options import ModelOptions

__all__ = ["Build", "Recipe", "Solve", "Task"]

Build = Callable[[Schema, ModelOptions, Mapping[str, nn.Module]], Model]

Solve = Callable[[Any, Callable[[], Iterator[Tensor]], int], Iterator[float]]
"""Model, blocks of training rows (called for each pass over them) and seed to log-likelihoods, nats per row."""

RANGED = ("binary", "interval", "levels", "unit")
"""Supports of data between zero and a largest value."""


@dataclass(frozen=True)
class Task:
    """What an objective is chosen from.

    Attributes
    ----------
    options : ModelOptions
    total : int
        Steps of the run.
    model : Model, optional
        Built already: critics learn the sizes of codes and rows from it.
    schedule : Schedule, optional
        What ``beta`` spelled out, already read.
    schema : Schema, optional
        Of the rows.

    Examples
    --------
    >>> Task(ModelOptions(beta=4.0), total=1000).beta
    Linear(0.0, 4.0, 100)
    """

    options: ModelOptions
    total: int = 1
    model: Model | None = None
    schedule: Schedule | None = None
    schema: Schema | None = None

    @property
    def beta(self) -> float | Schedule:
        """The weight of the rate: a number rises over ``warmup`` of the run."""
        return self.schedule or self.warmed(float(self.options.beta))

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """Shape of one code: of the lowest latent variable."""
        levels: Any = getattr(self.model, "levels", None)
        return tuple(levels[-1].posterior_.family.event_shape)

    @property
    def data_shape(self) -> tuple[int, ...]:
        """Shape of one row."""
        likelihood: Any = getattr(self.model, "likelihood", None)
        return tuple(likelihood.family.event_shape)

    @property
    def condition_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of what the likelihood reads beside codes: none, or that of a condition."""
        likelihood: Any = getattr(self.model, "likelihood", None)
        return tuple(map(tuple, likelihood.network.in_shapes[1:]))

    @property
    def data_range(self) -> float | None:
        """Largest less smallest possible entry of a row, from zero; None where there is no such."""
        if self.schema is None or self.schema.support not in RANGED:
            return None
        return float((self.schema.levels or 256) - 1) if self.schema.support == "levels" else 1.0

    def warmed(self, weight: float) -> float | Schedule:
        """Return a weight that rises from zero over ``warmup`` of the run."""
        steps = round(self.options.warmup * self.total)
        return Linear(0.0, weight, steps) if steps and weight else weight

    def weight(self, usual: float) -> float:
        """Return the weight of the recipe's own term: the user's, or the published one."""
        return usual if self.options.weight is None else self.options.weight

    def target(self, usual: float) -> float:
        """Return what the recipe steers to: the user's, or the published one."""
        return usual if self.options.target is None else self.options.target


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
        :class:`Task` to an objective.
    when : str
        When to use it, and when not: one or two sentences for people.
    formula : str
        What is minimised, nats per row, as LaTeX.
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
    objective: Callable[[Task], Objective]
    when: str = ""
    formula: str = ""
    conditional: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    solve: Solve | None = None
    support: str | None = None

    def options(self, **given: Any) -> ModelOptions:
        """Return the recipe's options with what the user gave."""
        return ModelOptions(**{**self.defaults, **given})
