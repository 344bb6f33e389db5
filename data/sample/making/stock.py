"""Buildings, floors and units: made up, on the parks that `places.csv` gives buildings."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from making import draw, footprints, uses

if TYPE_CHECKING:
    import numpy as np

GAP_M = 20
"""Road between two buildings of a park."""
SHAPES = ("bar", "angle", "court")
ROW_LETTERS = "ABCDEFGH"


def buildings(places: list[draw.Row]) -> list[draw.Row]:
    """Return the buildings of every park; those of the new-build programme have no completion date yet."""
    rows: list[draw.Row] = []
    for place in places:
        if int(place["buildings"]):
            rows += _campus(place)
    return rows


def _campus(place: draw.Row) -> list[draw.Row]:
    rng = draw.stream(f"campus {place['park_id']}")
    plans = [_plan(rng, place, cohort, use) for cohort, use in _cohorts(rng, place)]
    columns = math.ceil(math.sqrt(len(plans)))
    lines = math.ceil(len(plans) / columns)
    boxes = [footprints.size(plan["_corners"]) for plan in plans]
    pitch = (max(box[0] for box in boxes) + GAP_M, max(box[1] for box in boxes) + GAP_M)
    centre = (float(place["lon"]), float(place["lat"]))
    for number, plan in enumerate(plans):
        line, column = divmod(number, columns)
        at = ((column - (columns - 1) / 2) * pitch[0], ((lines - 1) / 2 - line) * pitch[1])
        door = f"{ROW_LETTERS[line]}{column + 1}"
        plan["building_id"] = f"{place['park_id']}-{door}"
        plan["name_zh"] = f"{place['short_zh']}·示例楼 {door}"
        plan["name_en"] = f"{place['short_en']} · sample building {door}"
        plan["geometry"] = footprints.wkt(plan["_corners"], at, centre, float(place["rotation_deg"]))
    return plans


def _cohorts(rng: np.random.Generator, place: draw.Row) -> list[tuple[str, str]]:
    """Return cohort (old, done, under_way) and use of every building, in a mixed order."""
    done, under_way = int(place["new_done"]), int(place["new_under_way"])
    old = int(place["buildings"]) - done - under_way
    weights = [part.rsplit(" ", 1) for part in (place["uses"] or "").split(";") if part]
    wanted = [use for use, count in weights for _ in range(int(count))]
    mixed = [("old", wanted[n % len(wanted)]) for n in range(old)]
    mixed = [mixed[int(n)] for n in rng.permutation(old)]
    return mixed + [("done", place["new_use"])] * done + [("under_way", place["new_use"])] * under_way


def _plan(rng: np.random.Generator, place: draw.Row, cohort: str, key: str) -> draw.Row:
    use = uses.USES[key] if cohort == "old" else _new(key)
    corners = _corners(rng, use)
    storeys = int(rng.integers(use.storeys[0], use.storeys[1] + 1))
    below = int(draw.chance(rng, use.basement)) * (2 if key == "headquarters" and draw.chance(rng, 0.3) else 1)
    plate = footprints.area_m2(corners)
    floors = [round(plate * (1 if level < 7 else 0.86) * (0.985 + 0.015 * rng.random())) for level in range(storeys)]  # noqa: PLR2004 - towers step back
    above, under = sum(floors), round(below * plate * 1.12)
    year = int(rng.integers(int(place["era_from"]), int(place["era_to"]) + 1))
    return {
        "park_id": place["park_id"],
        "use_type": use.use_type,
        "status": "built" if cohort != "under_way" else "under_construction",
        "completed_on": dt.date(year, int(rng.integers(1, 13)), int(rng.integers(1, 29))),
        "floors_above": storeys,
        "floors_below": below,
        "gfa_m2": above + under,
        "above_ground_m2": above,
        "far_area_m2": round(above * (0.95 + 0.1 * rng.random())),
        "fire_class": _fire(rng, use, place["zone_id"]),
        "fire_rating": draw.pick(rng, (1, 2), (0.35, 0.65)),
        "land_use": draw.pick(rng, list(use.land), list(use.land.values())),
        "bonded": place["bonded"] == "yes",
        **draw.MARKS,
        "_corners": corners,
        "_cohort": cohort,
        "_use": use,
        "_floors": floors,
        "_under": under,
        "_gfa": above + under,
        "_zone": place["zone_id"],
    }


def _new(key: str) -> uses.Use:
    """Return the use of a new building: the old use's manners on the large plates of the programme."""
    old, new = uses.USES[key], uses.NEW
    if key in {"production", "hazard"}:
        return replace(new, fire=old.fire if key == "hazard" else new.fire, land=old.land)
    large = {"width": new.width, "depth": new.depth, "storeys": new.storeys, "units": new.units}
    return replace(old, **large)


def _fire(rng: np.random.Generator, use: uses.Use, zone: str) -> str:
    """Return the fire class: 甲 only where the use brings it, 乙 chiefly in the zones that take production."""
    weights = dict(use.fire)
    if zone not in {"Z-LG", "Z-JQ", "Z-WGQ"} and "甲" not in weights:
        weights["乙"] = weights.get("乙", 0) / 3
    return str(draw.pick(rng, list(weights), list(weights.values())))


def _corners(rng: np.random.Generator, use: uses.Use) -> footprints.Corners:
    width = draw.between(rng, *use.width, 0.5)
    depth = draw.between(rng, *use.depth, 0.5)
    shape = draw.pick(rng, SHAPES, (0.72, 0.2, 0.08))
    if shape == "bar" or use.use_type == "warehouse":
        return footprints.bar(width, depth)
    thin = max(30.0 if shape == "court" else 20.0, depth * 0.72)
    arm = draw.between(rng, 0.5 * thin, 0.9 * thin, 0.5)
    return footprints.angle(width, thin, arm) if shape == "angle" else footprints.court(width, thin * 0.75, arm)


def floors(rows: list[draw.Row]) -> list[draw.Row]:
    """Return every floor of the buildings, basements too; basements hold no units."""
    made = []
    for building in rows:
        rng = draw.stream(f"floors {building['building_id']}")
        for level in range(1, building["floors_below"] + 1):
            gfa = round(building["_under"] / building["floors_below"])
            made.append(_floor(building, -level, gfa, (draw.between(rng, 3.6, 4.5, 0.1), 0.9, 4.0)))
        use: uses.Use = building["_use"]
        ground = draw.between(rng, *use.ground_height, 0.1)
        upper = draw.between(rng, *use.upper_height, 0.1)
        loads = (draw.pick(rng, use.ground_load), draw.pick(rng, use.upper_load))
        ducts = draw.between(rng, 0.8, 1.3, 0.05)
        for level, gfa in enumerate(building["_floors"], start=1):
            spec = (ground, ducts, loads[0]) if level == 1 else (upper, ducts, loads[1])
            made.append(_floor(building, level, gfa, spec))
    return made


def _floor(building: draw.Row, level: int, gfa: int, spec: tuple[float, float, float]) -> draw.Row:
    height, ducts, load = spec
    name = f"F{level:02d}" if level > 0 else f"B{-level}"
    return {
        "floor_id": f"{building['building_id']}-{name}",
        "building_id": building["building_id"],
        "level": level,
        "gfa_m2": gfa,
        "floor_height_m": height,
        "clear_height_m": round(height - ducts, 2),
        "floor_load_kn_m2": load,
        **draw.MARKS,
        "_building": building,
    }


def units(rows: list[draw.Row]) -> list[draw.Row]:
    """Return one to four units for every floor above ground."""
    made = []
    for floor in rows:
        if floor["level"] > 0:
            made += _split(floor)
    return made


def _split(floor: draw.Row) -> list[draw.Row]:
    rng = draw.stream(f"units {floor['floor_id']}")
    building = floor["_building"]
    use: uses.Use = building["_use"]
    count = draw.pick(rng, (1, 2, 3, 4), use.units)
    shares = [0.8 + 0.4 * rng.random() for _ in range(count)]
    return [_unit(rng, floor, position, share / sum(shares)) for position, share in enumerate(shares, start=1)]


def _unit(rng: np.random.Generator, floor: draw.Row, position: int, share: float) -> draw.Row:
    building = floor["_building"]
    use: uses.Use = building["_use"]
    gfa = round(floor["gfa_m2"] * share, 1)
    lettable = round(gfa * min(0.88, max(0.8, rng.normal(0.84, 0.018))), 1)
    clean: Any = draw.between(rng, 0.15 * lettable, 0.5 * lettable, 10) if draw.chance(rng, use.cleanroom) else 0
    isotopes = 0.3 if building["_zone"] == "Z-LG" and floor["level"] == 1 else 0.01 if floor["level"] == 1 else 0
    return {
        "unit_id": f"{floor['floor_id']}-{position}",
        "building_id": floor["building_id"],
        "floor_id": floor["floor_id"],
        "name": f"{floor['level']}{position:02d}",
        "position": position,
        "lettable_m2": lettable,
        "gfa_m2": gfa,
        "power_kva": round(lettable * draw.between(rng, *use.power_w_m2, 1) / 0.9 / 1000 / 5) * 5,
        "dual_power": draw.chance(rng, use.dual_power),
        "process_drain": draw.chance(rng, use.process_drain),
        "exhaust_shaft": draw.chance(rng, use.exhaust_shaft),
        "freight_lift_t": draw.pick(rng, use.freight_lift_t),
        "cleanroom_m2": clean,
        "bsl": 2 if draw.chance(rng, use.bsl2) else 1,
        "radiation_ok": draw.chance(rng, isotopes),
        "asking_rent_cny_m2_day": uses.rent(building["_zone"], use, rng.normal(1.0, 0.06)),
        **draw.MARKS,
        "_building": building,
        "_level": floor["level"],
        "_area": lettable,
    }


def gaps(rows: list[draw.Row], storeys: list[draw.Row], rooms: list[draw.Row]) -> None:
    """Make some cells unknown, once everything that rests on them is drawn."""
    for column, share in (("gfa_m2", 0.015), ("above_ground_m2", 0.02), ("far_area_m2", 0.06), ("fire_rating", 0.04)):
        draw.blank(rows, column, share)
    draw.blank(rows, "fire_class", 0.03)
    draw.blank(rows, "land_use", 0.03)
    for column in ("floor_height_m", "clear_height_m", "floor_load_kn_m2"):
        draw.blank(storeys, column, 0.03)
    draw.blank(rooms, "lettable_m2", 0.006)
    draw.blank(rooms, "asking_rent_cny_m2_day", 0.02)
    for column in (
        "power_kva",
        "dual_power",
        "process_drain",
        "exhaust_shaft",
        "freight_lift_t",
        "bsl",
        "radiation_ok",
    ):
        draw.blank(rooms, column, 0.03)
    draw.blank(rooms, "cleanroom_m2", 0.02)
