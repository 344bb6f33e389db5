"""Taking changes back and doing them again: what stood before stands once more, while nobody has built on it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import reversal, scenarios, tables
from parks.store import writing as acts
from parks.store.writing import ACTS, Act

if TYPE_CHECKING:
    from parks.store.writing import Writing


def _refused(message: str, mend: str, kind: str, key: str = "") -> InvalidData:
    return InvalidData([Issue("history", key, "", key, kind, message, mend)])


def subject(*lists: list[str]) -> str:
    """Return tenants and units as the history names them: at most three of each, then how many more."""
    return " → ".join(
        ", ".join(ids[:3]) + (f" +{len(ids) - 3}" if len(ids) > 3 else "")  # noqa: PLR2004 - as said above
        for ids in lists
        if ids
    )


def undoable(connection: sa.Connection, who: str, scenario: str) -> int | None:
    """Return the last act of `who` in `scenario` that still counts, None when there is none."""
    change = tables.change
    return _newest(connection, who, scenario, _is_act(change) | (change.c.what == "redo"))


def redoable(connection: sa.Connection, who: str, scenario: str) -> int | None:
    """Return the last act that `who` took back in `scenario` and that no newer one has overtaken; the taking back."""
    change, earlier = tables.change, tables.change.alias("earlier")
    of_an_act = sa.exists().where(earlier.c.id == change.c.undoes, _is_act(earlier) | (earlier.c.what == "redo"))
    undone = _newest(connection, who, scenario, change.c.what.in_(("undo", "take_back")) & of_an_act)
    newer = sa.select(sa.func.max(change.c.id)).where(
        change.c.who == who, change.c.scenario == scenario, _is_act(change)
    )
    overtaken = connection.execute(newer).scalar_one() or 0
    return undone if undone is not None and undone > overtaken else None


def _is_act(change: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a change is one that the planner who did it takes back by `undo`."""
    decided = sa.and_(change.c.what == "add", change.c.subject.in_(sorted(schema.ON_SCREEN)))
    return sa.or_(change.c.what.in_(ACTS), decided)


def _newest(connection: sa.Connection, who: str, scenario: str, wanted: sa.ColumnElement[bool]) -> int | None:
    change, later = tables.change, tables.change.alias("later")
    found = sa.select(sa.func.max(change.c.id)).where(
        change.c.who == who,
        change.c.scenario == scenario,
        wanted,
        change.c.id > reversal.begun(connection, scenario),  # not of a dropped scenario of the same name
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
    t, last = writing.t, undoable(writing.connection, who, scenario)
    writing.view(scenario)
    if last is None:
        raise _refused(t("There is no act of yours to take back here."), t("Nothing is needed."), "nothing_to_undo")
    return reversal.write(writing, last, Act(who, "undo", undoes=last))


def redo(writing: Writing, who: str, scenario: str) -> int:
    """Do again what `who` last took back in `scenario`; return the number of the change that does it.

    Raises
    ------
    InvalidData
        When there is nothing to do again, or somebody has built on it since.
    """
    t, last = writing.t, redoable(writing.connection, who, scenario)
    writing.view(scenario)
    if last is None:
        raise _refused(t("There is nothing that you took back here."), t("Nothing is needed."), "nothing_to_redo")
    return reversal.write(writing, last, Act(who, "redo", undoes=last))


def take_back(writing: Writing, number: int, who: str, reason: str) -> int:
    """Put back what stood before a change of any kind, by anybody; return the number of the change that does it.

    To take back a taking back does the change again.

    Parameters
    ----------
    writing
        The act under way.
    number
        The change.
    who, reason
        Who takes it back, and why.

    Raises
    ------
    InvalidData
        When there is no such change, it is taken back already, it is of a kind that cannot be, the scenario in which
        it was done is gone, or with each change that built on it.
    """
    change, t, connection = tables.change, writing.t, writing.connection
    row = connection.execute(sa.select(change).where(change.c.id == number)).one_or_none()
    name = str(number)
    if row is None:
        message = t("There is no change {change}.", change=number)
        raise _refused(message, t("Look at the audit for its number."), "unknown", name)
    final = _final(writing).get(row.what)
    if final:
        message = t("A change of this kind is not taken back: {what}.", what=acts.said(row.what, t))
        raise _refused(message, final, "final", name)
    last, undone = standing(connection, number)
    if undone:
        by = connection.execute(sa.select(change.c.who).where(change.c.id == last)).scalar_one()
        message = t("{who} has taken change {change} back already (change {by}).", who=by, change=number, by=last)
        raise _refused(message, t("To do it again, take back change {by}.", by=last), "undone", name)
    if row.scenario and not reversal.is_there(connection, row.scenario, number):
        message = t("Scenario {name}, in which it was done, is gone.", name=row.scenario)
        raise _refused(message, t("What it held is still shown as it was known then."), "gone", name)
    return reversal.write(writing, last, Act(who, "take_back", reason=reason, undoes=last))


def _final(writing: Writing) -> dict[str, str]:
    """Return the kinds of change that are not taken back, and what to do instead."""
    t = writing.t
    drop, right = t("Drop the scenario instead."), t("Give or take the right anew instead.")
    return dict.fromkeys(scenarios.MADE, drop) | {
        "drop_scenario": t("Make it anew; what it held is still shown as it was known then."),
        "grant_right": right,
        "revoke_right": right,
        "restore": t("Put back another backup instead."),
    }


def standing(connection: sa.Connection, number: int) -> tuple[int, bool]:
    """Return the last of the changes that undo a change, or one another, and whether the change is taken back now."""
    change, last, undone = tables.change, number, False
    while (later := connection.execute(sa.select(change.c.id).where(change.c.undoes == last)).scalar()) is not None:
        last, undone = later, not undone
    return last, undone


def known(connection: sa.Connection, day: dt.date) -> int:
    """Return the last change recorded by the end of `day`."""
    change = tables.change
    found = sa.select(sa.func.max(change.c.id)).where(change.c.recorded_at < midnight(day + dt.timedelta(days=1)))
    return int(connection.execute(found).scalar_one() or 0)


def midnight(day: dt.date) -> dt.datetime:
    """Return when `day` begins on this machine's clock, as the history says it [UTC]."""
    return dt.datetime.combine(day, dt.time()).astimezone(dt.UTC).replace(tzinfo=None)


def data_day(connection: sa.Connection) -> dt.date | None:
    """Return the newest day from which the record has data; what is taken back does not count."""
    change = tables.change
    newest = (
        sa.select(change.c.id, change.c.data_day)
        .where(change.c.scenario == "", change.c.data_day.is_not(None))
        .order_by(change.c.data_day.desc(), change.c.id)
    )
    return next((row.data_day for row in connection.execute(newest) if not standing(connection, row.id)[1]), None)
