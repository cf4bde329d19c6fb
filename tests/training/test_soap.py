"""SOAP turns the axes of Adam: exact where the axes are known, Adam where there are none."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lowerbound.training.adam import Adam
from lowerbound.training.soap import EVERY, LARGEST, Soap

KEEP = torch.tensor(True)


def step(optimizer: Adam, gradients: list[torch.Tensor], t: int, lr: float = 0.1) -> None:
    optimizer.apply_formula(gradients, torch.tensor(lr), torch.tensor(float(t)), KEEP)
    optimizer.settle(t)


def turned(seed: int, n: int) -> torch.Tensor:
    torch.manual_seed(seed)
    return torch.linalg.qr(torch.randn(n, n, dtype=torch.float64))[0]


@pytest.mark.parametrize("shape", [(), (5,), (1, 1), (LARGEST + 1, LARGEST + 1)])
def test_without_a_side_it_is_adam(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    ours, theirs = nn.Parameter(torch.zeros(shape)), nn.Parameter(torch.zeros(shape))
    soap, adam = Soap({"w": ours}, 0.1), Adam({"w": theirs}, 0.1)
    for t in range(1, 4):
        gradient = torch.randn(shape)
        step(soap, [gradient], t)
        step(adam, [gradient], t)
    assert torch.equal(ours, theirs)
    assert list(soap.state()) == list(adam.state())


def test_the_first_step_is_adams() -> None:
    ours, theirs, gradient = nn.Parameter(torch.ones(3, 4)), nn.Parameter(torch.ones(3, 4)), torch.randn(3, 4)
    step(Soap({"w": ours}, 0.1), [gradient], 1)
    step(Adam({"w": theirs}, 0.1), [gradient], 1)
    assert torch.equal(ours, theirs)


def test_axes_diagonalise_the_products_of_gradients() -> None:
    """Gradients A e B of independent e: L tends to A A' and R to B' B, up to scale."""
    left, right = turned(1, 4), turned(2, 6)
    spread = torch.tensor([3.0, 1.0, 0.3, 0.1], dtype=torch.float64)
    soap = Soap({"w": nn.Parameter(torch.zeros(4, 6, dtype=torch.float64))})
    generator = torch.Generator().manual_seed(0)
    for t in range(1, 40 * EVERY + 1):
        noise = torch.randn(4, 6, dtype=torch.float64, generator=generator)
        step(soap, [(left * spread) @ noise @ right.mT], t, lr=1e-3)
    state = soap.state()
    for which, n in (("rows", 4), ("columns", 6)):
        axes = state[f"w/{which}/axes"]
        torch.testing.assert_close(axes.mT @ axes, torch.eye(n, dtype=torch.float64))
    found = state["w/rows/axes"].mT @ state["w/rows/products"] @ state["w/rows/axes"]
    assert (found - found.diag().diag()).abs().max() < 0.02 * found.diag().max()
    assert (state["w/rows/axes"].mT @ left).abs().diag().min() > 0.95


def test_does_not_care_how_rows_and_columns_are_turned() -> None:
    """With W' = U W V and gradients turned alike, every move after the first is turned alike: Adam's is not."""
    u, v = turned(3, 4), turned(4, 5)
    ends = {}
    for kind in (Soap, Adam):
        plain, other = (nn.Parameter(torch.zeros(4, 5, dtype=torch.float64)) for _ in range(2))
        a, b = kind({"w": plain}), kind({"w": other})
        generator = torch.Generator().manual_seed(1)
        for t in range(1, 3 * EVERY):
            gradient = torch.randn(4, 5, dtype=torch.float64, generator=generator)
            lr = 0.0 if t == 1 else 0.1  # the moments of the first step are Adam's
            for optimizer, g in ((a, gradient), (b, u @ gradient @ v)):
                step(optimizer, [g], t, lr)
                if t == 1:
                    for moment in (*optimizer.first, *optimizer.second):
                        moment.zero_()
        ends[kind] = (u @ plain @ v - other).abs().max() / other.abs().max()
    assert ends[Soap] < 1e-9
    assert ends[Adam] > 0.1


def test_moments_turn_with_the_axes() -> None:
    """The mean of gradients, taken back to the weights' coordinates, is Adam's own."""
    soap, adam = (kind({"w": nn.Parameter(torch.zeros(4, 5, dtype=torch.float64))}) for kind in (Soap, Adam))
    torch.manual_seed(0)
    for t in range(1, 2 * EVERY + 1):
        gradient = torch.randn(4, 5, dtype=torch.float64)
        step(soap, [gradient], t)
        step(adam, [gradient], t)
    torch.testing.assert_close(soap.turned_back(0, soap.first[0]), adam.first[0])


def test_solves_a_narrow_valley_faster_than_adam() -> None:
    """Quadratics |A (W - W*) B|^2 with slopes of very different size along axes that are not the weights'."""
    scale = torch.logspace(0, -1, 6, dtype=torch.float64)
    a, b = (turned(5, 6) * scale) @ turned(6, 6), turned(7, 6) * scale @ turned(8, 6)
    torch.manual_seed(0)
    goal = torch.randn(6, 6, dtype=torch.float64)

    def left_after(kind: type[Adam]) -> float:
        w = nn.Parameter(torch.zeros(6, 6, dtype=torch.float64))
        optimizer = kind({"w": w})
        for t in range(1, 401):
            loss = (a @ (w - goal) @ b).square().sum()
            step(optimizer, [*torch.autograd.grad(loss, [w])], t, lr=0.1 * (1 - t / 401))
        return float((w.detach() - goal).square().mean())

    assert left_after(Soap) < 0.5 * left_after(Adam)


def test_kernels_are_matrices_and_any_layout_will_do() -> None:
    ends = []
    for layout in (torch.contiguous_format, torch.channels_last):
        torch.manual_seed(0)
        w = nn.Parameter(torch.zeros(4, 3, 2, 2).to(memory_format=layout))
        soap = Soap({"w": w})
        assert soap.state()["w/columns/axes"].shape == (12, 12)
        for t in range(1, EVERY + 3):
            step(soap, [torch.randn(4, 3, 2, 2).to(memory_format=layout)], t)
        ends.append(w.detach().contiguous())
    torch.testing.assert_close(*ends)


def test_nothing_moves_unless_kept() -> None:
    torch.manual_seed(0)
    w = nn.Parameter(torch.randn(3, 4))
    soap = Soap({"w": w}, 0.1)
    step(soap, [torch.randn(3, 4)], 1)
    before = [w.detach().clone(), *(t.clone() for t in soap.state().values())]
    bad = [torch.full((3, 4), torch.nan)]
    soap.apply_formula(bad, torch.tensor(0.1), torch.tensor(2.0), torch.tensor(False))
    assert all(torch.equal(x, y) for x, y in zip(before, [w, *soap.state().values()], strict=True))


def test_turning_before_any_gradient_leaves_a_basis() -> None:
    w = nn.Parameter(torch.randn(3, 4))
    soap = Soap({"w": w})
    for t in (1, EVERY):
        soap.settle(t)
    axes = soap.state()["w/rows/axes"]
    torch.testing.assert_close(axes.mT @ axes, torch.eye(3))


def test_a_player_without_parameters_stands_still() -> None:
    soap = Soap({})
    soap.apply_fused([], torch.tensor(0.1), torch.tensor(1.0), torch.tensor(True))
    soap.settle(1)
    assert soap.state() == {}
