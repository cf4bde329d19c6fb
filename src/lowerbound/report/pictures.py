"""What the page shows of rows and latents: arrays only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Comparison", "Extremes", "LatentMap", "Pairs", "Samples", "Traversal"]


@dataclass(frozen=True)
class Samples:
    """Draws from the model.

    Parameters
    ----------
    rows : ndarray, (n, *shape)
        The draws.
    given : tuple of str, optional
        What each row was conditioned on.
    means : ndarray, (n, *shape), optional
        Means of p(x | z) at the same z.

    Examples
    --------
    >>> len(Samples(np.zeros((3, 2))).rows)
    3
    """

    rows: np.ndarray
    given: tuple[str, ...] | None = None
    means: np.ndarray | None = None


@dataclass(frozen=True)
class Pairs:
    """Test rows and what the model makes of them.

    Parameters
    ----------
    originals, reconstructions : ndarray, (n, *shape)
        Row by row.
    index : ndarray of int, (n,)
        Row numbers in the test split.

    Examples
    --------
    >>> Pairs(np.zeros((1, 2)), np.ones((1, 2)), np.array([5])).index.tolist()
    [5]
    """

    originals: np.ndarray
    reconstructions: np.ndarray
    index: np.ndarray


@dataclass(frozen=True)
class Traversal:
    """One latent dimension moved at a time.

    Parameters
    ----------
    dims : ndarray of int, (k,)
        Dimensions that move.
    values : ndarray, (n_steps,) or (k, n_steps)
        Latent values.
    rows : ndarray, (k, n_steps, *shape)
        Means of p(x | z).
    given : str
        What a conditional model was conditioned on.

    Examples
    --------
    >>> Traversal(np.arange(2), np.linspace(-2, 2, 3), np.zeros((2, 3, 4))).rows.shape
    (2, 3, 4)
    """

    dims: np.ndarray
    values: np.ndarray
    rows: np.ndarray
    given: str = ""


@dataclass(frozen=True)
class LatentMap:
    """Posterior means in at most two dimensions.

    Parameters
    ----------
    points : ndarray, (n, 2) or (n, 1)
        Coordinates.
    axes : tuple of str
        Names of the coordinates.
    labels : ndarray of int, (n,), optional
        Class of each point, with `names` of the classes.
    names : tuple of str, optional
        Class names.
    values : ndarray, (n,), optional
        A numeric covariate of each point, with `value_name`.
    value_name : str
        Its name.
    explained : float, optional
        Share of the variance of the means that the coordinates carry.

    Examples
    --------
    >>> LatentMap(np.zeros((3, 2)), ("z0", "z1")).labels is None
    True
    """

    points: np.ndarray
    axes: tuple[str, ...]
    labels: np.ndarray | None = None
    names: tuple[str, ...] | None = None
    values: np.ndarray | None = None
    value_name: str = ""
    explained: float | None = None


@dataclass(frozen=True)
class Extremes:
    """The rows that the model finds most and least likely.

    Parameters
    ----------
    most, least : ndarray, (k, *shape)
        Rows, the most extreme first.
    most_log_p, least_log_p : ndarray, (k,)
        Their log p(x), nats.
    most_index, least_index : ndarray of int, (k,)
        Row numbers in the test split.
    n_rows : int
        Rows that were scored.

    Examples
    --------
    >>> one, at = np.zeros((1, 2)), np.array([0])
    >>> Extremes(one, one, at - 1.0, at - 9.0, at, at + 1, 2).least_log_p.tolist()
    [-9.0]
    """

    most: np.ndarray
    least: np.ndarray
    most_log_p: np.ndarray
    least_log_p: np.ndarray
    most_index: np.ndarray
    least_index: np.ndarray
    n_rows: int


@dataclass(frozen=True)
class Comparison:
    """Rows of a table beside as many samples.

    Parameters
    ----------
    data : ndarray, (n, D)
        Test rows.
    samples : ndarray, (m, D)
        Draws from the model.

    Examples
    --------
    >>> Comparison(np.zeros((3, 2)), np.ones((4, 2))).samples.shape
    (4, 2)
    """

    data: np.ndarray
    samples: np.ndarray
