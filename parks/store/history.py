"""Who changed what, when and why; taking an act back, and doing it again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import sqlalchemy as sa

from parks.issues import InvalidData, Issue
from parks.store import entries, tables, views
from parks.store.writing import Act

if TYPE_CHECKING:
    from parks.store.writing import Writing

ACTS = ("place", "allocate", "move", "release")
"""What a planner does to leases, and can take back."""


def _refused(message: str, mend: str, kind: str) -> InvalidData:
    return InvalidData([Issue("leases", "", "", "", kind, message, mend)])


def subject(*lists: list[str]) -> str:
    """Return tenants and units as the history names them: at most three of each, then how many more."""
    return " → ".join(
        ", ".join(ids[:3]) + (f" +{len(ids) - 3}" if len(ids) > 3 else "")  # noqa: PLR2004 - as said above
        for ids in lists
        if ids
    )


def undoable(connection: sa.Connection, who: str, scenario: str) -> int | None:
    """Return the last act of `who` in `scenario` that still counts, None when there is none."""
    return _newest(connection, who, scenario, (*ACTS, "redo"))


def redoable(connection: sa.Connection, who: str, scenario: str) -> int | None:
    """Return the last undo of `who` in `scenario` that still counts and that no newer act has overtaken."""
    undone = _newest(connection, who, scenario, ("undo",))
    change = tables.change
    newer = sa.select(sa.func.max(change.c.id)).where(
        change.c.who == who, change.c.scenario == scenario, change.c.what.in_(ACTS)
    )
    overtaken = connection.execute(newer).scalar_one() or 0
    return undone if undone is not None and undone > overtaken else None


def _newest(connection: sa.Connection, who: str, scenario: str, what: tuple[str, ...]) -> int | None:
    change, later = tables.change, tables.change.alias("later")
    begun = sa.select(sa.func.coalesce(sa.func.max(tables.scenario.c.tx_from), 0)).where(
        tables.scenario.c.name == scenario
    )
    found = sa.select(sa.func.max(change.c.id)).where(
        change.c.who == who,
        change.c.scenario == scenario,
        change.c.what.in_(what),
        change.c.id > connection.execute(begun).scalar_one(),  # not of a dropped scenario of the same name
        ~sa.exists().where(later.c.undoes == change.c.id),
    )
    newest: int | None = connection.execute(found).scalar_one()
    return newest


def undo(writing: Writing, who: str, scenario: str) -> int:
    """Take back the last act of `who` in `scenario`; return the number of the change that does it.

    Raises
    ------
    InvalidData
        When there is nothing to take back, or somebody has built on it since.
    """
    view, t = writing.view(scenario), writing.t
    last = undoable(writing.connection, who, scenario)
    if last is None:
        raise _refused(t("There is no act of yours to take back here."), t("Nothing is needed."), "nothing_to_undo")
    return _reverse(writing, view, last, Act(who, "undo", scenario=scenario, undoes=last))


def redo(writing: Writing, who: str, scenario: str) -> int:
    """Do again what `who` last took back in `scenario`; return the number of the change that does it.

    Raises
    ------
    InvalidData
        When there is nothing to do again, or somebody has built on it since.
    """
    view, t = writing.view(scenario), writing.t
    last = redoable(writing.connection, who, scenario)
    if last is None:
        raise _refused(t("There is nothing that you took back here."), t("Nothing is needed."), "nothing_to_redo")
    return _reverse(writing, view, last, Act(who, "redo", scenario=scenario, undoes=last))


def _reverse(writing: Writing, view: views.View, number: int, act: Act) -> int:
    """Write the leases that `number` touched as they stood before it, if they still stand as it left them."""
    connection = writing.connection
    keys = touched(connection, act.scenario, number)
    before, after = (
        views.rows_of(connection, views.of(connection, act.scenario, known, writing.t), "leases", keys)
        for known in (number - 1, number)
    )
    now = views.rows_of(connection, view, "leases", keys)
    moved = sorted(key for key in keys if now.get(key) != after.get(key))
    if moved:
        raise _built_on(writing, act.scenario, moved, number)
    said = connection.execute(sa.select(tables.change.c.subject).where(tables.change.c.id == number)).scalar_one()
    change = writing.record(Act(act.who, act.what, said, scenario=act.scenario, undoes=number), len(keys))
    entries.put(writing, view, change, "leases", keys, [row for key in sorted(before) for row in before[key]])
    return change


def touched(connection: sa.Connection, scenario: str, number: int) -> list[str]:
    """Return the leases of `scenario` that the change wrote, ended or took over."""
    leases, taken = tables.DATA["leases"], tables.taken
    found = sa.union(
        sa.select(leases.c.lease_id).where(
            leases.c.scenario == scenario, sa.or_(leases.c.tx_from == number, leases.c.tx_to == number)
        ),
        sa.select(taken.c.key).where(
            taken.c.scenario == scenario, taken.c.table_name == "leases", taken.c.tx_from == number
        ),
    )
    return sorted(connection.execute(found).scalars())


def _built_on(writing: Writing, scenario: str, keys: list[str], number: int) -> InvalidData:
    change, leases = tables.change, tables.DATA["leases"]
    later = sa.and_(
        leases.c.lease_id.in_(keys[:1]),
        leases.c.scenario == scenario,
        sa.func.coalesce(leases.c.tx_to, leases.c.tx_from) > number,
    )
    newest = sa.select(sa.func.max(sa.func.coalesce(leases.c.tx_to, leases.c.tx_from))).where(later).scalar_subquery()
    row = writing.connection.execute(sa.select(change.c.who, change.c.id).where(change.c.id == newest)).one()
    t = writing.t
    message = t("{who} has changed lease {lease} since (change {change}).", who=row.who, lease=keys[0], change=row.id)
    return _refused(message, t("Move or release it as it stands now instead."), "built_on")


def frame(connection: sa.Connection, limit: int, scenario: str | None) -> pd.DataFrame:
    """Return the newest changes, newest first, by `change_id`; `undone` says whether each is taken back now.

    Parameters
    ----------
    connection
        Where we look.
    limit
        Most rows returned.
    scenario
        Only changes in this one; empty is the record, None is all.
    """
    change = tables.change
    wanted = sa.select(change).order_by(change.c.id.desc()).limit(limit)
    if scenario is not None:
        wanted = wanted.where(change.c.scenario == scenario)
    result = connection.execute(wanted)
    read = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    undone = _undone(connection)
    typed: dict[str, Any] = {
        "id": "int64",
        "rows": "int64",
        "recorded_at": "datetime64[us]",
        "data_day": "datetime64[s]",
        "undoes": "Int64",
    }
    read = read.astype({name: typed.get(name, "string") for name in read.columns})
    read["recorded_at"] = read["recorded_at"].dt.tz_localize("UTC")
    read["undone"] = read["id"].isin(sorted(undone))
    return read.rename(columns={"id": "change_id"})


def _undone(connection: sa.Connection) -> set[int]:
    """Return the changes that are taken back now: an undo that was itself undone takes nothing back."""
    change = tables.change
    pairs = connection.execute(
        sa.select(change.c.id, change.c.undoes).where(change.c.undoes.is_not(None)).order_by(change.c.id.desc())
    )
    undone: set[int] = set()
    for number, earlier in pairs:
        if number not in undone:
            undone.add(earlier)
    return undone


def known(connection: sa.Connection, day: dt.date) -> int:
    """Return the last change recorded by the end of `day`."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time()).astimezone(dt.UTC)
    change = tables.change
    found = sa.select(sa.func.max(change.c.id)).where(change.c.recorded_at < end.replace(tzinfo=None))
    return int(connection.execute(found).scalar_one() or 0)


def data_day(connection: sa.Connection) -> dt.date | None:
    """Return the newest day from which the record has data."""
    change = tables.change
    newest = sa.select(sa.func.max(change.c.data_day)).where(change.c.scenario == "")
    found: dt.date | None = connection.execute(newest).scalar_one()
    return found
