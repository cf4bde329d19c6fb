"""Labels for some rows. Row 103 of the exact answers, at every mixture of known and unknown."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.core import Linear, Progress
from lowerbound.errors import ConfigError
from lowerbound.models import VAE
from lowerbound.objectives import ELBO, IWAE, SemiSupervised
from tests.contracts import ComponentContract
from tests.known_answers.discrete import K, binary, labelled_bound, labels, log_q_y, m2


class TestSemiSupervised(ComponentContract):
    def make(self):
        return SemiSupervised(ELBO(beta=Linear(0.0, 1.0, 3), samples=2), label="t", alpha=0.1)


class SampledRate(ELBO):
    """The ELBO with every rate estimated by its sample, as the paper writes it."""

    def rows(self, trace):
        return -trace.mean(trace.log_weight())


def batch(n: int = 8, known: list[int] | None = None) -> dict[str, Tensor]:
    mask = torch.zeros(n, dtype=torch.bool)
    mask[[0, 3, 4] if known is None else known] = True
    return {"x": binary(n), "y": labels(n) * mask[:, None], "y_observed": mask}


def by_hand(model: VAE, data: dict[str, Tensor], alpha: float) -> Tensor:
    """J of equation 9, row by row and class by class."""
    x, y, known = data["x"], data["y"], data["y_observed"]
    inferred, given = model({"x": x}), model({"x": x, "y": y})
    log_q = log_q_y(model, x)
    total = torch.zeros(()).double()
    for i in range(len(x)):
        row = x[i : i + 1]
        if known[i]:
            bound = labelled_bound(model, row, y[i : i + 1], given["z"].value[0, i : i + 1])
            total = total - bound.sum() - alpha * (log_q[i] * y[i]).sum()
        else:
            for k in range(K):
                one = torch.eye(K).double()[k : k + 1]
                bound = labelled_bound(model, row, one, inferred["z"].value[k, 0, i : i + 1])
                total = total - log_q[i, k].exp() * (bound.sum() - log_q[i, k])
    return total / len(x)


@pytest.mark.parametrize("known", [[], [2], [0, 3, 4], list(range(8))])
def test_it_is_the_objective_written_by_hand(known):
    model, data = m2(), batch(known=known)
    torch.manual_seed(1)
    loss = SemiSupervised(SampledRate(), alpha=0.7).losses(model, data, Progress())["model"]
    torch.manual_seed(1)
    torch.testing.assert_close(loss, by_hand(model, data, 0.7), rtol=1e-9, atol=1e-9)


def test_its_gradient_is_that_of_the_objective_written_by_hand():
    model, data = m2(), batch()
    parameters = list(model.parameters())
    torch.manual_seed(1)
    loss = SemiSupervised(SampledRate(), alpha=0.7).losses(model, data, Progress())["model"]
    gradients = torch.autograd.grad(loss, parameters)
    torch.manual_seed(1)
    for ours, exact in zip(gradients, torch.autograd.grad(by_hand(model, data, 0.7), parameters), strict=True):
        torch.testing.assert_close(ours, exact, rtol=1e-9, atol=1e-9)


def test_without_a_classifiers_loss_the_classifier_learns_from_unlabelled_rows_only():
    model = m2()
    classifier = list(model.levels[0].parameters())
    for known, reached in ((list(range(8)), False), ([0], True)):
        loss = SemiSupervised(ELBO(), alpha=0.0).losses(model, batch(known=known), Progress())["model"]
        gradients = torch.autograd.grad(loss, classifier, allow_unused=True)
        assert any(g is not None and bool((g != 0).any()) for g in gradients) is reached


def test_labels_of_unlabelled_rows_do_not_matter():
    model, data = m2(), batch()
    losses = []
    for other in (data["y"], torch.where(data["y_observed"][:, None], data["y"], labels(8, seed=9))):
        torch.manual_seed(1)
        losses.append(SemiSupervised(ELBO()).losses(model, {**data, "y": other}, Progress())["model"])
    assert torch.equal(*losses)


def test_the_bound_may_be_importance_weighted():
    loss = SemiSupervised(IWAE(5)).losses(m2(), batch(), Progress())["model"]
    assert bool(loss.isfinite())


def test_what_is_logged_is_the_bound_of_rows_without_labels():
    model, data, log = m2(), batch(), {}
    torch.manual_seed(1)
    SemiSupervised(ELBO(beta=Linear(0.0, 1.0, 10))).losses(model, data, Progress(step=5), log)
    torch.manual_seed(1)
    trace = model({"x": data["x"]})
    assert log["elbo"].item() == pytest.approx(-(trace.rate() + trace.distortion()).mean().item())
    assert log["beta"].item() == 0.5


def test_its_schedules_are_found():
    assert [s.needs for _, s in SemiSupervised(ELBO(beta=Linear(0.0, 1.0, 9))).schedules()] == [9]


@pytest.mark.parametrize("absent", ["y", "y_observed"])
def test_a_batch_without_labels_or_mask_is_refused(absent):
    data = batch()
    del data[absent]
    with pytest.raises(ConfigError, match="y_observed"):
        SemiSupervised(ELBO()).losses(m2(), data, Progress())
