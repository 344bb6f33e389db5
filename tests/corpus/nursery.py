"""Reads workbooks each in a forked process that may be lost: as the airlock does, without its start of half a second.

Run by `Nursery`; a fork of a process that has loaded the reader costs a few milliseconds.
"""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
from typing import IO, TYPE_CHECKING, cast

from parks.intake.grids import airlock, safety

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY_BYTES = 1_000_000_000
SECONDS = 10


class Nursery:
    """Stands in for `airlock.messages`; what cannot be read has the same ends."""

    def __init__(self) -> None:
        """Start the process that forks."""
        self.process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self) -> None:
        """End it."""
        with self.process:
            cast("IO[bytes]", self.process.stdin).close()

    def messages(self, data: bytes, kind: str) -> Iterator[airlock.Piece]:
        """Return what a workbook says; see `airlock.messages`."""
        into, out = cast("IO[bytes]", self.process.stdin), cast("IO[bytes]", self.process.stdout)
        _put(into, kind.encode())
        _put(into, data)
        killed, answer = _get(out), _get(out)
        try:
            yield from airlock.heard(io.BytesIO(answer))
        except (EOFError, ValueError, TypeError) as fault:
            raise safety.Refused(safety.EXHAUSTED if killed else safety.DAMAGED) from fault


def _put(target: IO[bytes], body: bytes) -> None:
    target.write(len(body).to_bytes(8) + body)
    target.flush()


def _get(source: IO[bytes]) -> bytes:
    return source.read(int.from_bytes(source.read(8)))


def _forked(kind: str, data: bytes) -> tuple[bytes, bytes]:
    """Read one workbook in a fork; say whether it was killed, and what it wrote."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        os.close(here)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            with os.fdopen(there, "wb") as target:
                airlock.main(kind, io.BytesIO(data), target)
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as source:
        answer = source.read()
    _, status = os.waitpid(child, 0)
    return b"killed" if os.WIFSIGNALED(status) else b"", answer


def main() -> None:
    """Read workbook after workbook."""
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    while kind := _get(source).decode():
        for part in _forked(kind, _get(source)):
            _put(answers, part)


if __name__ == "__main__":
    main()
