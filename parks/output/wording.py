"""What a scenario changes, and where it clashes with the record, in sentences a planner understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parks import schema
from parks.output import figures
from parks.store import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from parks.snapshot import Snapshot
    from parks.words import Translate

Record = dict[Any, Any]
"""One row of a frame: column → cell."""
ALWAYS = tables.ALWAYS.isoformat()
TOLD = ("source", "source_date", "standing")
"""Columns that say where a row comes from: told only where nothing else differs."""
CODES: dict[str, Callable[[object, Translate], str]] = {
    "state": figures.state,
    "stage": figures.stage,
    "standing": figures.standing,
    "event": figures.event,
    "sense": figures.sense,
}
"""Column of codes → what names them."""
DIGITS = 3
"""Most decimals of a number in a sentence."""


def differences(frame: pd.DataFrame, park: Snapshot, t: Translate, lang: str) -> list[str]:
    """Return one sentence a difference; new leases of one company for the same time are one.

    Parameters
    ----------
    frame
        As `Store.differences` gives it.
    park
        The scenario's snapshot: it knows the names and areas.
    t, lang
        The reader's language.
    """
    voice = _Voice(park, t, lang)
    rows: list[Record] = frame.to_dict("records")
    return [*_placed(rows, voice), *(_sentence(row, voice) for row in rows if not _is_placing(row))]


def conflicts(frame: pd.DataFrame, park: Snapshot, t: Translate, lang: str) -> list[str]:
    """Return one sentence a conflict, in the order of `frame`: what either side says, and what each choice does.

    Parameters
    ----------
    frame
        As `Store.conflicts` gives it.
    park
        The scenario's snapshot: it knows the names.
    t, lang
        The reader's language.
    """
    voice = _Voice(park, t, lang)
    said = {"both_changed": _both_changed, "double_booking": _double_booking, "gone": _gone}
    return [said[row["kind"]](row, voice) for row in frame.to_dict("records")]


@dataclass(frozen=True, slots=True)
class _Voice:
    """Who speaks: the names and areas of a snapshot, in the reader's language."""

    park: Snapshot
    t: Translate
    lang: str

    def listed(self, parts: Iterable[str]) -> str:
        """Return a list in words."""
        return ("、" if self.lang == "zh" else ", ").join(parts)

    def row(self, table: str, key: str) -> str:
        """Return what a row is called: its kind, key and, where it has one, name."""
        t = self.t
        said = {
            "parks": t("Park {key}", key=key),
            "buildings": t("Building {key}", key=key),
            "floors": t("Floor {key}", key=key),
            "units": t("Unit {key}", key=key),
            "tenants": t("Company {key}", key=key),
            "needs": t("Need {key}", key=key),
            "leases": t("Lease {key}", key=key),
            "projects": t("Project {key}", key=key),
            "milestones": t("Milestone {key}", key=key),
            "published_figures": t("Published figure {key}", key=key),
            "waivers": t("Waiver {key}", key=key),
            "pins": t("Pin or ban {key}", key=key),
            "quotas": t("Quota {key}", key=key),
            "weights": t("Weight of {key}", key=key),
            "target_splits": t("Split {key}", key=key),
            "facilities": t("Facility {key}", key=key),
            "requests": t("Request {key}", key=key),
            "localisations": t("Item {key}", key=key),
            "outlines": t("Outline {key}", key=key),
        }[table]
        name = self._name(table, key)
        return f"{said} {name}" if name else said

    def company(self, key: object) -> str:
        """Return a company by its id and name."""
        if figures.missing(key):
            return self.t("nobody (closed space)")
        return f"{key} {self._name('tenants', str(key))}".rstrip()

    def _name(self, table: str, key: str) -> str:
        frame = self.park.table(table)
        columns = [name for name in (f"name_{self.lang}", "name_zh") if name in frame]
        found = frame.loc[frame[schema.key(table)] == key, columns]
        return next((str(name) for name in found.to_numpy().ravel() if not figures.missing(name)), "")

    def units(self, keys: list[str]) -> str:
        """Return units with their area together; how many are of unknown area is said."""
        frame, t = self.park.units, self.t
        areas = frame.loc[frame["unit_id"].isin(keys), "lettable_m2"]
        unknown = len(keys) - int(areas.notna().sum())
        area = figures.area(figures.known_sum(areas), self.lang)
        if 0 < unknown < len(keys):
            area = t("{area} without {count} of unknown area", area=area, count=unknown)
        elif unknown:
            area = t("area unknown")
        said = self.listed(keys)
        if len(keys) == 1:
            return t("unit {units} ({area})", units=said, area=area)
        return t("units {units} ({area})", units=said, area=area)

    def cell(self, table: str, column: str, value: Any) -> str:  # noqa: ANN401 - a cell of any type
        """Return a cell with its unit, as people say it."""
        known = schema.columns(table).get(column)
        if figures.missing(value):
            return self.t("an open end") if tables.is_bound(column) else self.t("unknown")
        if isinstance(value, bool):
            return self.t("yes") if value else self.t("no")
        if known is not None and known.type == "number":
            digits = next(at for at in range(DIGITS + 1) if at == DIGITS or round(value, at) == value)
            unit = schema.UNITS_ZH.get(known.unit, known.unit) if self.lang == "zh" else known.unit
            return f"{figures.number(value, self.lang, digits)} {unit}".rstrip()
        if table == "projects" and column == "kind":
            return figures.kind(value, self.t)
        return CODES[column](value, self.t) if column in CODES else str(value)

    def heading(self, table: str, column: str) -> str:
        """Return what a column is called within a sentence."""
        held = schema.columns("leases" if tables.is_bound(column) else table)[column]
        if self.lang == "zh":
            return held.zh
        return held.en[0].lower() + held.en[1:] if held.en[1:2].islower() else held.en

    def cells(self, table: str, cells: Mapping[str, Any]) -> str:
        """Return the cells of a row, each with its heading; a geometry is only said to be there."""
        return self.listed(
            self.heading(table, name)
            if _is_geometry(table, name)
            else f"{self.heading(table, name)} {self.cell(table, name, value)}"
            for name, value in _matter(cells).items()
        )


def _is_geometry(table: str, column: str) -> bool:
    return column == schema.geometry(table)


def _matter(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells that say what is so; where there are none, those that say where it comes from."""
    return {name: cell for name, cell in cells.items() if name not in TOLD} or dict(cells)


def _is_placing(row: Record) -> bool:
    return bool(row["table"] == "leases" and row["kind"] == "new")


def _placed(rows: Iterable[Record], voice: _Voice) -> list[str]:
    """Return one sentence for all new leases of one company for the same time in the same state."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for row in filter(_is_placing, rows):
        told = tuple(row["after"].get(name) for name in ("tenant_id", "valid_from", "valid_to", "state"))
        groups.setdefault(told, []).append(str(row["after"]["unit_id"]))
    return [_taking(voice, voice.units(sorted(units)), *told) for told, units in groups.items()]


def _taking(voice: _Voice, units: str, tenant: object, start: str, end: str | None, state: str) -> str:
    t = voice.t
    said = {"units": units, "start": start, "state": figures.state(state, t), "end": end}
    if tenant is None:
        if end is None:
            return t("Closed from {start}: {units} ({state}).", **said)
        return t("Closed from {start} until {end}: {units} ({state}).", **said)
    said["company"] = voice.company(tenant)
    if end is None:
        return t("{company} takes {units} from {start} ({state}).", **said)
    return t("{company} takes {units} from {start} until {end} ({state}).", **said)


def _sentence(row: Record, voice: _Voice) -> str:
    """Return what one line says, whatever its table."""
    t, table = voice.t, row["table"]
    if table == "leases":
        return _lease(row, voice)
    since = row["valid_from"]
    held = voice.row(table, row["key"])
    if since != ALWAYS:
        held = t("{row} from {day}", row=held, day=since)
    if row["kind"] == "gone":
        return t("{row} is taken away.", row=held)
    if row["kind"] == "new":
        cells = {name: cell for name, cell in row["after"].items() if name != "valid_to"}
        return t("{row} is new: {cells}.", row=held, cells=voice.cells(table, cells))
    return t("{row}: {changes}.", row=held, changes=_changes(row, voice))


def _changes(row: Record, voice: _Voice) -> str:
    """Return each cell that differs: what it was and what it is."""
    t, table, before = voice.t, row["table"], _matter(row["before"])
    parts = []
    for name, old in before.items():
        heading = voice.heading(table, name)
        if _is_geometry(table, name):
            parts.append(t("{heading} drawn anew", heading=heading))
            continue
        cells = (voice.cell(table, name, cell) for cell in (old, row["after"][name]))
        parts.append(f"{heading} {' → '.join(cells)}")
    return voice.listed(parts)


def _lease(row: Record, voice: _Voice) -> str:
    """Return what becomes of a lease of the record."""
    t, before, after = voice.t, row["before"], row["after"]
    lease = t(
        "Lease {key} of {company} in {unit}",
        key=row["key"],
        company=voice.company(row["tenant_id"]),
        unit=row["unit_id"],
    )
    if row["kind"] == "gone":
        return t("{lease}, from {start}, is taken away.", lease=lease, start=before["valid_from"])
    if _matter(before).keys() != {"valid_to"}:
        return t("{row}: {changes}.", row=lease, changes=_changes(row, voice))
    old, new = before["valid_to"], after["valid_to"]
    if new is None:
        return t("{lease} stays open instead of ending on {old}.", lease=lease, old=old)
    if old is None:
        return t("{lease} ends on {new} instead of staying open.", lease=lease, new=new)
    return t("{lease} ends on {new} instead of {old}.", lease=lease, new=new, old=old)


def _by(row: Record, voice: _Voice) -> str:
    """Return who last changed the record's side when, and why where they said it."""
    t, day = voice.t, row["recorded_at"].to_pydatetime().astimezone().date().isoformat()
    if row["reason"]:
        return t("{who} on {day}: {reason}", who=row["who"], day=day, reason=row["reason"])
    return t("{who} on {day}", who=row["who"], day=day)


def _side(row: Record, side: str, voice: _Voice) -> str:
    """Return what one side says of a row that both changed."""
    held = [voice.cells(row["table"], _days(cells)) for cells in row[side]]
    return "; ".join(held) or voice.t("taken away")


def _days(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells without a first day that is no day."""
    return {name: cell for name, cell in cells.items() if (name, cell) != ("valid_from", ALWAYS)}


def _both_changed(row: Record, voice: _Voice) -> str:
    return voice.t(
        "{row} was changed on both sides. In the scenario: {mine}. In the record: {theirs} ({by}). "
        "One of the two can be kept.",
        row=voice.row(row["table"], row["key"]),
        mine=_side(row, "mine", voice),
        theirs=_side(row, "theirs", voice),
        by=_by(row, voice),
    )


def _double_booking(row: Record, voice: _Voice) -> str:
    """Return who holds the unit on either side, and what becomes of the record's lease if the scenario's is kept."""
    t, mine, theirs = voice.t, row["mine"][0], row["theirs"][0]
    start = str(mine["valid_from"])
    said = {
        "unit": mine["unit_id"],
        "lease": row["key"],
        "mine": voice.company(mine.get("tenant_id")),
        "period": _period(mine, voice),
        "other": row["other"],
        "theirs": voice.company(theirs.get("tenant_id")),
        "days": _period(theirs, voice),
        "by": _by(row, voice),
        "start": start,
    }
    if str(theirs["valid_from"]) < start:
        return t(
            "Unit {unit} is held twice: in the scenario by {mine} ({lease}, {period}), in the record by {theirs} "
            "({other}, {days}; {by}). Keeping the scenario's ends {other} in the scenario on {start}; keeping the "
            "record's gives {lease} up.",
            **said,
        )
    return t(
        "Unit {unit} is held twice: in the scenario by {mine} ({lease}, {period}), in the record by {theirs} "
        "({other}, {days}; {by}). Keeping the scenario's takes {other} away in the scenario, since it does not begin "
        "before {start}; keeping the record's gives {lease} up.",
        **said,
    )


def _period(cells: Mapping[str, Any], voice: _Voice) -> str:
    start, end = cells["valid_from"], cells.get("valid_to")
    if end is None:
        return voice.t("from {start}", start=start)
    return voice.t("from {start} until {end}", start=start, end=end)


def _gone(row: Record, voice: _Voice) -> str:
    mine = row["mine"][0]
    return voice.t(
        "{row} has ended in the record ({by}), but {lease} of {company} ({period}) rests on it in the scenario. "
        "Keeping the scenario's keeps it there as it was; keeping the record's gives {lease} up.",
        row=voice.row(row["of"], row["other"]),
        by=_by(row, voice),
        lease=row["key"],
        company=voice.company(mine.get("tenant_id")),
        period=_period(mine, voice),
    )
