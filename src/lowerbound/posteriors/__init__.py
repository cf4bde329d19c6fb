"""Families for latents, and ways to combine them: q(z | x)."""

from lowerbound.posteriors.cholesky_normal import CholeskyNormal
from lowerbound.posteriors.diagonal_normal import DiagonalNormal
from lowerbound.posteriors.one_hot_categorical import OneHotCategorical
from lowerbound.posteriors.precision_weighted import PrecisionWeighted

__all__ = ["CholeskyNormal", "DiagonalNormal", "OneHotCategorical", "PrecisionWeighted"]
