"""What changes did, in a few words: row by row where there are few, else how many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from parks import schema
from parks.store import differences, effects, rows, tables
from parks.store.differences import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from parks.store.differences import Line
    from parks.store.effects import Effect, Spot
    from parks.words import Translate

FEW = 5
"""Most rows of a change that are told one by one."""


def told(connection: sa.Connection, changes: Sequence[sa.Row[Any]], t: Translate) -> dict[int, tuple[str, str]]:
    """Return what stood before and after each change, in a few words.

    Parameters
    ----------
    connection
        Where we look.
    changes
        Rows of `tables.change`.
    t
        Says it in the reader's language.

    Returns
    -------
    dict
        Number → before, after: at most `FEW` rows one by one, of more of them how many are new, changed and gone.
    """
    many = {row.id: row for row in changes if row.rows > FEW and not row.scenario}
    did = effects.of(connection, [row.id for row in changes if row.id not in many])
    said = {}
    for number, places in did.items():
        found = effects.lines(places)
        beside = [line for line in found if line.table in effects.BESIDE]
        said[number] = joined(found, t) if len(found) <= FEW else joined(beside, t, counted(*_counts(places), t))
    for number, counts in _totals(connection, many):
        said[number] = joined((), t, counted(*counts, t))
    return {row.id: said.get(row.id, (NOTHING, NOTHING)) for row in changes}


def _counts(places: Mapping[Spot, Effect]) -> tuple[int, int, int]:
    """Return how many keys of the data are new, changed and gone."""
    sides = [effect for spot, effect in places.items() if spot.table in tables.DATA]
    new = sum(len(effect.after.keys() - effect.before.keys()) for effect in sides)
    gone = sum(len(effect.before.keys() - effect.after.keys()) for effect in sides)
    return new, sum(len(effect.ids()) for effect in sides) - new - gone, gone


def _totals(
    connection: sa.Connection, changes: Mapping[int, sa.Row[Any]]
) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """Yield the same of changes of the record, counted in the database: they tell how many keys they wrote."""
    ended, written = (dict.fromkeys(changes, 0) for _ in range(2))
    adding = {number for number, row in changes.items() if row.what == "add"}  # takes nothing away
    for part in rows.portions(sorted(changes)):
        for table in tables.DATA.values():
            keys = sa.func.count(table.c[schema.key(table.name)].distinct())
            for side, found, wanted in (
                (table.c.tx_to, ended, part),
                (table.c.tx_from, written, [at for at in part if at not in adding]),
            ):
                asked = sa.select(side, keys).where(side.in_(wanted)).group_by(side)
                for at, count in connection.execute(asked):
                    found[at] += count
    for number, row in changes.items():
        after = row.rows if number in adding else written[number]
        yield number, (row.rows - ended[number], after + ended[number] - row.rows, row.rows - after)


def joined(found: Iterable[Line], t: Translate, more: str = "") -> tuple[str, str]:
    """Return lines as two texts, before and after; `more` is said after them."""
    sides = [differences.brief(line, t) for line in found]
    before, after = ([side[at] for side in sides if side[at] != NOTHING] for at in (0, 1))
    return "; ".join(before) or NOTHING, "; ".join([*after, *([more] if more else [])]) or NOTHING


def counted(new: int, changed: int, gone: int, t: Translate) -> str:
    """Return counts of rows as a text."""
    named = (
        (new, t("{count} new", count=f"{new:,}")),
        (changed, t("{count} changed", count=f"{changed:,}")),
        (gone, t("{count} gone", count=f"{gone:,}")),
    )
    parts = ", ".join(said for count, said in named if count)
    return t("{count} rows: {parts}", count=f"{new + changed + gone:,}", parts=parts)
