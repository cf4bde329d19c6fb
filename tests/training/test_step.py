"""One step for every kind of model: each player by its own loss, in parts, compiled, in bfloat16 as plainly."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from toys import BATCH, TOTAL, first_batch, fit, move, step_of, unlabelled
from zoo import ZOO, Case, Only, flat

from lowerbound.core import Batch, Linear, Log, Model, Objective, Progress, closed_forms, layer_precision
from lowerbound.objectives import ELBO
from lowerbound.training import Step
from lowerbound.training.players import player_parameters
from tests.tiers import few_quick

SEVERAL = [name for name, case in ZOO.items() if len(case.players) > 1]
PAIRS = [(name, player) for name in SEVERAL for player in ZOO[name].players]


class OneCorner(Objective):
    """An objective that moves the likelihood alone."""

    def losses(self, model: Model, batch: Batch, progress: Progress, log: Log | None = None) -> dict[str, Tensor]:
        return {"model.likelihood": model(batch).distortion().mean()}


class Restless(ELBO):
    """A bound that takes its gradients for those of a game."""

    momentum = 0.5


def parameters(step: Step) -> dict[str, Tensor]:
    named = {f"model.{n}": p for n, p in step.model.named_parameters()}
    return {n: p.detach().clone() for n, p in (named | dict(step.objective.named_parameters())).items()}


def state(step: Step) -> dict[str, Tensor]:
    """Everything that a step moves."""
    moments = {f"{name}/{key}": t for name, adam in step.players.items() for key, t in adam.state().items()}
    average = {f"average/{i}": t for i, (t, _) in enumerate(step.averaged)}
    buffers = {f"buffer/{name}": b for name, b in step.model.named_buffers()}
    return {name: t.detach().clone() for name, t in (parameters(step) | moments | average | buffers).items()}


def take(step: Step, case: Case, steps: int, lr: float = 0.01) -> list[Log]:
    """Take steps with the first rows, and return the logs."""
    data = case.data()
    n = len(data["x"])
    logs = []
    for t in range(steps):
        rows = torch.arange(t * BATCH, (t + 1) * BATCH) % n
        log, finite = move(step, {name: value[rows] for name, value in data.items()}, t, 1000 + t, lr)
        assert bool(finite)
        logs.append(log)
    return logs


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


def assert_close(one: dict[str, Tensor], other: dict[str, Tensor], tolerance: float) -> None:
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=tolerance, atol=tolerance, msg=lambda m: f"{name}: {m}")  # noqa: B023


@pytest.mark.parametrize("name", ZOO)
def test_discovers_the_players_and_leaves_no_trace(name: str) -> None:
    model, objective = ZOO[name].build()
    before = {n: t.clone() for n, t in (model.state_dict() | objective.state_dict()).items()}
    generator = torch.get_rng_state()
    step = step_of(ZOO[name])
    assert tuple(step.players) == ZOO[name].players
    assert_equal(before, step.model.state_dict() | step.objective.state_dict())
    assert torch.equal(generator, torch.get_rng_state())
    assert all(p.grad is None for p in step.model.parameters())


@pytest.mark.parametrize("name", ZOO)
def test_training_lowers_the_loss(name: str) -> None:
    _, outcome = fit(name, total=60, round_steps=20)
    curves = {key: [v for _, v in outcome.history.column(key)] for key in outcome.history.records[0] if "loss/" in key}
    fallen = {key: values[-1] < values[0] for key, values in curves.items() if key != "train/loss/critic"}
    assert fallen
    assert all(fallen.values()), curves
    assert outcome.history.column("val/elbo")[-1][1] > outcome.history.column("val/elbo")[0][1]


def test_a_critic_alone_learns_to_tell() -> None:
    case = Case(flat, lambda: Only(ZOO["three-players"].objective(), "critic"), players=ZOO["three-players"].players)
    _, outcome = fit(case, total=60, round_steps=20)
    caught = [value for _, value in outcome.history.column("train/loss/critic")]
    assert caught[-1] < 0.9 * caught[0]


@pytest.mark.parametrize("name", ZOO)
def test_each_player_follows_the_gradient_of_its_own_loss(name: str) -> None:
    case, step = ZOO[name], step_of(ZOO[name])
    model, objective = case.build()
    torch.manual_seed(1000)
    losses = objective.losses(model, case.prepare(first_batch(case)), Progress(0, TOTAL, 48))
    expected = {}
    for player, loss in losses.items():
        own = player_parameters(player, model, objective)
        got = torch.autograd.grad(loss, list(own.values()), retain_graph=True, allow_unused=True)
        expected |= {n: torch.zeros_like(p) if g is None else g for (n, p), g in zip(own.items(), got, strict=True)}
    take(step, case, 1)
    moments = {n: 10 * m for adam in step.players.values() for n, m in zip(adam.names, adam.first, strict=True)}
    assert_close(moments, expected, 1e-6)
    assert all(any(bool(g.any()) for n, g in expected.items() if n.startswith(player)) for player in case.players)


def test_momentum_is_the_users_or_what_suits_the_objective() -> None:
    def betas(**options: float) -> set[tuple[float, float]]:
        return {adam.betas for adam in step_of(ZOO["three-players"], **options).players.values()}

    assert betas() == {(0.9, 0.999)}
    assert betas(momentum=0.3) == {(0.3, 0.999)}
    assert {adam.betas[0] for adam in step_of(Case(flat, Restless)).players.values()} == {0.5}
    assert (ELBO() + 2.0 * Restless()).momentum == 0.5


@pytest.mark.parametrize(("name", "player"), PAIRS)
def test_other_losses_leave_a_player_untouched(name: str, player: str) -> None:
    case = ZOO[name]
    alone = Case(case.model, lambda: Only(case.objective(), player), case.data, case.players)
    together, only = step_of(case), step_of(alone)
    begin = parameters(only)
    take(together, case, 1)
    take(only, alone, 1)
    own, shared = set(only.players[player].names), only.players[player].parameters
    assert own
    mine = dict(zip(only.players[player].names, shared, strict=True))
    theirs = dict(zip(together.players[player].names, together.players[player].parameters, strict=True))
    assert {n.replace("critic.objective.", "critic.") for n in mine} == set(theirs)
    assert all(torch.equal(p, theirs[n.replace("critic.objective.", "critic.")]) for n, p in mine.items())
    moved = [p for adam in only.players.values() if adam is not only.players[player] for p in adam.parameters]
    still = {id(p) for p in moved}
    now = {f"model.{n}": p for n, p in only.model.named_parameters()} | dict(only.objective.named_parameters())
    assert all(torch.equal(p, begin[n]) for n, p in now.items() if id(p) in still)
    assert not all(torch.equal(p, begin[n]) for n, p in now.items() if id(p) not in still)


def test_what_belongs_to_no_player_does_not_move() -> None:
    case = Case(flat, OneCorner, players=("model.likelihood",))
    step = step_of(case)
    begin = parameters(step)
    take(step, case, 3)
    moved = {name for name, p in parameters(step).items() if not torch.equal(p, begin[name])}
    assert moved == {name for name in begin if name.startswith("model.likelihood.")}


def test_a_player_without_parameters_is_no_obstacle() -> None:
    step = step_of(ZOO["three-players"])
    frozen = step.model.levels.requires_grad_(False)
    step.discover(first_batch(ZOO["three-players"]))
    begin = [p.clone() for p in frozen.parameters()]
    take(step, ZOO["three-players"], 2)
    assert step.players["model.levels"].parameters == []
    assert all(torch.equal(p, q) for p, q in zip(frozen.parameters(), begin, strict=True))


@pytest.mark.parametrize(("name", "parts"), [*((name, 3) for name in ZOO), *(("iwae", n) for n in (2, 5, 16, 99))])
def test_accumulation_changes_nothing(name: str, parts: int) -> None:
    whole, split = step_of(ZOO[name]), step_of(ZOO[name], accumulate=parts)
    logs = take(whole, ZOO[name], 6, lr=0.001), take(split, ZOO[name], 6, lr=0.001)
    assert_close(state(whole), state(split), 1e-5)
    for one, other in zip(*logs, strict=True):
        assert_close(one, other, 2e-5)


@pytest.mark.parametrize("rows", [1, 3, 7])
def test_accumulation_over_few_rows(rows: int) -> None:
    steps = [step_of(ZOO["iwae"], accumulate=parts) for parts in (1, 3)]
    for step in steps:
        move(step, first_batch(ZOO["iwae"], rows), 0, 5, 0.001)
    assert_close(state(steps[0]), state(steps[1]), 1e-5)


def test_noise_depends_on_the_seed_alone() -> None:
    one, other = step_of(ZOO["binarized"]), step_of(ZOO["binarized"])
    for t in range(3):
        torch.rand(t)
        move(one, first_batch(ZOO["binarized"]), t, 7 + t)
    for t in range(3):
        move(other, first_batch(ZOO["binarized"]), t, 7 + t)
    assert_equal(state(one), state(other))
    move(other, first_batch(ZOO["binarized"]), 3, 100, 0.0)
    move(one, first_batch(ZOO["binarized"]), 3, 101, 0.0)
    assert not torch.equal(one.players["model"].first[0], other.players["model"].first[0])


def densities(model: Model, batch: Batch, layers: torch.dtype | None) -> dict[str, Tensor]:
    """Every density of a run, and its ELBO, with seeded noise."""
    torch.manual_seed(3)
    with torch.no_grad(), layer_precision(layers):
        trace = model(batch, samples=8)
    found = {f"log p({name})": site.log_p for name, site in trace.sites.items()}
    found |= {f"log q({name})": site.log_q for name, site in trace.latents.items()}
    found |= {f"kl({name})": site.kl for name, site in trace.latents.items()}
    return found | {"elbo": -(trace.distortion() + trace.rate()), "evidence": trace.log_evidence()}


@pytest.mark.thorough
@pytest.mark.parametrize("name", ZOO)
def test_layers_in_bfloat16_leave_densities_in_float32(name: str) -> None:
    made, _ = fit(name, total=40)
    torch.manual_seed(8)
    batch = unlabelled(ZOO[name].prepare(ZOO[name].data()))
    exact, rounded = densities(made.model, batch, None), densities(made.model, batch, torch.bfloat16)
    assert {value.dtype for value in rounded.values()} == {torch.float32}
    assert not torch.equal(exact["elbo"], rounded["elbo"])
    assert abs(exact["elbo"].mean() - rounded["elbo"].mean()) < 0.02
    assert abs(exact["evidence"].mean() - rounded["evidence"].mean()) < 0.02


@pytest.mark.thorough
@pytest.mark.parametrize("name", ZOO)
def test_training_in_bfloat16_keeps_weights_and_moments_in_float32(name: str) -> None:
    made, outcome = fit(name, total=40, round_steps=20, precision="bfloat16")
    assert {t.dtype for t in state(made.step).values()} == {torch.float32}
    elbo = [value for _, value in outcome.history.column("val/elbo")]
    assert elbo[-1] > elbo[0]
    plain = fit(name, total=40, round_steps=20)[1].history.column("val/elbo")[-1][1]
    assert elbo[-1] == pytest.approx(plain, abs=0.15)


def test_clipping_bounds_each_player() -> None:
    case = ZOO["three-players"]
    plain, clipped = step_of(case), step_of(case, clip=0.01)
    free, bounded = take(plain, case, 1)[0], take(clipped, case, 1)[0]
    torch.testing.assert_close(free["grad_norm"], bounded["grad_norm"])
    squares = []
    for name, adam in clipped.players.items():
        norm = torch.stack([10 * m for m in adam.first for m in [m.norm()]]).norm()
        torch.testing.assert_close(norm, torch.tensor(0.01), rtol=1e-4, atol=0.0)
        squares.append(sum((10 * m).square().sum() for m in plain.players[name].first))
    torch.testing.assert_close(free["grad_norm"], torch.stack(squares).sum().sqrt(), rtol=1e-5, atol=0.0)


def test_a_wide_clip_changes_nothing() -> None:
    plain, clipped = step_of(ZOO["flat"]), step_of(ZOO["flat"], clip=1e6)
    take(plain, ZOO["flat"], 3)
    take(clipped, ZOO["flat"], 3)
    assert_equal(state(plain), state(clipped))


@pytest.mark.parametrize(
    ("name", "compiled"),
    [("flat", False), ("three-players", False), ("optimal-variance", False), ("optimal-variance", True)],
)
def test_a_step_that_is_not_finite_moves_nothing(name: str, compiled: bool, captured: None) -> None:
    case = ZOO[name]
    step = step_of(case, compiled=compiled)
    take(step, case, 2)
    begin = state(step)
    batch = {key: value.clone() for key, value in first_batch(case).items()}
    batch["x"][5, 3] = torch.nan
    _, finite = move(step, batch, 2, 1002)
    assert not bool(finite)
    assert_equal(begin, state(step))


def test_the_closed_form_variance_is_the_mean_squared_error() -> None:
    case = ZOO["optimal-variance"]
    step, (family,) = step_of(case), closed_forms(ZOO["optimal-variance"].build()[0])
    model = case.build()[0]
    torch.manual_seed(1000)
    trace = model(first_batch(case))
    error = (trace["x"].p.mean - first_batch(case)["x"]).square().mean()
    take(step, case, 1)
    (family,) = closed_forms(step.model)
    torch.testing.assert_close((2 * family.log_scale).exp(), error.detach() - family.floor**2, rtol=1e-4, atol=0.0)
    assert not bool(family.statistics.any())


@pytest.mark.parametrize("compiled", [False, True])
def test_schedules_follow_the_step(compiled: bool, captured: None) -> None:
    case = Case(flat, lambda: ELBO(beta=Linear(0.0, 1.0, 10)))
    logs = take(step_of(case, compiled=compiled), case, 3)
    assert [round(log["beta"].item(), 6) for log in logs] == [0.0, 0.1, 0.2]
    log = logs[2]
    torch.testing.assert_close(log["loss/model"], log["distortion"] + 0.2 * log["rate"])
    torch.testing.assert_close(log["elbo"], -log["distortion"] - log["rate"])


def compiled_as_eager(name: str, **changes: object) -> None:
    eager, compiled = step_of(ZOO[name], **changes), step_of(ZOO[name], compiled=True, **changes)
    logs = take(eager, ZOO[name], 3, lr=0.001), take(compiled, ZOO[name], 3, lr=0.001)
    for one, other in zip(*logs, strict=True):
        assert_close(one, other, 2e-5)
    assert_close(state(eager), state(compiled), 2e-5)


FOR_REAL = ("flat",)
# Each of these is compiled by another test: its parts, its schedule, a step that is not finite, resumed, in bfloat16.
ELSEWHERE = ("binarized", "warm-up", "optimal-variance", "critic", "three-players")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in ELSEWHERE else []) for name in ZOO if name not in FOR_REAL],
)
def test_a_step_is_one_graph_without_breaks(name: str, captured: None) -> None:
    compiled_as_eager(name)


@pytest.mark.thorough
def test_so_it_is_with_bfloat16_decay_and_clipping(captured: None) -> None:
    compiled_as_eager("three-players", precision="bfloat16", weight_decay=0.1, clip=0.5)


@pytest.mark.thorough
def test_so_it_is_while_axes_turn(captured: None) -> None:
    compiled_as_eager("three-players", optimizer="soap", weight_decay=0.1)


@pytest.mark.thorough
@pytest.mark.parametrize(("parts", "graphs"), [(16, 2), (3, 3)])
def test_parts_share_their_graphs(parts: int, graphs: int, captured: None) -> None:
    from torch._dynamo.utils import counters

    counters.clear()
    whole, split = step_of(ZOO["binarized"]), step_of(ZOO["binarized"], compiled=True, accumulate=parts)
    take(whole, ZOO["binarized"], 2, lr=0.001)
    take(split, ZOO["binarized"], 2, lr=0.001)
    assert_close(state(whole), state(split), 2e-5)
    assert counters["stats"]["unique_graphs"] == graphs


@pytest.mark.slow
def test_many_runs_compile_in_one_process(captured: None) -> None:
    for _ in range(10):
        take(step_of(ZOO["flat"], compiled=True), ZOO["flat"], 2)


@pytest.mark.parametrize("name", few_quick(ZOO, FOR_REAL, rest=pytest.mark.slow))
@pytest.mark.thorough
def test_a_compiled_step_is_the_eager_step(name: str, inductor: None) -> None:
    compiled_as_eager(name)


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{"accumulate": 3, "clip": 0.1}, {"precision": "bfloat16"}])
def test_compiled_settings_are_the_eager_ones(changes: dict[str, object], inductor: None) -> None:
    eager, compiled = step_of(ZOO["binarized"], **changes), step_of(ZOO["binarized"], compiled=True, **changes)
    take(eager, ZOO["binarized"], 3, lr=0.001)
    take(compiled, ZOO["binarized"], 3, lr=0.001)
    assert_close(parameters(eager), parameters(compiled), 2e-3 if "precision" in changes else 2e-5)
