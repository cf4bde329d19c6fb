from __future__ import annotations

import sys

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from lowerbound.errors import DependencyError
from lowerbound.training.tensorboard import TensorBoard


def written(folder):
    events = EventAccumulator(str(folder))
    events.Reload()
    return {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def observe(folder, start, records):
    board = TensorBoard(folder)
    board.start(start, 10, {})
    for step, value in records:
        board.advance(step)
        board.record({"step": step, "train/elbo": value, "lr": 0.5})
    board.finish("finished")
    board.finish("finished")


def test_records_become_scalars(tmp_path):
    observe(tmp_path, 0, [(5, -3.0), (10, -2.0)])
    assert written(tmp_path) == {"train/elbo": [(5, -3.0), (10, -2.0)], "lr": [(5, 0.5), (10, 0.5)]}


def test_a_resumed_run_replaces_what_came_after_its_checkpoint(tmp_path):
    observe(tmp_path, 0, [(2, -3.0), (4, -2.0), (6, -1.0)])
    observe(tmp_path, 4, [(6, -1.5), (8, -0.5)])
    assert written(tmp_path)["train/elbo"] == [(2, -3.0), (4, -2.0), (6, -1.5), (8, -0.5)]


def test_a_new_run_forgets_an_earlier_one(tmp_path):
    observe(tmp_path, 0, [(2, -3.0)])
    observe(tmp_path, 0, [(3, -1.0)])
    assert written(tmp_path)["train/elbo"] == [(3, -1.0)]


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(DependencyError, match=r"lowerbound\[tensorboard\]"):
        TensorBoard(tmp_path)
