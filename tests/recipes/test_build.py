"""Models are chosen from the schema and the options."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from lowerbound.core import Conditional, Constant, Family
from lowerbound.data import Schema
from lowerbound.errors import ConfigError, LowerboundError, ShapeError
from lowerbound.networks import MLP, ConvDecoder, ConvEncoder, Standardized, Wrapped
from lowerbound.posteriors import CholeskyNormal, DiagonalNormal
from lowerbound.priors import StandardNormal
from lowerbound.recipes import ModelOptions
from lowerbound.recipes.build import flat_vae, latent_prior, latent_size
from lowerbound.spec import fill, members, parse

TABLE = Schema((5,), "real")
BITS = Schema((6,), "binary")
IMAGE = Schema((1, 9, 7), "levels", levels=256)
BINARY_IMAGE = Schema((1, 9, 7), "binary")
COLOUR = Schema((3, 8, 8), "real")
SCHEMAS = [TABLE, BITS, IMAGE, BINARY_IMAGE, COLOUR, Schema((1,), "real"), Schema((4,), "levels", levels=3)]


def build(schema: Schema, condition: tuple[int, ...] | None = None, **options: Any) -> Any:
    """Build a small model."""
    small = {"hidden": (8,), "channels": (4,)} | options
    modules = {role: small.pop(role) for role in ("encoder", "decoder") if isinstance(small.get(role), nn.Module)}
    return flat_vae(schema, ModelOptions(**small), modules, condition)


def example(schema: Schema, rows: int = 3) -> torch.Tensor:
    """Rows in the support."""
    return torch.zeros(rows, *schema.shape)


@pytest.mark.parametrize(
    ("schema", "size"),
    [(TABLE, 2), (Schema((1,), "real"), 1), (Schema((8,), "real"), 4), (Schema((500,), "real"), 16), (IMAGE, 40)],
)
def test_the_latent_space_is_sized_from_the_data(schema: Schema, size: int) -> None:
    assert latent_size(schema, ModelOptions()) == size
    assert latent_size(schema, ModelOptions(latent=7)) == 7


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("posterior", ["diagonal-normal", "cholesky-normal"])
@pytest.mark.parametrize("condition", [None, (3,)])
def test_every_schema_gets_a_model_that_runs(schema: Schema, posterior: str, condition: tuple[int, ...] | None) -> None:
    model = build(schema, condition, posterior=posterior, latent=2)
    batch = {"x": example(schema)} | ({} if condition is None else {"c": torch.zeros(3, *condition)})
    assert model(batch, samples=2).log_weight().shape == (2, 3)
    given = {} if condition is None else {"c": torch.zeros(4, *condition)}
    assert model.sample(4, **given)["x"].value.shape == (4, *schema.shape)


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("condition", [None, (3,)])
def test_every_model_is_what_its_specification_says(schema: Schema, condition: tuple[int, ...] | None) -> None:
    model = build(schema, condition)
    again = parse(repr(model))
    assert repr(again) == repr(model)
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    assert {name: tensor.shape for name, tensor in again.state_dict().items()} == shapes


def test_networks_follow_the_kind_of_data() -> None:
    encoder, decoder = build(IMAGE).levels[0].posterior_.network, build(IMAGE).likelihood.network
    assert isinstance(encoder, Standardized)
    assert isinstance(encoder.network, ConvEncoder)
    assert isinstance(decoder, ConvDecoder)
    assert isinstance(build(TABLE).levels[0].posterior_.network.network, MLP)
    assert isinstance(build(BINARY_IMAGE, network="mlp").levels[0].posterior_.network, MLP)
    with pytest.raises(ConfigError, match=r"network='conv' needs images; this data has the shape \(5,\)"):
        build(TABLE, network="conv")


@pytest.mark.parametrize("levels", [2, 17, 256])
def test_levels_are_seen_between_minus_one_and_one(levels: int) -> None:
    network = build(Schema((1, 9, 7), "levels", levels=levels)).levels[0].posterior_.network
    assert (network.shift, network.unit) == ((levels - 1) / 2, (levels - 1) / 2)


def test_real_data_is_standardised_from_itself_and_bits_are_left_alone() -> None:
    network = build(TABLE).levels[0].posterior_.network
    assert (network.shift, network.unit) == (None, None)
    assert not isinstance(build(BITS).levels[0].posterior_.network, Standardized)


@pytest.mark.parametrize(
    ("options", "family"), [({}, DiagonalNormal), ({"posterior": "cholesky-normal"}, CholeskyNormal)]
)
def test_posterior_and_prior_follow_the_options(options: dict[str, Any], family: type) -> None:
    assert isinstance(build(TABLE, **options).levels[0].posterior_.family, family)
    assert isinstance(build(TABLE).levels[0].prior_, StandardNormal)
    assert isinstance(build(TABLE, prior="diagonal-normal").levels[0].prior_, Constant)
    assert isinstance(build(TABLE, (3,)).levels[0].prior_, Conditional)


def test_options_reach_the_networks() -> None:
    model = build(TABLE, hidden=(9, 5), nonlinearity="tanh", dropout=0.25)
    encoder, decoder = model.levels[0].posterior_.network.network, model.likelihood.network
    assert (encoder.hidden, encoder.nonlinearity, encoder.dropout) == ((9, 5), "tanh", 0.25)
    assert (decoder.hidden, decoder.nonlinearity) == ((5, 9), "tanh")
    images = build(IMAGE, channels=(3, 6), blocks=2, nonlinearity="relu").likelihood.network
    assert (images.channels, images.nonlinearity) == ((3, 6), "relu")
    assert build(TABLE, variance="network", floor=0.5).likelihood.family.floor == 0.5


def seeded(schema: Schema, **options: Any) -> Any:
    """Build a small model, the same weights each time."""
    torch.manual_seed(0)
    return build(schema, **options)


@pytest.mark.parametrize(
    ("schema", "options"),
    [
        (TABLE, {}),
        (BITS, {"hidden": ()}),
        (BINARY_IMAGE, {}),
        (IMAGE, {"network": "skip"}),
        (TABLE, {"posterior": "diagonal-student-t"}),
        (TABLE, {"posterior": "cholesky-normal"}),
        (TABLE, {"posterior": "planar"}),
    ],
)
def test_means_start_as_much_further_apart_as_the_spread_says(schema: Schema, options: dict[str, Any]) -> None:
    rows = torch.rand(20, *schema.shape).round()
    usual, wide = (seeded(schema, spread=k, **options).levels[0].posterior_ for k in (1.0, 8.0))
    raw, further = (torch.flatten(q.network(rows), 1) for q in (usual, wide))
    count = usual.family.event_shape[0]
    torch.testing.assert_close(further[:, :count], 8 * raw[:, :count])
    torch.testing.assert_close(further[:, count:], raw[:, count:])


def test_a_users_encoder_is_spread_where_its_last_layer_is_ours() -> None:
    own = nn.Linear(5, 3)
    raw, further = (
        seeded(TABLE, encoder=own, spread=k).levels[0].posterior_.network(torch.ones(1, 5)) for k in (1.0, 3.0)
    )
    torch.testing.assert_close(further, raw * torch.tensor([[3.0], [1.0]]))
    with pytest.raises(ConfigError, match="spread=3 .*your encoder hides them: leave it out"):
        build(TABLE, encoder=nn.Sequential(nn.Linear(5, 4), nn.Unflatten(1, (2, 2))), spread=3.0)


def test_what_has_no_location_is_not_spread() -> None:
    with pytest.raises(ConfigError, match="spread=3 .*the posterior DiagonalGamma has no location: leave it out"):
        build(TABLE, posterior="diagonal-gamma", spread=3.0)


@pytest.mark.parametrize("side", [1, 2, 5, 8, 9, 16, 28, 33, 64])
def test_convolutions_halve_until_little_is_left(side: int) -> None:
    schema = Schema((1, side, max(1, side - 1)), "binary")
    network = flat_vae(schema, ModelOptions(latent=2), {}).levels[0].posterior_.network
    assert max(network.plan.coarse) <= 8
    assert len(network.channels) <= 5


@pytest.mark.parametrize("role", ["encoder", "decoder"])
def test_the_user_s_own_networks_are_taken(role: str) -> None:
    own = nn.Linear(5, 3) if role == "encoder" else nn.Linear(2, 3)
    model = build(TABLE, **{role: own})
    wrapped = [m for m in model.modules() if isinstance(m, Wrapped)]
    assert [m.role for m in wrapped] == [role]
    assert own in list(model.modules())


def test_a_network_of_ours_is_taken_as_it_is() -> None:
    own = MLP(((5,),), (2, 2), hidden=(3,))
    assert own in list(build(TABLE, encoder=own, latent=2).modules())
    ready = Standardized(own, shift=1.0, unit=2.0)
    assert build(TABLE, encoder=ready, latent=2).levels[0].posterior_.network is ready


@pytest.mark.parametrize("own", [MLP(((4,),), (2, 2)), MLP(((5,),), (2, 3)), MLP(((5,), (3,)), (2, 2))])
def test_a_network_of_ours_that_does_not_fit_is_refused(own: MLP) -> None:
    with pytest.raises(LowerboundError):
        build(TABLE, encoder=own, latent=2)({"x": example(TABLE)})


def test_what_is_no_module_is_refused() -> None:
    with pytest.raises(LowerboundError, match=r"torch.nn.Module"):
        flat_vae(TABLE, ModelOptions(), {"encoder": 3})


def test_a_condition_must_be_there() -> None:
    with pytest.raises(ShapeError, match="condition"):
        build(TABLE, (3,))({"x": example(TABLE)})


def prior_of(q: Family, condition: tuple[int, ...] | None = None, **options: Any) -> nn.Module:
    """The prior that a posterior gets."""
    return latent_prior(TABLE, ModelOptions(**options), q, condition)


def test_the_usual_prior_lives_where_the_posterior_does() -> None:
    seen = set()
    for name, cls in members("posteriors").items():
        if not issubclass(cls, Family):
            continue
        try:
            q = fill(name, ["posteriors"], event_shape=(4,), data_shape=(5,))
        except LowerboundError:
            continue
        prior = prior_of(q)
        assert prior.support == q.support, name
        assert tuple(prior().event_shape) == tuple(q.event_shape), name
        seen.add(name)
    assert seen >= {"diagonal-normal", "cholesky-normal", "one-hot-categorical"}
    assert isinstance(prior_of(DiagonalNormal((4,))), StandardNormal)


def test_a_condition_moves_the_usual_prior() -> None:
    prior = prior_of(DiagonalNormal((4,)), (3,))
    assert isinstance(prior, Conditional)
    assert prior(torch.zeros(2, 3)).mean.shape == (2, 4)


@pytest.mark.parametrize("written", ["diagonal-normal", "DiagonalNormal", "DiagonalNormal((4,))"])
def test_a_family_becomes_a_learned_prior(written: str) -> None:
    prior = prior_of(DiagonalNormal((4,)), prior=written)
    assert isinstance(prior, Constant)
    assert isinstance(prior.family, DiagonalNormal)
    assert prior.params.requires_grad
    given = prior_of(DiagonalNormal((4,)), (3,), prior=written)
    assert isinstance(given, Conditional)
    assert given.network.in_shapes == ((3,),)


def test_a_named_prior_is_taken_with_its_own_settings() -> None:
    assert isinstance(prior_of(DiagonalNormal((4,)), prior="standard-normal"), StandardNormal)
    vamp = prior_of(DiagonalNormal((4,)), prior="VampPrior(components=7)")
    assert vamp.components == 7


@pytest.mark.parametrize(
    ("name", "nearest"), [("standard-norml", "standard-normal"), ("diagonal-norml", "diagonal-normal")]
)
def test_an_unknown_prior_brings_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(LowerboundError, match=f"There is no prior or posterior '{name}'. Did you mean '{nearest}'"):
        prior_of(DiagonalNormal((4,)), prior=name)


class Elsewhere(DiagonalNormal):
    """A posterior on a set for which no prior is usual."""

    support = "levels"


def test_a_posterior_without_a_usual_prior_asks_for_one() -> None:
    with pytest.raises(ConfigError, match=r"posterior='elsewhere' has no usual prior: say prior=\.\.\."):
        prior_of(Elsewhere((4,)), posterior="elsewhere")
