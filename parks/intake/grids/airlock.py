"""Opens workbooks in a process of its own: whatever is wrong with one, the application goes on.

The fast reader keeps a sheet as one block, so that two cells far apart, or a wrong number in a damaged file, may ask
for all memory, and a machine without memory ends the process. Here that process is a small one with limits.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import marshal
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import python_calamine as calamine

from parks.intake.grids import biff, packages, safety

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parks.intake.values.parsed import Raw

MEMORY_BYTES = 3_000_000_000
"""Most memory that a workbook may take while it is read [bytes of addresses]. `safety.CELLS` take about half of it."""
SECONDS = 300
"""Most time that a workbook may take [CPU seconds]. A hundred thousand rows of twenty columns take 3."""
CHUNK = 2_000
"""Rows that are handed over at once."""
TIMES = frozenset([dt.date, dt.datetime, dt.time])
"""Types of cells that are handed over as texts."""
Piece = tuple[str, Any]
Coded = list[tuple[list[Any], dict[str, list[int]]]]


def messages(data: bytes, kind: str) -> Iterator[Piece]:
    """Return what a workbook says, piece by piece, from a process that can be lost.

    Parameters
    ----------
    data
        The whole file; `safety.kind` has looked at it.
    kind
        ``xlsx``, ``xlsb``, ``xls`` or ``ods``.

    Yields
    ------
    tuple
        ``("told", (kind, fields))`` what the user should know; for each sheet ``("sheet", (name, hidden, merged))``,
        then ``("rows", [[cell, …], …])`` as often as needed.

    Raises
    ------
    Refused
        `safety.EXHAUSTED` when the process ran out of memory or time, `safety.DAMAGED` when it broke down otherwise;
        or what `pieces` refuses.
    """
    folder = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", __name__, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    ) as child:
        try:
            yield from _received(child, data)
        finally:
            child.kill()


def _received(child: subprocess.Popen[bytes], data: bytes) -> Iterator[Piece]:
    try:
        with cast("IO[bytes]", child.stdin) as into:
            into.write(data)
        yield from heard(cast("IO[bytes]", child.stdout))
    except (EOFError, ValueError, TypeError, BrokenPipeError) as fault:
        # Killed by a signal: out of memory or of time. An exit is a fault in the reader.
        raise safety.Refused(safety.EXHAUSTED if child.wait() < 0 else safety.DAMAGED) from fault


def heard(source: IO[bytes]) -> Iterator[Piece]:
    """Return the pieces that `main` wrote, up to the last.

    Raises
    ------
    Refused
        When that is what was written.
    EOFError
        When it breaks off, or is something else.
    """
    while True:
        size = int.from_bytes(source.read(8))
        if size > MEMORY_BYTES:
            raise EOFError  # this is something else
        kind, said = marshal.loads(source.read(size))  # noqa: S302 - our own process wrote it; it runs nothing
        if kind == "refused":
            raise safety.Refused(said[0], **said[1])
        if kind == "end":
            return
        yield kind, _rows(said) if kind == "rows" else said


def pieces(data: bytes, kind: str) -> Iterator[Piece]:
    """Return what a workbook says, piece by piece, as it is handed over: rows as `_coded` columns.

    Raises
    ------
    Refused
        What it must not, or cannot, be used for.
    """
    marks: tuple[biff.Marks, ...] = ()
    merged: dict[str, packages.Merged] = {}
    told: list[tuple[str, dict[str, Any]]] = []
    if kind == "xls":
        old = biff.old(data)
        marks = old.marks
        told += [(name, {}) for name, holds in (("links", old.links), ("macros", old.macros)) if holds]
    else:
        data, found, merged = packages.checked(data, kind)
        told += found
    yield from (("told", each) for each in told)
    book = calamine.load_workbook(io.BytesIO(data))
    for place, about in enumerate(book.sheets_metadata):
        if about.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_index(place)
        last = sheet.end
        if last and (last[0] + 1) * (last[1] + 1) > safety.CELLS:
            raise safety.Refused(safety.GIANT, sheet=about.name, cell=safety.cell(last[0] + 1, last[1] + 1))
        ranges = sheet.merged_cell_ranges
        spans = tuple((*start, *end) for start, end in ranges) if ranges else merged.get(about.name, ())
        yield "sheet", (about.name, about.visible is not calamine.SheetVisibleEnum.Visible, spans)
        yield from _chunks(sheet, marks[place] if place < len(marks) else {})


def _chunks(sheet: calamine.CalamineSheet, marks: biff.Marks) -> Iterator[Piece]:
    rows = sheet.iter_rows() if sheet.end else iter(())
    at = 0
    while chunk := list(islice(rows, CHUNK)):
        for row, cells in marks.items():
            if at <= row < at + len(chunk):
                for column, text in cells.items():
                    chunk[row - at][column] = text  # the reader has an empty cell there
        yield "rows", [_coded(column) for column in zip(*chunk, strict=True)]
        at += len(chunk)


def _coded(column: Sequence[Any]) -> tuple[list[Any], dict[str, list[int]]]:
    """Return a column's cells with days and times as texts, and where those stand; what is empty is None."""
    kinds = set(map(type, column))
    cells: list[Any] = [None if cell == "" else cell for cell in column] if str in kinds else list(column)
    if dt.timedelta in kinds:
        cells = [_clock(cell) if isinstance(cell, dt.timedelta) else cell for cell in cells]
    where = {kind.__name__: [at for at, cell in enumerate(cells) if type(cell) is kind] for kind in kinds & TIMES}
    for places in where.values():
        for at in places:
            cells[at] = cells[at].isoformat()
    return cells, where


def _rows(columns: Coded) -> list[list[Raw]]:
    """Return the rows that were handed over as columns."""
    for cells, where in columns:
        for kind, places in where.items():
            made = getattr(dt, kind).fromisoformat
            for at in places:
                cells[at] = made(cells[at])
    return list(map(list, zip(*(cells for cells, _ in columns), strict=True)))


def _clock(span: dt.timedelta) -> str:
    """Return a span of time as a spreadsheet shows it, hours beyond 24 among them."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def limit() -> None:
    """Take no more memory and time than a ledger needs. Where the system knows no such limits, there are none."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(kind: str, source: IO[bytes], target: IO[bytes]) -> None:
    """Read the workbook that comes from `source`, write its pieces to `target`."""

    def say(kind: str, said: object) -> None:
        packed = marshal.dumps((kind, said))  # type: ignore[arg-type]
        target.write(len(packed).to_bytes(8))
        target.write(packed)

    try:
        for piece in pieces(source.read(), kind):
            say(*piece)
        say("end", None)
    except safety.Refused as refused:
        say("refused", (refused.kind, refused.fields))
    except MemoryError:
        say("refused", (safety.EXHAUSTED, {}))


if __name__ == "__main__":
    gc.disable()  # cells make no circles; looking for them takes as long as reading
    limit()
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)  # what anybody prints must not get into it
        main(sys.argv[1], sys.stdin.buffer, answer)
