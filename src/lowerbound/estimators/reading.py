"""How a fitted estimator reads what it is asked about: rows and conditions as its model takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor

from lowerbound.data import Dataset, Schema, check, encode_labels, one_hot, open_data, order_covariates
from lowerbound.data.coerce import DataTypeError
from lowerbound.errors import ConfigError, ShapeError
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.rows import Rows

__all__ = ["Reading"]


class Reading(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """What a fitted estimator holds, and how rows reach its model.

    Attributes
    ----------
    fitted_ : Fitted
        The model with its schema.
    schema_ : Schema
        Of the training data.
    history_ : list of dict
        The numbers of each round.
    n_iter_ : int
        Optimizer steps taken.
    settings_, spec_, facts_ : dict
        Every setting in force, the specifications, and what was chosen for the machine.
    """

    fitted_: Fitted
    schema_: Schema
    history_: list[dict[str, float]]
    settings_: dict[str, Any]
    spec_: dict[str, str]
    facts_: dict[str, str]
    n_iter_: int
    n_features_in_: int
    feature_names_in_: np.ndarray
    _n_features_out: int

    def adopt(self, fitted: Fitted, history: list[dict[str, float]], settings: dict[str, Any]) -> None:
        """Become the door of a fitted model."""
        self.fitted_ = fitted
        self.schema_ = fitted.schema
        self.history_ = history
        self.settings_ = settings
        self._n_features_out = fitted.code_size
        if not hasattr(self, "n_features_in_"):
            self.n_features_in_ = fitted.schema.n_features

    def check_names(self, X: Any, *, reset: bool) -> None:
        """Run scikit-learn's own checks of column names and their number; the values are checked elsewhere."""
        shape = getattr(X, "shape", None)
        if reset:  # names of an earlier fit, which rows without names do not replace
            vars(self).pop("feature_names_in_", None)
        if isinstance(X, Tensor) or shape is None or len(shape) != 2:
            return
        try:
            validate_data(self, X, skip_check_array=True, reset=reset)
        except ValueError as error:
            raise ShapeError(f"{error} Give the columns that the model was fitted with.") from error
        except TypeError as error:
            raise DataTypeError(f"{error} Name all columns by text.") from error

    def _rows(self, X: Any, y: Any = None) -> tuple[Rows, Rows | None]:
        check_is_fitted(self, "fitted_")
        where = "X"
        if isinstance(X, (str, Path)):
            X = open_data(X)
        if isinstance(X, Dataset):
            if X.schema == self.schema_ and not isinstance(X.x, Tensor):
                return X.x, X.condition() if self.fitted_.conditional else None
            X, y, where = _values(X, self.schema_), _labels(X) if y is None else y, X.name
        elif self.schema_.kind == "vector":
            self.check_names(X, reset=False)
        rows = check(X, self.schema_, where=where)
        return rows, self._condition(y, len(rows))

    def _condition(self, y: Any, n: int, *, said: str = "y") -> Tensor | None:
        if not self.fitted_.conditional:
            if said == "given" and y is not None:
                raise ConfigError("This model is not conditional: leave `given` out, or fit the recipe 'cvae'.")
            return None
        if y is None:
            raise ConfigError(f"This model is conditional: give the labels or covariates of the rows ({said}=...).")
        y = order_covariates(y, self.schema_, where=said)
        values = np.asarray(y.detach().cpu() if isinstance(y, Tensor) else y)
        width = len(self.schema_.covariates or ())
        if values.ndim == 0 or (width > 1 and values.ndim == 1):
            values = np.repeat(values[None], n, axis=0)
        return one_hot(encode_labels(values, self.schema_, n=n, where=said), self.schema_)

    def __sklearn_tags__(self) -> Any:
        """Declare what the estimator takes and keeps."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        tags.input_tags.three_d_array = True
        return tags


def _values(dataset: Dataset, schema: Schema) -> np.ndarray:
    """The rows of a data set, with the columns that the model was fitted with."""
    x = dataset.x if isinstance(dataset.x, Tensor) else dataset.x.read(0, len(dataset.x))
    values, columns = x.numpy(), dataset.schema.columns
    if columns is None or schema.columns is None or columns == schema.columns:
        return values
    missing = [name for name in schema.columns if name not in columns]
    if missing:
        raise ShapeError(f"{dataset.name} has no column {missing[0]!r}, which the model was fitted with.")
    return values[:, [columns.index(name) for name in schema.columns]]


def _labels(dataset: Dataset) -> Any:
    y = dataset.y
    if y is None or not isinstance(y, Tensor) or dataset.schema.classes is None:
        return y
    return np.asarray(dataset.schema.classes)[y.numpy()]
