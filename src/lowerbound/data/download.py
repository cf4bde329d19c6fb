"""Fetch a file once: resumed where it was cut off, verified, and put in place whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from lowerbound.errors import DownloadError

__all__ = ["Progress", "fetch"]

Progress = Callable[[int, int | None], None]
PIECE = 1 << 16
TIMEOUT = 30.0
ATTEMPTS = 3
FAILURES = (OSError, http.client.HTTPException)


def fetch(
    urls: str | Sequence[str],
    path: str | os.PathLike[str],
    *,
    checksum: str | None = None,
    size: int | None = None,
    progress: Progress | None = None,
    hint: str = "",
) -> Path:
    """Download the first of `urls` that answers to `path`, unless the file is there already.

    What has arrived stays in ``path + ".part"`` until the file is whole and verified, so that a later call goes on
    from there (HTTP Range) where the server can.

    Parameters
    ----------
    urls : str or sequence of str
        Homes of the same file, tried in order.
    path : path
        Where it goes; folders are made.
    checksum : str, optional
        ``"sha256:..."`` or ``"md5:..."``.
    size : int, optional
        Bytes there must be.
    progress : callable, optional
        Called with bytes done and bytes in all (or None).
    hint : str, optional
        What else the user can do, added to messages.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    DownloadError
        If no home answers, the file cannot be written, or size or checksum is wrong (the file is then removed).
    """
    path = Path(path)
    if path.exists():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(f"Cannot write to {path.parent}: {error.strerror}. {hint}".strip()) from error
    part = path.with_name(path.name + ".part")
    _download([urls] if isinstance(urls, str) else list(urls), part, progress, hint)
    _verify(part, path.name, checksum, size, hint)
    part.replace(path)
    return path


def _download(urls: list[str], part: Path, progress: Progress | None, hint: str) -> None:
    reasons = []
    for url in urls:
        for _ in range(ATTEMPTS):
            before = _size(part)
            try:
                _append(url, part, progress)
                return
            except FAILURES as error:
                reasons.append(f"{url}: {_reason(error)}")
                if _size(part) <= before:
                    break
    raise DownloadError(f"Cannot fetch {part.stem}. {'; '.join(dict.fromkeys(reasons))}. {hint}".strip())


def _append(url: str, part: Path, progress: Progress | None) -> None:
    """Fetch what is missing of `part`; a server that ignores Range sends the whole, which then replaces it."""
    have = _size(part)
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:
            error.close()
            return
        raise
    with response, open(part, "ab" if response.status == 206 else "wb") as file:
        _copy(response, file, progress)


def _copy(response: http.client.HTTPResponse, file: IO[bytes], progress: Progress | None) -> None:
    done = file.tell()
    length = response.headers.get("Content-Length")
    total = done + int(length) if length else None
    while piece := response.read(PIECE):
        file.write(piece)
        done += len(piece)
        if progress is not None:
            progress(done, total)
    if total is not None and done < total:
        raise http.client.IncompleteRead(b"", total - done)


def _verify(part: Path, name: str, checksum: str | None, size: int | None, hint: str) -> None:
    wrong = None
    if size is not None and _size(part) != size:
        wrong = f"{_size(part)} bytes instead of {size}"
    elif checksum is not None and (found := _digest(part, checksum.partition(":")[0])) != checksum:
        wrong = f"checksum {found} instead of {checksum}"
    if wrong:
        part.unlink()
        raise DownloadError(f"{name} came with {wrong}: it was removed. Try again. {hint}".strip())


def _digest(path: Path, algorithm: str) -> str:
    with open(path, "rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: BaseException) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "the connection was cut off"
    return str(getattr(error, "reason", None) or error)
