"""Distributions of latents before anything is observed: p(z | c)."""

from lowerbound.priors.autoregressive_prior import AutoregressivePrior
from lowerbound.priors.exemplar_prior import ExemplarPrior
from lowerbound.priors.fixed import Fixed
from lowerbound.priors.flow_prior import FlowPrior
from lowerbound.priors.from_posterior import FromPosterior
from lowerbound.priors.normal_mixture import NormalMixture
from lowerbound.priors.spike_and_slab import SpikeAndSlab
from lowerbound.priors.standard_exponential import StandardExponential
from lowerbound.priors.standard_normal import StandardNormal
from lowerbound.priors.standard_wrapped_normal import StandardWrappedNormal
from lowerbound.priors.uniform_bernoulli import UniformBernoulli
from lowerbound.priors.uniform_categorical import UniformCategorical
from lowerbound.priors.uniform_interval import UniformInterval
from lowerbound.priors.uniform_simplex import UniformSimplex
from lowerbound.priors.uniform_sphere import UniformSphere
from lowerbound.priors.vamp_prior import VampPrior

__all__ = [
    "AutoregressivePrior",
    "ExemplarPrior",
    "Fixed",
    "FlowPrior",
    "FromPosterior",
    "NormalMixture",
    "SpikeAndSlab",
    "StandardExponential",
    "StandardNormal",
    "StandardWrappedNormal",
    "UniformBernoulli",
    "UniformCategorical",
    "UniformInterval",
    "UniformSimplex",
    "UniformSphere",
    "VampPrior",
]
