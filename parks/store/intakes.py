"""Taking in a file: all its tables as one change, what became of its lines, and what its headings mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData
from parks.store import engines, entries, history, lookup, occupancy, rows, tables, views

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from parks.issues import Issue
    from parks.store.rows import Row
    from parks.store.writing import Act, Writing

SHOWN = ("change", "recorded_at", "who", "file", "part", "table_name", *tables.COUNTS, "source", "digest")


@dataclass(frozen=True, slots=True)
class Intake:
    """One table of a file as it goes into the record, or into a scenario.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    frame
        Whole rows to write, with the columns of the table; a row without a source gets the act's.
    part
        Sheet or layer that it comes from.
    counts
        What became of its lines: every one of `tables.COUNTS`.
    ended
        Keys that the file leaves out though it is said to be complete.
    headings
        Heading → our column ("" for none of ours), as a person has confirmed it.
    """

    table: str
    frame: pd.DataFrame
    part: str
    counts: Mapping[str, int]
    ended: Sequence[str] = ()
    headings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class File:
    """What was brought.

    Parameters
    ----------
    name
        Its name without the folder.
    digest
        SHA-256 of its bytes, in hex.
    family
        Under what its headings are remembered: who brings it, without days.
    """

    name: str
    digest: str
    family: str


def take_in(
    writing: Writing,
    parts: Sequence[Intake],
    file: File,
    act: Act,
    since: str,
    progress: Callable[[int, int], None] | None = None,
) -> int | None:
    """Write the tables of a file as one change, parents first; return its number, None when nothing is new.

    Parameters
    ----------
    writing, act
        The act under way, and how the history tells it.
    parts, file
        What was brought.
    since
        ISO day from which what the file changes or ends is so; what is new has always been so.
    progress
        Told how many of how many rows of a table are written.

    Raises
    ------
    InvalidData
        With every row that cannot be kept, and every lease of a unit that is held. Then nothing is written.
    """
    view = writing.view(act.scenario)
    ready = [_prepared(writing, view, name, parts, act.source, since) for name in schema.TABLES]
    change = entries.written(writing, view, ready, act, progress)
    if change is not None:
        _receipts(writing, change, parts, file)
        _remember(writing, change, parts, file.family)
    return change


def _prepared(
    writing: Writing, view: views.View, name: str, parts: Sequence[Intake], source: str, since: str
) -> entries.Prepared:
    """Return what all parts of one table say: together, since one may free what another lets anew."""
    those = [part for part in parts if part.table == name]
    given = [row for part in those for row in entries.encoded(writing, name, part.frame)]
    found = entries.prepared(writing, view, name, given, source, lambda old: since if old else rows.ALWAYS)
    out = [key for part in those for key in part.ended]
    gone = lookup.rows_of(writing.connection, view, name, out) if out else {}
    left = {key: entries.ended(name, old, since) for key, old in gone.items()}
    keys = [key for key, old in gone.items() if left[key] != old]
    new = [row for key in keys for row in left[key]]
    return entries.Prepared(name, found.keys + keys, found.new + new, found.stood | gone)


def refused(writing: Writing, frame: pd.DataFrame, scenario: str) -> tuple[Issue, ...]:
    """Return why leases could not be written: who holds their units on the same days."""
    given = entries.encoded(writing, "leases", frame)
    try:
        occupancy.refuse(writing, writing.view(scenario), list(frame["lease_id"]), given)
    except InvalidData as fault:
        return fault.issues
    return ()


def _receipts(writing: Writing, change: int, parts: Sequence[Intake], file: File) -> None:
    names = ("change", "file", "digest", "part", "table_name", *tables.COUNTS)
    lines: list[Row] = [
        (change, file.name, file.digest, part.part, part.table, *(part.counts[name] for name in tables.COUNTS))
        for part in parts
    ]
    engines.kind(writing.connection.dialect.name).insert(writing.connection, tables.receipt, names, lines)


def _remember(writing: Writing, change: int, parts: Sequence[Intake], family: str) -> None:
    """Keep what the headings of a source mean, where it is not known yet or meant otherwise now."""
    held, fresh = tables.heading, []
    for part in parts:
        known = remembered(writing.connection, family, part.table)
        moved = {said: column for said, column in part.headings.items() if known.get(said) != column}
        for portion in rows.portions(sorted(moved.keys() & known.keys())):
            those = sa.and_(held.c.source == family, held.c.table_name == part.table, held.c.heading.in_(portion))
            writing.connection.execute(sa.update(held).where(those, held.c.tx_to.is_(None)).values(tx_to=change))
        fresh += [(family, part.table, said, column, change) for said, column in sorted(moved.items())]
    if fresh:
        names = ("source", "table_name", "heading", "column_name", "tx_from")
        engines.kind(writing.connection.dialect.name).insert(writing.connection, held, names, fresh)


def remembered(connection: sa.Connection, family: str, table: str) -> dict[str, str]:
    """Return heading → our column ("" for none of ours), as confirmed for a source before."""
    held = tables.heading
    found = sa.select(held.c.heading, held.c.column_name).where(
        held.c.source == family, held.c.table_name == table, held.c.tx_to.is_(None)
    )
    return {row.heading: row.column_name for row in connection.execute(found)}


def receipts(connection: sa.Connection, digest: str | None = None) -> pd.DataFrame:
    """Return what imports have brought, the newest first, one row a table of a file.

    Parameters
    ----------
    connection
        Where we look.
    digest
        Only of files with this SHA-256; None is all.

    Returns
    -------
    DataFrame
        Columns `SHOWN`, recorded_at in UTC; and `undone`, whether the import is taken back now.
    """
    held, change = tables.receipt, tables.change
    found = (
        sa.select(*(change.c[name] if name in {"recorded_at", "who", "source"} else held.c[name] for name in SHOWN))
        .join(change, change.c.id == held.c.change)
        .order_by(held.c.row_id.desc())
    )
    if digest is not None:
        found = found.where(held.c.digest == digest)
    read = pd.DataFrame(views.fetch(connection, [found]), columns=list(SHOWN))
    undone = {int(number): history.standing(connection, int(number))[1] for number in set(read["change"])}
    return read.assign(undone=[undone[int(number)] for number in read["change"]])
