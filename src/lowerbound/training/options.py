"""Settings of a training run, validated with messages a user can act on."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["TrainOptions"]

Positive = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Folder = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, PurePath) else v)]


class TrainOptions(BaseModel):
    """How to train. None means: chosen from the data and the model.

    Examples
    --------
    >>> TrainOptions(epochs=10).learning_rate_schedule
    'cosine'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    epochs: Positive | None = Field(None, description="passes over the training rows")
    max_time: Annotated[float, Field(gt=0)] | None = Field(None, description="stop after this many seconds")
    batch_size: Positive | None = Field(None, description="rows a step, over all processes")
    optimizer: Literal["adam", "soap"] = Field(
        "adam", description="soap: Adam along the directions that gradients have; fewer steps, each slower"
    )
    learning_rate: Annotated[float, Field(gt=0)] | None = Field(None, description="peak learning rate")
    learning_rate_schedule: Literal["cosine", "linear", "constant"] = Field(
        "cosine", description="how the rate falls to zero after its warm-up"
    )
    learning_rate_warmup: Fraction = Field(0.02, description="part of the run in which the rate rises from zero")
    momentum: Fraction | None = Field(
        None, description="decay of Adam's mean of gradients; None: what suits the objective, 0.9 unless it is a game"
    )
    weight_decay: Annotated[float, Field(ge=0)] = Field(0.0, description="decoupled weight decay (AdamW)")
    clip: Annotated[float, Field(gt=0)] | None = Field(None, description="largest gradient norm of a player")
    ema: Fraction = Field(0.999, description="decay of the weight average that answers use; 0 turns it off")
    accumulate: Positive = Field(1, description="parts a batch is computed in, to save memory")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="arithmetic of the layers; densities stay float32"
    )
    compile: Literal["auto", "yes", "no"] = Field(
        "auto", description="compile the whole step; on a GPU auto replays it as a CUDA graph"
    )
    device: str = Field("auto", description="auto, cpu, cuda, cuda:1, ...")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(0, description="of weights, data order and noise")
    patience: Positive | None = Field(
        None, description="rounds in which held-out rows find no better weights, before stopping"
    )
    round_steps: Positive | None = Field(None, description="steps between validations and records")
    start_from: Folder | None = Field(None, description="run folder whose weights training begins with")
    checkpoint_seconds: Annotated[float, Field(ge=0)] = Field(60.0, description="time between checkpoints")
    valid_fraction: Fraction = Field(0.1, description="rows held out to choose the weights")
    test_fraction: Fraction = Field(0.1, description="rows held out for the evaluation (command line)")
