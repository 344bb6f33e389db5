"""A table of the record read whole: each column comes as one value a portion of rows, and is taken apart in memory."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]
import sqlalchemy as sa

from parks.store import engines, packing, rows, tables, views

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from parks.store.engines import Kind
    from parks.store.rows import Row

FEW = 2_000
"""Rows up to which a table is read plainly: the statements would take longer to make than the cells."""
SAMPLES, SAMPLE = 4, 500
"""How many rows in how many places are read first, so that what is asked wrong is seen at little cost."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a table is read how; a portion that shows it to be wrong is asked for again.

    Parameters
    ----------
    name
        The table.
    kind
        The room of the engine.
    where
        The condition that a row is wanted.
    empty
        Columns in which nothing was known so far.
    plain
        Columns that come cell by cell: what the engine does not pack, and numbers of which some had no exact text.
    made
        The questions as they were last asked, for the number of columns in both: to make one takes a millisecond.
    """

    name: str
    kind: Kind
    where: sa.ColumnElement[bool]
    empty: set[str]
    plain: set[str]
    made: dict[tuple[int, int], sa.Select[Any]] = field(default_factory=dict)

    @property
    def one_by_one(self) -> list[str]:
        """The columns that come cell by cell, and of which anything is known."""
        return sorted(self.plain - self.empty)

    def question(self, which: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Return the question for the rows `which`, if wanted.

        The answer is how many there are; of each column all cells, how many are known, and how many of these are said
        exactly (None: as many as there can be); and the rows' numbers, if they are needed.
        """
        state = len(self.empty), len(self.plain)  # the one only shrinks, the other only grows
        if state not in self.made:
            self.made[state] = self._question()
        return self.made[state].where(which)

    def _question(self) -> sa.Select[Any]:
        table = tables.DATA[self.name]
        wanted: list[Any] = [sa.func.count()]
        for column in map(table.c.__getitem__, tables.stored(self.name)):
            packed = None if column.name in self.empty | self.plain else self.kind.packed(column)
            exact = None if packed is None else self.kind.exact(column)
            wanted += [
                sa.null() if packed is None else packed,
                sa.func.count(column) if column.nullable else sa.null(),
                sa.null() if exact is None else sa.func.count(sa.case((exact, 1))),
            ]
        wanted.append(self.kind.packed(table.c.row_id) if self.one_by_one else sa.null())
        return sa.select(*(part.label(f"c{at}") for at, part in enumerate(wanted))).where(self.where)


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
    table = tables.DATA[name]
    where = sa.and_(table.c.scenario == "", views.believed(table, base, scanned=True))
    if since is not None:
        where = sa.and_(tables.Scanned(table.c.valid_to) > since, where)  # said first, most rows need no second look
    size = views.size(connection, name)
    if size > FEW:
        try:
            return _packed(connection, name, where, size)
        except packing.ClashError:
            pass
    names = tables.stored(name)
    wanted = sa.select(*tables.shown(table, names)).where(where)
    return rows.gathered(name, views.columns(connection, [wanted], len(names)))


def _packed(connection: sa.Connection, name: str, where: sa.ColumnElement[bool], size: int) -> pa.Table:
    """Return the rows `where`, numbered up to `size`, read portion by portion."""
    table, types, kind = tables.DATA[name], rows.arrow(name), engines.kind(connection.dialect.name)
    columns = [table.c[column] for column in types.names]
    empty = {column.name for column in columns if column.nullable}
    asked = Asked(name, kind, where, empty, {column.name for column in columns if kind.packed(column) is None})
    _portions(connection, asked, range(1, size + 1, -(-size // SAMPLES)), SAMPLE)
    parts = _portions(connection, asked, range(1, size + 1, kind.PORTION), kind.PORTION)
    return pa.concat_tables([types.empty_table(), *parts], promote_options="default").select(types.names)


def _portions(connection: sa.Connection, asked: Asked, lows: Sequence[int], size: int) -> list[pa.Table]:
    """Return the rows numbered from each of `lows` on, `size` of them; `asked` is put right on the way."""
    number = tables.DATA[asked.name].c.row_id
    found: dict[int, pa.Table] = {}
    while left := [low for low in lows if low not in found]:
        with closing(asked.kind.portions(connection, asked.question, number, left, size)) as answers:
            for low, answer in answers:
                cells = _answered(asked, answer)
                if cells is not None:
                    found[low] = _completed(connection, asked, number.between(low, low + size - 1), cells)
    return [found[low] for low in lows]


def _answered(asked: Asked, answer: Row) -> pa.Table | None:
    """Return the cells of an answer, without empty columns; None, and `asked` put right, when some were not asked."""
    count, *found = answer
    cells, is_whole = {}, True
    for at, column in enumerate(rows.arrow(asked.name) if count else ()):
        value, known, exact = found[3 * at : 3 * at + 3]
        known = count if known is None else known
        if known and (column.name in asked.empty or (value is None and column.name not in asked.plain)):
            asked.empty.discard(column.name)
            is_whole = False
        elif exact is not None and exact < known:
            asked.plain.add(column.name)
            is_whole = False
        elif known and value is not None:
            cells[column.name] = packing.apart(value, column.type, count, known)
    if is_whole and count and asked.one_by_one:
        cells["row_id"] = packing.apart(found[-1], pa.int64(), count, count)
    return pa.table(cells) if is_whole else None


def _completed(connection: sa.Connection, asked: Asked, which: sa.ColumnElement[bool], cells: pa.Table) -> pa.Table:
    """Return the cells of the rows `which` with those that come one by one."""
    table, types, names = tables.DATA[asked.name], rows.arrow(asked.name), asked.one_by_one
    if not cells.num_rows or not names:
        return cells
    others = sa.select(*(table.c[name] for name in names)).where(asked.where, which).order_by(table.c.row_id)
    cells = cells.take(pc.sort_indices(cells["row_id"])).drop_columns("row_id")
    for name, column in zip(names, views.columns(connection, [others], len(names)), strict=True):
        cells = cells.append_column(name, rows.typed(column, types.field(name).type))
    return cells
