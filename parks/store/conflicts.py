"""Conflicts of a scenario with the record, as they are told: a frame for screens, issues for refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import sqlalchemy as sa

from parks import schema
from parks.issues import Issue
from parks.store import clashes, differences, occupancy, rows, tables, views

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from parks.store.clashes import Clash, Outcome
    from parks.store.differences import Line
    from parks.store.writing import Writing
    from parks.words import Translate

Touch = sa.Row[Any]
"""The change that last touched a row: id, who, recorded_at, reason."""


def frame(connection: sa.Connection, view: views.View, choices: Mapping[str, str]) -> pd.DataFrame:
    """Return where the scenario of `view` and what the record has done since its base cannot both be.

    Parameters
    ----------
    connection, view
        Where we look, and the scenario.
    choices
        Conflict → ``mine`` or ``theirs``, made so far. What they decide is left out, what they bring about is told.

    Returns
    -------
    DataFrame
        ``conflict kind table key of other mine theirs change_id who recorded_at reason``: see `clashes.Clash`;
        `mine` and `theirs` are lists of rows (column → value): of ``both_changed`` the columns in which the sides
        differ, else all that are filled; and the change (UTC) that last touched the record's row.
    """
    found = clashes.resolve(clashes.sides(connection, view, views.last(connection)), choices).undecided
    touched = _touches(connection, found)
    told = [
        (clash.name, *clash[:5], *_shown(clash), *touched[clash.of, clash.other])
        for clash in sorted(found, key=lambda clash: clash.name)
    ]
    texts = ("conflict", "kind", "table", "key", "of", "other")
    names = (*texts, "mine", "theirs", "change_id", "who", "recorded_at", "reason")
    typed = dict.fromkeys((*texts, "who", "reason"), "string")
    read = pd.DataFrame(told, columns=list(names), dtype="object")
    read = read.astype(typed | {"change_id": "int64", "recorded_at": "datetime64[us]"})
    read["recorded_at"] = read["recorded_at"].dt.tz_localize("UTC")
    return read


def _shown(clash: Clash) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of both sides as column → value."""
    if clash.kind != "both_changed":
        alone = [(clash.table, {clash.key: clash.mine}), (clash.of, {clash.other: clash.theirs})]
        sides = ([_cells(line, line.after) for line in differences.lines(name, {}, held)] for name, held in alone)
        return next(sides), next(sides)
    before, after = clashes.cut(clash.table, clash.theirs, clash.mine)
    found = differences.lines(clash.table, {clash.key: before}, {clash.key: after})
    mine = [_cells(line, line.after) for line in found if line.kind != "gone"]
    return mine, [_cells(line, line.before) for line in found if line.kind != "new"]


def _cells(line: Line, side: dict[str, Any]) -> dict[str, Any]:
    return side if line.valid_from is None else {"valid_from": line.valid_from} | side


def _touches(connection: sa.Connection, found: Iterable[Clash]) -> dict[tuple[str, str], Touch]:
    """Return table and key of the record's side → the change that last touched the record's row."""
    newest: dict[tuple[str, str], int] = {}
    for name, wanted in theirs(found).items():
        table = tables.DATA[name]
        key, last = table.c[schema.key(name)], sa.func.max(sa.func.coalesce(table.c.tx_to, table.c.tx_from))
        for part in rows.portions(sorted(wanted)):
            asked = sa.select(key, last).where(table.c.scenario == "", key.in_(part)).group_by(key)
            newest |= {(name, one): number for one, number in connection.execute(asked)}
    change = tables.change
    told = sa.select(change.c.id, change.c.who, change.c.recorded_at, change.c.reason)
    parts = rows.portions(sorted(set(newest.values())))
    changes: dict[int, Touch] = {}
    for part in parts:
        changes |= {row.id: row for row in connection.execute(told.where(change.c.id.in_(part)))}
    return {one: changes[number] for one, number in newest.items()}


def theirs(found: Iterable[Clash]) -> dict[str, set[str]]:
    """Return table → keys of the record's rows that clash."""
    keys: dict[str, set[str]] = {}
    for clash in found:
        keys.setdefault(clash.of, set()).add(clash.other)
    return keys


def odd(choices: Mapping[str, str], outcome: Outcome, name: str, t: Translate) -> list[Issue]:
    """Return the choices that are none."""
    found = []
    for conflict, choice in sorted(choices.items()):
        if conflict not in outcome.known:
            message = t("Scenario {name} has no conflict called {conflict}.", name=name, conflict=conflict)
            mend = t("Look at its conflicts as they are now, and choose again.")
            found.append(Issue("scenarios", name, "choices", conflict, "unknown", message, mend))
        elif choice not in (clashes.MINE, clashes.THEIRS):
            message = t("There is no such choice: {choice}.", choice=choice)
            mend = t("Choose “mine” or “theirs” for it.")
            found.append(Issue("scenarios", name, "choices", conflict, "unknown", message, mend))
    return found


def issues(writing: Writing, undecided: Sequence[Clash], mend: str) -> list[Issue]:
    """Return one issue for each conflict; its value is the conflict's name."""
    touched = _touches(writing.connection, undecided)
    return [
        Issue(clash.table, clash.key, "", clash.name, "conflict", _said(clash, touched, writing.t), mend)
        for clash in sorted(undecided, key=lambda clash: clash.name)
    ]


def _said(clash: Clash, touched: Mapping[tuple[str, str], Touch], t: Translate) -> str:
    last = touched[clash.of, clash.other]
    by = t("{who}, change {change}", who=last.who, change=last.id)
    if clash.kind == "both_changed":
        return t("{key} was changed here, and since then in the record too ({by}).", key=clash.key, by=by)
    if clash.kind == "gone":
        return t(
            "The record has ended {other}, on which lease {key} rests ({by}).", other=clash.other, key=clash.key, by=by
        )
    return t(
        "Lease {key} and the record's lease {other} ({by}) both hold unit {unit} from {start} until {end}.",
        key=clash.key,
        other=clash.other,
        by=by,
        unit=occupancy.field(clash.mine[0], "unit_id"),
        **_shared(clash, t),
    )


def _shared(clash: Clash, t: Translate) -> dict[str, str]:
    """Return the days on which both leases of a double booking hold the unit."""
    both = (clash.mine[0], clash.theirs[0])
    start = max(occupancy.field(row, "valid_from") for row in both)
    end = min(occupancy.field(row, "valid_to") for row in both)
    return {"start": start, "end": t("an open end") if end == rows.OPEN else end}
