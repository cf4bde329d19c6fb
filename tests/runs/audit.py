"""What the interpreter was asked to do while something was read: the proof that nothing ran."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator, Set
from contextlib import contextmanager
from types import CodeType
from typing import Any

RUNNING = {
    "exec", "import", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pickle.find_class", "pty.spawn",
    "socket.connect", "subprocess.Popen", "ctypes.dlopen", "code.__new__", "function.__new__", "marshal.loads",
}  # fmt: skip
CHANGING = {"os.remove", "os.rename", "os.mkdir", "os.chmod", "os.link", "os.symlink", "os.truncate", "shutil.rmtree"}

_watching: list[list[tuple[str, tuple[Any, ...]]]] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    for events in _watching:
        events.append((event, args))


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Collect the audit events of a block."""
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le"):
        codecs.lookup(encoding)  # json guesses encodings, and Python imports them
    events: list[tuple[str, tuple[Any, ...]]] = []
    _watching.append(events)
    try:
        yield events
    finally:
        _watching.remove(events)


def ran(events: list[tuple[str, tuple[Any, ...]]], ours: Set[str] = frozenset()) -> list[tuple[str, tuple[Any, ...]]]:
    """Events that run code or change files: not opening for reading, nor expressions of `ours` names alone."""
    return [
        (event, args)
        for event, args in events
        if event in RUNNING | CHANGING and not _own(args, ours) or _writes(event, args)
    ]


def _own(args: tuple[Any, ...], ours: Set[str]) -> bool:
    code = args[0] if args else None
    return isinstance(code, CodeType) and code.co_filename == "<string>" and set(code.co_names) <= ours


def _writes(event: str, args: tuple[Any, ...]) -> bool:
    return event == "open" and isinstance(args[1], str) and bool(set(args[1]) & set("wax+"))
