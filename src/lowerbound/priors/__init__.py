"""Distributions of latents before anything is observed: p(z | c)."""

from lowerbound.priors.standard_normal import StandardNormal
from lowerbound.priors.uniform_categorical import UniformCategorical

__all__ = ["StandardNormal", "UniformCategorical"]
