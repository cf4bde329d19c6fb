"""All settings of a run as one flat table: from keywords, TOML or ``key=value``."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lowerbound.errors import ConfigError, UnknownNameError, nearest
from lowerbound.recipes import ModelOptions, Recipe, find
from lowerbound.recipes.options import MIXED
from lowerbound.spec import find as named
from lowerbound.training.options import TrainOptions

__all__ = ["Settings", "known_settings", "read_assignments", "read_toml"]

COMPONENTS = {
    "likelihood": ["likelihoods"],
    "posterior": ["posteriors"],
    "prior": ["priors", "posteriors"],
    "prior_after": ["priors", "posteriors"],
}
"""Settings that name a component, and where it may come from."""

_Options = TypeVar("_Options", bound=BaseModel)


@dataclass(frozen=True)
class Settings:
    """What to fit and how.

    Attributes
    ----------
    recipe : str
    model : ModelOptions
    train : TrainOptions

    Examples
    --------
    >>> Settings.make(recipe="beta-vae", latent=8, epochs=3).model.beta
    4.0
    """

    recipe: str
    model: ModelOptions
    train: TrainOptions

    @classmethod
    def make(cls, **flat: Any) -> Settings:
        """Check and sort settings given by name.

        Raises
        ------
        UnknownNameError
            For a setting that does not exist, with the nearest one.
        ConfigError
            For a value that is not possible.
        """
        recipe = find(str(flat.pop("recipe", "vae")))
        known = known_settings()
        for name in flat:
            if name not in known:
                raise UnknownNameError(f"There is no setting {name!r}. {nearest(name, known)}")
        model = {k: v for k, v in flat.items() if k in ModelOptions.model_fields}
        train = {k: v for k, v in flat.items() if k in TrainOptions.model_fields}
        options = _validated(ModelOptions, {**recipe.defaults, **model})
        _check_names(options)
        return cls(recipe.name, options, _validated(TrainOptions, train))

    @property
    def recipe_(self) -> Recipe:
        """The recipe itself."""
        return find(self.recipe)

    def flat(self) -> dict[str, Any]:
        """Return all settings by name, as JSON values."""
        return {"recipe": self.recipe, **self.model.model_dump(mode="json"), **self.train.model_dump(mode="json")}

    def changed(self) -> dict[str, Any]:
        """Return those settings by name that the recipe alone would not have.

        Examples
        --------
        >>> Settings.make(recipe="beta-vae", latent=8, beta=4.0).changed()
        {'recipe': 'beta-vae', 'latent': 8}
        """
        usual = Settings.make(recipe=self.recipe)
        pairs = ((self.model, usual.model), (self.train, usual.train))
        differ = {k: v for own, of in pairs for k, v in own.model_dump().items() if v != getattr(of, k)}
        return {"recipe": self.recipe, **differ}

    def with_train(self, **changes: Any) -> Settings:
        """Return the settings with some of training's changed."""
        return Settings(self.recipe, self.model, self.train.model_copy(update=changes))


def known_settings() -> dict[str, str]:
    """Return every setting with its description."""
    fields = {**ModelOptions.model_fields, **TrainOptions.model_fields}
    known = {"recipe": "published variant; see `lowerbound recipes`"}
    return known | {name: field.description or "" for name, field in fields.items()}


def _validated(cls: type[_Options], values: Mapping[str, Any]) -> _Options:
    for name, value in values.items():
        field = cls.model_fields[name]
        if type(value).__name__ in ("bool", "bool_") and field.annotation is not bool:
            raise ConfigError(f"Setting {name} = {value}: a truth value is no number or name ({field.description}).")
    try:
        return cls(**values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        reasons = dict.fromkeys(e["msg"] for e in error.errors() if e["loc"][0] == name)
        meaning = cls.model_fields[name].description
        raise ConfigError(f"Setting {name} = {values.get(name)!r}: {' or '.join(reasons)} ({meaning}).") from error


def _check_names(options: ModelOptions) -> None:
    for name, folders in COMPONENTS.items():
        text = getattr(options, name)
        if text in (None, "auto") or (name, text) == ("likelihood", MIXED):
            continue
        try:
            named(text, folders)
        except UnknownNameError as error:
            meaning = ModelOptions.model_fields[name].description
            raise UnknownNameError(f"Setting {name} = {text!r}: {error} ({meaning}).") from error


def read_assignments(pairs: list[str]) -> dict[str, Any]:
    """Read ``key=value`` settings; values are Python literals, anything else is a string.

    Raises
    ------
    ConfigError
        For a pair without ``=``.

    Examples
    --------
    >>> read_assignments(["latent=8", "hidden=(64, 64)", "network=mlp"])
    {'latent': 8, 'hidden': (64, 64), 'network': 'mlp'}
    """
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"--set {pair!r}: write key=value, for example --set latent=8.")
        try:
            settings[key.strip()] = ast.literal_eval(value.strip())
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            settings[key.strip()] = value.strip()
    return settings


def read_toml(path: Path) -> dict[str, Any]:
    """Read settings from a TOML file: top-level keys, no tables.

    Raises
    ------
    ConfigError
        When it cannot be read, or has tables.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"Cannot read the configuration {path}: {error}.") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
    for key, value in content.items():
        if isinstance(value, dict):
            raise ConfigError(f"{path}: [{key}] is a table; settings are plain keys at the top of the file.")
    return content
