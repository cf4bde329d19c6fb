"""Run folders back to fitted estimators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lowerbound.core import Model
from lowerbound.data import Schema
from lowerbound.errors import ConfigError, CorruptRunError, RunError
from lowerbound.estimators.fitted import Fitted
from lowerbound.estimators.vae import VAE
from lowerbound.networks import Wrapped
from lowerbound.runs import RunFolder, Settings
from lowerbound.spec import parse
from lowerbound.training.history import read_records
from lowerbound.training.precision import choose_device

__all__ = ["load"]


def load(
    path: str | Path, *, encoder: nn.Module | None = None, decoder: nn.Module | None = None, device: str = "cpu"
) -> VAE:
    """Open a run folder as a fitted estimator.

    Parameters
    ----------
    path
        The folder.
    encoder, decoder
        The user's own networks, for a model that was fitted with them: their code is not in the folder.
    device
        Where to put the model.

    Raises
    ------
    RunError
        When the folder is no run, is of a newer format, or has no weights yet.
    CorruptRunError
        When a file is damaged. Nothing of a damaged or hostile folder is executed.

    Examples
    --------
    >>> import tempfile, numpy as np, lowerbound as lb
    >>> X = np.random.default_rng(0).normal(size=(60, 4))
    >>> vae = lb.VAE(n_components=2, epochs=2, random_state=0).fit(X)
    >>> with tempfile.TemporaryDirectory() as tmp:
    ...     vae.save(tmp + "/run")
    ...     again = lb.load(tmp + "/run")
    >>> bool((again.transform(X) == vae.transform(X)).all())
    True
    """
    folder = RunFolder(path)
    config = folder.read_config()
    state, _ = folder.read_weights(config)
    try:
        model = build(config["spec"], {"encoder": encoder, "decoder": decoder}, state)
        schema = Schema.from_json(config["schema"])
        settings = Settings.make(**config["settings"])
        fitted = Fitted(
            model.to(choose_device(device)), schema, settings.train.seed, conditional=bool(config.get("conditional")),
            unbounded=config.get("unbounded"),
        )  # fmt: skip
        vae = _as_given(settings, encoder, decoder)
        vae.adopt(fitted, read_records(folder.file("metrics.jsonl")), config["settings"])
        vae.n_iter_ = int(config["outcome"]["step"])
        vae.spec_ = {name: str(text) for name, text in config["spec"].items()}
        facts = {**config.get("facts", {}), **config.get("versions", {})}
        vae.facts_ = {str(k): str(v) for k, v in facts.items()}
    except (CorruptRunError, _WrongModule):
        raise
    except Exception as error:
        raise CorruptRunError(f"{folder.file('config.json')} does not describe its model: {error}") from error
    if schema.columns is not None and schema.columns != tuple(map(str, range(schema.n_features))):
        vae.feature_names_in_ = np.array(schema.columns, dtype=object)
    return vae


def _as_given(settings: Settings, encoder: nn.Module | None, decoder: nn.Module | None) -> VAE:
    """Return the estimator that would be fitted with these settings: `sklearn.clone` makes another of it."""
    said = settings.changed()
    known = [name for name in VAE().get_params() if name in said and name not in ("encoder", "decoder")]
    direct = {name: said.pop(name) for name in known}
    size, seed = said.pop("latent", None), said.pop("seed", 0)
    return VAE(size, **direct, encoder=encoder, decoder=decoder, options=said or None, random_state=seed)


class _WrongModule(RunError, ConfigError):
    """The run was fitted with another network of the user's, or with none, or it was not given again."""


def build(spec: dict[str, Any], modules: dict[str, nn.Module | None], state: dict[str, Tensor]) -> Model:
    """Build a model from its specification and weights, putting the user's networks back in their places.

    The sizes are compared before anything is allocated: a specification may ask for any size,
    a file has only so many bytes.
    """
    with torch.random.fork_rng(devices=[]):
        return _build(spec, modules, state)


def _build(spec: dict[str, Any], modules: dict[str, nn.Module | None], state: dict[str, Tensor]) -> Model:
    with torch.device("meta"):
        sizes = {name: tensor.shape for name, tensor in _filled(spec, modules, meta=True).state_dict().items()}
    known = {name: tensor.shape for name, tensor in state.items()}
    if any(known.get(name) != size for name, size in sizes.items()):
        raise CorruptRunError("the weights are not of the shapes that the specification says.")
    model = _filled(spec, modules)
    wrapped = {part.role: name for name, part in model.named_modules() if isinstance(part, Wrapped)}
    for role, given in modules.items():
        if given is not None and role not in wrapped:
            raise _WrongModule(f"This run has no {role} of your own: leave {role}=... out.")
        if given is not None and not _fits(given, f"{wrapped[role]}.module.", state):
            raise _WrongModule(f"The {role} given is not of the shape of the one that the run was fitted with.")
    model.load_state_dict(state)
    return model.eval()


def _fits(module: nn.Module, prefix: str, state: dict[str, Tensor]) -> bool:
    own = {f"{prefix}{name}": tensor.shape for name, tensor in module.state_dict().items()}
    return own == {name: tensor.shape for name, tensor in state.items() if name.startswith(prefix)}


def _filled(spec: dict[str, Any], modules: dict[str, nn.Module | None], *, meta: bool = False) -> Model:
    model = parse(str(spec["model"]))
    if not isinstance(model, Model):
        raise CorruptRunError(f"The specification {spec['model']!r} is not of a model.")
    for part in model.modules():
        if isinstance(part, Wrapped):
            given = modules.get(part.role)
            if given is None:
                raise _WrongModule(
                    f"This run was fitted with your own {part.role}: open it with load(run, {part.role}=...)."
                )
            if not meta:
                part.module = given
    return model
