"""A component is rebuilt by its text, copied and carried to another process."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

from lowerbound.core import Component
from lowerbound.spec import parse


class ComponentContract:
    """Inherited by every contract."""

    def make(self) -> Component:
        raise NotImplementedError

    def test_its_text_builds_its_equal(self):
        component = self.make()
        again = parse(repr(component))
        assert type(again) is type(component)
        assert repr(again) == repr(component)
        if isinstance(component, torch.nn.Module):
            shapes = {name: value.shape for name, value in component.state_dict().items()}
            assert {name: value.shape for name, value in again.state_dict().items()} == shapes

    @pytest.mark.parametrize("carry", ["copy", "pickle"])
    def test_copies_are_equal(self, carry):
        component = self.make()
        again = copy.deepcopy(component) if carry == "copy" else pickle.loads(pickle.dumps(component))
        assert repr(again) == repr(component)
        if isinstance(component, torch.nn.Module):
            state, same = component.state_dict(), again.state_dict()
            assert all(torch.equal(value, same[name]) for name, value in state.items())
