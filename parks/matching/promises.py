"""Whether a plan keeps its pins, bans and quotas or says that it does not, told without the solver's code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import demand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.matching.allocation import Plan
    from parks.snapshot import Snapshot

Row = dict[str, Any]
TOLERANCE = 1e-4
"""Area [m²] that sums are forgiven, and the same relative to them."""
HELD = ("let", "reserved", "fitting_out")


def waived(park: Snapshot, asked: pd.DataFrame | None) -> set[tuple[str, ...]]:
    """Return company, rule, column of the place and place of every waiver made by the snapshot's day."""
    made = [row for row in _rows(park.waivers if asked is None else asked) if row["day"] <= pd.Timestamp(park.day)]
    return {
        (row["tenant_id"], row["rule"], column, row[column])
        for row in made
        for column in ("unit_id", "building_id")
        if not _empty(row[column])
    }


def held(park: Snapshot, sense: str) -> pd.DataFrame:
    """Return the pins, or the bans, that the snapshot holds, but for those of needs that are all served."""
    needs = _rows(park.needs)
    open_ = [need for need, met in zip(needs, demand.served(park), strict=True) if not met]
    done = _names(needs) - _names(open_)
    rows = [row for row in _rows(park.pins) if row["sense"] == sense and _whose(row) not in done]
    return pd.DataFrame(rows, columns=list(park.pins.columns))


def pins(
    plan: Plan,
    unit: dict[str, Row],
    need: dict[str, Row],
    asked: pd.DataFrame | None,
    banned: pd.DataFrame | None,
) -> Iterator[str]:
    """Return every pin and ban that is neither kept nor refused.

    Parameters
    ----------
    plan
        The plan.
    unit, need
        Units and needs by id.
    asked, banned
        Pins and bans, as `pins.read` takes them.
    """
    taken = _rows(plan.assignments)
    given = [row | {"building_id": unit[row["unit_id"]]["building_id"]} for row in taken]
    refused = {(one.table, one.row) for one in plan.refused}
    told = {one.name for one in plan.refused if one.table == "pins" and one.kind not in {"who", "which"}}
    of_need: dict[str, list[Row]] = {name: [] for name in plan.pinned}
    for number, line in _lines(asked):
        whose = {name for name, row in need.items() if _is(line, row)}
        for name in whose & of_need.keys() if ("pins", number) not in refused else ():
            of_need[name].append(line)
        if ("pins", number) not in refused and not whose & (told | of_need.keys()):
            yield f"pin {number} is neither kept nor refused"
    for name, lines in of_need.items():
        units, places = ({line[key] for line in lines if line[key]} for key in ("unit_id", "building_id"))
        own = [row for row in given if row["need_id"] == name]
        exact = not units or units == {row["unit_id"] for row in own}
        if not own or not exact or (places and not {row["building_id"] for row in own} <= places):
            yield f"need {name} counts as pinned and is elsewhere"
    for number, line in _lines(banned):
        if ("bans", number) not in refused and any(_is(line, row) and _at(line, row) for row in given):
            yield f"ban {number} is neither kept nor refused"


def quotas(
    plan: Plan,
    unit: dict[str, Row],
    need: dict[str, Row],
    rules: Any,  # noqa: ANN401 - the Policy
    asked: pd.DataFrame | None,
) -> Iterator[str]:
    """Return every quota whose account in the plan is wrong, or that is missing from it.

    Parameters
    ----------
    plan
        The plan.
    unit, need
        Units, and needs with the sector of their company and its group, by id.
    rules
        The Policy.
    asked
        Quotas, as `quotas.read` takes them.
    """
    counted = dict(zip(rules.zones["zone_id"], rules.zones["counted_in"], strict=True))
    parent = dict(zip(rules.sectors["sector_code"], rules.sectors["parent"], strict=True))
    to = {row["unit_id"]: need[row["need_id"]]["sector_code"] for row in _rows(plan.assignments)}
    told = {str(row["quota_id"]): row for row in _rows(plan.quotas)}
    refused = {one.row for one in plan.refused if one.table == "quotas"}
    for number, line in enumerate(_rows(asked)):
        if number in refused:
            continue
        inside = [at for at in unit.values() if _in(at["zone_id"], line["zone_id"], counted)]
        area = {at["unit_id"]: 0.0 if _empty(at["lettable_m2"]) else float(at["lettable_m2"]) for at in inside}
        sectors, held = str(line["sectors"]).split(";"), 0.0
        for at in inside:
            lets = at["state"] in HELD and not _empty(at["tenant_id"])
            sector: Any = to.get(at["unit_id"], at["sector_code"] if lets else None)
            if not _empty(sector) and {sector, parent.get(sector)} & set(sectors):
                held += area[at["unit_id"]]
        share = line.get("share")
        limit = float(line["area_m2"]) if share is None or _empty(share) else float(share) * sum(area.values())
        missing = max(0.0, limit - held if line["sense"] == "at_least" else held - limit)
        row = told[str(line["quota_id"])]
        for name, mine in (("held_m2", held), ("asked_m2", limit), ("missing_m2", missing)):
            if abs(float(row[name]) - mine) > TOLERANCE * (1 + abs(mine)):
                yield f"quota {line['quota_id']}: {name} is {mine}, not {row[name]}"
        if missing > TOLERANCE * (1 + limit) and _empty(row["price"]) and _empty(row["forced"]):
            yield f"quota {line['quota_id']} is not kept, and it is not proved that it cannot be"


def _lines(frame: pd.DataFrame | None) -> list[tuple[int, Row]]:
    names = ("need_id", "tenant_id", "unit_id", "building_id")
    cells = [{name: row.get(name) for name in names} for row in _rows(frame)]
    return [
        (number, {name: None if _empty(cell) else cell for name, cell in row.items()})
        for number, row in enumerate(cells)
    ]


def _rows(frame: pd.DataFrame | None) -> list[Row]:
    found: list[Any] = [] if frame is None else frame.to_dict("records")
    return found


def _names(needs: list[Row]) -> set[tuple[str, Any]]:
    return {(key, need[key]) for need in needs for key in ("need_id", "tenant_id")}


def _whose(row: Row) -> tuple[str, Any]:
    key = "tenant_id" if _empty(row["need_id"]) else "need_id"
    return key, None if _empty(row[key]) else row[key]


def _is(line: Row, row: Row) -> bool:
    return all(line[name] is None or line[name] == row[name] for name in ("need_id", "tenant_id"))


def _at(line: Row, row: Row) -> bool:
    return any(line[name] is not None and line[name] == row[name] for name in ("unit_id", "building_id"))


def _in(zone: Any, wanted: str, counted: dict[str, str]) -> bool:  # noqa: ANN401 - a cell
    return not _empty(zone) and wanted in {zone, counted.get(zone)}


def _empty(cell: Any) -> bool:  # noqa: ANN401 - a cell
    return bool(pd.isna(cell))
