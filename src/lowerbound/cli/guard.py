"""What every command shares: ``--debug``, help from its docstring, and errors as one message and an exit code."""

from __future__ import annotations

import functools
import inspect
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any

import typer

from lowerbound.errors import ConfigError, DataError, DataWarning, LowerboundError

__all__ = ["FAILED", "Interrupted", "command", "exit_code", "help_text"]

FAILED, WRONG_USE = 1, 2


class Interrupted(LowerboundError):
    """The user stopped a command; the message says how to go on."""


Debug = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Return the function as a command: errors become a message and an exit code, ``--debug`` shows more."""

    @functools.wraps(function)
    def run(*args: Any, debug: bool = False, **kwargs: Any) -> None:
        with guarded(debug):
            function(*args, **kwargs)

    given = inspect.signature(function, eval_str=True)
    extra = inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Debug)
    signature = given.replace(parameters=[*given.parameters.values(), extra])
    setattr(run, "__signature__", signature)  # noqa: B010 - an attribute that type checkers do not know
    run.__annotations__ = {name: p.annotation for name, p in signature.parameters.items()} | {"return": None}
    return run


def help_text(function: Callable[..., None]) -> str:
    r"""Return a docstring as help: indented blocks keep their lines.

    Examples
    --------
    >>> def act(): pass
    >>> act.__doc__ = "Act.\n\nSo::\n\n    lowerbound act\n    lowerbound act again"
    >>> help_text(act)
    'Act.\n\nSo:\n\n\x08\n    lowerbound act\n    lowerbound act again'
    """
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    marked = ["\b\n" + p if p.startswith(" ") else p.replace("::", ":").replace("``", "") for p in paragraphs]
    return "\n\n".join(marked)


def exit_code(error: BaseException) -> int:
    """Return 2 for wrong use, 1 for a job that failed."""
    return WRONG_USE if isinstance(error, (ConfigError, DataError)) else FAILED


@contextmanager
def guarded(debug: bool) -> Iterator[None]:
    """Turn what goes wrong inside the block into a message on standard error and an exit code."""
    try:
        with _warnings_as_notes(debug), _stoppable():
            yield
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        _fail("Interrupted.", FAILED, kind="")
    except Interrupted as stop:
        _fail(str(stop), FAILED, kind="")
    except BrokenPipeError:
        # The reader has gone (`| head`): nothing to say, and nothing more to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None
    except Exception as error:
        if debug:
            raise
        _fail(_told(error), exit_code(error))


def _told(error: Exception) -> str:
    if isinstance(error, LowerboundError):
        return str(error)
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__ or "can't allocate" in str(error):
        return (
            f"Out of memory ({_first_line(error)}). Try a smaller --batch-size, --set accumulate=4, or a smaller model."
        )
    return (
        f"{type(error).__name__}: {_first_line(error)}\nThis is not an error that lowerbound expected. Run the command "
        "again with --debug to see where it comes from, and please report it."
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0]


def _fail(message: str, code: int, kind: str = "Error: ") -> None:
    rank = os.environ.get("RANK", "0")
    typer.echo(("" if rank == "0" else f"[process {rank}] ") + kind + message, err=True)
    raise typer.Exit(code)


@contextmanager
def _warnings_as_notes(debug: bool) -> Iterator[None]:
    """Show warnings about the user's data as one line each, and others only on request."""

    def show(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
        typer.echo(
            f"Note: {message}" if issubclass(category, DataWarning) else f"{category.__name__}: {message}", err=True
        )

    with warnings.catch_warnings():
        warnings.simplefilter("default" if debug else "ignore")
        warnings.simplefilter("always", DataWarning)
        warnings.showwarning = show
        yield


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM stop a command as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
