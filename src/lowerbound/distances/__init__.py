"""Distances between two distributions that are known by draws."""

from lowerbound.distances.distance import Distance
from lowerbound.distances.energy import Energy

__all__ = ["Distance", "Energy"]
