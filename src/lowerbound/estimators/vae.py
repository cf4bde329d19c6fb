"""The estimator: scikit-learn's contract, and every question a fitted model answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data
from torch import Tensor, nn

from lowerbound.data import Dataset, check, encode_labels, from_arrays, one_hot, open_data
from lowerbound.errors import ConfigError, DataError
from lowerbound.estimators.diagnosis import Diagnosis, diagnose
from lowerbound.estimators.evaluation import Evaluation, evaluate
from lowerbound.estimators.fitting import fit
from lowerbound.runs import RunFolder, Settings

if TYPE_CHECKING:
    from lowerbound.estimators.fitted import Fitted
    from lowerbound.metrics import LogLikelihood

__all__ = ["VAE"]

SCORE_SAMPLES = 64


class VAE(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A variational autoencoder behind scikit-learn's interface.

    Fitting holds some rows out to choose the weights; everything after is deterministic, and
    every draw takes a seed.

    Parameters
    ----------
    n_components : int, optional
        Size of the latent space; None chooses it from the data.
    recipe : str
        Published variant: ``vae``, ``beta-vae``, ``cvae``.
    likelihood, variance, posterior, prior, network, hidden, nonlinearity, beta
        What to build; see :class:`lowerbound.recipes.ModelOptions`.
    epochs, batch_size, learning_rate, patience, precision, compile, device
        How to train; see :class:`lowerbound.training.TrainOptions`.
    valid_fraction : float
        Rows held out to choose the weights.
    encoder, decoder : torch.nn.Module, optional
        Networks of your own: x (and condition) to features, z (and condition) to parameters.
    options : dict, optional
        Any other setting by name.
    verbose : bool
        Show progress.
    random_state : int, RandomState or None
        Seed of weights, order, noise and scores.

    Attributes
    ----------
    schema_ : Schema
        Of the training data.
    history_ : list of dict
        The numbers of each round.
    n_iter_ : int
        Optimizer steps taken.
    settings_, spec_, facts_ : dict
        Every setting in force, the specifications, and what was chosen for the machine.

    References
    ----------
    Kingma and Welling, Auto-Encoding Variational Bayes, 2014.

    Examples
    --------
    >>> import lowerbound as lb
    >>> X = np.random.default_rng(0).normal(size=(60, 4))
    >>> vae = lb.VAE(n_components=2, epochs=2, random_state=0).fit(X)
    >>> vae.transform(X).shape, vae.sample(3, random_state=1).shape
    ((60, 2), (3, 4))
    """

    def __init__(
        self,
        n_components: int | None = None,
        *,
        recipe: str = "vae",
        likelihood: str = "auto",
        variance: str | float = "feature",
        posterior: str = "diagonal",
        prior: str = "standard",
        network: str = "auto",
        hidden: tuple[int, ...] | None = None,
        nonlinearity: str | None = None,
        beta: float | str | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        patience: int | None = None,
        precision: str = "auto",
        compile: str = "auto",
        device: str = "auto",
        valid_fraction: float = 0.1,
        encoder: nn.Module | None = None,
        decoder: nn.Module | None = None,
        options: dict[str, Any] | None = None,
        verbose: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_components = n_components
        self.recipe = recipe
        self.likelihood = likelihood
        self.variance = variance
        self.posterior = posterior
        self.prior = prior
        self.network = network
        self.hidden = hidden
        self.nonlinearity = nonlinearity
        self.beta = beta
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.precision = precision
        self.compile = compile
        self.device = device
        self.valid_fraction = valid_fraction
        self.encoder = encoder
        self.decoder = decoder
        self.options = options
        self.verbose = verbose
        self.random_state = random_state

    def _settings(self) -> Settings:
        named = ("recipe", "likelihood", "variance", "posterior", "prior", "network", "hidden", "nonlinearity", "epochs",
                 "batch_size", "learning_rate", "patience", "precision", "compile", "device", "valid_fraction")  # fmt: skip
        flat = {name: getattr(self, name) for name in named}
        if self.beta is not None:
            flat["beta"] = self.beta
        seed = self.random_state
        if not isinstance(seed, (int, np.integer)):
            seed = check_random_state(seed).randint(2**31 - 1)
        return Settings.make(**{**flat, "latent": self.n_components, "seed": int(seed), **(self.options or {})})

    def _modules(self) -> dict[str, nn.Module]:
        return {role: m for role, m in (("encoder", self.encoder), ("decoder", self.decoder)) if m is not None}

    def fit(self, X: Any, y: Any = None, *, out: str | Path | None = None) -> Self:
        """Train on X.

        Parameters
        ----------
        X : array, DataFrame, tensor, memmap, path, data set name or Dataset, (n, *shape)
            Rows: vectors or images.
        y : array-like, (n,) or (n, C), optional
            Labels or covariates; only conditional recipes use them.
        out : path, optional
            A run folder to write checkpoints and the model into.

        Raises
        ------
        DataError
            For data that cannot be used: the message names row and column.
        ConfigError
            For settings that do not exist or do not fit.
        """
        settings = self._settings()
        dataset = self._open(X, y).split(valid=settings.train.valid_fraction, test=0.0, seed=settings.train.seed)
        folder = None if out is None else RunFolder(out)
        if folder is not None:
            folder.create()
            with folder.writing():
                self._fit(dataset, settings, folder)
        else:
            self._fit(dataset, settings, None)
        return self

    def _fit(self, dataset: Dataset, settings: Settings, folder: RunFolder | None) -> None:
        observers = []
        if self.verbose:
            from lowerbound.estimators.progress import Progress

            observers = [Progress()]
        result = fit(dataset, settings, modules=self._modules(), folder=folder, observers=observers)
        adopt(self, result.fitted, result.outcome.history.records, result.plan.settings.flat())
        self.facts_ = result.outcome.facts
        self.spec_ = {"model": repr(result.plan.model), "objective": repr(result.plan.objective)}
        self.n_iter_ = result.outcome.step

    def _open(self, X: Any, y: Any) -> Dataset:
        if isinstance(X, (str, Path)):
            X = open_data(X, label=y)
        if isinstance(X, Dataset):
            self.n_features_in_ = X.schema.n_features
            return X
        # scikit-learn's own checks of names and number of columns; the values are checked by ours.
        validate_data(self, X, skip_check_array=True)
        use_y = y if self.recipe == "cvae" or y is not None and self._conditional() else None
        dataset = from_arrays(X, use_y)
        check(X, dataset.schema, minimum_rows=2, warn_constant=True)
        return dataset

    def _conditional(self) -> bool:
        return self._settings().recipe_.conditional

    def _rows(self, X: Any, y: Any = None) -> tuple[Any, Tensor | None]:
        check_is_fitted(self, "fitted_")
        if isinstance(X, (str, Path)):
            X = open_data(X, data_dir=None)
        if isinstance(X, Dataset):
            return X.x, X.condition()
        if not isinstance(X, Tensor) and np.ndim(X) == 2:
            validate_data(self, X, skip_check_array=True, reset=False)
        rows = check(X, self.schema_)
        return rows, self._condition(y, len(rows))

    def _condition(self, y: Any, n: int) -> Tensor | None:
        if not self.fitted_.conditional:
            return None
        if y is None:
            raise ConfigError("This model is conditional: give the labels or covariates y of the rows.")
        values = [y] * n if np.ndim(y) == 0 else y
        return one_hot(encode_labels(values, self.schema_, n=n), self.schema_)

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
        z = self.fitted_.check_codes(torch.as_tensor(np.asarray(Z, dtype=np.float32)))
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
        if n < 0:
            raise ConfigError(f"n={n}: a number of rows is not negative.")
        c = self._condition(given, n) if given is not None or self.fitted_.conditional else None
        seed = self.fitted_.seed if random_state is None else int(random_state)
        return self.fitted_.sample(n, c, seed, mean=mean).numpy()

    def score_samples(self, X: Any, y: Any = None) -> np.ndarray:
        """Return log p(x) of each row, nats, by 64 importance samples: higher is more likely."""
        return self.log_likelihood(X, y, samples=SCORE_SAMPLES).rows

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of :meth:`score_samples`, nats per row."""
        return float(self.score_samples(X, y).mean())

    def anomaly_score(self, X: Any, y: Any = None) -> np.ndarray:
        """Return -log p(x) of each row, nats: higher is stranger."""
        return -self.score_samples(X, y)

    def log_likelihood(self, X: Any, y: Any = None, *, samples: int = 5000) -> LogLikelihood:
        """Estimate log p(x) with ``samples`` importance samples: value, errors, effective sample sizes."""
        rows, c = self._rows(X, y)
        return self.fitted_.log_likelihood(rows, c, samples)

    def evaluate(self, X: Any, y: Any = None, *, samples: int = 1000, split: str = "given rows") -> Evaluation:
        """Return ELBO, rate, distortion and log p(x) of rows, with errors and a statement of their meaning."""
        rows, c = self._rows(X, y)
        return evaluate(self.fitted_, rows, c, samples=samples, split=split)

    def diagnose(self, X: Any, y: Any = None, *, train: Any = None, train_y: Any = None) -> Diagnosis:
        """Return the health of the model on rows, with advice; ``train`` rows tell over- from underfitting."""
        rows, c = self._rows(X, y)
        return diagnose(self.fitted_, rows, c, None if train is None else self._rows(train, train_y))

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
        dims = list(range(len(centre))) if dims is None else dims
        for d in dims:
            if not 0 <= d < len(centre):
                raise ConfigError(f"There is no latent {d}: this model has 0 to {len(centre) - 1}.")
        values = torch.linspace(-span, span, n_steps)
        z = centre.repeat(len(dims), n_steps, 1)
        for i, d in enumerate(dims):
            z[i, :, d] = values
        flat = z.reshape(-1, len(centre))
        rows = self.fitted_.decode(flat, self._condition(y, len(flat)))
        return dims, values.numpy(), rows.reshape(len(dims), n_steps, *self.schema_.shape).numpy()

    def save(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Write the model as a run folder: JSON and safetensors."""
        check_is_fitted(self, "fitted_")
        from lowerbound.estimators.persistence import save

        save(self, Path(folder), overwrite=overwrite)

    def report(self, path: str | Path, X: Any = None, y: Any = None) -> None:
        """Write the self-contained HTML report about the model on the rows X."""
        check_is_fitted(self, "fitted_")
        from lowerbound.report import collect, write

        if X is None:
            raise DataError("A report is about rows: give X, held-out ones at best.")
        dataset = X if isinstance(X, Dataset) else from_arrays(X, y)
        write(collect(self, dataset), Path(path))

    def __sklearn_tags__(self) -> Any:
        """Declare what the estimator takes and keeps."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        tags.input_tags.three_d_array = True
        return tags


def adopt(vae: VAE, fitted: Fitted, history: list[dict[str, float]], settings: dict[str, Any]) -> None:
    """Make an estimator the door of a fitted model."""
    vae.fitted_ = fitted
    vae.schema_ = fitted.schema
    vae.history_ = history
    vae.settings_ = settings
    vae._n_features_out = _width(fitted)
    if not hasattr(vae, "n_features_in_"):
        vae.n_features_in_ = fitted.schema.n_features


def _width(fitted: Fitted) -> int:
    c = torch.zeros(1, fitted.schema.condition_size) if fitted.conditional else None
    x = torch.zeros(1, *fitted.schema.shape)
    return fitted.encode(x, c).shape[1]
