"""What a fitted estimator answers: codes, rows, scores and their errors, as numpy arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from lowerbound.data import Dataset, read_with_gaps
from lowerbound.data.coerce import to_array
from lowerbound.errors import ConfigError, DataError
from lowerbound.estimators.diagnosis import Diagnosis, diagnose
from lowerbound.estimators.distances import SampleDistances, sample_distances
from lowerbound.estimators.evaluation import Evaluation, Reconstruction, evaluate
from lowerbound.estimators.inspection import fill_gaps, match_factors
from lowerbound.estimators.reading import Reading
from lowerbound.estimators.saving import save

if TYPE_CHECKING:
    from lowerbound.metrics import Disentanglement, Features, LogLikelihood

__all__ = ["Questions"]

SCORE_SAMPLES = 64


class Questions(Reading):
    """The methods of a fitted estimator; :class:`VAE` adds how it is fitted."""

    def transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Return posterior means, ``(n, D)``: deterministic codes."""
        return self.fitted_rows(X, y, "encode").numpy()

    def fitted_rows(self, X: Any, y: Any, question: str) -> Tensor:
        """Ask the fitted model a question about rows by its method's name."""
        rows, c = self._rows(X, y)
        return getattr(self.fitted_, question)(rows, c)

    def inverse_transform(self, Z: Any, y: Any = None) -> np.ndarray:
        """Return the mean of p(x | z) for codes ``(n, D)``: ``(n, *shape)``."""
        check_is_fitted(self, "fitted_")
        codes = np.array(to_array(Z, where="Z")[0], dtype=np.float32)
        if not np.isfinite(codes).all():
            raise DataError("Codes have NaN or inf: decode finite numbers only.")
        z = self.fitted_.check_codes(torch.from_numpy(codes))
        return self.fitted_.decode(z, self._condition(y, len(z))).numpy()

    def reconstruct(self, X: Any, y: Any = None) -> np.ndarray:
        """Return rows as the model sees them: p(x | z)'s mean at the posterior mean."""
        return self.fitted_rows(X, y, "reconstruct").numpy()

    def sample(
        self, n: int = 1, given: Any = None, random_state: int | None = None, *, mean: bool = False
    ) -> np.ndarray:
        """Draw rows from the model, ``(n, *shape)``.

        Parameters
        ----------
        n : int
            How many.
        given : label, covariates or one of them per row
            What a conditional model is conditioned on.
        random_state : int, optional
            Seed; None takes the model's own, so that the same call gives the same rows.
        mean : bool
            Return the mean of p(x | z) at drawn z instead of drawn values.
        """
        check_is_fitted(self, "fitted_")
        n = _whole(n, "n", 0)
        c = self._condition(given, n, said="given")
        return self.fitted_.sample(n, c, self._seed(random_state), mean=mean).numpy()

    def score_samples(self, X: Any, y: Any = None) -> np.ndarray:
        """Return log p(x) of each row, nats, by 64 importance samples: higher is more likely.

        Raises
        ------
        ConfigError
            For a model without a likelihood, such as an autoencoder: it says why, and what there is instead.
        """
        return self.log_likelihood(X, y, samples=SCORE_SAMPLES).rows

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of :meth:`score_samples`, nats per row."""
        return float(self.score_samples(X, y).mean())

    def anomaly_score(self, X: Any, y: Any = None) -> np.ndarray:
        """Return how strange each row is: -log p(x), nats, or the squared error of a model without a likelihood."""
        check_is_fitted(self, "fitted_")
        return -self.score_samples(X, y) if self.fitted_.unbounded is None else self.squared_error(X, y)

    def squared_error(self, X: Any, y: Any = None) -> np.ndarray:
        """Return the squared error of each row's reconstruction, mean over features, ``(n,)``."""
        return self.fitted_rows(X, y, "squared_error").numpy()

    def log_likelihood(
        self,
        X: Any,
        y: Any = None,
        *,
        samples: int = 5000,
        precision: str = "float32",
        proposal: str = "encoder",
    ) -> LogLikelihood:
        """Estimate log p(x) with ``samples`` importance samples: value, errors, effective sample sizes.

        Parameters
        ----------
        X : array, DataFrame or path, (n, *shape)
        y
            Conditions of the rows, for a conditional model.
        samples : int
            S, of each row.
        precision : str
            ``"bfloat16"`` runs the layers faster, at an error of hundredths of a nat.
        proposal : str
            ``"encoder"`` draws from its posterior, as published numbers do. ``"adapted"`` draws from proposals adapted
            to each row (:func:`lowerbound.metrics.adapted_log_likelihood`): nearer to log p(x) than any number of
            samples that one could pay for from the encoder, where latents are many; continuous latents only.
        """
        samples = _whole(samples, "samples", 1)
        rows, c = self._rows(X, y)
        return self.fitted_.log_likelihood(rows, c, samples, precision=precision, proposal=proposal)

    def impute(
        self, X: Any, y: Any = None, *, samples: int = 1000, draw: bool = False, random_state: int | None = None
    ) -> np.ndarray:
        """Return rows with their gaps filled: E[missing | observed], of classes the likeliest, ``(n, *shape)``.

        What was there stays exactly as it is: float64 where X is float64 or a table of text, float32 where that takes
        no more.

        Parameters
        ----------
        X : array, DataFrame or path, (n, *shape)
            NaN, or an empty field of a file, marks a gap.
        y
            Conditions of the rows, for a conditional model.
        samples : int
            Importance samples a row.
        draw : bool
            Fill by a draw from p(missing | observed) instead of the mean: call with several seeds for
            multiple imputation.
        random_state : int, optional
            Seed of the draws; None takes the model's own.
        """
        check_is_fitted(self, "fitted_")
        if isinstance(X, (str, Path)):
            X = read_with_gaps(X, self.schema_)
        elif self.schema_.kind == "vector":
            self.check_names(X, reset=False)
        c = self._condition(y, len(X))
        seed = self._seed(random_state)
        return fill_gaps(self.fitted_, X, c, samples=_whole(samples, "samples", 1), draw=draw, seed=seed)

    def evaluate(
        self, X: Any, y: Any = None, *, samples: int = 1000, split: str = "given rows", proposal: str = "encoder"
    ) -> Evaluation | Reconstruction:
        """Return ELBO, rate, distortion and log p(x) of rows, with errors and a statement of their meaning.

        ``samples`` and ``proposal`` are those of :meth:`log_likelihood`. A model without a likelihood has none of the
        numbers: then it is the squared error of reconstructions, the distance of codes to the prior, and the reason
        (``unbounded``).
        """
        samples = _whole(samples, "samples", 1)
        rows, c = self._rows(X, y)
        return evaluate(self.fitted_, rows, c, samples=samples, split=split, proposal=proposal)

    def diagnose(self, X: Any, y: Any = None, *, train: Any = None, train_y: Any = None) -> Diagnosis:
        """Return the health of the model on rows, with advice; ``train`` rows tell over- from underfitting."""
        rows, c = self._rows(X, y)
        seen = None if train is None else self._rows(train, train_y)
        return diagnose(self.fitted_, rows, c, seen, getattr(self, "settings_", None))

    def traverse(
        self, n_steps: int = 9, dims: list[int] | None = None, row: Any = None, span: float = 2.5, y: Any = None
    ) -> tuple[list[int], np.ndarray, np.ndarray]:
        """Walk along latents: ``(dims, values, rows)`` with rows ``(k, n_steps, *shape)``.

        Parameters
        ----------
        n_steps : int
            Steps of a walk, from -span to span.
        dims : list of int, optional
            Which latents; all of them by default.
        row : array-like, (1, *shape), optional
            Start at this row's code instead of zero.
        y
            Condition of the row, for a conditional model.
        """
        check_is_fitted(self, "fitted_")
        centre = torch.zeros(self._n_features_out)
        if row is not None:
            centre = torch.as_tensor(self.transform(row, y)[0])
        if dims is not None and not isinstance(dims, Sequence | np.ndarray):
            raise ConfigError(f"dims={dims!r}: give a list of latents, such as [0, 1].")
        dims = [_whole(d, "dims", 0) for d in (range(len(centre)) if dims is None else dims)]
        for d in dims:
            if d >= len(centre):
                raise ConfigError(f"There is no latent {d}: this model has 0 to {len(centre) - 1}.")
        if not math.isfinite(span):
            raise ConfigError(f"span={span!r}: give a finite number.")
        n_steps = _whole(n_steps, "n_steps", 1)
        values = torch.linspace(-span, span, n_steps)
        z = centre.repeat(len(dims), n_steps, 1)
        for i, d in enumerate(dims):
            z[i, :, d] = values
        flat = z.reshape(-1, len(centre))
        rows = self.fitted_.decode(flat, self._condition(y, len(flat)))
        return dims, values.numpy(), rows.reshape(len(dims), n_steps, *self.schema_.shape).numpy()

    def distances(
        self,
        X: Any,
        y: Any = None,
        *,
        samples: int = 1000,
        mean: bool = False,
        features: Features | None = None,
        random_state: int = 0,
    ) -> SampleDistances:
        """Compare rows drawn from the model with rows X that it never saw; it needs no likelihood.

        Parameters
        ----------
        X, y
            Rows, at least 40, and their labels or covariates for a conditional model.
        samples : int
            Most rows of a set: half of X is compared with as many drawn rows, and with the other half.
        mean : bool
            Compare means of p(x | z) at drawn z instead of drawn values.
        features : Features, optional
            What to compare by, such as :func:`lowerbound.metrics.trained_features`; pixels of images and standardised
            columns of tables unless told.
        random_state : int
            Seed of the halves, the draws and the tests.
        """
        rows, c = self._rows(X, y)
        by = {"mean": mean, "features": features, "seed": random_state}
        return sample_distances(self.fitted_, rows, c, samples=samples, **by)

    def disentanglement(self, X: Any, factors: Any = None, y: Any = None) -> Disentanglement:
        """Measure how the latents follow known factors of the rows.

        Parameters
        ----------
        X : array, DataFrame, path or Dataset, (n, *shape)
            Rows.
        factors : array-like, (n, K), or Factors, optional
            What each row was made from, each of a few values; those of X where it is a Dataset that has them.
        y
            Conditions of the rows, for a conditional model.

        Raises
        ------
        DataError
            When there are no factors, or they cannot be used.
        """
        if factors is None and isinstance(X, Dataset):
            factors = X.factors
        return match_factors(self.fitted_, *self._rows(X, y), factors)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Write the model as a run folder: JSON and safetensors."""
        check_is_fitted(self, "fitted_")
        save(self, Path(folder), overwrite=overwrite)

    def _seed(self, given: Any) -> int:
        """The seed of a draw: the model's own unless one is given."""
        seed = self.fitted_.seed if given is None else _whole(given, "random_state", 0)
        if seed >= 2**63:
            raise ConfigError(f"random_state={seed}: give a whole number below 2**63.")
        return seed


def _whole(value: Any, name: str, least: int) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or value < least:
        raise ConfigError(f"{name}={value!r}: give a whole number, at least {least}.")
    return int(value)
