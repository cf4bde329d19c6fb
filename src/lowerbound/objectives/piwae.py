r"""Each half of the model follows the bound that serves it: the encoder several, the decoder one of all samples.

.. math:: \text{posterior and encoder}: \; -\frac1M \sum_{m=1}^M \log \frac1K \sum_{k=1}^K w_{mk}; \qquad
          \text{prior and likelihood}: \; -\log \frac1{MK} \sum_{m,k} w_{mk}, \qquad
          w = \frac{p(x, z)}{q(z \mid x)}, \quad S = MK
"""

from __future__ import annotations

from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress
from lowerbound.core.objective import record
from lowerbound.objectives._halves import halves
from lowerbound.objectives.miwae import MIWAE

__all__ = ["PIWAE"]


class PIWAE(Objective):
    """Minus the mean of ``groups`` bounds for the encoder, minus the bound of all samples for the decoder.

    The encoder keeps the signal that a tight bound drowns, and the decoder has the tight bound: the two are
    :class:`MIWAE` and :class:`IWAE` on the same draws. Nats per row, mean over rows.

    Parameters
    ----------
    samples
        Samples per row in all, S.
    groups
        M, which divides S; with one both halves follow :class:`IWAE`.

    Raises
    ------
    ConfigError
        When it does not; for a model without levels, or whose prior is made of its posterior.

    References
    ----------
    Rainforth, Kosiorek, Le, Maddison, Igl, Wood and Teh, Tighter Variational Bounds are Not Necessarily Better, 2018,
    section 4.

    Examples
    --------
    >>> PIWAE(64, groups=8)
    PIWAE(64, groups=8)
    """

    def __init__(self, samples: int, groups: int = 1) -> None:
        super().__init__()
        self.several = MIWAE(samples, groups)
        self.samples = self.bound_samples = samples
        self.groups = groups

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the bound of all samples for the generative parts, and the mean of several for the others."""
        generative, inference = halves(self, model)
        trace = model(batch, samples=self.samples, progress=progress)
        if log is not None:
            record(log, trace, {})
        one, several = -trace.log_evidence().mean(), self.several(trace)
        return {name: one for name in generative} | {name: several for name in inference}
