"""Objectives: what is minimised, as one loss per player.

A player is a named part of the model (``model``, ``model.likelihood``, ...) or ``critic``, the
objective's own parameters. A loss moves its player and nothing else. Most objectives are
terms: functions of one trace, which add and scale.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Literal, Protocol, runtime_checkable

from torch import Tensor, nn

from lowerbound.core.component import Component, describe
from lowerbound.core.model import Batch, Model
from lowerbound.core.progress import Progress
from lowerbound.core.schedule import Schedule, value_at
from lowerbound.core.trace import Trace
from lowerbound.errors import ConfigError

__all__ = ["Judge", "Log", "Objective", "Rowwise", "Scaled", "Sum", "Term"]

Log = dict[str, Tensor]

Judge = Literal["bound", "loss", "nothing"]

_JUDGES: tuple[Judge, ...] = ("bound", "loss", "nothing")
"""Of several terms the last one holds for their sum."""


class Objective(Component, nn.Module, ABC):
    """Losses of one batch, by player.

    Attributes
    ----------
    likelihood : bool
        Whether what it trains has a density of rows: False for one that replaces log p(x | z) by something else,
        such as the features of a critic. Then no bound on log p(x) is reported.
    judged_by : {"bound", "loss", "nothing"}
        What of held-out rows chooses the best weights: the bound on log p(x); the loss itself, where the bound falls
        while the loss does what it is for; or nothing, where a game or a multiplier that moves leaves no number that
        can be compared between steps: then the last weights are the best.
    samples : int
        Draws of the latents for each row in one run of the model: what a step costs grows with them.
    bound_samples : int
        Importance samples a row of the bound that it trains: above 1 the ELBO can fall while log p(x) rises. 1 is the
        ELBO.
    across_rows : bool
        Whether its loss is a statistic of the rows of a batch together, such as a distance of their codes from the
        prior, rather than a mean over rows: then it depends on how many there are.
    momentum : float
        Decay of Adam's mean of gradients that suits it: below 0.9 for games, whose gradients soon point elsewhere.
    """

    likelihood: bool = True
    judged_by: Judge = "bound"
    samples: int = 1
    bound_samples: int = 1
    across_rows: bool = False
    momentum: float = 0.9

    def follow(self, *parts: Objective) -> None:
        """Be reported, judged and trained as the parts are together."""
        self.likelihood = all(part.likelihood for part in parts)
        judges: list[Judge] = [part.judged_by for part in parts]
        self.judged_by = max(judges, key=_JUDGES.index)
        self.samples = max(part.samples for part in parts)
        self.bound_samples = max(part.bound_samples for part in parts)
        self.across_rows = any(part.across_rows for part in parts)
        self.momentum = min(part.momentum for part in parts)

    @abstractmethod
    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return ``{player: loss}``, each a 0-d tensor, nats per row.

        Parameters
        ----------
        model, batch, progress
            The model may be run any number of times.
        log
            When given, receives what should be recorded: ``elbo``, ``rate``, ``distortion``,
            ``beta``, ... as 0-d tensors without gradient. ``elbo`` is the model's, whatever is
            optimised.
        """

    def moves(self, model: Model, progress: Progress) -> Mapping[str, Tensor | bool]:
        """Return which players move at this step, by name; who is not named moves.

        A player that is held keeps its weights, its optimizer's memory and its average as they are. The names are the
        same at every step.
        """
        return {}

    def schedules(self) -> Iterator[tuple[str, Schedule]]:
        """Yield ``(name, schedule)`` for each scheduled weight, so that a trainer can check them."""
        for module in self.modules():
            for name, value in vars(module).items():
                if isinstance(value, Schedule):
                    yield name, value


@runtime_checkable
class Rowwise(Protocol):
    """A term that has a loss per row: rows can be told apart before they are averaged."""

    samples: int

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        ...

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return the current values of scheduled weights."""
        ...


class Term(Objective):
    """A loss that is a function of one trace. Terms add (``+``) and scale (``5 *``)."""

    scores: bool = False
    """Whether its gradient is right for latents that are drawn without one."""

    @abstractmethod
    def forward(self, trace: Trace) -> Tensor:
        """Return the loss, a 0-d tensor: mean over rows, nats."""

    def critic_loss(self, trace: Trace) -> Tensor | None:
        """Return the loss of the term's own parameters, if it has any."""
        return None

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return the current values of scheduled weights, for the log."""
        return {}

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Run the model once and return the losses of ``model`` and, where there is one, ``critic``."""
        trace = model(batch, samples=self.samples, progress=progress)
        if trace.scored and not self.scores:
            raise ConfigError(
                f"{self!r} cannot train the posterior of {', '.join(trace.scored)}: its draws have no gradient. Use "
                "ELBO, VIMCO or DisARM, or a posterior whose draws have one."
            )
        losses = {"model": self(trace)}
        critic = self.critic_loss(trace)
        if critic is not None:
            losses["critic"] = critic
        if log is not None:
            record(log, trace, self.weights(progress))
        return losses

    def __add__(self, other: Term) -> Sum:
        return Sum(self, other) if isinstance(other, Term) else NotImplemented

    def __rmul__(self, factor: float | Schedule) -> Scaled:
        return Scaled(factor, self)


def record(log: Log, trace: Trace, weights: dict[str, float | Tensor]) -> None:
    """Write the true ELBO and its parts, and the weights in force, into ``log``.

    A posterior without a density has no rate: then it is the distortion alone.
    """
    distortion = trace.distortion().detach().mean()
    if trace.has_rate:
        rate = trace.rate().detach().mean()
        log["elbo"] = -(distortion + rate)
        log["rate"] = rate
    log["distortion"] = distortion
    for name, value in weights.items():
        log[name] = value.detach() if isinstance(value, Tensor) else distortion.new_full((), value)


class Sum(Term):
    """The sum of two terms over one run.

    Raises
    ------
    ConfigError
        When the terms ask for different numbers of samples.
    """

    def __init__(self, left: Term, right: Term) -> None:
        super().__init__()
        if left.samples != right.samples:
            raise ConfigError(
                f"Terms of a sum share one run: {left!r} takes {left.samples} samples and {right!r} {right.samples}; "
                "give both the same number."
            )
        self.left = left
        self.right = right
        self.scores = left.scores and right.scores
        self.follow(left, right)

    def __repr__(self) -> str:
        return f"{self.left!r} + {self.right!r}"

    def forward(self, trace: Trace) -> Tensor:
        """Return left + right."""
        return self.left(trace) + self.right(trace)

    def critic_loss(self, trace: Trace) -> Tensor | None:
        """Return the sum of the critics' losses."""
        left, right = self.left.critic_loss(trace), self.right.critic_loss(trace)
        return right if left is None else left if right is None else left + right

    def moves(self, model: Model, progress: Progress) -> Mapping[str, Tensor | bool]:
        """Return who moves: nobody whom either term holds."""
        left, right = self.left.moves(model, progress), self.right.moves(model, progress)
        both = {name: left[name] & right[name] for name in left if name in right}
        return {**left, **right, **both}

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return both terms' weights."""
        return {**self.left.weights(progress), **self.right.weights(progress)}


class Scaled(Term):
    """A term times a number or schedule; the term's critic keeps its own loss."""

    def __init__(self, factor: float | Schedule, term: Term) -> None:
        super().__init__()
        self.factor = factor
        self.term = term
        self.scores = term.scores
        self.follow(term)

    def __repr__(self) -> str:
        inner = f"({self.term!r})" if isinstance(self.term, (Sum, Scaled)) else repr(self.term)
        return f"{describe(self.factor)} * {inner}"

    def forward(self, trace: Trace) -> Tensor:
        """Return factor x term."""
        return value_at(self.factor, trace.progress) * self.term(trace)

    def critic_loss(self, trace: Trace) -> Tensor | None:
        """Return the critic's loss, unscaled."""
        return self.term.critic_loss(trace)

    def moves(self, model: Model, progress: Progress) -> Mapping[str, Tensor | bool]:
        """Return who moves: as the term says."""
        return self.term.moves(model, progress)

    def weights(self, progress: Progress) -> dict[str, float | Tensor]:
        """Return the term's weights and its factor under the term's name."""
        name = f"weight_{type(self.term).__name__}"
        return {**self.term.weights(progress), name: value_at(self.factor, progress)}
