"""Families for latents, and ways to combine them: q(z | x)."""

from lowerbound.posteriors.batch_norm_normal import BatchNormNormal
from lowerbound.posteriors.bernoulli_latent import BernoulliLatent
from lowerbound.posteriors.cholesky_normal import CholeskyNormal
from lowerbound.posteriors.conditioners import Conditioners
from lowerbound.posteriors.coupling import Coupling
from lowerbound.posteriors.delta_normal import DeltaNormal
from lowerbound.posteriors.diagonal_beta import DiagonalBeta
from lowerbound.posteriors.diagonal_gamma import DiagonalGamma
from lowerbound.posteriors.diagonal_laplace import DiagonalLaplace
from lowerbound.posteriors.diagonal_normal import DiagonalNormal
from lowerbound.posteriors.diagonal_student_t import DiagonalStudentT
from lowerbound.posteriors.dirichlet import Dirichlet
from lowerbound.posteriors.flow_family import FlowFamily
from lowerbound.posteriors.gated_normal import GatedNormal
from lowerbound.posteriors.householder import Householder
from lowerbound.posteriors.inverse_autoregressive import InverseAutoregressive
from lowerbound.posteriors.low_rank_normal import LowRankNormal
from lowerbound.posteriors.one_hot_categorical import OneHotCategorical
from lowerbound.posteriors.planar import Planar
from lowerbound.posteriors.point import Point
from lowerbound.posteriors.precision_weighted import PrecisionWeighted
from lowerbound.posteriors.radial import Radial
from lowerbound.posteriors.relaxed_bernoulli import RelaxedBernoulli
from lowerbound.posteriors.relaxed_one_hot import RelaxedOneHot
from lowerbound.posteriors.spline_coupling import SplineCoupling
from lowerbound.posteriors.sylvester_householder import SylvesterHouseholder
from lowerbound.posteriors.sylvester_orthogonal import SylvesterOrthogonal
from lowerbound.posteriors.sylvester_triangular import SylvesterTriangular
from lowerbound.posteriors.tilted_spike_and_slab import TiltedSpikeAndSlab
from lowerbound.posteriors.von_mises_fisher import VonMisesFisher
from lowerbound.posteriors.wrapped_normal import WrappedNormal

__all__ = [
    "BatchNormNormal",
    "DeltaNormal",
    "BernoulliLatent",
    "CholeskyNormal",
    "Conditioners",
    "Coupling",
    "DiagonalBeta",
    "DiagonalGamma",
    "DiagonalLaplace",
    "DiagonalNormal",
    "DiagonalStudentT",
    "Dirichlet",
    "FlowFamily",
    "GatedNormal",
    "Householder",
    "InverseAutoregressive",
    "LowRankNormal",
    "OneHotCategorical",
    "Planar",
    "Point",
    "PrecisionWeighted",
    "Radial",
    "RelaxedBernoulli",
    "RelaxedOneHot",
    "SplineCoupling",
    "SylvesterHouseholder",
    "SylvesterOrthogonal",
    "SylvesterTriangular",
    "TiltedSpikeAndSlab",
    "VonMisesFisher",
    "WrappedNormal",
]
