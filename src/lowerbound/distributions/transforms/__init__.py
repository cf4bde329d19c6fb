"""Invertible maps, one file each: what flows are made of."""

from lowerbound.distributions.transforms.affine import AffineTransform
from lowerbound.distributions.transforms.autoregressive import AutoregressiveTransform
from lowerbound.distributions.transforms.coupling import CouplingTransform
from lowerbound.distributions.transforms.householder import HouseholderTransform
from lowerbound.distributions.transforms.linear import LinearTransform
from lowerbound.distributions.transforms.monotone import Monotone, MonotoneAffine
from lowerbound.distributions.transforms.orthogonal import orthonormal, reflections
from lowerbound.distributions.transforms.permutation import PermutationTransform
from lowerbound.distributions.transforms.planar import PlanarTransform
from lowerbound.distributions.transforms.radial import RadialTransform
from lowerbound.distributions.transforms.spline import MonotoneSpline
from lowerbound.distributions.transforms.sylvester import SylvesterTransform
from lowerbound.distributions.transforms.transform import Transform

__all__ = [
    "AffineTransform",
    "AutoregressiveTransform",
    "CouplingTransform",
    "HouseholderTransform",
    "LinearTransform",
    "Monotone",
    "MonotoneAffine",
    "MonotoneSpline",
    "PermutationTransform",
    "PlanarTransform",
    "RadialTransform",
    "SylvesterTransform",
    "Transform",
    "orthonormal",
    "reflections",
]
