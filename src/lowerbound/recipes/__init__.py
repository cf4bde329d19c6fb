"""Published variants by name: each a few lines over the components."""

from lowerbound.recipes.aae import aae
from lowerbound.recipes.ae import ae
from lowerbound.recipes.beta_tc_vae import beta_tc_vae
from lowerbound.recipes.beta_vae import beta_vae
from lowerbound.recipes.bn_vae import bn_vae
from lowerbound.recipes.capacity_vae import capacity_vae
from lowerbound.recipes.ciwae import ciwae
from lowerbound.recipes.cubo import cubo
from lowerbound.recipes.cvae import cvae
from lowerbound.recipes.cvae_gan import cvae_gan
from lowerbound.recipes.cwae import cwae
from lowerbound.recipes.cyclical_vae import cyclical_vae
from lowerbound.recipes.delta_vae import delta_vae
from lowerbound.recipes.dip_vae import dip_vae
from lowerbound.recipes.dip_vae_ii import dip_vae_ii
from lowerbound.recipes.dreg import dreg
from lowerbound.recipes.exemplar import exemplar
from lowerbound.recipes.factor_analysis import factor_analysis
from lowerbound.recipes.factor_vae import factor_vae
from lowerbound.recipes.free_bits import free_bits
from lowerbound.recipes.geco import geco
from lowerbound.recipes.info_vae import info_vae
from lowerbound.recipes.iwae import iwae
from lowerbound.recipes.joint_vae import joint_vae
from lowerbound.recipes.kernel_vae import kernel_vae
from lowerbound.recipes.lagging_vae import lagging_vae
from lowerbound.recipes.likelihood import column_supports, data_support, said_levels
from lowerbound.recipes.linear import LinearModel
from lowerbound.recipes.max_swae import max_swae
from lowerbound.recipes.miwae import miwae
from lowerbound.recipes.ms_ssim_vae import ms_ssim_vae
from lowerbound.recipes.options import ModelOptions
from lowerbound.recipes.piwae import piwae
from lowerbound.recipes.ppca import ppca
from lowerbound.recipes.radon_sobolev_vae import radon_sobolev_vae
from lowerbound.recipes.rae_gp import rae_gp
from lowerbound.recipes.rae_l2 import rae_l2
from lowerbound.recipes.rae_sn import rae_sn
from lowerbound.recipes.recipe import Recipe, Task
from lowerbound.recipes.registry import find, names
from lowerbound.recipes.renyi import renyi
from lowerbound.recipes.reweighted_wake_sleep import reweighted_wake_sleep
from lowerbound.recipes.sinkhorn_ae import sinkhorn_ae
from lowerbound.recipes.skip_vae import skip_vae
from lowerbound.recipes.sparse_coding import sparse_coding
from lowerbound.recipes.sticking_the_landing import sticking_the_landing
from lowerbound.recipes.swae import swae
from lowerbound.recipes.tvo import tvo
from lowerbound.recipes.two_stage_vae import two_stage_vae
from lowerbound.recipes.vae import elbo, vae
from lowerbound.recipes.vae_gan import vae_gan
from lowerbound.recipes.vamp import vamp
from lowerbound.recipes.vimco import vimco
from lowerbound.recipes.wae_gan import wae_gan
from lowerbound.recipes.wae_mmd import wae_mmd
from lowerbound.recipes.wake_sleep import wake_sleep

__all__ = [
    "LinearModel",
    "ModelOptions",
    "Recipe",
    "Task",
    "aae",
    "ae",
    "beta_tc_vae",
    "beta_vae",
    "bn_vae",
    "capacity_vae",
    "ciwae",
    "column_supports",
    "cubo",
    "cvae",
    "cvae_gan",
    "cwae",
    "cyclical_vae",
    "data_support",
    "delta_vae",
    "dip_vae",
    "dip_vae_ii",
    "dreg",
    "elbo",
    "exemplar",
    "factor_analysis",
    "factor_vae",
    "find",
    "free_bits",
    "geco",
    "info_vae",
    "iwae",
    "joint_vae",
    "kernel_vae",
    "lagging_vae",
    "max_swae",
    "miwae",
    "ms_ssim_vae",
    "names",
    "piwae",
    "ppca",
    "radon_sobolev_vae",
    "rae_gp",
    "rae_l2",
    "rae_sn",
    "renyi",
    "reweighted_wake_sleep",
    "said_levels",
    "sinkhorn_ae",
    "skip_vae",
    "sparse_coding",
    "sticking_the_landing",
    "swae",
    "tvo",
    "two_stage_vae",
    "vae",
    "vae_gan",
    "vamp",
    "vimco",
    "wae_gan",
    "wae_mmd",
    "wake_sleep",
]
