"""Whether a plan keeps every hard rule, told by simple code that shares nothing with the solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import policy, schema
from parks.matching import nearness, promises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.matching.allocation import Plan
    from parks.snapshot import Snapshot

Row = dict[str, Any]
TOLERANCE = 1e-6
"""Rounding that numbers are forgiven, relative."""
BY_AREA = ("power_kva", "cleanroom_m2")
HIGH_RISE_M = 24.0
"""Height of a high-rise where the policy assumes none."""
LEAST_PART = 0.2
"""Share of the least area that each part of a split place has at least."""
APART_FROM_TABLE = ("area_min_m2", "area_max_m2", "wanted_from", "wanted_to")
"""Columns of needs whose rules speak of the whole placement and are told apart here."""


def check(
    plan: Plan,
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    *,
    waivers: pd.DataFrame | None = None,
    pins: pd.DataFrame | None = None,
    bans: pd.DataFrame | None = None,
    quotas: pd.DataFrame | None = None,
) -> list[str]:
    """Return everything that is wrong with a plan, in sentences; nothing when it keeps every hard rule.

    Parameters
    ----------
    plan
        Plan of `allocation`.
    park, rules, space
        What it was made from.
    waivers
        Hard rules waived for a company and a place; None: those of the snapshot.
    pins, bans, quotas
        What it was asked to keep: each is kept, or the plan says that it is not. None: those of the snapshot.
    """
    rows, book = _rows(plan.assignments), _book(park, rules, space, waivers)
    found = [f"unit {name} is not known" for name in sorted({row["unit_id"] for row in rows} - book.unit.keys())]
    found += [f"need {name} is not known" for name in sorted({row["need_id"] for row in rows} - book.need.keys())]
    if found:
        return found
    found += [f"unit {name} is given twice" for name, times in _count(row["unit_id"] for row in rows) if times > 1]
    placed = {}
    for need_id in sorted({row["need_id"] for row in rows}):
        own = [row for row in rows if row["need_id"] == need_id]
        need, place = book.need[need_id], [book.unit[row["unit_id"]] for row in own]
        placed[need_id] = place
        faults = [*_form(need, own, place), *_time(need, own, place, book), *_shape(need, place, book)]
        faults += [fault for at in place for fault in _cells(need, at, book)]
        faults += _occupants(need, place, book)
        faults += _sites(need, place, book)
        found += [f"need {need_id}: {fault}" for fault in faults]
    found += _together(placed, book)
    found += _account(plan, book)
    kept, banned = (promises.held(park, sense) if one is None else one for sense, one in (("pin", pins), ("ban", bans)))
    found += promises.pins(plan, book.unit, book.need, kept, banned)
    found += promises.quotas(plan, book.unit, book.need, rules, park.quotas if quotas is None else quotas)
    return found


@dataclass(frozen=True, slots=True)
class Book:
    """The tables as plain rows by their keys.

    Parameters
    ----------
    day
        Day of the snapshot.
    unit
        Units with the cells of floor, building and space.
    need
        Needs with sector_code and parent of their company.
    company
        Companies with parent, their hazards unknown.
    floors
        Units of each floor.
    buildings, heights
        All buildings, and the heights of the floors above ground of each.
    high_rise_m
        Height above which a building of several storeys is a high-rise.
    sites
        Hard conflicts with a place, whoever is in it.
    leases
        Leases of each unit.
    let
        Leases with a company, by building.
    rules
        Hard rules that speak of cells.
    unsuitable
        Rows of zone fit that state a sector to be unsuitable.
    conflicts
        Hard conflicts between companies that columns can tell.
    waived
        Company, rule, ``unit_id`` or ``building_id``, and which, of every waiver in force.
    """

    day: pd.Timestamp
    unit: dict[str, Row]
    need: dict[str, Row]
    company: dict[str, Row]
    floors: dict[str, list[str]]
    buildings: list[Row]
    heights: dict[str, list[float]]
    high_rise_m: float
    sites: list[Row]
    leases: dict[str, list[Row]]
    let: dict[str, list[Row]]
    rules: list[Row]
    unsuitable: list[Row]
    conflicts: list[Row]
    waived: set[tuple[str, ...]]


def _book(park: Snapshot, rules: Any, space: pd.DataFrame, waivers: pd.DataFrame | None = None) -> Book:  # noqa: ANN401 - the Policy
    parent = dict(zip(rules.sectors["sector_code"], rules.sectors["parent"], strict=True))
    company = {}
    for row in _rows(park.tenants):
        unknown = {"fire_class": pd.NA, "bsl": pd.NA, "radiation_ok": pd.NA}
        company[row["tenant_id"]] = row | unknown | {"parent": parent.get(row["sector_code"], pd.NA)}
    need = {}
    for row in _rows(park.needs):
        who = company[row["tenant_id"]]
        need[row["need_id"]] = row | {"sector_code": who["sector_code"], "parent": who["parent"]}
    unit = _units(park, space)
    leases, let = _ledger(park, unit)
    hard = [row for row in _rows(rules.rules) if row["hardness"] == "hard"]
    stated = [row for row in _rows(rules.fit) if str(row["basis"]).startswith("stated")]
    return Book(
        day=pd.Timestamp(park.day),
        unit=unit,
        need=need,
        company=company,
        floors=_floors(unit),
        buildings=_rows(park.buildings),
        heights=_heights(park),
        high_rise_m=next(
            (row["value"] for row in _rows(rules.assumptions) if row["name"] == "high_rise_m"), HIGH_RISE_M
        ),
        sites=[row for row in _hard(rules.conflicts) if not _empty(row["place"]) and row["any_b"] is True],
        leases=leases,
        let=let,
        rules=[row for row in hard if row["need_column"] not in APART_FROM_TABLE],
        unsuitable=[row for row in stated if row["fit_level"] == "unsuitable"],
        conflicts=[row for row in _hard(rules.conflicts) if _empty(row["place"])],
        waived=promises.waived(park, waivers),
    )


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): cell for name, cell in row.items()} for row in pd.DataFrame(frame).to_dict("records")]


def _hard(conflicts: pd.DataFrame) -> list[Row]:
    return [row for row in _rows(conflicts) if row["machine"] is True and row["hardness"] == "hard"]


def _heights(park: Snapshot) -> dict[str, list[float]]:
    heights: dict[str, list[float]] = {}
    for row in _rows(park.floors):
        if not _empty(row["level"]) and row["level"] > 0:
            heights.setdefault(row["building_id"], []).append(row["floor_height_m"])
    return heights


def _ledger(park: Snapshot, unit: dict[str, Row]) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    leases: dict[str, list[Row]] = {}
    let: dict[str, list[Row]] = {}
    for row in _rows(park.leases):
        if row["state"] != "intended" and row["unit_id"] in unit:
            leases.setdefault(row["unit_id"], []).append(row)
            if not _empty(row["tenant_id"]):
                let.setdefault(unit[row["unit_id"]]["building_id"], []).append(row)
    return leases, let


def _floors(unit: dict[str, Row]) -> dict[str, list[str]]:
    floors: dict[str, list[str]] = {}
    for name, row in unit.items():
        floors.setdefault(row["floor_id"], []).append(name)
    return floors


def _units(park: Snapshot, space: pd.DataFrame) -> dict[str, Row]:
    floor = {row["floor_id"]: row for row in _rows(park.floors)}
    building = {row["building_id"]: row for row in _rows(park.buildings)}
    own = {row["unit_id"]: row for row in _rows(park.units)}
    nowhere = dict.fromkeys(park.floors.columns)  # a unit whose floor is not on record has an unknown one
    return {
        row["unit_id"]: building[row["building_id"]] | floor.get(row["floor_id"], nowhere) | own[row["unit_id"]] | row
        for row in _rows(space)
    }


def _empty(cell: Any) -> bool:  # noqa: ANN401 - a cell
    return bool(pd.isna(cell))


def _count(names: Iterator[str]) -> list[tuple[str, int]]:
    times: dict[str, int] = {}
    for name in names:
        times[name] = times.get(name, 0) + 1
    return sorted(times.items())


def _form(need: Row, own: list[Row], place: list[Row]) -> Iterator[str]:
    if any(row["tenant_id"] != need["tenant_id"] for row in own):
        yield "it is given to another company"
    if len({(str(row["valid_from"]), str(row["valid_to"])) for row in own}) > 1:
        yield "its units begin or end on different days"
    areas = [at["lettable_m2"] for at in place]
    if any(_empty(area) for area in areas):
        yield "the area of a unit is not known"
        return
    total = sum(areas)
    if total < need["area_min_m2"] * (1 - TOLERANCE) or total > need["area_max_m2"] * (1 + TOLERANCE):
        yield f"its area of {total} m² is not between {need['area_min_m2']} and {need['area_max_m2']}"
    if any(abs(row["area_m2"] - at["lettable_m2"]) > TOLERANCE for row, at in zip(own, place, strict=True)):
        yield "the plan notes another area than the unit has"


def _time(need: Row, own: list[Row], place: list[Row], book: Book) -> Iterator[str]:
    begin, end = own[0]["valid_from"], own[0]["valid_to"]
    if begin < book.day or (not _empty(need["wanted_from"]) and begin < need["wanted_from"]):
        yield "it begins before it can"
    if not _empty(need["wanted_to"]) and begin > need["wanted_to"]:
        yield "it begins too late"
    open_ended = _empty(need["term_months"])
    if _empty(end) != open_ended or (not open_ended and end != begin + pd.DateOffset(months=int(need["term_months"]))):
        yield "its term is another than asked"
    for at in place:
        if _empty(at["available_on"]) or begin < at["available_on"]:
            yield f"unit {at['unit_id']} is not free when it begins"
        for lease in book.leases.get(at["unit_id"], []):
            before = not _empty(lease["valid_to"]) and lease["valid_to"] <= begin
            behind = not _empty(end) and not _empty(lease["valid_from"]) and lease["valid_from"] >= end
            if not (before or behind):
                yield f"unit {at['unit_id']} is held by lease {lease['lease_id']}"


def _shape(need: Row, place: list[Row], book: Book) -> Iterator[str]:
    """In each building the units must be in one piece; of several buildings none may be more than it takes."""
    parts: dict[str, list[Row]] = {}
    for at in place:
        parts.setdefault(at["building_id"], []).append(at)
    for part in parts.values():
        yield from _piece(part, book)
    if len(parts) < 2:  # noqa: PLR2004 - not split
        return
    if _empty(need["split_max"]) or len(parts) > need["split_max"]:
        yield f"it is split over {len(parts)} buildings"
    if any(_empty(at["park_id"]) for at in place) or len({at["park_id"] for at in place}) > 1:
        yield "its buildings are not of one park"
    areas = [sum(at["lettable_m2"] for at in part if not _empty(at["lettable_m2"])) for part in parts.values()]
    if sum(areas) - min(areas) >= need["area_min_m2"] * (1 - TOLERANCE):
        yield "one of its buildings is not needed"
    if min(areas) < need["area_min_m2"] * LEAST_PART * (1 - TOLERANCE):
        yield "its part in one building is too small"


def _piece(place: list[Row], book: Book) -> Iterator[str]:
    """Units of one building must be a row on one floor, or whole floors one above another."""
    if len({at["floor_id"] for at in place}) == 1:
        places = sorted((at["position"] for at in place), key=lambda cell: -1 if _empty(cell) else cell)
        row = not any(_empty(cell) for cell in places)
        if len(place) == 1 or (row and places == list(range(places[0], places[0] + len(places)))):
            return
    whole = {at["floor_id"] for at in place}
    if sorted(at["unit_id"] for at in place) != sorted(name for floor in whole for name in book.floors[floor]):
        yield "its units are neither a row on one floor nor whole floors"
    levels = sorted(book.unit[book.floors[floor][0]]["level"] for floor in whole)
    storeys = [level + 1 if level < 0 else level for level in levels]
    if storeys != list(range(storeys[0], storeys[0] + len(storeys))):
        yield "its floors are not one above another"


def _cells(need: Row, at: Row, book: Book) -> Iterator[str]:
    for rule in book.rules:
        name, asked = rule["need_column"], need[rule["need_column"]]
        if _empty(asked) or asked is False:
            continue
        have = at[rule["offer_column"]]
        if name in BY_AREA and not _empty(have):
            asked, have = asked / need["area_min_m2"], have / at["lettable_m2"]
        if (_empty(have) or not _answers(rule, asked, have)) and not _spared(need, at, rule["rule_id"], book):
            yield f"unit {at['unit_id']} misses the rule {rule['rule_id']}"
    for row in book.unsuitable:
        here = row["zone_id"] == str(at["zone_id"]) and row["sector_code"] == str(need["sector_code"])
        stated = here and str(need["stage"]) in str(row["stages"]).split(";")
        if stated and not _spared(need, at, policy.ZONE_FIT, book):
            yield f"unit {at['unit_id']} lies in a zone that is stated to be unsuitable"


def _spared(need: Row, at: Row, rule_id: str, book: Book) -> bool:
    """Return whether a rule is waived for the company in the unit or its building."""
    return any((need["tenant_id"], rule_id, name, at[name]) in book.waived for name in ("unit_id", "building_id"))


def _answers(rule: Row, asked: Any, have: Any) -> bool:  # noqa: ANN401 - cells
    verb, argument = rule["verb"], rule["argument"]
    if verb in {"at_least", "at_most"}:
        slack = TOLERANCE * abs(asked)
        return bool(have >= asked - slack if verb == "at_least" else have <= asked + slack)
    if verb == "within":
        least, most = str(have).split(";")
        return bool(float(least) <= asked <= float(most))
    if verb == "covers":
        return _covered(rule["need_column"], asked, have)
    if verb == "one_of":
        return str(have) in str(asked).split(";")
    return str(have) == str(argument if asked is True and not _empty(argument) else asked)


def _covered(column: str, asked: Any, have: Any) -> bool:  # noqa: ANN401 - cells
    if asked is True:
        return have is True
    if column == "fire_class":
        order = list(schema.columns("needs")[column].values)
        return order.index(have) <= order.index(asked)
    return str(asked) in str(have).split(";")


def _is_use(row: Row, letter: str, who: Row) -> bool:
    def free(name: str) -> bool:
        return bool(_empty(row[f"{name}_{letter}"]))

    def among(name: str, cell: str) -> bool:
        return free(name) or str(who[cell]) in str(row[f"{name}_{letter}"]).split(";")

    bsl = 0 if _empty(who["bsl"]) else who["bsl"]
    isotopes = not _empty(who["radiation_ok"]) and bool(who["radiation_ok"])
    return (
        (among("sectors", "sector_code") or among("sectors", "parent"))
        and among("stages", "stage")
        and among("fire", "fire_class")
        and (free("bsl") or bsl >= row[f"bsl_{letter}"])
        and (free("radiation") or isotopes == row[f"radiation_{letter}"])
    )


def _exclude(row: Row, one: Row, two: Row) -> bool:
    for first, second in ((one, two), (two, one)):
        if _is_use(row, "a", first) and (row["any_b"] is True or _is_use(row, "b", second)):
            return True
    return False


def _spots(row: Row, one: Row, two: Row) -> str:
    """Return where two units meet: the floor or building that both are in, else both."""
    key = {"floor": "floor_id", "building": "building_id"}.get(row["scope"])
    return str(one[key]) if key else f"{one['unit_id']} beside {two['unit_id']}"


def _together(placed: dict[str, list[Row]], book: Book) -> Iterator[str]:
    pairs = [(one, two) for one in placed for two in placed if one < two]
    for row in book.conflicts:
        for one, two in pairs:
            first, second = book.need[one], book.need[two]
            if first["tenant_id"] == second["tenant_id"] or not _exclude(row, first, second):
                continue
            at = [(here, there) for here in placed[one] for there in placed[two] if nearness.meets(row, here, there)]
            if at:
                yield f"needs {one} and {two} may not share {_spots(row, *at[0])} ({row['conflict_id']})"


def _occupants(need: Row, place: list[Row], book: Book) -> Iterator[str]:
    """A unit must fit by itself from the first day on which the need could begin there, who leaves later clashes.

    Only what is surely of the other use counts: sector and stage are known of an occupant, its hazards are not.
    """
    for row in book.conflicts:
        clashing = _clashing(row, need, book)
        for at in place:
            begin = max(day for day in (book.day, need["wanted_from"], at["available_on"]) if not _empty(day))
            leases = book.let.values() if row["scope"] == "distance" else [book.let.get(at["building_id"], [])]
            for lease in (lease for home in leases for lease in home if lease["tenant_id"] in clashing):
                there = book.unit[lease["unit_id"]]
                gone = not _empty(lease["valid_to"]) and lease["valid_to"] <= begin
                clash = not gone and nearness.meets(row, at, there)
                if clash and not _spared(need, at, row["conflict_id"], book):
                    spot = _spots(row, at, there)
                    yield f"company {lease['tenant_id']} is in {spot} already ({row['conflict_id']})"


def _sites(need: Row, place: list[Row], book: Book) -> Iterator[str]:
    """Some uses may not be in a place of some kind, or near another building of it."""
    for row in book.sites:
        for at in place if _is_use(row, "a", need) else []:
            out = nearness.ruled_out(row, at, book.buildings, book.heights, book.high_rise_m)
            if out and not _spared(need, at, row["conflict_id"], book):
                yield f"unit {at['unit_id']} lies where {row['conflict_id']} rules it out"


def _clashing(row: Row, need: Row, book: Book) -> set[str]:
    """Return the other companies that are surely of the other use."""

    def known(letter: str) -> bool:
        return all(_empty(row[f"{name}_{letter}"]) for name in ("fire", "bsl", "radiation"))

    found, everybody = set(), row["any_b"] is True
    if _is_use(row, "a", need) and (everybody or known("b")):
        found |= {name for name, who in book.company.items() if everybody or _is_use(row, "b", who)}
    if known("a") and (everybody or _is_use(row, "b", need)):
        found |= {name for name, who in book.company.items() if _is_use(row, "a", who)}
    return found - {need["tenant_id"]}


def _account(plan: Plan, book: Book) -> Iterator[str]:
    if plan.value > plan.bound + TOLERANCE * (1 + abs(plan.bound)):
        yield "the plan is worth more than its bound"
    met = set(plan.assignments["need_id"])
    asked = {name: {row["need_id"] for row in book.need.values() if row["tenant_id"] == name} for name in book.company}
    for name in sorted(set(plan.placed) & set(plan.unplaced)):
        yield f"company {name} is both placed and unplaced"
    for name in sorted(set(plan.placed)):
        if not asked.get(name, set()) & met:
            yield f"company {name} counts as placed without a place"
    for name in sorted(set(plan.unplaced)):
        if asked.get(name, set()) <= met:
            yield f"company {name} counts as unplaced with all its needs placed"
