"""Reconstructions compared by structure and by features."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import correlate
from torch import Tensor

from lowerbound.core import Conditional, Network, Progress, Trace, why_unbounded
from lowerbound.errors import ConfigError
from lowerbound.likelihoods import Bernoulli, DiscretizedLogistic, Normal
from lowerbound.models import VAE, Latent
from lowerbound.networks import MLP, ConvFeatures
from lowerbound.objectives import Distortion, MultiScaleSimilarity, Perceptual, Rate
from lowerbound.posteriors import DiagonalNormal
from lowerbound.priors import StandardNormal
from tests.contracts import PenaltyContract
from tests.known_answers.linear_gaussian import trainable_vae

IMAGE = (1, 12, 12)


def images_vae(family: object | None = None) -> VAE:
    """A VAE of small images."""
    q = Conditional(DiagonalNormal((2,)), MLP((IMAGE,), (2, 2), (8,)))
    family = family or Bernoulli(IMAGE)
    return VAE([Latent("z", StandardNormal((2,)), q)], Conditional(family, MLP(((2,),), family.params_shape, (8,))))


def pictures(n: int = 12, seed: int = 0) -> Tensor:
    return torch.rand(n, *IMAGE, generator=torch.Generator().manual_seed(seed)).round()


class OfImages(PenaltyContract):
    def model(self) -> torch.nn.Module:
        return images_vae()

    def batch(self) -> dict[str, Tensor]:
        return {"x": pictures()}


class TestMultiScaleSimilarity(OfImages):
    def make(self) -> MultiScaleSimilarity:
        return MultiScaleSimilarity()


class TestPerceptual(OfImages):
    def make(self) -> Perceptual:
        return Perceptual(ConvFeatures((IMAGE,), (3,)))


def slow_mean(x: np.ndarray) -> np.ndarray:
    """The mean of an image under the Gaussian window of 11 x 11, where it fits."""
    at = np.arange(-5, 6)
    window = np.exp(-(at[:, None] ** 2 + at**2) / (2 * 1.5**2))
    return correlate(x, window / window.sum())[5:-5, 5:-5]


def slow_ssim(x: np.ndarray, y: np.ndarray, span: float) -> tuple[float, float]:
    """SSIM and its contrast-structure part, from Wang's formulas as they stand."""
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    mx, my = slow_mean(x), slow_mean(y)
    vx, vy, cov = slow_mean(x * x) - mx**2, slow_mean(y * y) - my**2, slow_mean(x * y) - mx * my
    structure = (2 * cov + c2) / (vx + vy + c2)
    light = (2 * mx * my + c1) / (mx**2 + my**2 + c1)
    return float((light * structure).mean()), float(structure.mean())


def noisy(shape: tuple[int, ...], span: float, size: float = 0.1) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(0)
    x = rng.random(shape)
    return torch.tensor(span * x), torch.tensor(span * (0.1 + 0.8 * x + size * rng.normal(size=shape)))


@pytest.mark.parametrize("span", [1.0, 255.0])
def test_one_scale_is_wangs_formula(span: float) -> None:
    x, y = noisy((3, 17, 13), span)
    expected = np.mean([slow_ssim(a, b, span)[0] for a, b in zip(x.numpy(), y.numpy(), strict=True)])
    found = MultiScaleSimilarity(scales=1).similarity(x / span, y / span)
    assert found.item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("count", [2, 5])
def test_several_scales_are_wangs_product(count: int) -> None:
    weights = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])[:count]
    side = 11 * 2 ** (count - 1)
    x, y = noisy((1, side, side + 3), 1.0, 0.3)
    a, b, expected = x[0].numpy(), y[0].numpy(), 1.0
    for j, weight in enumerate(weights / weights.sum()):
        full, structure = slow_ssim(a, b, 1.0)
        expected *= (full if j == count - 1 else structure) ** weight
        a, b = (t[: len(t) // 2 * 2, : t.shape[1] // 2 * 2] for t in (a, b))
        a, b = (t.reshape(len(t) // 2, 2, -1, 2).mean((1, 3)) for t in (a, b))
    assert MultiScaleSimilarity().similarity(x, y).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 4, 9), (1, 11, 11), (1, 28, 28), (3, 45, 50)])
def test_an_image_is_like_itself(shape: tuple[int, ...]) -> None:
    x = torch.rand(4, *shape)
    term = MultiScaleSimilarity()
    assert torch.equal(term.similarity(x, x), torch.ones(4))
    made = term.similarity(x, 1 - x)
    assert bool((made < 1).all())
    assert bool((made >= (0 if min(shape[1:]) > 21 else -1)).all())


def test_it_has_the_published_number_of_scales_where_they_fit() -> None:
    counts = [MultiScaleSimilarity()._count(side) for side in (1, 11, 21, 22, 28, 44, 88, 175, 176, 1024)]
    assert counts == [1, 1, 1, 2, 2, 3, 4, 4, 5, 5]


@pytest.mark.parametrize("side", [12, 24])
def test_images_without_any_likeness_still_have_a_gradient(side: int) -> None:
    x = torch.rand(4, 1, side, side)
    y = (1 - x).requires_grad_()
    MultiScaleSimilarity().similarity(x, y).sum().backward()
    assert y.grad is not None
    assert bool(y.grad.isfinite().all())
    assert bool((y.grad != 0).any())


def of_rows(term: MultiScaleSimilarity | Perceptual, x: Tensor, family: object) -> Tensor:
    torch.manual_seed(0)
    return term.rows(images_vae(family)({"x": x}))


def test_the_range_is_that_of_the_likelihood() -> None:
    torch.manual_seed(1)
    x = 10 * torch.rand(3, *IMAGE).mul(3).round()
    levels = DiscretizedLogistic(IMAGE, levels=31)
    assert torch.equal(of_rows(MultiScaleSimilarity(), x, levels), of_rows(MultiScaleSimilarity(30.0), x, levels))
    assert not torch.equal(of_rows(MultiScaleSimilarity(), x, levels), of_rows(MultiScaleSimilarity(60.0), x, levels))
    with pytest.raises(ConfigError, match="real values have no range; say it: data_range"):
        of_rows(MultiScaleSimilarity(), x, Normal(IMAGE))


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"scales": 0}, "scales=0: from 1 to 5"), ({"scales": 6}, "from 1 to 5"), ({"data_range": 0.0}, "data_range=0.0")],
)
def test_settings_that_cannot_be(settings: dict[str, float], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        MultiScaleSimilarity(**settings)


def test_rows_that_are_no_images_and_images_too_small() -> None:
    with pytest.raises(ConfigError, match=r"compares images .* shape \(4,\)"):
        MultiScaleSimilarity(1.0)(trainable_vae(event=4, latent=2)({"x": torch.zeros(2, 4)}))
    with pytest.raises(ConfigError, match="12 pixels cannot be halved 4 times"):
        of_rows(MultiScaleSimilarity(scales=5), pictures(), Bernoulli(IMAGE))


class Doubled(Network):
    """Twice the row."""

    def __init__(self) -> None:
        super().__init__()
        self.in_shapes, self.out_shape = (IMAGE,), IMAGE
        self.weight = torch.nn.Parameter(torch.tensor(2.0))

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.weight * inputs[0]


def test_the_perceptual_loss_is_half_the_squared_distance_of_features() -> None:
    trace: Trace = images_vae()({"x": pictures()}, samples=3)
    expected = 2.0 * (trace["x"].p.mean - trace["x"].value).square().sum((-3, -2, -1)).mean(0)
    torch.testing.assert_close(Perceptual(Doubled(), samples=3).rows(trace), expected)


def test_nothing_moves_the_perceptual_network() -> None:
    term = Distortion() + Perceptual(MLP((IMAGE,), (3,), (8,), dropout=0.5))
    term.train()
    assert not any(p.requires_grad for p in term.parameters())
    assert not term.right.network.training
    assert set(term.losses(images_vae(), {"x": pictures()}, Progress())) == {"model"}


def test_a_perceptual_network_of_other_rows() -> None:
    with pytest.raises(ConfigError, match=r"reads \(\(4,\),\); rows are \(1, 12, 12\)"):
        of_rows(Perceptual(MLP(((4,),), (2,))), pictures(), Bernoulli(IMAGE))


@pytest.mark.parametrize("term", [MultiScaleSimilarity(), Perceptual(Doubled())], ids=["structure", "features"])
def test_a_model_trained_by_it_has_no_likelihood(term: MultiScaleSimilarity | Perceptual) -> None:
    model = images_vae()
    assert why_unbounded(model, Distortion() + Rate()) is None
    said = why_unbounded(model, 3.0 * term + Rate())
    assert said is not None
    assert type(term).__name__ in said
