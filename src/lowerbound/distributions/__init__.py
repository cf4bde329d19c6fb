"""Densities without weights: what families return."""

from lowerbound.distributions.autoregressive import Autoregressive
from lowerbound.distributions.autoregressive_mixture import AutoregressiveMixture
from lowerbound.distributions.bernoulli import Bernoulli
from lowerbound.distributions.beta import Beta
from lowerbound.distributions.beta_binomial import BetaBinomial
from lowerbound.distributions.categorical import Categorical
from lowerbound.distributions.cholesky_normal import CholeskyNormal
from lowerbound.distributions.continuous_bernoulli import ContinuousBernoulli
from lowerbound.distributions.diagonal_normal import DiagonalNormal, kl_per_dimension
from lowerbound.distributions.dirichlet import Dirichlet
from lowerbound.distributions.discretized_logistic import DiscretizedLogistic
from lowerbound.distributions.elementwise import Elementwise
from lowerbound.distributions.flow import Flow
from lowerbound.distributions.gamma import Gamma
from lowerbound.distributions.gated_normal import GatedNormal
from lowerbound.distributions.laplace import Laplace
from lowerbound.distributions.log_normal import LogNormal
from lowerbound.distributions.logistic_mixture import LogisticMixture
from lowerbound.distributions.low_rank_normal import LowRankNormal, bounded, small_directions
from lowerbound.distributions.mixture import Mixture, NormalMixture, mixture_of
from lowerbound.distributions.multinomial import Multinomial
from lowerbound.distributions.negative_binomial import NegativeBinomial
from lowerbound.distributions.one_hot import OneHot
from lowerbound.distributions.ordinal import Ordinal
from lowerbound.distributions.point import Point
from lowerbound.distributions.poisson import Poisson
from lowerbound.distributions.product import Product
from lowerbound.distributions.quadrature import gauss_legendre
from lowerbound.distributions.relaxed_bernoulli import RelaxedBernoulli, StraightThroughBernoulli
from lowerbound.distributions.relaxed_one_hot import RelaxedOneHot, StraightThroughOneHot
from lowerbound.distributions.scale import gentle_concentration, gentle_log, inverse_gentle_log
from lowerbound.distributions.spike_and_slab import SpikeAndSlab
from lowerbound.distributions.standard_gamma import log_standard_gamma
from lowerbound.distributions.stirling import stirling_rest, stirling_slope
from lowerbound.distributions.structured_normal import StructuredNormal, following
from lowerbound.distributions.student_t import StudentT
from lowerbound.distributions.tilted_spike_and_slab import TiltedSpikeAndSlab
from lowerbound.distributions.transforms import (
    AffineTransform,
    AutoregressiveTransform,
    CouplingTransform,
    HouseholderTransform,
    LinearTransform,
    Monotone,
    MonotoneAffine,
    MonotoneSpline,
    PermutationTransform,
    PlanarTransform,
    RadialTransform,
    SylvesterTransform,
    Transform,
    orthonormal,
    reflections,
)
from lowerbound.distributions.von_mises_fisher import VonMisesFisher
from lowerbound.distributions.wrapped_normal import WrappedNormal
from lowerbound.distributions.zero_inflated import ZeroInflated

__all__ = [
    "AffineTransform",
    "Autoregressive",
    "AutoregressiveMixture",
    "AutoregressiveTransform",
    "Bernoulli",
    "Beta",
    "BetaBinomial",
    "Categorical",
    "CholeskyNormal",
    "ContinuousBernoulli",
    "CouplingTransform",
    "DiagonalNormal",
    "Dirichlet",
    "DiscretizedLogistic",
    "Elementwise",
    "Flow",
    "Gamma",
    "GatedNormal",
    "HouseholderTransform",
    "Laplace",
    "LinearTransform",
    "LogNormal",
    "LogisticMixture",
    "LowRankNormal",
    "Mixture",
    "Monotone",
    "MonotoneAffine",
    "MonotoneSpline",
    "Multinomial",
    "NegativeBinomial",
    "NormalMixture",
    "OneHot",
    "Ordinal",
    "PermutationTransform",
    "PlanarTransform",
    "Point",
    "Poisson",
    "Product",
    "RadialTransform",
    "RelaxedBernoulli",
    "RelaxedOneHot",
    "SpikeAndSlab",
    "StraightThroughBernoulli",
    "StraightThroughOneHot",
    "StructuredNormal",
    "StudentT",
    "SylvesterTransform",
    "TiltedSpikeAndSlab",
    "Transform",
    "VonMisesFisher",
    "WrappedNormal",
    "ZeroInflated",
    "bounded",
    "following",
    "gauss_legendre",
    "gentle_concentration",
    "gentle_log",
    "inverse_gentle_log",
    "kl_per_dimension",
    "log_standard_gamma",
    "mixture_of",
    "orthonormal",
    "reflections",
    "small_directions",
    "stirling_rest",
    "stirling_slope",
]
