"""Public data sets by name: the functions of this namespace are the registry.

Each returns a `Dataset` with its official splits, from a folder of the user's, the cache, or a verified download.
"""

from __future__ import annotations

from lowerbound.data.datasets.digits import digits
from lowerbound.data.datasets.mnist import mnist
from lowerbound.data.datasets.static_mnist import static_mnist

__all__ = ["digits", "mnist", "static_mnist"]
