"""Train the zoo in two processes that share each batch; the first one writes what became of it.

Usage: torchrun --nproc-per-node 2 ranks.py FOLDER, or ranks.py FOLDER, which forks two processes as torchrun would
start them, so that torch is imported once.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import torch

torch.set_num_threads(1)

from toys import BATCH, fingerprint, fit, tensors  # noqa: E402
from zoo import ZOO, Rows  # noqa: E402

from lowerbound.core import Model  # noqa: E402
from lowerbound.core.storage import write_tensors  # noqa: E402
from lowerbound.errors import ConfigError, DivergenceError  # noqa: E402
from lowerbound.training import Processes  # noqa: E402


def same_everywhere(text: str) -> bool:
    """Whether all processes hold the same text."""
    texts = [""] * processes.world
    torch.distributed.all_gather_object(texts, text)
    return len(set(texts)) == 1


def whole(folder: Path, name: str, **changes: object) -> None:
    """Train a case to its end."""
    batches = Rows(ZOO[name].data(), BATCH, shard=(processes.rank, processes.world))
    key = "-".join([name, *map(str, changes.values())])
    made, outcome = fit(name, folder / key, batches=batches, processes=processes, learning_rate=0.001, **changes)
    assert outcome.reason == "finished"
    assert outcome.facts["processes"] == "2"
    assert same_everywhere(fingerprint(made)), f"{key}: the processes disagree"
    assert same_everywhere(repr(outcome.history.records)), f"{key}: their histories disagree"
    if processes.main:
        write_tensors(folder / f"{key}.safetensors", tensors(made))


def stopped(folder: Path) -> None:
    """Stop both by a signal to one, then go on."""

    def alarm(model: Model) -> dict[str, float]:
        if processes.rank == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return {"elbo": 0.0}

    def calm(model: Model) -> dict[str, float]:
        return {"elbo": 0.0}

    batches = Rows(ZOO["critic"].data(), BATCH, shard=(processes.rank, processes.world))
    rest = {"batches": batches, "processes": processes, "learning_rate": 0.001}
    _, outcome = fit("critic", folder / "stopped", validate=alarm, **rest)
    assert (outcome.reason, outcome.step) == ("SIGTERM", 6)
    processes.wait()
    resumed, outcome = fit("critic", folder / "stopped", resume=True, validate=calm, **rest)
    assert (outcome.reason, outcome.step) == ("finished", 20)
    straight, _ = fit("critic", folder / "straight", validate=calm, **rest)
    assert fingerprint(resumed) == fingerprint(straight)


def diverged(folder: Path) -> None:
    """Meet a bad row in one process: all of them stop."""
    data = {name: value.clone() for name, value in ZOO["flat"].data().items()}
    data["x"][:] = data["x"].where(torch.arange(48)[:, None] != 29, torch.nan)
    batches = Rows(data, BATCH, shard=(processes.rank, processes.world))
    try:
        fit("flat", folder / "diverged", batches=batches, processes=processes, validate=lambda model: {})
    except DivergenceError as error:
        said = str(error)
    steps = said.split(" (")[0]
    assert same_everywhere(steps), said
    named = [None] * processes.world
    torch.distributed.all_gather_object(named, "the input x is not finite" in said)
    assert any(named), said


def uneven() -> None:
    """Refuse a batch that cannot be shared."""
    try:
        fit("flat", batches=Rows({"x": ZOO["flat"].data()["x"][:3]}, BATCH), processes=processes)
    except ConfigError as error:
        assert "3 rows cannot be shared evenly by 2 processes" in str(error)  # noqa: PT017
    else:
        raise AssertionError("3 rows were shared by 2 processes")


def everything(folder: Path) -> None:
    """Do all of it in this process's role."""
    for case in ZOO:
        whole(folder, case)
    whole(folder, "binarized", accumulate=2, clip=0.5)
    whole(folder, "flat", optimizer="soap")
    stopped(folder)
    diverged(folder)
    uneven()
    processes.close()
    assert not torch.distributed.is_initialized()


def become_one_of_two() -> None:
    """Fork a process for each rank, wait for both, and go on only in the children."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(found.getsockname()[1]), "WORLD_SIZE": "2"}
    children = []
    for rank in range(2):
        child = os.fork()
        if not child:
            os.environ.update(address, RANK=str(rank), LOCAL_RANK=str(rank))
            return
        children.append(child)
    sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children))


if __name__ == "__main__":
    if "RANK" not in os.environ:
        become_one_of_two()
    warnings.simplefilter("error")
    processes = Processes(start=True)
    assert processes.several
    everything(Path(sys.argv[1]))
    print("done", flush=True)
