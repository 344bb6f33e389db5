"""A table of the record read whole: each column comes as one text and is cut apart in memory.

A cell that never becomes an object of Python's costs a third. What is cut out is counted against what the database
counts, so that a cell that holds one of our signs is seen, and the table read plainly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from parks.store import rows, tables, views

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.sql.compiler import SQLCompiler

FEW = 2_000
"""Rows up to which a table is read plainly: the statements would take longer to make than the cells."""
PORTION = 50_000
"""Rows asked for at once."""
CUT, NONE = "\x1f", "\x1e"
"""What stands between two cells, and in place of one that is unknown."""
DECIMALS = 4
"""Decimals of a number that SQLite says exactly as text."""


class Spelt(FunctionElement[Any]):
    """A number as text from which the same number is read again; on SQLite only where `IsSpelt`."""

    inherit_cache = True


class IsSpelt(FunctionElement[Any]):
    """Whether a number is known, and has a text from which the same number is read again."""

    inherit_cache = True


@compiles(Spelt)
def _shortest(element: Spelt, compiler: SQLCompiler, **told: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"CAST({compiler.process(element.clauses, **told)} AS TEXT)"


@compiles(Spelt, "sqlite")
def _scaled(element: Spelt, compiler: SQLCompiler, **told: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    # Its own text has 15 digits, one or two short of some numbers.
    return f"CAST({compiler.process(element.clauses, **told)} * 1e{DECIMALS} + 0.5 AS INTEGER) || 'e-{DECIMALS}'"


@compiles(IsSpelt)
def _known(element: IsSpelt, compiler: SQLCompiler, **told: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"{compiler.process(element.clauses, **told)} IS NOT NULL"


@compiles(IsSpelt, "sqlite")
def _kept(element: IsSpelt, compiler: SQLCompiler, **told: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    number = compiler.process(element.clauses, **told)
    return f"CAST({number} * 1e{DECIMALS} + 0.5 AS INTEGER) / 1e{DECIMALS} = {number}"


class ClashError(Exception):
    """A text of the table holds one of our signs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a table is read how; a portion that shows it to be wrong is asked for again.

    Parameters
    ----------
    name
        The table.
    where
        The condition that a row is wanted.
    empty
        Columns in which nothing was known so far.
    plain
        Columns that come cell by cell: shapes, and numbers of which some had no exact text.
    """

    name: str
    where: sa.ColumnElement[bool]
    empty: set[str]
    plain: set[str]

    @property
    def cut(self) -> dict[str, pa.DataType]:
        """The columns that are cut out of texts, and what they are to become; the rows' numbers, if they are needed."""
        kinds = {field.name: field.type for field in rows.arrow(self.name)}
        return {name: kind for name, kind in kinds.items() if name not in self.empty | self.plain} | (
            {"row_id": pa.int64()} if self.plain - self.empty else {}
        )


def read(connection: sa.Connection, name: str, base: int, since: dt.date | None = None) -> pa.Table:
    """Return the rows of the record's table `name` that stood after the change `base`, in any order.

    Parameters
    ----------
    connection
        Where we look.
    name, base
        Table and change.
    since
        Only rows that end after this day; None is all.
    """
    table, types = tables.DATA[name], rows.arrow(name)
    where = sa.and_(table.c.scenario == "", views.believed(table, base, scanned=True))
    if since is not None:
        where = sa.and_(tables.Scanned(table.c.valid_to) > since, where)  # said first, most rows need no second look
    size = views.size(connection, name)
    if size > FEW:
        shapes = {field.name for field in types if pa.types.is_large_binary(field.type)}
        asked = Asked(name, where, {column for column in types.names if table.c[column].nullable}, shapes)
        try:
            _cut(connection, asked, sa.and_(where, table.c.row_id <= FEW))  # what is asked wrong is seen at little cost
            parts = [_portion(connection, asked, low) for low in range(1, size + 1, PORTION)]
            return pa.concat_tables([types.empty_table(), *parts], promote_options="default").select(types.names)
        except ClashError:
            pass
    names = tables.stored(name)
    wanted = sa.select(*tables.shown(table, names)).where(where)
    return rows.gathered(name, views.columns(connection, [wanted], len(names)))


def _portion(connection: sa.Connection, asked: Asked, low: int) -> pa.Table:
    """Return the rows numbered from `low` on, as many as are asked for at once, without the empty columns."""
    table, types = tables.DATA[asked.name], rows.arrow(asked.name)
    where = sa.and_(asked.where, table.c.row_id.between(low, low + PORTION - 1))
    cells = _cut(connection, asked, where)
    names = sorted(asked.plain - asked.empty)
    if not cells.num_rows or not names:
        return cells
    others = sa.select(*(table.c[name] for name in names)).where(where).order_by(table.c.row_id)
    cells = cells.take(pc.sort_indices(cells["row_id"])).drop_columns("row_id")
    for name, column in zip(names, views.columns(connection, [others], len(names)), strict=True):
        cells = cells.append_column(name, rows.typed(column, types.field(name).type))
    return cells


def _cut(connection: sa.Connection, asked: Asked, where: sa.ColumnElement[bool]) -> pa.Table:
    """Return the columns that can be cut out of texts, of the rows `where`."""
    table, kinds = tables.DATA[asked.name], asked.cut
    holed = [column.name for column in table.columns if column.nullable and column.name in tables.stored(asked.name)]
    numbers = [name for name, kind in kinds.items() if pa.types.is_floating(kind)]
    wanted = [_text(table.c[name]) for name in kinds]
    wanted += [sa.func.count(table.c[name]) for name in holed]
    wanted += [sa.func.count(sa.case((IsSpelt(table.c[name]), 1))) for name in numbers]
    count, *found = views.fetch(connection, [sa.select(sa.func.count(), *wanted).where(where)])[0]
    if not count:
        return pa.table({})
    known: dict[str, int] = dict(zip(holed, found[len(kinds) :], strict=False))
    exact = dict(zip(numbers, found[len(kinds) + len(holed) :], strict=True))
    filled = {name for name in asked.empty if known[name]}
    unspelt = {name for name in numbers if exact[name] < known.get(name, count)}
    if filled or unspelt:
        asked.empty.difference_update(filled)
        asked.plain.update(unspelt)
        return _cut(connection, asked, where)
    texts = zip(kinds.items(), found, strict=False)
    return pa.table({name: _cells(text, count, known.get(name, int(count))).cast(kind) for (name, kind), text in texts})


def _text(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return all cells of a column as one text."""
    text: Any = column
    if not isinstance(column.type, sa.Text):
        text = Spelt(column) if isinstance(column.type, sa.Double) else tables.AsText(column)
    if column.nullable:
        text = sa.func.coalesce(text, _sign(NONE))
    return sa.func.aggregate_strings(text, _sign(CUT))


def _sign(sign: str) -> Any:  # noqa: ANN401 - a text to the database, though not one of Python's
    return sa.literal_column(f"'{sign}'")  # as a parameter it would be looked up for each cell


def _cells(text: str, count: int, known: int) -> pa.Array:
    """Return the `count` cells of a text, so many of them `known`."""
    cells = pc.split_pattern(pa.array([text], rows.TEXT), CUT).values
    if len(cells) == count > known:
        cells = pc.if_else(pc.equal(cells, NONE), None, cells)
    if len(cells) != count or count - cells.null_count != known:
        raise ClashError
    return cells
