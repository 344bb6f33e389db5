"""What changes did: the rows of every table before and after each of them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from parks import schema
from parks.store import differences, rows, tables, views

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from parks.store.differences import Line
    from parks.store.rows import Row

BESIDE = {"scenario": tables.scenario, "right_given": tables.right}
"""Tables beside the data that acts write too."""


class Spot(NamedTuple):
    """Whose rows of a table: the record's (no scenario), or a scenario's."""

    table: str
    scenario: str


class Effect(NamedTuple):
    """What a change did to keys of a table: key → its rows before and after it, in order of time."""

    before: dict[str, list[Row]]
    after: dict[str, list[Row]]

    def ids(self) -> list[str]:
        """Return the keys, sorted."""
        return sorted(self.before.keys() | self.after.keys())


Effects = dict[int, dict[Spot, Effect]]
"""Change → where it wrote → what it did there. A change that touched no row is not in it."""


def of(connection: sa.Connection, changes: Iterable[int], only: Mapping[str, Collection[str]] | None = None) -> Effects:
    """Return what `changes` did, as it was seen by those who did it.

    Parameters
    ----------
    connection
        Where we look.
    changes
        Their numbers.
    only
        Table → keys that are asked about; None is everything, the tables beside the data too.

    Returns
    -------
    Effects
        A scenario that takes a key over has the record's rows of it before, one that gives it up has them after.
        Rows have the columns `differences.columns`.
    """
    made: Effects = {}
    names = [*tables.DATA, *BESIDE] if only is None else [name for name in tables.DATA if only.get(name)]
    for part in rows.portions(sorted(set(changes))):
        found = chain(
            chain.from_iterable(_written(connection, name, part, only) for name in names),
            _uncovered(connection, part, only),
        )
        for number, spot, side, key, row in found:
            effect = made.setdefault(number, {}).setdefault(spot, Effect({}, {}))
            effect[side].setdefault(key, []).append(row)
    for spot, effect in chain.from_iterable(places.items() for places in made.values()):
        if spot.table in tables.DATA and spot.table not in tables.DATED:
            for held in chain(effect.before.values(), effect.after.values()):
                held.sort(key=lambda row: str(row[-2]))
    return made


_Found = tuple[int, Spot, int, str, "Row"]
"""Change, where, side (0 before, 1 after), key, row."""


def _shown(name: str) -> list[sa.ColumnElement[Any]]:
    """Return the key of a table, and the columns of a row of it."""
    if name in BESIDE:
        table, own = BESIDE[name], differences.BESIDE[name]
        return [table.c[own[0]], *tables.shown(table, own)]
    table = tables.DATA[name]
    return [table.c[schema.key(name)], *tables.shown(table, tables.stored(name))]


def _written(
    connection: sa.Connection,
    name: str,
    changes: Sequence[int],
    only: Mapping[str, Collection[str]] | None,
) -> Iterator[_Found]:
    """Yield the rows that `changes` ended and wrote."""
    key, *shown = _shown(name)
    table = tables.DATA[name] if name in tables.DATA else BESIDE[name]
    whose = table.c.scenario if name in tables.DATA else sa.literal("")
    for side, number in enumerate((table.c.tx_to, table.c.tx_from)):
        found = sa.select(number, whose, key, *shown).where(number.in_(changes))
        asked = [found] if only is None else [found.where(key.in_(part)) for part in rows.portions(sorted(only[name]))]
        for at, scenario, which, *row in views.fetch(connection, asked):
            yield at, Spot(name, scenario), side, which, tuple(row)


def _uncovered(
    connection: sa.Connection, changes: Sequence[int], only: Mapping[str, Collection[str]] | None
) -> Iterator[_Found]:
    """Yield the record's rows that a scenario saw before it took their keys over, or sees since it gave them up."""
    taken = tables.taken
    masks: dict[str, list[tuple[int, str, int, str]]] = {}
    for side, number in enumerate((taken.c.tx_from, taken.c.tx_to)):
        found = sa.select(number, taken.c.scenario, taken.c.table_name, taken.c.key).where(number.in_(changes))
        for at, scenario, name, key in connection.execute(found):
            if only is None or key in only.get(name, ()):
                masks.setdefault(name, []).append((at, scenario, side, key))
    bases = _bases(connection) if masks else {}
    for name, held in masks.items():
        record = _record(connection, name, {key for *_, key in held})
        for at, scenario, side, key in held:
            base = _standing(bases.get(scenario, ()), at - 1 + side)
            for row in () if base is None else _believed(record.get(key, ()), base):
                yield at, Spot(name, scenario), side, key, row


_Dated = tuple["Any", int, "int | None"]
"""Anything, with the changes that wrote and ended it."""


def _bases(connection: sa.Connection) -> dict[str, list[_Dated]]:
    """Return scenario → the bases that it has had."""
    held = tables.scenario
    found: dict[str, list[_Dated]] = {}
    for name, base, begun, ended in connection.execute(
        sa.select(held.c.name, held.c.base, held.c.tx_from, held.c.tx_to)
    ):
        found.setdefault(name, []).append((base, begun, ended))
    return found


def _record(connection: sa.Connection, name: str, keys: Iterable[str]) -> dict[str, list[_Dated]]:
    """Return key → every row that the record has ever held of it."""
    key, *shown = _shown(name)
    table = tables.DATA[name]
    wanted = sa.select(key, table.c.tx_from, table.c.tx_to, *shown).where(table.c.scenario == "")
    asked = [wanted.where(key.in_(part)) for part in rows.portions(sorted(keys))]
    found: dict[str, list[_Dated]] = {}
    for which, begun, ended, *row in views.fetch(connection, asked):
        found.setdefault(which, []).append((tuple(row), begun, ended))
    return found


def _believed(held: Iterable[_Dated], known: int) -> list[Any]:
    return [one for one, begun, ended in held if begun <= known and (ended is None or ended > known)]


def _standing(held: Iterable[_Dated], known: int) -> int | None:
    return next(iter(_believed(held, known)), None)


def lines(places: Mapping[Spot, Effect]) -> list[Line]:
    """Return what one change did row by row, in the order of the schema."""
    ordered = sorted(places.items(), key=lambda place: (differences.ORDER[place[0].table], place[0].scenario))
    return [line for spot, effect in ordered for line in differences.lines(spot.table, effect.before, effect.after)]
