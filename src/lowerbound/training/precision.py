"""Which arithmetic, device and compilation a run gets when the user leaves the choice."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from lowerbound.errors import ConfigError
from lowerbound.training.options import TrainOptions

__all__ = [
    "can_compile",
    "choose_compile",
    "choose_device",
    "choose_precision",
    "choose_replay",
    "has_compiler",
    "has_fast_bfloat16",
    "layers_in_words",
    "threads_for",
]

SMALL_STEP = 5e7
"""Rows x samples of each x parameters below which a step is too small for several threads."""

COMPILE_STEPS = 2500
"""Steps of one sample a row from which a compiled step repays its compilation (5 to 11 s) on small networks."""

DEAR_SAMPLES = 3
"""Further samples a row that add to a step as much as compilation saves of one with a single sample."""


def choose_device(name: str) -> torch.device:
    """Return the device of that name; ``auto`` takes CUDA where there is one.

    Raises
    ------
    ConfigError
        When it does not exist.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).tolist()
    except (RuntimeError, AssertionError, NotImplementedError, ValueError) as error:
        raise ConfigError(
            f"device={name!r} cannot be used here ({str(error).splitlines()[0]}). Use device='auto'."
        ) from error
    return device


@contextmanager
def threads_for(model: nn.Module, draws: int, device: torch.device) -> Iterator[int]:
    """Use one thread for steps too small to share: on a busy machine a shared one waits for its threads.

    Yields the number of threads, and restores the process's own afterwards. ``draws`` are the rows of a batch times
    the samples of each.
    """
    before = torch.get_num_threads()
    small = device.type == "cpu" and draws * sum(p.numel() for p in model.parameters()) < SMALL_STEP
    torch.set_num_threads(1 if small else before)
    try:
        yield torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Return whether layers in bfloat16 are a gain on this hardware.

    On a CPU they are where it has matrix tiles (AMX). AVX512-BF16 alone multiplies no faster than
    float32: 0.55 of its speed was measured. GPUs before Ampere emulate bfloat16.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and bool(getattr(torch.cpu, "_is_amx_tile_supported", bool)())


def choose_precision(options: TrainOptions, device: torch.device) -> torch.dtype | None:
    """Return the dtype of the layers; None is the dtype of the weights."""
    if options.precision == "auto":
        return torch.bfloat16 if has_fast_bfloat16(device) else None
    return torch.bfloat16 if options.precision == "bfloat16" else None


def layers_in_words(options: TrainOptions, device: torch.device) -> str | None:
    """Return what people should know of the layers' dtype; None where it is that of the weights."""
    layers = choose_precision(options, device)
    if layers is None:
        return None
    name = str(layers).removeprefix("torch.")
    slow = ", which is no gain on this hardware: precision='auto' is faster"
    return name if has_fast_bfloat16(device) else name + slow


def has_compiler() -> bool:
    """Return whether there is a C++ compiler, which all compilation needs."""
    return any(map(shutil.which, ("g++", "c++", "clang++")))


def can_compile() -> bool:
    """Return whether whole steps can be compiled: this torch can, and there is a C++ compiler."""
    config = getattr(torch, "_dynamo", None) or importlib.import_module("torch._dynamo")
    return hasattr(config.config, "trace_autograd_ops") and has_compiler()


def choose_compile(options: TrainOptions, device: torch.device, model: nn.Module, steps: int, samples: int = 1) -> bool:
    """Return whether to compile: a function of the settings, so that a run repeats itself.

    What a step saves grows with the ``samples`` of each row (1.6x of the speed of IWAE(64) was measured).
    Convolutions on a CPU spend their time in kernels that compilation does not touch (0.98x
    measured), so such models stay eager there. On a GPU steps are replayed instead (:func:`choose_replay`).

    Raises
    ------
    ConfigError
        When compilation is demanded and impossible.
    """
    if options.compile == "no":
        return False
    if options.compile == "yes":
        if not can_compile():
            raise ConfigError("compile='yes' needs a C++ compiler (g++) and torch 2.13 or newer; use compile='auto'.")
        return True
    heavy = any(isinstance(m, nn.Conv2d) for m in model.modules())
    worth = steps * (1 + (samples - 1) / DEAR_SAMPLES)
    return device.type == "cpu" and worth >= COMPILE_STEPS and not heavy and can_compile()


def choose_replay(options: TrainOptions, device: torch.device) -> bool:
    """Return whether to replay steps as a CUDA graph: on GPUs, unless how steps are taken was said."""
    return device.type == "cuda" and options.compile == "auto"
