"""Writing rows: what stood is ended, what stands is new; the same content twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import engines, faults, locks, lookup, meanwhile, occupancy, rows, tables, views

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from parks.store.rows import Row
    from parks.store.writing import Act, Writing

PORTION = 10_000
"""Rows between two calls of `progress`."""


def put(
    writing: Writing,
    view: views.View,
    change: int,
    name: str,
    keys: Sequence[str],
    new: Sequence[Row],
    progress: Callable[[int, int], None] | None = None,
    *,
    stood: Mapping[str, Sequence[Row]] | None = None,
) -> None:
    """Let `new` be all that `view` holds of `keys` from now on.

    Parameters
    ----------
    writing, change
        The act under way and its number.
    view
        As whom: the record, or a scenario, which takes the keys over from the record.
    name
        The table.
    keys
        Keys written; one without a row in `new` is gone.
    new
        Rows with the columns `tables.stored`.
    progress
        Told how many of how many rows are written.
    stood
        Key → the rows of `keys` that the act saw and was decided on; None when it did not look.

    Raises
    ------
    InvalidData
        When a unit would be firmly held twice, the scenario is locked, or other rows stand there than the act saw.
    """
    locks.refuse(writing, view.scenario)
    if name == "leases":
        occupancy.refuse(writing, view, keys, new)
    own = _take_over(writing, view, change, name, keys) if view.scenario else set(keys)
    _end(writing, view, change, name, own, stood)
    connection, table = writing.connection, tables.DATA[name]
    names = [*tables.stored(name), "scenario", "tx_from"]
    kind = engines.kind(connection.dialect.name)
    for number, part in enumerate(rows.portions(new, PORTION)):
        kind.insert(connection, table, names, [(*row, view.scenario, change) for row in part])
        if progress is not None:
            progress(number * PORTION + len(part), len(new))


def _take_over(writing: Writing, view: views.View, change: int, name: str, keys: Sequence[str]) -> set[str]:
    """Take over from the record those of `keys` that the scenario has not; return the others."""
    own = views.takes(writing.connection, name, view, keys)
    fresh = sorted(set(keys) - own)
    if fresh:
        kind = engines.kind(writing.connection.dialect.name)
        columns = ("scenario", "table_name", "key", "tx_from")
        kind.insert(writing.connection, tables.taken, columns, [(view.scenario, name, key, change) for key in fresh])
    return own


def _end(
    writing: Writing,
    view: views.View,
    change: int,
    name: str,
    own: set[str],
    stood: Mapping[str, Sequence[Row]] | None,
) -> None:
    """End what stands of the keys `own`, those that the record or the scenario itself holds; nothing but what was seen.

    Writers take turns, so the count is a second bolt: it holds against one that does not.
    """
    if stood is not None and not stood:
        return  # all of it is new: should a row stand there all the same, the database refuses a second one
    table, ended = tables.DATA[name], 0
    current = sa.and_(table.c.scenario == view.scenario, table.c.tx_to.is_(None))
    for part in rows.portions(sorted(own)):
        old = table.c[schema.key(name)].in_(part)
        ended += writing.connection.execute(sa.update(table).where(current, old).values(tx_to=change)).rowcount
    if stood is not None and ended != sum(len(stood.get(key, ())) for key in own):
        t = writing.t
        message = t("Somebody wrote to these rows at the same moment. Nothing was changed.")
        raise InvalidData(
            [Issue(name, "", "", "", "changed", message, t("Look at the newest state and choose again."))]
        )


class Prepared(NamedTuple):
    """Rows of a table that say something new, and what they were compared with.

    Parameters
    ----------
    name
        The table.
    keys
        Those of which something new is said.
    new
        All that shall be held of them.
    stood
        Key → its rows as they stand; one that is not there has none.
    """

    name: str
    keys: list[str]
    new: list[Row]
    stood: dict[str, list[Row]]


def add(
    writing: Writing,
    name: str,
    frame: pd.DataFrame,
    act: Act,
    valid_from: str,
    progress: Callable[[int, int], None] | None,
) -> int | None:
    """Write the rows of `frame` by key as one change; return its number, None when nothing is new.

    Parameters
    ----------
    writing
        The act under way.
    name
        The table.
    frame
        Columns of the table; rows without a source get the act's.
    act
        Who, from which source, why, in which scenario.
    valid_from
        ISO day from which the rows are so, where the table has no days of its own.
    progress
        Told how many of how many rows are written.
    """
    view = writing.view(act.scenario)
    given = encoded(writing, name, frame)
    found = prepared(writing, view, name, given, act.source, lambda _: valid_from)
    return written(writing, view, [found], replace(act, data_day=act.data_day or data_day(name, given)), progress)


def encoded(writing: Writing, name: str, frame: pd.DataFrame) -> list[Row]:
    """Return the rows of `frame` as they are kept.

    Raises
    ------
    InvalidData
        With every row that cannot be kept.
    """
    typed = schema.typed(name, frame)
    wrong = faults.found(name, typed, writing.t)
    if wrong:
        raise InvalidData(wrong)
    return rows.encode(name, typed)


def prepared(
    writing: Writing,
    view: views.View,
    name: str,
    given: Sequence[Row],
    source: str,
    since: Callable[[Sequence[Row]], str],
) -> Prepared:
    """Return what of the rows `given` is new to `view`.

    Parameters
    ----------
    writing, view
        The act under way, as whom.
    name
        The table.
    given
        Rows with the schema's columns, one a key.
    source
        Source of the rows that bring none.
    since
        What is known of a key → ISO day from which its row is so, where the table has no days of its own.
    """
    known, said = _known(writing, view, name, given, since)
    names = list(schema.columns(name))
    at, told = names.index(schema.key(name)), names.index("source")
    found = Prepared(name, [], [], known)
    for row in given:
        if row[at] not in said:
            old = known.get(row[at], [])
            found.keys.append(row[at])
            found.new.extend(_turned(name, _sourced(row, old, told, source), old, since(old)))
    return found


def written(
    writing: Writing,
    view: views.View,
    parts: Sequence[Prepared],
    act: Act,
    progress: Callable[[int, int], None] | None,
) -> int | None:
    """Write what is new as one change; return its number, None when nothing is."""
    parts = [part for part in parts if part.keys]
    if not parts:
        return None
    if all(part.name in schema.ON_SCREEN for part in parts):
        act = replace(act, data_day=None)  # what is decided or drawn on a day does not say how things stood on it
    meanwhile.refuse(writing, view, keys={part.name: part.keys for part in parts})
    change = writing.record(act, sum(len(part.keys) for part in parts))
    for part in parts:
        put(writing, view, change, part.name, part.keys, part.new, progress, stood=part.stood)
    return change


def ended(name: str, old: Sequence[Row], day: str) -> list[Row]:
    """Return what is left of the rows of a key that ends on an ISO day: what was so before it."""
    since, until = (tables.stored(name).index(bound) for bound in ("valid_from", "valid_to"))
    return [(*row[:until], min(row[until], day), *row[until + 1 :]) for row in old if row[since] < day]


def _known(
    writing: Writing, view: views.View, name: str, given: Sequence[Row], since: Callable[[Sequence[Row]], str]
) -> tuple[dict[str, list[Row]], set[str]]:
    """Return key → the rows that are known of it, and the keys of which `given` says what is known from then on.

    Rows that say nothing new are not kept while the others are read: a file that comes again is nearly all of them.
    """
    names = list(schema.columns(name))
    at, told = names.index(schema.key(name)), names.index("source")
    mine = {row[at]: row for row in given}
    known: dict[str, list[Row]] = {}
    said = set()
    for old in lookup.stream(writing.connection, view, name, mine):
        row = mine[old[at]]
        if row[told] is None:
            row = (*row[:told], old[told], *row[told + 1 :])
        still = old[-1] == rows.OPEN and old[:-2] == row and old[-2] <= since((old,))
        if old == row if name in tables.DATED else still:
            said.add(old[at])
        else:
            known.setdefault(old[at], []).append(old)
    return lookup.in_order(name, known), said


def _sourced(row: Row, old: list[Row], at: int, source: str) -> Row:
    """Return `row` with a source: a row that brings none and says what is known keeps the source of what is known."""
    if row[at] is not None:
        return row
    kept = (*row[:at], old[-1][at], *row[at + 1 :]) if old else row
    return kept if old and kept == old[-1][: len(row)] else (*row[:at], source, *row[at + 1 :])


def _turned(name: str, row: Row, old: list[Row], day: str) -> list[Row]:
    """Return the rows of a key when `row` is so from `day` on and `old` before."""
    if name in tables.DATED:
        return [row]
    if not old:
        return [(*row, day, rows.OPEN)]
    before = ended(name, old, day)
    if before and before[-1][-1] == day and before[-1][:-2] == row:
        return [*before[:-1], (*before[-1][:-1], rows.OPEN)]
    return [*before, (*row, day, rows.OPEN)]


def data_day(name: str, given: Sequence[Row]) -> dt.date | None:
    """Return the newest source date that is a plain day, None when there is none."""
    at = list(schema.columns(name)).index("source_date")
    said = (rows.plain_day(text) for text in {row[at] for row in given})
    return max((day for day in said if day is not None), default=None)
