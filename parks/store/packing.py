"""All cells of a column in one value: a text cut by signs, or bytes of one width each; and apart again.

A cell that never becomes an object of Python's costs a third. What is taken out is counted against what the database
counts, so that a cell that looks like one of our signs is seen.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]
import sqlalchemy as sa

from parks.store import rows, tables

CUT, NONE = "\x1f", "\x1e"
"""What stands between two texts, and in place of one that is unknown."""


class Sent(NamedTuple):
    """How PostgreSQL sends cells of one type.

    Parameters
    ----------
    type
        Type in the store.
    function
        The server's function that gives the bytes of a cell.
    read
        How they are read as a number; a float as the one that its bits make.
    blank
        What stands in place of a cell that is unknown, in hex; for a float one of many NaN.
    """

    type: type[sa.types.TypeEngine[Any]]
    function: str
    read: str
    blank: str


SENT = {
    pa.int64(): Sent(sa.Integer, "int4send", ">i4", "80000000"),
    pa.float64(): Sent(sa.Double, "float8send", ">u8", "7ff8000000000001"),
    pa.bool_(): Sent(sa.Boolean, "boolsend", "u1", "02"),
    pa.date32(): Sent(sa.Date, "date_send", ">i4", "80000000"),
}
"""Type between store and frame → how PostgreSQL sends its cells."""
EPOCH = 10957
"""Day from which days are counted in bytes: 1 January 2000 [days after 1 January 1970]."""


class ClashError(Exception):
    """A cell of the table looks like one of our signs."""


def texts(column: sa.Column[Any], cell: Any = None) -> sa.ColumnElement[Any]:  # noqa: ANN401 - a text to the database
    """Return all cells of a column as one text, each as `cell` says it, or as it is."""
    cell = column if cell is None else cell
    return sa.func.aggregate_strings(sa.func.coalesce(cell, _sign(NONE)) if column.nullable else cell, _sign(CUT))


def sent(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return all cells of a column that is no text as bytes on PostgreSQL: shapes as their lengths, then all WKB."""
    nothing: Any = sa.literal_column("CAST('' AS bytea)")
    if isinstance(column.type, tables.Geometry):
        lengths = sa.func.int4send(sa.func.coalesce(sa.func.octet_length(column), sa.literal_column("-1")))
        shapes = sa.func.coalesce(sa.func.string_agg(column, nothing), nothing)
        return sa.func.string_agg(lengths, nothing).op("||")(shapes)
    way = next(way for way in SENT.values() if isinstance(column.type, way.type))
    cell: Any = getattr(sa.func, way.function)(column)
    if column.nullable:
        cell = sa.func.coalesce(cell, sa.literal_column(f"decode('{way.blank}', 'hex')"))
    return sa.func.string_agg(cell, nothing)


def _sign(sign: str) -> Any:  # noqa: ANN401 - a text to the database, though not one of Python's
    return sa.literal_column(f"'{sign}'")  # as a parameter it would be looked up for each cell


def apart(value: str | bytes, kind: pa.DataType, count: int, known: int) -> pa.Array:
    """Return the cells of a column.

    Parameters
    ----------
    value
        All of them: a text (`texts`), or bytes (`sent`).
    kind
        What they are to become: a type of `rows.ARROW`, or text.
    count, known
        How many there are, and how many of them are known.

    Raises
    ------
    ClashError
        One of them looks like a sign of ours.
    """
    if isinstance(value, str):
        return _cut(value, count, known).cast(kind)
    return _shapes(value, count) if pa.types.is_large_binary(kind) else _numbers(value, kind, count, known)


def _cut(text: str, count: int, known: int) -> pa.Array:
    cells = pc.split_pattern(pa.array([text], rows.TEXT), CUT).values
    if len(cells) == count > known:
        cells = pc.if_else(pc.equal(cells, NONE), None, cells)
    if len(cells) != count or count - cells.null_count != known:
        raise ClashError
    return cells


def _numbers(value: bytes, kind: pa.DataType, count: int, known: int) -> pa.Array:
    way = SENT[kind]
    cells = np.frombuffer(value, way.read)
    blank = cells == np.frombuffer(bytes.fromhex(way.blank), way.read) if known < count else None
    if blank is not None and np.count_nonzero(blank) != count - known:
        raise ClashError
    if pa.types.is_floating(kind):
        cells = cells.view(">f8").astype(float)
    elif pa.types.is_boolean(kind):
        cells = cells == 1
    else:
        cells = cells.astype(np.int64) + (EPOCH if pa.types.is_date(kind) else 0)
    made = pa.array(cells, mask=blank, from_pandas=False)  # a NaN is a number, whatever pandas says
    return made.cast(pa.int32()).cast(kind) if pa.types.is_date(kind) else made


def _shapes(value: bytes, count: int) -> pa.Array:
    lengths = np.frombuffer(value, ">i4", count)
    ends = np.concatenate([[0], np.cumsum(np.maximum(lengths, 0), dtype=np.int64)])
    _, known = pa.array(lengths >= 0).buffers()
    parts = [known, pa.py_buffer(ends), pa.py_buffer(value).slice(4 * count)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), count, parts)
