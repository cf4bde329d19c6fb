r"""The VAE/GAN: reconstructions are compared in the features of a critic, which tells them from rows.

With features :math:`f` of the critic, its logit :math:`t`, the mean :math:`\hat x(z)` of :math:`p(x \mid z)`, and
rows made from codes and from draws of the prior alike,

.. math:: S = E_{q(z \mid x)}\Big[\tfrac12 \|f(x) - f(\hat x(z))\|^2\Big]; \qquad
          \mathrm{encoder}: \; S + \beta \, \mathrm{KL}(q(z \mid x) \,\|\, p(z)); \\
          \mathrm{decoder}: \; \gamma S + E[\log(1 + e^{-t(\hat x)})]; \qquad
          \mathrm{critic}: \; E[\log(1 + e^{-t(x)})] + E[\log(1 + e^{t(\hat x)})]

S is -log of a normal density of features up to a constant. The features move along with the critic, so that it is no
density of rows: such a model has no likelihood.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from lowerbound.core import (
    Batch,
    Log,
    Model,
    Network,
    Objective,
    Progress,
    Schedule,
    Trace,
    call,
    describe,
    value_at,
)
from lowerbound.core.component import positive
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError
from lowerbound.objectives._critics import checked, fooling, known_loss, readable, telling_apart

__all__ = ["VAEGAN"]

ENCODER, DECODER = ("levels", "encoder"), "likelihood"


@runtime_checkable
class _Featured(Protocol):
    """A critic with features in which rows can be compared."""

    def features(self, *inputs: Tensor) -> Tensor:
        """Map rows ``(N, *shape)`` to flat features ``(N, F)``."""
        ...

    def judge(self, features: Tensor, *conditions: Tensor) -> Tensor:
        """Map flat features ``(N, F)``, and conditions ``(N, *c)``, to logits ``(N, 1)``."""
        ...


class VAEGAN(Objective):
    """Three players, each with a loss of its own: encoder and prior, decoder, critic.

    The fakes are means of p(x | z), at the codes of rows and at draws of the prior, and weigh the same. The decoder's
    adversarial loss is the one that does not saturate.

    Parameters
    ----------
    critic
        A network of rows to one logit that is ``judge(features(rows))``: a ``Discriminator``. One whose head reads a
        condition too judges the rows of a conditional model with it.
    gamma
        Weight of the similarity in the decoder's loss; a number or a schedule. At 0 nothing of it reaches the decoder.
    beta
        Weight of the rate; a number or a schedule.
    loss
        ``"plain"``, ``"relativistic"`` or ``"hinge"``.
    samples
        Latent samples per row.

    Raises
    ------
    UnknownNameError
        For another loss.
    ConfigError
        For a critic without features, or of a condition that is not given; and for a model that is no VAE of one
        observed variable whose draws and rate have a gradient.

    References
    ----------
    Larsen et al., Autoencoding beyond pixels using a learned similarity metric, 2016, algorithm 1.

    Examples
    --------
    >>> from lowerbound.networks import MLP, Discriminator
    >>> VAEGAN(Discriminator(MLP(((4,),), (8,), (16,)), MLP(((8,),), (1,), ())), gamma=0.1).gamma
    0.1
    """

    likelihood = False
    judged_by = "nothing"
    momentum = 0.5

    def __init__(
        self,
        critic: Network,
        gamma: float | Schedule = 1.0,
        beta: float | Schedule = 1.0,
        loss: str = "plain",
        samples: int = 1,
    ) -> None:
        super().__init__()
        if not isinstance(critic, _Featured):
            raise ConfigError(f"VAEGAN needs a critic with features, a Discriminator; {describe(critic)} has none.")
        self.critic = checked("VAEGAN", critic, conditions=1)
        self.gamma, self.beta = gamma, beta
        self.loss, self.samples = known_loss(loss), positive(samples, "samples")

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the losses of the encoder's parts, of the decoder and of the critic."""
        parts = self._parts(model)
        trace = model(batch, samples=self.samples, progress=progress)
        self._check(trace)
        rows, made = batch["x"], trace["x"].p.mean
        fakes = torch.cat([made, _dreamt(model, batch)[None]])
        features, given = self._features(rows), self._given(batch)
        judged = self._judged(features, given)
        apart = telling_apart(judged, self._judged(self._features(fakes.detach()), given), self.loss)
        target, real = features.detach(), judged.detach()
        of_fakes = self._features(fakes)
        similarity = trace.mean(0.5 * (of_fakes[: self.samples] - target).flatten(2).square().sum(-1)).mean()
        gamma, beta = value_at(self.gamma, progress), value_at(self.beta, progress)
        inference = similarity + beta * trace.rate().mean()
        generation = fooling(real, self._judged(of_fakes, given), self.loss)
        if self.gamma != 0:
            generation = generation + gamma * similarity
        if log is not None:
            record(log, trace, {"beta": beta, "gamma": gamma})
            log["similarity"] = similarity.detach()
        return {**{part: inference for part in parts}, f"model.{DECODER}": generation, "critic": apart}

    def _features(self, rows: Tensor) -> Tensor:
        """Return the features ``(*lead, F)`` of rows ``(*lead, *shape)``."""
        critic: Any = self.critic
        shape = readable(self, critic, rows.shape[-len(critic.in_shapes[0]) :])
        return call(critic.features, [shape], [rows])

    def _given(self, batch: Batch) -> list[Tensor]:
        """Return the conditions that the critic reads beside features: of a conditional model's rows, c."""
        if len(self.critic.in_shapes) == 1:
            return []
        if "c" not in batch:
            raise ConfigError(f"{describe(self)}: its critic reads a condition, and these rows have none.")
        return [batch["c"]]

    def _judged(self, features: Tensor, given: list[Tensor]) -> Tensor:
        """Return the logits ``(*lead)`` of features ``(*lead, F)``."""
        critic: Any = self.critic
        shapes = [features.shape[-1:], *map(tuple, critic.in_shapes[1:])]
        return call(critic.judge, shapes, [features, *given]).squeeze(-1)

    def _parts(self, model: Model) -> list[str]:
        """Return the players of the encoder's side."""
        parts = {name: getattr(model, name, None) for name in (*ENCODER, DECODER)}
        if not isinstance(parts["levels"], nn.Module) or not isinstance(parts[DECODER], nn.Module):
            raise ConfigError(f"{describe(self)} moves levels and likelihood apart; {type(model).__name__} has none.")
        return [f"model.{name}" for name in ENCODER if isinstance(parts[name], nn.Module)]

    def _check(self, trace: Trace) -> None:
        if trace.scored or trace.weight.ndim != 2 or not trace.has_rate or list(trace.observed) != ["x"]:
            raise ConfigError(
                f"{describe(self)} is about rows x made from latents whose draws have a gradient and whose posterior "
                "has a density: use a normal posterior, or another objective."
            )


def _dreamt(model: Model, batch: Batch) -> Tensor:
    """Return the means of as many rows as the batch has, at draws of the prior."""
    own = {"x", *(level.name for level in getattr(model, "levels", ()))}
    given = {name: value for name, value in batch.items() if name not in own}
    return model.sample(len(batch["x"]), **given)["x"].p.mean
