"""The audit: who changed what, when and why, what stood before and what after; found by filter, told row by row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import sqlalchemy as sa

from parks import schema
from parks.store import differences, effects, history, rows, tables, telling, views

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parks.words import Translate

LIMIT = 200
TYPED: dict[str, Any] = {
    "id": "int64",
    "rows": "int64",
    "recorded_at": "datetime64[us]",
    "data_day": "datetime64[s]",
    "undoes": "Int64",
}
"""Column of a change → its type in a frame; every other one is text."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes are wanted; what is None does not matter.

    Parameters
    ----------
    limit
        Most of them, the newest; None is all.
    who, what
        By whom; the code of the act.
    scenario
        In which scenario; empty is the record.
    since, until
        First and last day on which they were recorded, on this machine's clock.
    text
        Part of the subject, the reason, the source or the name of who did it; capitals do not matter.
    before_id
        Only changes with a smaller number: the next page.
    """

    limit: int | None = LIMIT
    who: str | None = None
    what: str | None = None
    scenario: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    text: str | None = None
    before_id: int | None = None


def changes(connection: sa.Connection, asked: Asked) -> pd.DataFrame:
    """Return the changes asked for, newest first.

    Returns
    -------
    DataFrame
        The columns of `tables.change`, the number as `change_id`, times in UTC; and `undone`, whether each is taken
        back now.
    """
    return _frame(connection, _found(connection, asked))


def _found(connection: sa.Connection, asked: Asked) -> Sequence[sa.Row[Any]]:
    change = tables.change
    wanted = sa.select(change).where(*_conditions(asked)).order_by(change.c.id.desc()).limit(asked.limit)
    return connection.execute(wanted).all()


def _frame(connection: sa.Connection, found: Sequence[sa.Row[Any]]) -> pd.DataFrame:
    read = pd.DataFrame(list(found), columns=[column.name for column in tables.change.columns])
    read = read.astype({name: TYPED.get(name, "string") for name in read.columns})
    read["recorded_at"] = read["recorded_at"].dt.tz_localize("UTC")
    read["undone"] = read["id"].isin(sorted(_undone(connection, int(read["id"].min()) if len(read) else 0)))
    return read.rename(columns={"id": "change_id"})


def frame(connection: sa.Connection, asked: Asked, t: Translate) -> pd.DataFrame:
    """Return the changes asked for as in `changes`, and what stood `before` and `after` each, in a few words."""
    found = _found(connection, asked)
    read, told = _frame(connection, found), telling.told(connection, found, t)
    for at, name in enumerate(("before", "after")):
        read[name] = pd.array([told[number][at] for number in read["change_id"]], dtype="string")
    return read


def entries(connection: sa.Connection, numbers: Sequence[int]) -> pd.DataFrame:
    """Return every row that the changes wrote or ended, newest change first.

    Returns
    -------
    DataFrame
        ``change_id recorded_at who what scenario reason source``, then ``table key valid_from kind before after`` as
        in `differences.frame`, the last two as texts ``column: value; column: value``.
    """
    change = tables.change
    told = ("id", "recorded_at", "who", "what", "scenario", "reason", "source")
    parts = []
    for part in rows.portions(sorted({int(number) for number in numbers}, reverse=True)):
        named = sa.select(*(change.c[name] for name in told)).where(change.c.id.in_(part))
        found = {row[0]: tuple(row) for row in connection.execute(named)}
        did = effects.of(connection, found)
        lines = ((*found[number], *line) for number in sorted(did, reverse=True) for line in effects.lines(did[number]))
        parts += [(*line[:-2], *map(differences.text, line[-2:])) for line in lines]
    columns = [*told, *differences.COLUMNS]
    read = pd.DataFrame(parts, columns=columns, dtype="object")
    read = read.astype({name: TYPED.get(name, "string") for name in columns})
    read["recorded_at"] = read["recorded_at"].dt.tz_localize("UTC")
    return read.rename(columns={"id": "change_id"})


def between(connection: sa.Connection, since: int, until: int, scenario: str) -> pd.DataFrame:
    """Return each row touched by the changes after `since` up to `until`, with the last of them.

    Parameters
    ----------
    connection
        Where we look.
    since, until
        Two versions.
    scenario
        As seen in this scenario: its own rows, and those of the record between its bases then and then; empty is the
        record.

    Returns
    -------
    DataFrame
        ``table key change_id recorded_at who what reason source``, by table and key.
    """
    change = tables.change
    told = ("id", "recorded_at", "who", "what", "reason", "source")
    found = [
        (name, key, at) for name in tables.DATA for key, at in sorted(_last(connection, name, since, until, scenario))
    ]
    named: dict[int, Sequence[Any]] = {}
    for part in rows.portions(sorted({at for *_, at in found})):
        wanted = sa.select(*(change.c[name] for name in told)).where(change.c.id.in_(part))
        named |= {row[0]: row for row in connection.execute(wanted)}
    columns = ["table", "key", *told]
    read = pd.DataFrame([(name, key, *named[at]) for name, key, at in found], columns=columns, dtype="object")
    read = read.astype({name: TYPED.get(name, "string") for name in columns})
    read["recorded_at"] = read["recorded_at"].dt.tz_localize("UTC")
    return read.rename(columns={"id": "change_id"})


def _last(connection: sa.Connection, name: str, since: int, until: int, scenario: str) -> Iterable[tuple[str, int]]:
    """Return the keys of a table that were touched, each with the last change that did."""
    own = _touched(connection, name, since, until, scenario)
    if not scenario:
        return own.items()
    held, taken = tables.scenario, tables.taken
    for number in (taken.c.tx_from, taken.c.tx_to):
        masks = sa.select(taken.c.key, sa.func.max(number)).where(
            taken.c.scenario == scenario, taken.c.table_name == name, number > since, number <= until
        )
        for key, at in connection.execute(masks.group_by(taken.c.key)):
            own[key] = max(at, own.get(key, 0))
    first, last = (
        connection.execute(
            sa.select(held.c.base).where(held.c.name == scenario, views.believed(held, known))
        ).scalar_one_or_none()
        for known in (since, until)
    )
    if first is None or last is None:
        return own.items()
    hidden = views.takes(connection, name, views.View(scenario, until, last))
    record = _touched(connection, name, first, last, "")
    return ({key: at for key, at in record.items() if key not in hidden} | own).items()


def _touched(connection: sa.Connection, name: str, since: int, until: int, scenario: str) -> dict[str, int]:
    table = tables.DATA[name]
    key = table.c[schema.key(name)]
    found: dict[str, int] = {}
    for number in (table.c.tx_from, table.c.tx_to):
        wanted = sa.select(key, sa.func.max(number)).where(
            table.c.scenario == scenario, number > since, number <= until
        )
        for which, at in connection.execute(wanted.group_by(key)):
            found[which] = max(at, found.get(which, 0))
    return found


def _conditions(asked: Asked) -> list[sa.ColumnElement[bool]]:
    change = tables.change
    told = (change.c.subject, change.c.reason, change.c.source, change.c.who)
    found = [
        change.c[name] == cell for name in ("who", "what", "scenario") if (cell := getattr(asked, name)) is not None
    ]
    if asked.since is not None:
        found.append(change.c.recorded_at >= history.midnight(asked.since))
    if asked.until is not None:
        found.append(change.c.recorded_at < history.midnight(asked.until + dt.timedelta(days=1)))
    if asked.text is not None:
        found.append(sa.or_(*(column.icontains(asked.text, autoescape=True) for column in told)))
    if asked.before_id is not None:
        found.append(change.c.id < asked.before_id)
    return found


def _undone(connection: sa.Connection, since: int) -> set[int]:
    """Return which changes from `since` on are taken back now: an undo that was itself undone takes nothing back."""
    change = tables.change
    pairs = sa.select(change.c.id, change.c.undoes).where(change.c.undoes >= since).order_by(change.c.id.desc())
    undone: set[int] = set()
    for number, earlier in connection.execute(pairs):
        if number not in undone:
            undone.add(earlier)
    return undone
