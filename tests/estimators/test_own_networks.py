"""Any torch module as encoder or decoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch import Tensor, nn

import lowerbound as lb
from lowerbound.errors import ShapeError
from lowerbound.networks import MLP
from tests.estimators.small import (
    ConvolutionalDecoder,
    ConvolutionalEncoder,
    Decoder,
    Encoder,
    labels,
    pictures,
    small,
    table,
)

X = table()
PICTURES = pictures(6, 8, support="real")


def linear(*sizes: int) -> nn.Sequential:
    """Return linear layers."""
    return nn.Sequential(*(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:], strict=True)))


MODULES: dict[str, tuple[dict[str, Any], np.ndarray]] = {
    "encoder": ({"encoder": Encoder()}, X),
    "decoder": ({"decoder": Decoder()}, X),
    "both": ({"encoder": Encoder(), "decoder": Decoder()}, X),
    "encoder of the shape needed": ({"encoder": nn.Sequential(nn.Linear(4, 4), nn.Unflatten(1, (2, 2)))}, X),
    "decoder of other features": ({"decoder": nn.Linear(2, 9)}, X),
    "a network of the package": ({"encoder": MLP(((4,),), (2, 2), hidden=(3,))}, X),
    "dropout and norms": ({"encoder": nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.5))}, X),
    "convolutional encoder": ({"encoder": ConvolutionalEncoder(), "network": "mlp"}, PICTURES),
    "convolutional decoder": ({"decoder": ConvolutionalDecoder(), "network": "mlp"}, PICTURES),
    "convolutional both": ({"encoder": ConvolutionalEncoder(), "decoder": ConvolutionalDecoder()}, PICTURES),
    "flat decoder for images": ({"decoder": linear(2, 5, 48), "network": "mlp"}, PICTURES),
}


@pytest.mark.parametrize("what", MODULES)
def test_a_user_s_modules_train(what: str) -> None:
    modules, data = MODULES[what]
    vae = small(**modules).fit(data)
    assert vae.transform(data).shape == (len(data), 2)
    assert np.isfinite(vae.score_samples(data)).all()
    assert vae.sample(2).shape == (2, *vae.schema_.shape)
    assert np.array_equal(vae.transform(data), vae.transform(data))


@pytest.mark.parametrize("posterior", ["diagonal-normal", "cholesky-normal"])
@pytest.mark.parametrize("variance", ["feature", "network"])
def test_a_head_brings_features_to_what_is_needed(posterior: str, variance: str) -> None:
    vae = small(encoder=linear(4, 3), decoder=linear(2, 3), posterior=posterior, variance=variance).fit(X)
    assert np.isfinite(vae.score(X))


def test_the_user_s_weights_move() -> None:
    encoder, decoder = Encoder(), Decoder()
    before = [p.detach().clone() for p in (*encoder.parameters(), *decoder.parameters())]
    vae = small(encoder=encoder, decoder=decoder, epochs=5, options={"ema": 0.0}).fit(X)
    trained = [p for name, p in vae.fitted_.model.named_parameters() if ".module." in name]
    assert len(trained) == len(before)
    assert not any(torch.equal(a, b) for a, b in zip(before, trained, strict=True))


def test_fitting_twice_starts_from_the_module_given_both_times() -> None:
    vae = small(encoder=Encoder())
    first = vae.fit(X).transform(X)
    assert np.array_equal(vae.fit(X).transform(X), first)


def test_cloning_keeps_the_modules_apart() -> None:
    vae = small(encoder=Encoder())
    again = clone(vae)
    assert again.encoder is not vae.encoder
    assert np.array_equal(again.fit(X).transform(X), vae.fit(X).transform(X))


def test_conditional_modules_take_the_condition_too() -> None:
    vae = small(recipe="cvae", encoder=Encoder(4 + 3), decoder=Decoder(2 + 3)).fit(X, labels())
    assert vae.sample(2, given="cat").shape == (2, 4)
    assert np.isfinite(vae.score(X, labels()))


class Pair(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x


class Summary(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean(0)


WRONG: dict[str, tuple[dict[str, Any], Any, tuple[str, ...]]] = {
    "encoder's input": ({"encoder": linear(3, 2)}, X, ("encoder fails on inputs of shape (2, 4)", "mat1")),
    "decoder's input": ({"decoder": linear(3, 4)}, X, ("decoder fails on inputs of shape (2, 2)",)),
    "two outputs": ({"encoder": Pair()}, X, ("encoder must return one tensor with a row per input row", "tuple")),
    "no rows": ({"encoder": Summary()}, X, ("encoder must return one tensor with a row per input row",)),
    "convolutions on a table": ({"encoder": ConvolutionalEncoder()}, X, ("encoder fails on inputs of shape (2, 4)",)),
    "images of another size": ({"decoder": ConvolutionalDecoder()}, pictures(5, 7, support="real"), ("decoder",)),
    "no condition": ({"encoder": linear(4, 2), "recipe": "cvae"}, X, ("encoder fails on", "(2, 4), (2, 3)")),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_modules_that_do_not_fit_are_explained(what: str) -> None:
    modules, data, words = WRONG[what]
    with pytest.raises(ShapeError) as caught:
        small(**modules).fit(data, labels())
    assert all(word in str(caught.value) for word in words)


def test_a_module_stays_in_the_mode_it_was_given_in() -> None:
    encoder = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)).eval()
    with pytest.raises(ShapeError):
        small(encoder=encoder, decoder=linear(7, 4)).fit(X)
    assert not encoder.training


def test_a_model_with_modules_is_deterministic_where_dropout_is_off() -> None:
    vae = small(encoder=nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.9))).fit(X)
    assert np.array_equal(vae.transform(X), vae.transform(X))
    assert vae.score(X) == vae.score(X)


def test_other_estimators_are_not_disturbed() -> None:
    plain = small().fit(X).transform(X)
    lb.VAE(2, encoder=Encoder(), epochs=1, compile="no").fit(X)
    assert np.array_equal(small().fit(X).transform(X), plain)
