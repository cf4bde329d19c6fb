"""Signals are wishes while training listens, and what they were before and after."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from lowerbound.training.interrupt import listening


@pytest.fixture(autouse=True)
def _handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    assert {number: signal.getsignal(number) for number in before} == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted(number: signal.Signals) -> None:
    with listening() as interrupt:
        assert interrupt.name is None
        os.kill(os.getpid(), number)
        assert interrupt.name == number.name


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_ctrl_c_stops_at_once(first: signal.Signals) -> None:
    def hurry() -> None:
        os.kill(os.getpid(), first)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), listening():
        hurry()


def test_a_second_sigterm_is_patient() -> None:
    with listening() as interrupt:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupt.name == "SIGTERM"


def test_other_threads_have_no_signals() -> None:
    names: list[str | None] = []

    def run() -> None:
        with listening() as interrupt:
            names.append(interrupt.name)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert names == [None]
