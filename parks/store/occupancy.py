"""Who holds a unit when: the refusal in words of what the database's guard would refuse anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import rows, tables, views

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import sqlalchemy as sa

    from parks.store.rows import Row
    from parks.store.writing import Writing

_NAMES = list(schema.columns("leases"))


class Hold(NamedTuple):
    """One firm occupation.

    Parameters
    ----------
    unit, start
        Unit and first day; holds sort by them.
    new
        Whether it is being written now.
    lease, tenant, end
        Lease, its tenant if any, the day after the last.
    """

    unit: str
    start: str
    new: bool
    lease: str
    tenant: str | None
    end: str


def field(row: Row, name: str) -> Any:  # noqa: ANN401 - a cell is text or a number
    """Return the cell `name` of a row of leases."""
    return row[_NAMES.index(name)]


def _holds(found: Iterable[Row], *, new: bool) -> list[Hold]:
    names = ("unit_id", "valid_from", "lease_id", "tenant_id", "valid_to", "state")
    at = [_NAMES.index(name) for name in names]
    cells = ([row[place] for place in at] for row in found)
    return [
        Hold(unit, start, new, lease, tenant, end)
        for unit, start, lease, tenant, end, state in cells
        if state in tables.FIRM
    ]


def refuse(writing: Writing, view: views.View, keys: Iterable[str], new: Sequence[Row]) -> None:
    """Refuse `new` where it would hold a unit firmly twice in `view`.

    Parameters
    ----------
    writing
        The act under way.
    view
        As whom.
    keys
        Leases that `new` replaces.
    new
        Rows of leases.

    Raises
    ------
    InvalidData
        With one issue for each of the new rows that clashes: who holds the unit until when, and what to do.
    """
    wanted = _holds(new, new=True)
    replaced = set(keys)
    held = views.rows_of(writing.connection, view, "leases", {hold.unit for hold in wanted}, by="unit_id")
    others = _holds((row for key, found in held.items() if key not in replaced for row in found), new=False)
    clashes = []
    longest: Hold | None = None
    for hold in sorted([*others, *wanted]):
        if longest is None or hold.unit != longest.unit or hold.start >= longest.end:
            longest = hold
            continue
        clashes.append((hold, longest) if hold.new else (longest, hold))
        longest = max(longest, hold, key=lambda one: one.end)
    if clashes:
        names = _tenants(writing.connection, view, {other.tenant for _, other in clashes if other.tenant})
        raise InvalidData(_issue(writing, hold, other, names) for hold, other in clashes)


def _issue(writing: Writing, hold: Hold, other: Hold, names: dict[str, str]) -> Issue:
    t = writing.t
    message = t(
        "Unit {unit} is firmly held by {holder} from {start} until {end}.",
        unit=hold.unit,
        holder=names.get(other.tenant or "", other.tenant or t("nobody (closed space)")),
        start=other.start,
        end=t("an open end") if other.end == rows.OPEN else other.end,
    )
    mend = t("Choose another unit or another period, or release lease {lease} first.", lease=other.lease)
    return Issue("leases", hold.lease, "unit_id", hold.unit, "double_booking", message, mend)


def _tenants(connection: sa.Connection, view: views.View, ids: set[str]) -> dict[str, str]:
    at = list(schema.columns("tenants")).index("name_zh")
    return {key: f"{key} {found[-1][at]}" for key, found in views.rows_of(connection, view, "tenants", ids).items()}
