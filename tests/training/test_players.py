"""Players are named parts of a model, or the critic."""

from __future__ import annotations

import pytest
from zoo import ZOO

from lowerbound.errors import UnknownNameError
from lowerbound.training.players import player_parameters


@pytest.mark.parametrize("name", ZOO)
def test_the_players_of_a_case_have_parameters(name: str) -> None:
    model, objective = ZOO[name].build()
    owned = [player_parameters(player, model, objective) for player in ZOO[name].players]
    assert all(owned)
    ids = [id(p) for parameters in owned for p in parameters.values()]
    assert len(ids) == len(set(ids))
    assert set(ids) == {id(p) for module in (model, objective) for p in module.parameters()}


def test_names_are_full() -> None:
    model, objective = ZOO["critic"].build()
    assert set(player_parameters("model.likelihood", model, objective)) == {
        f"model.likelihood.{name}" for name, _ in model.likelihood.named_parameters()
    }
    assert all(name.startswith("critic.") for name in player_parameters("critic", model, objective))


def test_frozen_parameters_do_not_play() -> None:
    model, objective = ZOO["flat"].build()
    model.likelihood.requires_grad_(False)
    assert player_parameters("model.likelihood", model, objective) == {}
    assert not any("likelihood" in name for name in player_parameters("model", model, objective))


@pytest.mark.parametrize("name", ["encoder", "model.decoder", "model.training", "critic.left", "", "model."])
def test_unknown_players_are_named(name: str) -> None:
    with pytest.raises(UnknownNameError, match="There is no player"):
        player_parameters(name, *ZOO["critic"].build())
