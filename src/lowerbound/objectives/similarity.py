r"""Reconstructions compared as eyes do, instead of by a likelihood.

Structural similarity compares local means, variances and covariance under a Gaussian window:

.. math:: l = \frac{2 \mu_x \mu_y + C_1}{\mu_x^2 + \mu_y^2 + C_1}, \qquad
          c = \frac{2 \sigma_{xy} + C_2}{\sigma_x^2 + \sigma_y^2 + C_2}, \qquad
          \mathrm{MSSSIM} = \overline{l c}_M^{\;w_M} \prod_{j<M} \overline{c}_j^{\;w_j}

where the bar is the mean over an image and its channels, and each scale j is half as large as the one before. Neither
this nor a distance of features is the log of a density of rows: a model trained by them has no likelihood.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lowerbound.core import Component, Network, Site, Term, Trace, call, describe
from lowerbound.core.component import positive
from lowerbound.errors import ConfigError

__all__ = ["MultiScaleSimilarity", "Perceptual"]

WINDOW, SIGMA, STABLE = 11, 1.5, (0.01, 0.03)
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
LEAST = 0.05
"""Similarity below which its logarithm goes on as a straight line: it may be negative, and has a gradient there."""


class MultiScaleSimilarity(Term):
    """1 - MS-SSIM of each image and its expected reconstruction: 0 for equal images, mean over rows.

    The window is cut down to images smaller than 11 pixels. Of fewer than five scales the published weights are
    rescaled to a sum of one; similarities below 0.05 go on smoothly towards zero, as negative ones have no real
    power. One scale is SSIM itself.

    Parameters
    ----------
    data_range
        Largest less smallest possible value; None takes it from the likelihood's support.
    scales
        How often images are halved, less one; None for as many, up to 5, as leave at least 11 pixels a side.
    samples
        Latent samples per row.

    Raises
    ------
    ConfigError
        For more scales than weights or pixels, for rows that are no images, and for a likelihood whose support has
        no range.

    References
    ----------
    Wang, Simoncelli and Bovik, Multi-scale structural similarity for image quality assessment, 2003, equation 7; Snell
    et al., Learning to Generate Images with Perceptual Similarity Metrics, 2017.

    Examples
    --------
    >>> from lowerbound.objectives import Rate
    >>> 784.0 * MultiScaleSimilarity() + Rate()
    784.0 * MultiScaleSimilarity() + Rate()
    """

    likelihood = False
    judged_by = "loss"

    def __init__(self, data_range: float | None = None, scales: int | None = None, samples: int = 1) -> None:
        super().__init__()
        if data_range is not None and not data_range > 0:
            raise ConfigError(f"data_range={data_range}: the largest value is above the smallest.")
        if scales is not None and not 1 <= scales <= len(WEIGHTS):
            raise ConfigError(f"scales={scales}: from 1 to {len(WEIGHTS)}.")
        self.data_range, self.scales = data_range, scales
        self.samples = positive(samples, "samples")

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        site = _images(self, trace)
        span = self.data_range or _span(self, site)
        return trace.mean(1.0 - self.similarity(site.value / span, site.p.mean / span))

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()

    def similarity(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the MS-SSIM of images ``(*lead, C, H, W)`` whose values span one; leads broadcast."""
        x, y = torch.broadcast_tensors(x, y)
        lead, small = x.shape[:-3], min(x.shape[-2:])
        x, y = x.reshape(-1, *x.shape[-3:]), y.reshape(-1, *y.shape[-3:])
        count = self._count(small)
        weights = [weight / sum(WEIGHTS[:count]) for weight in WEIGHTS[:count]]
        total = x.new_zeros(len(x))
        for j, weight in enumerate(weights):
            if j:
                x, y = functional.avg_pool2d(x, 2), functional.avg_pool2d(y, 2)
            light, structure = _compared(x, y)
            similar = structure if j + 1 < count else light * structure
            likeness = similar.flatten(1).mean(1)
            if count == 1:
                return likeness.reshape(lead)
            total = total + weight * _smooth_log(likeness)
        return total.exp().reshape(lead)

    def _count(self, small: int) -> int:
        """Return the number of scales of images whose smaller side this is."""
        most = max(1, min(len(WEIGHTS), 1 + int(math.log2(max(small / WINDOW, 1.0)))))
        if self.scales is not None and small >> (self.scales - 1) < 1:
            raise ConfigError(f"{describe(self)}: images of {small} pixels cannot be halved {self.scales - 1} times.")
        return self.scales or most


class Perceptual(Term):
    """Half the squared distance between features of a row and of its expected reconstruction, summed over features.

    Nothing moves the network: it is taken as it is, in evaluation mode. Terms add, so that several networks, or several
    depths of one, are a sum.

    Parameters
    ----------
    network
        Maps a row to its features: trained on something else before, and given to the term.
    samples
        Latent samples per row.

    Raises
    ------
    ConfigError
        When the network reads rows of another shape.

    References
    ----------
    Hou et al., Deep Feature Consistent Variational Autoencoder, 2017; Johnson, Alahi and Fei-Fei, Perceptual Losses for
    Real-Time Style Transfer and Super-Resolution, 2016.

    Examples
    --------
    >>> from lowerbound.networks import ConvFeatures
    >>> from lowerbound.objectives import Rate
    >>> trained = ConvFeatures(((1, 28, 28),))
    >>> Perceptual(trained) + Rate()
    Perceptual(ConvFeatures(((1, 28, 28),))) + Rate()
    """

    likelihood = False
    judged_by = "loss"

    def __init__(self, network: Network, samples: int = 1) -> None:
        super().__init__()
        self.network = network.requires_grad_(False).eval()
        self.samples = positive(samples, "samples")

    def train(self, mode: bool = True) -> Perceptual:
        """Leave the network in evaluation mode."""
        super().train(mode)
        self.network.eval()
        return self

    def rows(self, trace: Trace) -> Tensor:
        """Return the loss of each row, ``(B,)``."""
        site = trace["x"]
        shapes = tuple(self.network.in_shapes)
        if shapes != (tuple(site.p.event_shape),):
            raise ConfigError(f"{describe(self)}: its network reads {shapes}; rows are {tuple(site.p.event_shape)}.")
        target, made = (call(self.network, shapes, [rows]) for rows in (site.value, site.p.mean))
        return trace.mean(0.5 * (made - target).square().flatten(trace.weight.ndim).sum(-1))

    def forward(self, trace: Trace) -> Tensor:
        """Return the loss of a trace."""
        return self.rows(trace).mean()


def _images(objective: Component, trace: Trace) -> Site:
    site = trace["x"]
    if len(site.p.event_shape) != 3:
        raise ConfigError(
            f"{describe(objective)} compares images (C, H, W); rows here have the shape {tuple(site.p.event_shape)}. "
            "Use Distortion, or a recipe such as vae."
        )
    return site


def _span(objective: Component, site: Site) -> float:
    """Return the range of values that the likelihood is over."""
    family: Any = getattr(site.source, "family", site.source)
    support = getattr(family, "support", "real")
    if support in ("binary", "interval", "unit"):
        return 1.0
    if support == "levels":
        return float(family.levels - 1)
    raise ConfigError(f"{describe(objective)}: {support} values have no range; say it: data_range=1.0, for instance.")


def _compared(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return similarity of light and of contrast and structure at each place, images ``(N, C, h, w)`` of span one."""
    first, second = (k * k for k in STABLE)
    # Moments about the middle: less is lost to rounding, and covariances are the same.
    u, v = x - 0.5, y - 0.5
    means = [_blurred(t) for t in (u, v, u * u, v * v, u * v)]
    of_u, of_v = means[0], means[1]
    var_x, var_y, cov = means[2] - of_u * of_u, means[3] - of_v * of_v, means[4] - of_u * of_v
    mu_x, mu_y = of_u + 0.5, of_v + 0.5
    light = (2 * mu_x * mu_y + first) / (mu_x * mu_x + mu_y * mu_y + first)
    return light, (2 * cov + second) / (var_x + var_y + second)


def _blurred(x: Tensor) -> Tensor:
    """Return the mean under the window, wherever it fits."""
    n, c, h, w = x.shape
    planes = x.reshape(n * c, 1, h, w)
    for axis, side in ((2, h), (3, w)):
        size = min(WINDOW, side - 1 + side % 2)
        at = torch.arange(size, dtype=x.dtype, device=x.device) - (size - 1) / 2
        window = torch.exp(-at.square() / (2 * SIGMA**2))
        shape = (1, 1, size, 1) if axis == 2 else (1, 1, 1, size)
        planes = functional.conv2d(planes, (window / window.sum()).reshape(shape))
    return planes.reshape(n, c, *planes.shape[-2:])


def _smooth_log(value: Tensor) -> Tensor:
    """Return the logarithm, and below ``LEAST`` its tangent there."""
    return value.clamp(min=LEAST).log() + (value.clamp(max=LEAST) - LEAST) / LEAST
