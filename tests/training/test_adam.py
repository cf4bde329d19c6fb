"""Adam is Adam: by the fused kernel and by the formula, against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lowerbound.training.adam import Adam


def weights() -> dict[str, nn.Parameter]:
    torch.manual_seed(3)
    return {"a": nn.Parameter(torch.randn(3, 4)), "b": nn.Parameter(torch.randn(()))}


def gradients(step: int) -> list[torch.Tensor]:
    torch.manual_seed(step)
    return [torch.randn(3, 4) * 10.0**-step, torch.randn(()) * 10.0**step]


def apply(adam: Adam, way: str, step: int, lr: float) -> None:
    t, rate = torch.tensor(step + 1.0), torch.tensor(lr)
    if way == "fused":
        adam.apply_fused(gradients(step), rate, t, torch.tensor(True))
    else:
        adam.apply_formula(gradients(step), rate, t, torch.tensor(True))


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("way", ["fused", "formula"])
def test_is_torchs_adamw(way: str, decay: float) -> None:
    ours, theirs = weights(), weights()
    adam = Adam(ours, weight_decay=decay)
    reference = torch.optim.AdamW(theirs.values(), lr=1.0, weight_decay=decay)
    for step, lr in enumerate([0.1, 0.05, 0.2, 0.01]):
        apply(adam, way, step, lr)
        for p, g in zip(theirs.values(), gradients(step), strict=True):
            p.grad = g
        reference.param_groups[0]["lr"] = lr
        reference.step()
    for name in ours:
        torch.testing.assert_close(ours[name], theirs[name], rtol=1e-5, atol=1e-6)


def test_first_step_has_the_length_of_the_rate() -> None:
    ours = weights()
    before = {name: p.detach().clone() for name, p in ours.items()}
    apply(Adam(ours), "formula", 0, 0.1)
    for name, g in zip(ours, gradients(0), strict=True):
        torch.testing.assert_close(before[name] - ours[name], 0.1 * g.sign(), rtol=1e-4, atol=1e-6)


def test_nothing_moves_unless_kept() -> None:
    ours = weights()
    adam = Adam(ours, weight_decay=0.1)
    before = [*(p.detach().clone() for p in ours.values()), *(t.clone() for t in adam.state().values())]
    bad = [torch.full((3, 4), torch.nan), torch.tensor(torch.inf)]
    adam.apply_formula(bad, torch.tensor(0.1), torch.tensor(1.0), torch.tensor(False))
    after = [*ours.values(), *adam.state().values()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_the_state_is_the_moments_by_name() -> None:
    adam = Adam(weights())
    apply(adam, "fused", 0, 0.1)
    state = adam.state()
    assert list(state) == ["a/first", "b/first", "a/second", "b/second"]
    torch.testing.assert_close(state["a/first"], 0.1 * gradients(0)[0])
    torch.testing.assert_close(state["a/second"], 0.001 * gradients(0)[0].square())


def test_a_player_without_parameters_stands_still() -> None:
    adam = Adam({})
    adam.apply_fused([], torch.tensor(0.1), torch.tensor(1.0), torch.tensor(True))
    adam.apply_formula([], torch.tensor(0.1), torch.tensor(1.0), torch.tensor(True))
    assert adam.state() == {}


@pytest.mark.parametrize("way", ["fused", "formula"])
def test_the_layout_of_gradients_does_not_matter(way: str) -> None:
    plain, strided = nn.Parameter(torch.zeros(2, 3)), nn.Parameter(torch.zeros(2, 3))
    gradient = torch.randn(2, 3)
    for p, g in ((plain, gradient), (strided, gradient.T.contiguous().T)):
        adam = Adam({"w": p})
        lr, t = torch.tensor(0.1), torch.tensor(1.0)
        if way == "fused":
            adam.apply_fused([g], lr, t, torch.tensor(True))
        else:
            adam.apply_formula([g], lr, t, torch.tensor(True))
    assert torch.equal(plain, strided)
    torch.testing.assert_close(plain.detach(), -0.1 * gradient.sign(), rtol=1e-4, atol=1e-6)
