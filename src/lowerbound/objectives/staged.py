r"""Two stages, each with its own loss: the second models the codes of the first as they are.

.. math:: \mathrm{loss}_1(x) \; \text{moves the first stage}; \qquad
          \mathrm{loss}_2(z), \; z \sim q(z \mid x) \text{ held fixed}, \; \text{moves the second}
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress, Term
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError

__all__ = ["Staged"]


class Staged(Objective):
    """One term for each stage of a model of two stages; no gradient of the second reaches the first.

    The stages train side by side: the second follows the codes as the first moves them, and once the first has
    settled, it is trained as if after it.

    Parameters
    ----------
    first, second
        Terms of the run of each stage, without critics.

    Raises
    ------
    ConfigError
        When the terms take different numbers of samples or have critics, or for a model without stages.

    References
    ----------
    Dai and Wipf, Diagnosing and Enhancing VAE Models, 2019, section 4.

    Examples
    --------
    >>> from lowerbound.objectives import ELBO
    >>> Staged(ELBO(), ELBO(beta=0.5))
    Staged(ELBO(), ELBO(beta=0.5))
    """

    def __init__(self, first: Term, second: Term) -> None:
        super().__init__()
        if first.samples != second.samples:
            raise ConfigError(
                f"The stages share their codes: {first!r} takes {first.samples} samples and {second!r} "
                f"{second.samples}; give both the same number."
            )
        self.first = first
        self.second = second
        self.follow(first, second)

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the losses of ``model.first`` and ``model.second``."""
        stages: Any = model
        if not hasattr(stages, "lower") or not hasattr(stages, "upper"):
            raise ConfigError(f"Staged trains a model of two stages (TwoStage); this is a {type(model).__name__}.")
        lower = stages.lower(batch, self.first.samples, progress)
        upper = stages.upper(lower, detach=True)
        if self.first.critic_loss(lower) is not None or self.second.critic_loss(upper) is not None:
            raise ConfigError("Staged has a player for each stage and none for critics: use terms without one.")
        if log is not None:
            record(log, stages.joined(lower, upper), self.first.weights(progress))
        return {"model.first": self.first(lower), "model.second": self.second(upper)}
