"""Whether a plan keeps every hard rule, told by simple code that shares nothing with the solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import policy, schema
from parks.matching import promises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.matching.allocation import Plan
    from parks.snapshot import Snapshot

Row = dict[str, Any]
TOLERANCE = 1e-6
"""Rounding that numbers are forgiven, relative."""
BY_AREA = ("power_kva", "cleanroom_m2")
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
        faults = [*_form(need, own, place), *_time(need, own, place, book), *_shape(place, book)]
        faults += [fault for at in place for fault in _cells(need, at, book)]
        faults += _occupants(need, place, book)
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
    leases
        Leases of each unit.
    within
        Leases with a company, by floor and by building.
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
    leases: dict[str, list[Row]]
    within: dict[str, list[Row]]
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
    leases, within = _ledger(park, unit)
    hard = [row for row in _rows(rules.rules) if row["hardness"] == "hard"]
    stated = [row for row in _rows(rules.fit) if str(row["basis"]).startswith("stated")]
    return Book(
        day=pd.Timestamp(park.day),
        unit=unit,
        need=need,
        company=company,
        floors=_floors(unit),
        leases=leases,
        within=within,
        rules=[row for row in hard if row["need_column"] not in APART_FROM_TABLE],
        unsuitable=[row for row in stated if row["fit_level"] == "unsuitable"],
        conflicts=[
            row
            for row in _rows(rules.conflicts)
            if row["machine"] is True and row["hardness"] == "hard" and _empty(row["place"])
        ],
        waived=promises.waived(park, waivers),
    )


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): cell for name, cell in row.items()} for row in pd.DataFrame(frame).to_dict("records")]


def _ledger(park: Snapshot, unit: dict[str, Row]) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    leases: dict[str, list[Row]] = {}
    within: dict[str, list[Row]] = {}
    for row in _rows(park.leases):
        if row["state"] != "intended" and row["unit_id"] in unit:
            leases.setdefault(row["unit_id"], []).append(row)
            if not _empty(row["tenant_id"]):
                within.setdefault(unit[row["unit_id"]]["floor_id"], []).append(row)
                within.setdefault(unit[row["unit_id"]]["building_id"], []).append(row)
    return leases, within


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


def _shape(place: list[Row], book: Book) -> Iterator[str]:
    """Units must be a row on one floor, or whole floors one above another."""
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
    if len({at["building_id"] for at in place}) > 1 or storeys != list(range(storeys[0], storeys[0] + len(storeys))):
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


def _together(placed: dict[str, list[Row]], book: Book) -> Iterator[str]:
    for row in book.conflicts:
        key = "floor_id" if row["scope"] == "floor" else "building_id"
        for one, here in placed.items():
            for two, there in placed.items():
                first, second = book.need[one], book.need[two]
                shared = sorted({at[key] for at in here} & {at[key] for at in there})
                other = one < two and first["tenant_id"] != second["tenant_id"]
                if other and shared and _exclude(row, first, second):
                    yield f"needs {one} and {two} may not share {shared[0]} ({row['conflict_id']})"


def _occupants(need: Row, place: list[Row], book: Book) -> Iterator[str]:
    """A unit must fit by itself from the first day on which the need could begin there, who leaves later clashes.

    Only what is surely of the other use counts: sector and stage are known of an occupant, its hazards are not.
    """
    for row in book.conflicts:
        for at in place:
            begin = max(day for day in (book.day, need["wanted_from"], at["available_on"]) if not _empty(day))
            spot = at["floor_id" if row["scope"] == "floor" else "building_id"]
            for lease in book.within.get(spot, []):
                gone = not _empty(lease["valid_to"]) and lease["valid_to"] <= begin
                other = lease["tenant_id"] != need["tenant_id"] and lease["tenant_id"] in book.company
                clash = other and not gone and _surely(row, need, book.company[lease["tenant_id"]])
                if clash and not _spared(need, at, row["conflict_id"], book):
                    yield f"company {lease['tenant_id']} is in {spot} already ({row['conflict_id']})"


def _surely(row: Row, need: Row, who: Row) -> bool:
    def known(letter: str) -> bool:
        return all(_empty(row[f"{name}_{letter}"]) for name in ("fire", "bsl", "radiation"))

    second = row["any_b"] is True or (known("b") and _is_use(row, "b", who))
    first = known("a") and _is_use(row, "a", who)
    return (_is_use(row, "a", need) and second) or (first and (row["any_b"] is True or _is_use(row, "b", need)))


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
