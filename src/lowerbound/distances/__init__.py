"""Distances between two distributions that are known by draws, or by their moments."""

from lowerbound.distances.bures import bures, frechet
from lowerbound.distances.cramer_wold import CramerWold
from lowerbound.distances.distance import Distance
from lowerbound.distances.energy import Energy
from lowerbound.distances.hsic import hsic
from lowerbound.distances.max_sliced_wasserstein import MaxSlicedWasserstein
from lowerbound.distances.mmd import MMD
from lowerbound.distances.sinkhorn import Sinkhorn
from lowerbound.distances.sliced_energy import SlicedEnergy
from lowerbound.distances.sliced_wasserstein import SlicedWasserstein

__all__ = [
    "MMD",
    "CramerWold",
    "Distance",
    "Energy",
    "MaxSlicedWasserstein",
    "Sinkhorn",
    "SlicedEnergy",
    "SlicedWasserstein",
    "bures",
    "frechet",
    "hsic",
]
