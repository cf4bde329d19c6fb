"""Labels for some rows: each row counts as labelled or as unlabelled, in one batch."""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import Batch, Log, Model, Objective, Progress, Rowwise
from lowerbound.core.objective import record
from lowerbound.errors import ConfigError

__all__ = ["SemiSupervised"]


class SemiSupervised(Objective):
    r"""A bound on rows where a latent is given for some only.

    Rows whose mask ``<label>_observed`` is true contribute the term with the label given and
    ``alpha`` times -log q(y | x); the others the term with the label inferred. Shapes do not
    depend on how many rows are labelled.

    Parameters
    ----------
    term
        A bound with a loss per row: :class:`ELBO`, :class:`IWAE`.
    label
        Site of the label.
    alpha
        Weight of the classifier's loss, nats per labelled row.

    Raises
    ------
    ConfigError
        When a batch has no mask.

    References
    ----------
    Kingma et al., Semi-supervised Learning with Deep Generative Models, 2014, equations 6-9.

    Examples
    --------
    >>> from lowerbound.objectives import ELBO
    >>> SemiSupervised(ELBO(), alpha=2.0)
    SemiSupervised(ELBO(), alpha=2.0)
    """

    def __init__(self, term: Rowwise, label: str = "y", alpha: float = 1.0) -> None:
        super().__init__()
        self.term = term
        if isinstance(term, Objective):
            self.follow(term)
        self.label = label
        self.alpha = alpha

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        """Return the loss of ``model``: labelled and unlabelled rows each by their bound."""
        key = f"{self.label}_observed"
        if key not in batch or self.label not in batch:
            raise ConfigError(f"SemiSupervised needs {self.label!r} and the mask {key!r} (B,) in the batch.")
        known = batch[key].bool()
        hidden = {k: v for k, v in batch.items() if k not in (self.label, key)}
        inferred = model(hidden, samples=self.term.samples, progress=progress)
        given = model({**hidden, self.label: batch[self.label]}, samples=self.term.samples, progress=progress)
        bound = torch.where(known, self.term.rows(given), self.term.rows(inferred))
        q = inferred[self.label].q
        assert q is not None
        classifier = torch.where(known, -q.log_prob(batch[self.label]), 0.0)
        if log is not None:
            record(log, inferred, self.term.weights(progress))
        return {"model": (bound + self.alpha * classifier).mean()}
