"""The estimator: scikit-learn's contract, and every question a fitted model answers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted, check_random_state
from torch import Tensor, nn

from lowerbound.data import Dataset, check, from_arrays, open_data
from lowerbound.errors import ConfigError
from lowerbound.estimators.fitting import fit
from lowerbound.estimators.planning import make_plan
from lowerbound.estimators.questions import Questions
from lowerbound.estimators.refitting import refit_prior
from lowerbound.runs import RunFolder, Settings

__all__ = ["VAE"]


class VAE(Questions):
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
        What to build; see :class:`lowerbound.recipes.ModelOptions`. None and ``"auto"`` leave it to the recipe.
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
        variance: str | float | None = None,
        posterior: str = "auto",
        prior: str = "auto",
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
        own = ("n_components", "encoder", "decoder", "options", "verbose", "random_state")
        given = {k: v for k, v in self.get_params(deep=False).items() if k not in own}
        # What is left open is for the recipe to choose.
        left = {k for k, v in given.items() if k != "recipe" and (v is None or (isinstance(v, str) and v == "auto"))}
        flat = {k: v for k, v in given.items() if k not in left}
        seed = self.random_state
        if not isinstance(seed, (int, np.integer)):
            try:
                seed = check_random_state(seed).randint(2**31 - 1)
            except ValueError as error:
                raise ConfigError(f"random_state={seed!r}: give an integer, a RandomState or None.") from error
        if not isinstance(self.options or {}, Mapping) or not all(isinstance(k, str) for k in self.options or {}):
            raise ConfigError(f"options={self.options!r}: give a dictionary of settings by name.")
        return Settings.make(**{**flat, "latent": self.n_components, "seed": int(seed), **(self.options or {})})

    def _modules(self) -> dict[str, nn.Module]:
        # Copies: fitting leaves the estimator's own parameters as they were given.
        own = (("encoder", self.encoder), ("decoder", self.decoder))
        return {role: copy.deepcopy(module) for role, module in own if module is not None}

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

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> np.ndarray:
        """Fit, and return the codes of the same rows, ``(n, D)``; labels condition both."""
        return self.fit(X, y, **fit_params).transform(X, y)

    def _fit(self, dataset: Dataset, settings: Settings, folder: RunFolder | None) -> None:
        plan = make_plan(dataset, settings, self._modules())
        observers = []
        if self.verbose:
            from lowerbound.estimators.progress import Progress

            observers = [Progress(plan.settings.train.batch_size)]
        result = fit(dataset, settings, folder=folder, observers=observers, plan=plan)
        self.adopt(result.fitted, result.outcome.history.records, result.plan.settings.flat())
        self.facts_ = result.outcome.facts
        self.spec_ = {"model": repr(result.plan.model), "objective": repr(result.plan.objective)}
        self.n_iter_ = result.outcome.step

    def _open(self, X: Any, y: Any) -> Dataset:
        if isinstance(X, (str, Path)):
            X = open_data(X, label=y)
        self.check_names(X, reset=True)
        if not isinstance(X, Dataset):
            X = from_arrays(X, y if self._settings().recipe_.conditional else None)
        self.n_features_in_ = X.schema.n_features
        if isinstance(X.x, Tensor):
            check(X.x, X.schema, minimum_rows=2, warn_constant=True)
        return X

    def refit_prior(self, X: Any, y: Any = None, *, prior: str = "normal-mixture") -> Self:
        """Return the same model with another prior, fitted to the codes of rows X; this one is left as it is.

        Parameters
        ----------
        X, y
            Rows (those of the training at best), and their labels or covariates for a conditional model.
        prior : str
            A prior by name, or its specification.

        Raises
        ------
        ConfigError
            When the prior does not exist, lives elsewhere than the codes, or has no place in the model.

        References
        ----------
        Ghosh et al., From Variational to Deterministic Autoencoders, 2020, section 4.
        """
        rows, c = self._rows(X, y)
        refit = refit_prior(self.fitted_, rows, c, prior)
        other = copy.copy(self)
        other.options = {**(self.options or {}), "prior_after": prior}
        other.fitted_ = refit.fitted
        other.settings_ = {**self.settings_, "prior_after": prior}
        other.spec_ = {**self.spec_, "model": repr(refit.fitted.model)}
        other.facts_ = {**self.facts_, "prior_after": f"{prior}, {refit.gain:+.3f} nats"}
        return other

    def report(self, path: str | Path, X: Any, y: Any = None) -> None:
        """Write the self-contained HTML report about the model on rows X, held-out ones at best."""
        check_is_fitted(self, "fitted_")
        from lowerbound.report import collect, write

        write(collect(self, X if isinstance(X, Dataset) else from_arrays(X, y)), Path(path))
