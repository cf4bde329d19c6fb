"""Settings of a model, validated with messages a user can act on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ModelOptions"]

Positive = Annotated[int, Field(ge=1)]

MIXED = "mixed"
"""The likelihood, by this word, of tables whose columns are each given a family from their values."""


class ModelOptions(BaseModel):
    """What to build. None and ``auto`` mean: chosen from the data.

    Examples
    --------
    >>> ModelOptions(latent=8).prior
    'auto'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    latent: Positive | None = Field(None, description="size of the latent space")
    classes: Annotated[int, Field(ge=2)] | None = Field(
        None, description="classes of a discrete latent, in recipes that have one; 10"
    )
    likelihood: str = Field(
        "auto",
        description="p(x | z): a family by name, or its specification; from the support of the data; mixed: a family "
        "for each column of a table, from its values",
    )
    variance: Literal["feature", "scalar", "network", "optimal"] | Annotated[float, Field(gt=0)] = Field(
        "feature", description="of a normal likelihood; a number fixes it"
    )
    floor: Annotated[float, Field(ge=0)] = Field(
        1e-3, description="smallest standard deviation of a normal likelihood, in units of the data's"
    )
    posterior: str = Field("auto", description="q(z | x): a family by name, or its specification; a diagonal normal")
    prior: str = Field(
        "auto",
        description="p(z): a prior by name, or its specification, or a posterior's family to be learned; N(0, I)",
    )
    prior_after: str | None = Field(
        None,
        description="a prior, as for prior, that is fitted to the codes after training and replaces the other",
    )
    network: Literal["auto", "mlp", "conv", "skip"] = Field(
        "auto", description="architecture of encoder and decoder; skip: an MLP whose codes enter every decoder layer"
    )
    hidden: tuple[Positive, ...] | None = Field(None, description="widths of an MLP's hidden layers")
    channels: tuple[Positive, ...] | None = Field(None, description="channels of a convolutional network's stages")
    blocks: Positive | None = Field(None, description="residual blocks a stage of a convolutional network")
    nonlinearity: str | None = Field(None, description="activation: gated, silu, relu, tanh, ...")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.0, description="of an MLP's hidden units")
    spread: Annotated[float, Field(gt=0)] = Field(
        1.0, description="how much further apart the means of the posterior start than the encoder's weights put them"
    )
    encoder: str | None = Field(None, description="specification of the encoder network, instead of the above")
    decoder: str | None = Field(None, description="specification of the decoder network, instead of the above")
    beta: Annotated[float, Field(ge=0)] | str = Field(
        1.0, description="weight of the rate: a number or a schedule such as Linear(0.0, 1.0, 1000)"
    )
    warmup: Annotated[float, Field(ge=0, le=1)] = Field(
        0.1, description="part of the run in which beta rises from zero, when beta is a number"
    )
    samples: Positive = Field(1, description="latent samples a row in training")
    weight: Annotated[float, Field(ge=0)] | None = Field(
        None, description="of the recipe's own term beside the usual ones; as published unless given"
    )
    target: Annotated[float, Field(ge=0)] | None = Field(
        None, description="what the recipe steers to: a capacity, a least rate, a distortion, nats; as published"
    )
    objective: str | None = Field(
        None, description="specification of what is minimised, instead of the recipe's: Distortion() + 0.1 * Rate()"
    )
