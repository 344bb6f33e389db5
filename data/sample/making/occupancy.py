"""Tenants in place and their leases: made up, run by run along each building, vacancy by zone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from making import companies, draw, uses

if TYPE_CHECKING:
    import numpy as np

VACANT = {
    "Z-CORE-W": 0.21,
    "Z-CORE-E": 0.265,
    "Z-ZJ": 0.245,
    "Z-CELL": 0.22,
    "Z-WGQ": 0.235,
    "Z-EXPO": 0.27,
    "Z-JQ": 0.255,
    "Z-LG": 0.275,
    "Z-LGB": 0.265,
}
"""Made-up share of completed lettable area that nobody firmly holds, by zone."""
TENANTS = 260
RUNS = ((1, 2, 3, 5, 8, 13), (0.26, 0.25, 0.17, 0.16, 0.11, 0.05))
"""Units that one company holds side by side, and how often."""
STATES = (("let", "fitting_out", "reserved", "locked"), (0.885, 0.055, 0.04, 0.02))
EXPIRY = ((2026, 2027, 2028, 2029, 2030, 2031, 2032, 0), (0.04, 0.17, 0.2, 0.19, 0.16, 0.12, 0.08, 0.04))
"""Year in which a lease ends, and how often; 0 is open."""
SHORTEST = 300
"""Days that a lease runs at the least."""
TERMS = ((24, 36, 60, 84, 120), (0.12, 0.38, 0.32, 0.12, 0.06))
PLACED = (
    "示例：靠近上下游企业 (sample: near suppliers)",
    "示例：满足层高与荷载 (sample: height and load fit)",
    "示例：扩租相邻房源 (sample: took the next unit)",
)


KEPT = "示例：区级项目预留 (sample: kept for the district)"


class Leases:
    """Collects lease rows and numbers them."""

    def __init__(self) -> None:
        """Begin with no rows."""
        self.rows: list[draw.Row] = []

    def add(self, run: list[draw.Row], state: str, span: tuple[Any, Any], **more: object) -> None:
        """Hold every unit of a run in one state over one span of days."""
        for unit in run:
            row = {"lease_id": f"L{len(self.rows) + 1:05d}", "unit_id": unit["unit_id"], "state": state}
            self.rows.append({**row, "valid_from": span[0], "valid_to": span[1], **more, **draw.MARKS})


def runs(units: list[draw.Row]) -> list[list[draw.Row]]:
    """Return the units of each building cut into runs of neighbours, floor by floor."""
    by_building: dict[str, list[draw.Row]] = {}
    for unit in units:
        by_building.setdefault(unit["building_id"], []).append(unit)
    cut = []
    for name, rooms in by_building.items():
        rng = draw.stream(f"runs {name}")
        while rooms:
            length = draw.pick(rng, *RUNS)
            cut.append(rooms[:length])
            rooms = rooms[length:]  # noqa: PLW2901 - the rest of the building
    return cut


def standing(run: list[draw.Row]) -> str:
    """Return what keeps a run from being let now: not_built, renovation, or nothing (market)."""
    building = run[0]["_building"]
    if building["_cohort"] == "under_way":
        return "not_built"
    project = building.get("_renewal")
    return "renovation" if project and project["_state"] == "under_way" else "market"


def vacant(cut: list[list[draw.Row]]) -> set[int]:
    """Return the numbers of the runs that stand empty: in each zone as many as its share asks for."""
    rng = draw.stream("vacant runs")
    empty: set[int] = set()
    for zone, share in VACANT.items():
        here = [n for n, run in enumerate(cut) if run[0]["_building"]["_zone"] == zone and standing(run) == "market"]
        wanted = share * sum(_area(cut[n]) for n in here)
        for n in (here[int(k)] for k in rng.permutation(len(here))):
            if _area(cut[n]) <= wanted:
                empty.add(n)
                wanted -= _area(cut[n])
    return empty


def tenants(cut: list[list[draw.Row]], empty: set[int]) -> tuple[list[draw.Row], dict[int, draw.Row]]:
    """Return the made-up tenants and who holds each run; zones share the tenants by their runs."""
    held = [n for n, run in enumerate(cut) if n not in empty and standing(run) == "market"]
    names = companies.Names(draw.stream("tenant names"))
    rows: list[draw.Row] = []
    holder: dict[int, draw.Row] = {}
    for zone in VACANT:
        rng = draw.stream(f"tenants {zone}")
        here = [n for n in held if cut[n][0]["_building"]["_zone"] == zone]
        here = [here[int(k)] for k in rng.permutation(len(here))]
        count = max(3, round(TENANTS * len(here) / len(held)))
        first, rest = here[:count], here[count:]
        for n in first:
            holder[n] = _tenant(rng, names, zone, cut[n], len(rows) + 1)
            rows.append(holder[n])
        for n in rest:
            kin = [m for m in first if cut[m][0]["_building"]["use_type"] == cut[n][0]["_building"]["use_type"]]
            near = [m for m in kin if cut[m][0]["_building"]["park_id"] == cut[n][0]["_building"]["park_id"]]
            holder[n] = holder[draw.pick(rng, near or kin or first)]
    return rows, holder


def _tenant(rng: np.random.Generator, names: companies.Names, zone: str, run: list[draw.Row], number: int) -> draw.Row:
    building = run[0]["_building"]
    stage = None if building["use_type"] == "warehouse" else building["use_type"]
    code = companies.sector(rng, zone, stage) if stage else "SUP-LOG"
    row = companies.tenant(names, f"S{number:03d}", "tenant", code, stage)
    return {**row, "zone_id": zone, "park_id": building["park_id"], "_zone": zone}


def leases(
    cut: list[list[draw.Row]], empty: set[int], holder: dict[int, draw.Row], applicants: list[draw.Row]
) -> list[draw.Row]:
    """Return every lease and hold, past, present and to come; no unit is firmly held twice on one day."""
    book = Leases()
    for n, run in enumerate(cut):
        rng = draw.stream(f"lease {run[0]['unit_id']}")
        kind = standing(run)
        if "_renewal" in run[0]["_building"]:
            _renovation(book, run)
        if kind == "not_built":
            _before_built(book, rng, run, list(holder.values()))
        elif n in empty:
            _empty(book, rng, run, list(holder.values()), applicants)
        elif kind == "market":
            _held(book, rng, run, holder[n])
    for row in book.rows:
        if row.get("rent_cny_m2_day") is not None and draw.chance(draw.stream(f"rent {row['lease_id']}"), 0.03):
            row["rent_cny_m2_day"] = None
    return book.rows


def _held(book: Leases, rng: np.random.Generator, run: list[draw.Row], tenant: draw.Row) -> None:
    """Write the present holding of a run, what was before it and what is signed to follow."""
    start, cap = _market_from(run), _market_until(run)
    state = draw.pick(rng, *STATES)
    room = (draw.DAY - start).days
    terms = {"tenant_id": tenant["tenant_id"], "rent_cny_m2_day": _rent(rng, run)}
    if state == "locked":
        since = draw.days(draw.DAY, -min(room, int(rng.integers(30, 240))))
        until = draw.months(draw.DAY.replace(day=1), int(rng.integers(3, 15))) if draw.chance(rng, 0.6) else None
        book.add(run, "locked", (since, _earlier(until, cap)), reason=KEPT)
        return
    if state in {"reserved", "fitting_out"}:
        since = draw.days(draw.DAY, -min(room, int(rng.integers(10, 100))))
        opens = draw.months(draw.DAY.replace(day=1), int(rng.integers(2, 6)))
        book.add(run, state, (since, _earlier(opens, cap)), **terms, reason=draw.pick(rng, PLACED))
        if cap is None or opens < cap:
            book.add(run, "let", (opens, _earlier(draw.months(opens, 60), cap)), **terms)
        return
    until = _expiry(rng)
    term = draw.pick(rng, *TERMS)
    since = draw.months(until, -term) if until else draw.days(draw.DAY, -int(rng.integers(200, 1500)))
    since = draw.term_day(max(start, min(since, draw.days(draw.DAY, -20))))
    if since > draw.DAY:
        since = start
    if until and (until - since).days < SHORTEST:
        until = draw.months(draw.term_day(since), 36)
    ends = _earlier(until, cap)
    book.add(run, "let", (since, ends), **terms, reason=draw.pick(rng, (None, None, None, *PLACED)))
    soon = ends is not None and cap is None and ends <= draw.months(draw.DAY, 14)
    if ends and soon and draw.chance(rng, 0.3):
        book.add(run, "let", (ends, draw.months(ends, draw.pick(rng, (36, 60)))), **terms)


def _empty(
    book: Leases,
    rng: np.random.Generator,
    run: list[draw.Row],
    past: list[draw.Row],
    applicants: list[draw.Row],
) -> None:
    """Write who left a vacant run, and who means to take it."""
    start = _market_from(run)
    left = draw.days(draw.DAY, -int(rng.integers(0, 480)))
    if draw.chance(rng, 0.45) and (left - start).days > 400:  # noqa: PLR2004 - a year and a month
        since = max(start, draw.months(left, -draw.pick(rng, (24, 36, 60))))
        tenant = draw.pick(rng, past)
        book.add(run, "let", (since, left), tenant_id=tenant["tenant_id"], rent_cny_m2_day=_rent(rng, run))
    if draw.chance(rng, 0.12):
        since = draw.days(draw.DAY, -int(rng.integers(0, 45)))
        tenant = draw.pick(rng, applicants)
        until = draw.days(since, 120)
        book.add(run, "intended", (max(since, start), until), tenant_id=tenant["tenant_id"], reason=PLACED[1])


def _renovation(book: Leases, run: list[draw.Row]) -> None:
    """Hold a run while its building is renewed."""
    project = run[0]["_building"]["_renewal"]
    book.add(run, "renovation", (project["_days"]["started"][1], project["_days"]["completed"][1]))


def _before_built(book: Leases, rng: np.random.Generator, run: list[draw.Row], pool: list[draw.Row]) -> None:
    """Let a few runs of buildings still under construction, from some time after their expected completion."""
    expected = run[0]["_building"]["completed_on"]
    if expected is None or not draw.chance(rng, 0.12):
        return
    opens = draw.term_day(draw.days(expected, int(rng.integers(45, 120))))
    tenant = draw.pick(rng, pool)
    terms = {"tenant_id": tenant["tenant_id"], "rent_cny_m2_day": _rent(rng, run)}
    book.add(run, "let", (opens, draw.months(opens, 48)), **terms)


def _market_from(run: list[draw.Row]) -> dt.date:
    """Return the first day on which a run can be held."""
    building = run[0]["_building"]
    project = building.get("_renewal")
    if project and project["_state"] == "done":
        return draw.days(project["_days"]["completed"][1], 1)
    return draw.days(building["completed_on"], 10) if building["completed_on"] <= draw.DAY else draw.DAY


def _market_until(run: list[draw.Row]) -> dt.date | None:
    """Return the day on which a planned renewal empties a run."""
    project = run[0]["_building"].get("_renewal")
    if not project or project["_state"] != "to_come":
        return None
    day: dt.date = project["_days"]["started"][1]
    return day


def _expiry(rng: np.random.Generator) -> dt.date | None:
    year = draw.pick(rng, *EXPIRY)
    if not year:
        return None
    return dt.date(year, int(rng.integers(11 if year == draw.DAY.year else 1, 13)), draw.pick(rng, (1, 16)))


def _rent(rng: np.random.Generator, run: list[draw.Row]) -> float:
    building = run[0]["_building"]
    return uses.rent(building["_zone"], building["_use"], rng.normal(0.98, 0.09))


def _area(run: list[draw.Row]) -> float:
    return float(sum(unit["_area"] for unit in run))


def _earlier(day: dt.date | None, cap: dt.date | None) -> dt.date | None:
    return min((d for d in (day, cap) if d is not None), default=None)
