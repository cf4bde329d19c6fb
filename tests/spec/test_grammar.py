"""A specification builds what it says, says what was built, and never does anything else."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lowerbound.core import Component, Conditional, Constant, Cosine, Cyclical, Linear
from lowerbound.distances import MMD, Energy, Sinkhorn, SlicedWasserstein
from lowerbound.errors import ConfigError, ShapeError, SpecError, UnknownNameError
from lowerbound.likelihoods import Bernoulli, Categorical, DiscretizedLogistic, Mixture, Normal, Product
from lowerbound.models import VAE, Latent, SemiAmortized, TwoStage
from lowerbound.networks import (
    MLP,
    ConvDecoder,
    ConvEncoder,
    ConvFeatures,
    Discriminator,
    KernelFeatures,
    Projected,
    SkipMLP,
    SpectralNorm,
    Standardized,
    Wrapped,
)
from lowerbound.objectives import (
    ELBO,
    GECO,
    IWAE,
    VAEGAN,
    AdversarialMatch,
    DensityRatioTC,
    Lagging,
    Match,
    Perceptual,
    Renyi,
    Scaled,
    SemiSupervised,
    Staged,
    Sum,
)
from lowerbound.posteriors import CholeskyNormal, DiagonalNormal, OneHotCategorical, PrecisionWeighted
from lowerbound.priors import StandardNormal, UniformCategorical
from lowerbound.spec import components, parse

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)
positive = st.floats(2**-10, 2**10, width=32)
counts = st.integers(1, 4)
names = st.text("abcxyz_", min_size=1, max_size=5)
vectors = st.tuples(counts)
images = st.tuples(counts, counts, counts)
events = vectors | images
activations = st.sampled_from(["relu", "tanh", "silu", "elu", "identity"])

schedules = (
    st.builds(Linear, finite, finite, counts)
    | st.builds(Cosine, finite, finite, counts)
    | st.builds(Cyclical, finite, finite, counts, cycles=counts, ramp=st.floats(0.125, 1.0, width=32))
)
weights = finite | schedules
bounds = st.builds(ELBO, beta=weights, samples=st.just(2)) | st.just(IWAE(2))
terms = st.recursive(
    bounds,
    lambda inner: st.builds(Sum, inner, inner) | st.builds(Scaled, weights, inner),
    max_leaves=6,
)

mlps = st.builds(
    MLP, st.lists(events, min_size=1, max_size=2).map(tuple), events, hidden=st.lists(counts, max_size=2).map(tuple),
    nonlinearity=activations | st.just("gated"), dropout=st.sampled_from([0.0, 0.5]),
)  # fmt: skip
stages = st.lists(counts, min_size=1, max_size=2).map(tuple)
conv_encoders = st.builds(
    ConvEncoder, st.tuples(images) | st.tuples(images, vectors), events, channels=stages, blocks=counts, hidden=counts,
    nonlinearity=activations,
)  # fmt: skip
of_images = st.builds(
    ConvDecoder, st.tuples(vectors) | st.tuples(vectors, vectors), images, channels=stages, blocks=counts,
    hidden=counts, nonlinearity=activations,
)  # fmt: skip
flat_critics = st.integers(1, 3).map(lambda d: MLP(((d,),), (1,), hidden=(4,)))
of_classes = st.builds(ConvDecoder, st.tuples(vectors), st.tuples(counts, counts, counts, st.just(3)), last=st.just(3))
conv_decoders = of_images | of_classes
networks = mlps | conv_encoders | conv_decoders

families: dict[str, st.SearchStrategy[Any]] = {
    "Bernoulli": st.builds(Bernoulli, events),
    "Categorical": st.builds(Categorical, events, st.integers(2, 5)),
    "DiscretizedLogistic": st.builds(DiscretizedLogistic, events, levels=st.integers(2, 256), min_log_scale=finite),
    "Normal": st.builds(
        Normal, events, variance=st.sampled_from(["feature", "scalar", "network", "optimal"]) | positive,
        floor=st.floats(0, 0.5, width=32), standardize=st.booleans(),
    ),
    "DiagonalNormal": st.builds(DiagonalNormal, events),
    "CholeskyNormal": st.builds(CholeskyNormal, vectors),
    "OneHotCategorical": st.builds(OneHotCategorical, st.tuples(st.integers(2, 4))),
}  # fmt: skip
family = st.one_of(*families.values())


def conditional(of: Any, *contexts: tuple[int, ...]) -> Conditional:
    """A family on a small network."""
    return Conditional(of, MLP(contexts or ((3,),), of.params_shape, hidden=()))


def discriminator(size: int) -> Discriminator:
    """A critic of vectors."""
    return Discriminator(MLP(((size,),), (3,), hidden=()), MLP(((3,),), (1,), hidden=()))


def vae_of(rows: tuple[int, ...], latent: int, name: str = "z") -> VAE:
    """A flat model of real rows."""
    z = Latent(name, StandardNormal((latent,)), conditional(DiagonalNormal((latent,)), rows))
    return VAE([z], conditional(Normal(rows), (latent,)))


conditionals = family.map(conditional)
constants = family.map(Constant)


@st.composite
def latents(draw: st.DrawFn) -> Latent:
    """A level whose parts fit each other."""
    size = draw(vectors)
    prior = draw(st.sampled_from([StandardNormal(size), Constant(DiagonalNormal(size))]))
    return Latent(
        draw(names), prior, conditional(draw(st.sampled_from([DiagonalNormal, CholeskyNormal]))(size)),
        combine=draw(st.none() | st.just(PrecisionWeighted())),
        network=draw(st.none() | st.just(MLP((size,), (2,), hidden=()))),
        enumerate=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def models(draw: st.DrawFn) -> VAE:
    """Any number of levels, one likelihood or several by name."""
    likelihood = draw(conditionals | st.dictionaries(names, conditionals, min_size=1, max_size=2))
    return VAE(draw(st.lists(latents(), max_size=2)), likelihood, encoder=draw(st.none() | mlps))


MADE: dict[str, st.SearchStrategy[Any]] = {
    **families,
    "Linear": st.builds(Linear, finite, finite, counts),
    "Cosine": st.builds(Cosine, finite, finite, counts),
    "Cyclical": st.builds(Cyclical, finite, finite, counts, cycles=counts),
    "ELBO": st.builds(ELBO, beta=weights, samples=counts),
    "IWAE": st.builds(IWAE, counts),
    "Sum": st.builds(Sum, terms, terms),
    "Scaled": st.builds(Scaled, weights, terms),
    "SemiSupervised": st.builds(SemiSupervised, bounds, label=st.text(max_size=8), alpha=finite),
    "MLP": mlps,
    "ConvEncoder": conv_encoders,
    "ConvDecoder": conv_decoders,
    "Standardized": st.builds(Standardized, networks, shift=st.none() | finite, unit=st.none() | positive),
    "Wrapped": st.builds(Wrapped, st.sampled_from(["encoder", "decoder"]), st.tuples(events), events, events),
    "StandardNormal": st.builds(StandardNormal, events),
    "UniformCategorical": st.builds(UniformCategorical, st.tuples(st.integers(2, 4))),
    "PrecisionWeighted": st.just(PrecisionWeighted()),
    "Conditional": conditionals,
    "Constant": constants,
    "Latent": latents(),
    "VAE": models(),
    "SemiAmortized": st.builds(SemiAmortized, models(), steps=counts),
    "AdversarialMatch": st.builds(
        AdversarialMatch, flat_critics, loss=st.sampled_from(["plain", "relativistic", "hinge"])
    ),
    "DensityRatioTC": st.builds(DensityRatioTC, flat_critics, site=st.none() | names),
    "Discriminator": st.integers(1, 3).map(discriminator),
    "VAEGAN": st.builds(VAEGAN, st.integers(1, 3).map(discriminator), gamma=weights, beta=weights),
    "Perceptual": st.builds(Perceptual, mlps, samples=counts),
    "GECO": st.builds(GECO, positive, of=st.sampled_from(["distortion", "rate"]), samples=counts),
    "Lagging": st.builds(Lagging, bounds, block=st.integers(2, 5), window=st.integers(10, 20)),
    "Match": st.builds(
        Match, st.sampled_from([Energy(), MMD("rbf", (0.5, 2.0)), SlicedWasserstein(projections=7), Sinkhorn()])
    ),
    "Renyi": st.builds(Renyi, finite, counts),
    "Staged": st.builds(Staged, bounds, bounds),
    "TwoStage": st.integers(1, 3).map(lambda d: TwoStage(vae_of((4,), d), vae_of((d,), 2, "u"))),
    "ConvFeatures": st.builds(ConvFeatures, st.tuples(images), channels=stages),
    "KernelFeatures": st.builds(KernelFeatures, st.tuples(vectors), events, landmarks=counts, length=positive),
    "Projected": st.builds(Projected, mlps, st.lists(vectors, min_size=1, max_size=2).map(tuple)),
    "SkipMLP": st.builds(SkipMLP, st.tuples(vectors), events, hidden=st.lists(counts, max_size=2).map(tuple)),
    "SpectralNorm": st.builds(SpectralNorm, mlps),
    "Mixture": st.builds(Mixture, family, components=counts),
    "Product": st.just(Product([(Normal((2,)), (0, 2)), (Bernoulli((1,)), (1,))])),
}
quick = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def shapes(value: Any) -> dict[str, torch.Size]:
    """Names and shapes of the tensors of a module."""
    return {k: v.shape for k, v in value.state_dict().items()} if isinstance(value, torch.nn.Module) else {}


KNOWN: dict[str, Any] = {"data_shape": (4,), "levels": 5, "n_classes": 5, "samples": 2}


def usual(name: str) -> list[Component]:
    """Build a component as the builder of models does: by the arguments that it knows, for vectors and for images."""
    built = []
    for shape in ((4,), (1, 4, 4)):
        with contextlib.suppress(ShapeError, ConfigError):
            built.append(parse(f"{name}()", known={**KNOWN, "event_shape": shape}))
    return built


OTHERS = sorted(set(components()) - set(MADE))


@pytest.mark.parametrize("name", OTHERS)
def test_the_usual_component_is_rebuilt_from_its_text(name: str) -> None:
    built = usual(name)
    assert built, f"say in MADE how {name} is made"
    for component in built:
        again = parse(repr(component))
        assert (repr(again), shapes(again)) == (repr(component), shapes(component))


@pytest.mark.parametrize("name", MADE)
def test_text_builds_what_was_written(name: str) -> None:
    @quick
    @given(MADE[name])
    def check(component: Component) -> None:
        again = parse(repr(component))
        assert type(again) is type(component)
        assert repr(again) == repr(component)
        assert shapes(again) == shapes(component)

    check()


@quick
@given(terms, st.integers(0, 5))
def test_a_rebuilt_term_has_the_same_weights(term: Any, step: int) -> None:
    again = parse(repr(term))
    progress = linear_progress(step)
    assert again.samples == term.samples
    assert again.weights(progress) == pytest.approx(term.weights(progress))
    assert [(n, repr(s)) for n, s in again.schedules()] == [(n, repr(s)) for n, s in term.schedules()]


def linear_progress(step: int) -> Any:
    """Progress at a step."""
    from lowerbound.core import Progress

    return Progress(step=step)


def test_numbers_strings_and_signs_are_read() -> None:
    assert parse("-2.5 * ELBO()").factor == -2.5
    assert parse("SemiSupervised(ELBO(), label='é\\n')").label == "é\n"
    assert parse("  ELBO(beta=Linear(0.0, 1.0, 10))\n").beta.steps == 10
    assert parse("MLP([(3,)], (2,), hidden=())").in_shapes == ((3,),)


def test_a_number_that_is_not_finite_cannot_be_written() -> None:
    with pytest.raises(SpecError, match="finite"):
        repr(ELBO(beta=float("inf")))


def test_users_modules_are_named_by_permission_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="Tempered"):
        parse("Tempered(2.0)")
    assert parse("Tempered(2.0)", also=["tests.runs.mine"]).power == 2.0
    with pytest.raises(UnknownNameError):
        parse("system('true')", also=["os"])


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="There is no component 'ELBOW'. Did you mean 'ELBO'?"):
        parse("ELBOW(beta=1.0)")
