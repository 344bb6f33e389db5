"""What a planner does to leases: place, move, release. Each act is one change, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import entries, history, meanwhile, occupancy, rows, tables, views
from parks.store.writing import NUL

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from parks.store.rows import Row
    from parks.store.writing import Act, Writing
    from parks.words import Translate

SOURCE = "planner"
"""Source of what a planner states by acting."""


def place(writing: Writing, wanted: pd.DataFrame, act: Act) -> int:
    """Give units to tenants, one lease a row of `wanted`; return the number of the change.

    Parameters
    ----------
    writing, act
        The act under way, and how the history tells it.
    wanted
        unit_id, tenant_id (NA for closed space), valid_from, state; valid_to (NA is open) and reason if known.

    Raises
    ------
    InvalidData
        With every row that cannot be done: unknown unit or tenant, period, state, or who holds the unit until when.
    """
    view = writing.view(act.scenario)
    leases = [_lease(row, act) for row in wanted.to_dict("records")]
    units = [str(lease["unit_id"]) for lease in leases]
    tenants = list(dict.fromkeys(str(lease["tenant_id"]) for lease in leases if lease["tenant_id"]))
    meanwhile.refuse(writing, view, units=units, tenants=tenants)
    faults = [*_unknown(writing, view, leases), *_impossible(leases, writing.t)]
    if faults:
        raise InvalidData(faults)
    change = writing.record(replace(act, subject=history.subject(tenants, units)), len(leases))
    made = _rows(writing, leases, change)
    entries.put(writing, view, change, "leases", [occupancy.field(row, "lease_id") for row in made], made, stood={})
    return change


def move(writing: Writing, asked: str | Sequence[str], unit_ids: Sequence[str], on: dt.date, act: Act) -> int:
    """End leases on `on` and begin others on `unit_ids`, until the old end; return the number of the change.

    Parameters
    ----------
    writing, act
        The act under way, and how the history tells it.
    asked
        The leases; or a tenant, of which all that is in force or to come on `on` is moved.
    unit_ids
        Where to.
    on
        First day in the new place. A lease that has not begun by then is moved whole.
    """
    view = writing.view(act.scenario)
    stood = _standing(writing, view, asked)
    named = {asked} if isinstance(asked, str) else {occupancy.field(row, "tenant_id") for (row,) in stood.values()}
    leases_asked = () if isinstance(asked, str) else asked
    meanwhile.refuse(writing, view, units=unit_ids, tenants=named - {None}, leases=leases_asked)
    old = _asked(stood, asked, on, writing.t)
    start = max(on.isoformat(), min(occupancy.field(row, "valid_from") for row in old))
    like = {
        "tenant_id": occupancy.field(old[0], "tenant_id"),
        "state": occupancy.field(old[0], "state"),
        "valid_from": start,
        "valid_to": max(occupancy.field(row, "valid_to") for row in old),
        "reason": act.reason,
    }
    leases = [like | {"unit_id": unit} for unit in dict.fromkeys(unit_ids)]
    faults = [*_unknown(writing, view, leases), *_impossible(leases, writing.t)]
    if faults:
        raise InvalidData(faults)
    left = [str(occupancy.field(row, "unit_id")) for row in old]
    said = history.subject([str(like["tenant_id"] or "")], left, [str(unit) for unit in unit_ids])
    change = writing.record(replace(act, subject=said), len(old) + len(leases))
    new = [*_ended(old, on), *_rows(writing, leases, change)]
    keys = dict.fromkeys(occupancy.field(row, "lease_id") for row in [*old, *new])
    entries.put(writing, view, change, "leases", list(keys), new, stood=_keyed(old))
    return change


def release(writing: Writing, lease_ids: Sequence[str], on: dt.date, act: Act) -> int:
    """End leases on `on` (the day after the last); one that has not begun by then is taken away."""
    view = writing.view(act.scenario)
    stood = _standing(writing, view, lease_ids)
    meanwhile.refuse(writing, view, leases=lease_ids)
    old = _asked(stood, lease_ids, on, writing.t)
    tenants = [str(occupancy.field(row, "tenant_id") or "") for row in old]
    units = [str(occupancy.field(row, "unit_id")) for row in old]
    said = history.subject(list(dict.fromkeys(filter(None, tenants))), units)
    change = writing.record(replace(act, subject=said), len(old))
    stood = _keyed(old)
    entries.put(writing, view, change, "leases", list(stood), _ended(old, on), stood=stood)
    return change


def _lease(row: dict[Any, Any], act: Act) -> dict[str, Any]:
    """Return what is wanted in the store's words; unknown cells become None, an unknown end the open one."""
    known = {str(name): None if rows.is_unknown(value) else value for name, value in row.items()}
    return {
        "unit_id": known.get("unit_id"),
        "tenant_id": known.get("tenant_id"),
        "state": known.get("state"),
        "valid_from": rows.iso(known.get("valid_from")),
        "valid_to": rows.iso(known.get("valid_to")) or rows.OPEN,
        "reason": known.get("reason") or act.reason,
    }


def _rows(writing: Writing, leases: Iterable[dict[str, Any]], change: int) -> list[Row]:
    told = {"source": SOURCE, "source_date": writing.now.date().isoformat(), "standing": "stated"}
    named = (lease | told | {"lease_id": f"P{change:06d}-{at:03d}"} for at, lease in enumerate(leases, start=1))
    return [tuple(lease.get(name) for name in schema.columns("leases")) for lease in named]


def _ended(old: Iterable[Row], on: dt.date) -> list[Row]:
    names = list(schema.columns("leases"))
    end = names.index("valid_to")
    day = on.isoformat()
    return [(*row[:end], day, *row[end + 1 :]) for row in old if occupancy.field(row, "valid_from") < day]


def _keyed(leases: Iterable[Row]) -> dict[str, list[Row]]:
    return {occupancy.field(row, "lease_id"): [row] for row in leases}


def _standing(writing: Writing, view: views.View, asked: str | Sequence[str]) -> dict[str, list[Row]]:
    """Return lease → its row as it stands: of the leases, or the company, asked for."""
    if isinstance(asked, str):
        return views.rows_of(writing.connection, view, "leases", [asked], by="tenant_id")
    return views.rows_of(writing.connection, view, "leases", asked)


def _asked(stood: dict[str, list[Row]], asked: str | Sequence[str], on: dt.date, t: Translate) -> list[Row]:
    """Return the leases asked for as they stand; refuse those that are unknown or over by `on`."""
    day = on.isoformat()
    held = {key: row for key, (row,) in stood.items()}
    if isinstance(asked, str):
        old = [row for row in held.values() if occupancy.field(row, "valid_to") > day]
        if not old:
            message = t("Tenant {tenant} holds nothing on {day} or later.", tenant=asked, day=day)
            raise InvalidData([_issue("tenant_id", asked, "unknown", message, t("Place it instead."))])
        return old
    mend = t("Look at the newest state and choose again.")
    faults = [
        _issue("lease_id", key, "unknown", t("There is no lease {lease}.", lease=key), mend)
        for key in asked
        if key not in held
    ]
    for key, row in held.items():
        end = occupancy.field(row, "valid_to")
        if end <= day:
            message = t("Lease {lease} ends on {day} already.", lease=key, day=end)
            faults.append(_issue("lease_id", key, "over", message, mend))
    if faults or not held:
        raise InvalidData(faults or [_issue("lease_id", "", "missing", t("No lease was chosen."), t("Choose one."))])
    return list(held.values())


def _unknown(writing: Writing, view: views.View, leases: Sequence[dict[str, Any]]) -> list[Issue]:
    """Return the units and tenants that `view` does not know."""
    t = writing.t
    faults = []
    for column, table in (("unit_id", "units"), ("tenant_id", "tenants")):
        ids = sorted({str(lease[column]) for lease in leases if lease[column] is not None})
        known = views.rows_of(writing.connection, view, table, ids)
        faults += [
            _issue(
                column, key, "unknown", t("{key} is not known here.", key=key), t("Import it first, or choose another.")
            )
            for key in ids
            if key not in known
        ]
    return faults


def _impossible(leases: Sequence[dict[str, Any]], t: Translate) -> list[Issue]:
    """Return what cannot be, whatever the store holds."""
    if not leases:
        return [_issue("unit_id", "", "missing", t("No unit was chosen."), t("Choose at least one."))]
    faults = []
    for lease in leases:
        unit, start, end = str(lease["unit_id"] or ""), lease["valid_from"], lease["valid_to"]
        if not unit:
            faults.append(_issue("unit_id", "", "missing", t("No unit was chosen."), t("Choose at least one.")))
        if start is None or not start < end:
            mend = t("Give the day after the last, or leave it empty when it is open.")
            faults.append(_issue("valid_to", end, "period", t("The end is not after the start."), mend, unit))
        if NUL in str(lease["reason"]):
            message = t("The text holds a sign that cannot be seen or kept (NUL).")
            shown = str(lease["reason"]).replace(NUL, "␀")
            faults.append(_issue("reason", shown, "sign", message, t("Type the text anew."), unit))
        if lease["state"] not in tables.STATES:
            mend = t("Use one of: {states}.", states=", ".join(tables.STATES))
            faults.append(
                _issue("state", str(lease["state"] or ""), "unknown", t("There is no such state."), mend, unit)
            )
        elif lease["tenant_id"] is None and lease["state"] not in CLOSED:
            faults.append(_issue("tenant_id", "", "missing", t("No tenant was chosen."), t("Choose one."), unit))
    return faults


CLOSED = ("locked", "renovation")
"""States of a unit that need no tenant."""


def _issue(column: str, value: str, kind: str, message: str, mend: str, row: str = "") -> Issue:
    return Issue("leases", row or value, column, value, kind, message, mend)
