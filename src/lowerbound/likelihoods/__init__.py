"""Families for observations: p(x | z)."""

from lowerbound.likelihoods.autoregressive_bernoulli import AutoregressiveBernoulli
from lowerbound.likelihoods.bernoulli import Bernoulli
from lowerbound.likelihoods.beta import Beta
from lowerbound.likelihoods.beta_binomial import BetaBinomial
from lowerbound.likelihoods.categorical import Categorical
from lowerbound.likelihoods.causal_network import CausalNetwork
from lowerbound.likelihoods.causal_transformer import CausalTransformer
from lowerbound.likelihoods.continuous_bernoulli import ContinuousBernoulli
from lowerbound.likelihoods.discretized_logistic import DiscretizedLogistic
from lowerbound.likelihoods.gamma import Gamma
from lowerbound.likelihoods.laplace import Laplace
from lowerbound.likelihoods.location_scale import LocationScale
from lowerbound.likelihoods.log_normal import LogNormal
from lowerbound.likelihoods.logistic_mixture import LogisticMixture
from lowerbound.likelihoods.low_rank_residual import LowRankResidual
from lowerbound.likelihoods.mixture import Mixture
from lowerbound.likelihoods.multinomial import Multinomial
from lowerbound.likelihoods.negative_binomial import NegativeBinomial
from lowerbound.likelihoods.normal import Normal
from lowerbound.likelihoods.ordinal import Ordinal
from lowerbound.likelihoods.pixel_bernoulli import PixelBernoulli
from lowerbound.likelihoods.pixel_logistic import PixelLogistic
from lowerbound.likelihoods.poisson import Poisson
from lowerbound.likelihoods.positive_mean import PositiveMean
from lowerbound.likelihoods.product import Product
from lowerbound.likelihoods.structured_normal import StructuredNormal
from lowerbound.likelihoods.student_t import StudentT
from lowerbound.likelihoods.transformer_categorical import TransformerCategorical
from lowerbound.likelihoods.zero_inflated_negative_binomial import ZeroInflatedNegativeBinomial

__all__ = [
    "AutoregressiveBernoulli",
    "Bernoulli",
    "Beta",
    "BetaBinomial",
    "Categorical",
    "CausalNetwork",
    "CausalTransformer",
    "ContinuousBernoulli",
    "DiscretizedLogistic",
    "Gamma",
    "Laplace",
    "LocationScale",
    "LogNormal",
    "LogisticMixture",
    "LowRankResidual",
    "Mixture",
    "Multinomial",
    "NegativeBinomial",
    "Normal",
    "Ordinal",
    "PixelBernoulli",
    "PixelLogistic",
    "Poisson",
    "PositiveMean",
    "Product",
    "StructuredNormal",
    "StudentT",
    "TransformerCategorical",
    "ZeroInflatedNegativeBinomial",
]
