r"""The classifier two-sample test: whether a classifier tells rows of the two sets apart that it never saw.

Half of the rows train it, the other half are classified. Where both sets have one distribution, which held-out rows are
of the first set is independent of what it says, so that the number it gets right follows a hypergeometric distribution:
the p-value is that of Fisher's exact test, and the accuracy is one half on average.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from lowerbound.core import noise
from lowerbound.metrics.features import Features, compared

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin

__all__ = ["ClassifierTest", "classifier_test"]


@dataclass(frozen=True)
class ClassifierTest:
    """How well a classifier tells two sets of rows apart.

    Attributes
    ----------
    name : str
        What rows were compared by.
    value : float
        Share of the held-out rows that it gets right: 0.5 where there is nothing to tell, 1 at worst.
    error : float
        Standard error over the held-out rows, the classifier taken as it is.
    p_value : float
        Small where the two sets cannot have one distribution.
    rows : int
        Held-out rows.

    Examples
    --------
    >>> ClassifierTest("classifier accuracy (pixels)", 0.5, 0.05, 0.6, 100).to_json()["value"]
    0.5
    """

    name: str
    value: float
    error: float
    p_value: float
    rows: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def classifier_test(
    x: Any,
    y: Any,
    features: Features | None = None,
    *,
    classifier: ClassifierMixin | None = None,
    seed: int = 0,
) -> ClassifierTest:
    """Test whether two sets of rows have one distribution, by training a classifier to tell them apart.

    As many rows of each set are used as the smaller has.

    Parameters
    ----------
    x, y
        Rows, ``(n, *shape)`` and ``(m, *shape)``, at least ten each.
    features
        What to compare them by; the rows themselves unless told.
    classifier
        A scikit-learn classifier, fitted anew; a network of 32 hidden units unless told.
    seed
        Of the halves and of the network.

    References
    ----------
    Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests, 2017, section 3.

    Examples
    --------
    >>> x = torch.linspace(0, 1, 50)[:, None]
    >>> found = classifier_test(x, x + 1.5)
    >>> found.value, found.p_value < 1e-6
    (1.0, True)
    """
    from scipy.stats import hypergeom  # here, because it takes a second to import
    from sklearn.base import clone
    from sklearn.exceptions import ConvergenceWarning

    first, second, name = compared(x, y, features, least=10)
    n = min(len(first), len(second))
    generator = torch.Generator().manual_seed(noise.mix_seed(seed, 53))
    chosen = [rows[torch.randperm(len(rows), generator=generator)[:n]] for rows in (first, second)]
    order = torch.randperm(2 * n, generator=generator)
    rows, labels = torch.cat(chosen)[order].numpy(), (order < n).long().numpy()
    model: Any = _network(noise.mix_seed(seed, 54) % 2**31) if classifier is None else clone(classifier)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows[:n], labels[:n])
    said, true = np.asarray(model.predict(rows[n:])), labels[n:]
    accuracy = float((said == true).mean())
    both = int(((said == 1) & (true == 1)).sum())
    p = float(hypergeom(n, int(true.sum()), int((said == 1).sum())).sf(both - 1))
    error = math.sqrt(accuracy * (1 - accuracy) / n)
    return ClassifierTest(f"classifier accuracy ({name})", accuracy, error, p, n)


def _network(seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), MLPClassifier((32,), alpha=1e-2, random_state=seed))
