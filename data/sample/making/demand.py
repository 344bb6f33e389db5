"""Applicants and needs: made up, a mirror of the vacant space with some that are hard to place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from making import companies, draw, uses

if TYPE_CHECKING:
    import numpy as np

APPLICANTS = 110
EXPANSIONS = 20
DEMAND = 1.0
"""Least area asked for, as a multiple of the area that nobody firmly holds (part of that is already intended)."""
SMALLEST, LARGEST = 500, 12_000
SPLIT_FROM = 6_000
"""Least area from which a company may be split over two buildings."""
AREA = {
    "research": (900, 6500),
    "incubation": (600, 3200),
    "pilot": (1300, 7500),
    "production": (1400, 7600),
    "headquarters": (1000, 7500),
}
"""Least areas by stage before they are scaled to the vacant area, m²."""
PIPELINE = (("lead", "contact", "visit", "negotiation", "signed"), (0.22, 0.28, 0.24, 0.2, 0.06))
HARD: tuple[dict[str, Any], ...] = (
    {"sector": "CDM-CHEM", "stage": "production", "fire_class": "甲", "ground_floor": True, "area": 1450},
    {"sector": "INN-SM", "stage": "production", "fire_class": "甲", "area": 3200, "dual_power": True},
    {"sector": "CDM-CHEM", "stage": "production", "fire_class": "甲", "area": 5200, "process_drain": True},
    {"sector": "ISO-MED", "stage": "production", "radiation_ok": True, "ground_floor": True, "area": 1050},
    {"sector": "INN-RPH", "stage": "production", "radiation_ok": True, "ground_floor": True, "area": 1000},
    {"sector": "INN-RPH", "stage": "production", "radiation_ok": True, "floor_load_kn_m2": 20.0, "area": 900},
    {"sector": "CDM-BIO", "stage": "production", "cleanroom_m2": 1500, "area": 6000, "dual_power": True},
    {"sector": "DEV-GEN", "stage": "production", "bonded": True, "area": 7000, "freight_lift_t": 3.0},
    {"sector": "MFG-LOC", "stage": "production", "bonded": True, "area": 9500, "dual_power": True},
    {"sector": "CDM-DEV", "stage": "pilot", "bonded": True, "area": 3600, "exhaust_shaft": True},
    {"sector": "RDS-CRO", "stage": "research", "bsl": 3, "area": 1500, "exhaust_shaft": True},
    {"sector": "INN-AB", "stage": "production", "area": 12000, "floor_height_m": 7.5, "floor_load_kn_m2": 20.0},
    {"sector": "DEV-IMG", "stage": "production", "ground_floor": True, "floor_load_kn_m2": 20.0, "area": 1450},
    {"sector": "INN-ADC", "stage": "production", "fire_class": "乙", "area": 4200, "dual_power": True},
)
"""Needs that few places can meet."""


def applicants(vacancies: list[draw.Row]) -> list[draw.Row]:
    """Return the applicants, by zone and stage as the `vacancies` are; the first few are hard to place."""
    rng = draw.stream("applicants")
    names = companies.Names(draw.stream("applicant names"))
    weights = [unit["_area"] for unit in vacancies]
    rows = []
    for number in range(1, APPLICANTS + 1):
        hard = HARD[number - 1] if number <= len(HARD) else None
        if hard:
            code, stage = hard["sector"], hard["stage"]
        else:
            building = draw.pick(rng, vacancies, weights)["_building"]
            stage = "production" if building["use_type"] == "warehouse" else building["use_type"]
            code = companies.sector(rng, building["_zone"], stage)
        row = companies.tenant(names, f"A{number:03d}", "applicant", code, stage)
        zone = None if hard else building["_zone"]
        owner = f"示例招商{draw.pick(rng, '一二三四')}组"
        rows.append({**row, "pipeline": draw.pick(rng, *PIPELINE), "owner": owner, "_hard": hard, "_zone": zone})
    return rows


def needs(applying: list[draw.Row], sitting: list[draw.Row], vacant_m2: float) -> list[draw.Row]:
    """Return one need of every applicant and the wishes of some sitting tenants to grow."""
    rng = draw.stream("expansions")
    able = [row for row in sitting if row["stage"]]
    growing = sorted((able[int(n)] for n in rng.permutation(len(able))[:EXPANSIONS]), key=lambda row: row["tenant_id"])
    made = [_need(row, f"N{number:03d}") for number, row in enumerate(applying + growing, start=1)]
    _scale(made, vacant_m2 * DEMAND)
    for row in made:
        _rest(row)
    for column in ("wanted_from", "wanted_to", "rent_max_cny_m2_day", "power_kva", "fire_class", "term_months"):
        draw.blank(made, column, 0.05)
    return made


def _need(tenant: draw.Row, need_id: str) -> draw.Row:
    rng = draw.stream(f"need {tenant['tenant_id']}")
    low, high = AREA[tenant["stage"]]
    area = low * (high / low) ** rng.random()
    hard = tenant.get("_hard") or {}
    return {
        "need_id": need_id,
        "tenant_id": tenant["tenant_id"],
        "stage": tenant["stage"],
        "_area": float(hard.get("area", area)),
        "_fixed": "area" in hard,
        "_tenant": tenant,
        "_rng": rng,
        **draw.MARKS,
    }


def _scale(made: list[draw.Row], wanted_m2: float) -> None:
    """Stretch the free areas until their sum is near `wanted_m2`, within the smallest and the largest."""
    for _ in range(6):
        free = [row for row in made if not row["_fixed"] and SMALLEST < row["_area"] < LARGEST]
        rest = sum(row["_area"] for row in made) - sum(row["_area"] for row in free)
        factor = (wanted_m2 - rest) / sum(row["_area"] for row in free)
        for row in free:
            row["_area"] = min(LARGEST, max(SMALLEST, row["_area"] * factor))


def _rest(row: draw.Row) -> None:
    """Fill a need whose area is settled: areas, days, rent, and what the space must bear."""
    rng, tenant = row["_rng"], row["_tenant"]
    least = round(row["_area"] / 50) * 50
    row["area_min_m2"] = least
    row["area_max_m2"] = round(least * (1.15 + 0.5 * rng.random()) / 50) * 50
    opens = draw.months(dt.date(2026, 12, 1), int(18 * rng.random() ** 1.7))
    row["wanted_from"] = opens
    row["wanted_to"] = draw.months(opens, int(rng.integers(4, 13)))
    row["term_months"] = draw.pick(rng, (36, 60, 84, 120), (0.35, 0.4, 0.15, 0.1))
    zone = tenant.get("_zone") or "Z-ZJ"
    row["rent_max_cny_m2_day"] = uses.rent(zone, uses.USES[row["stage"]], rng.normal(1.12, 0.1))
    row["split_max"] = 2 if least >= SPLIT_FROM else None
    row["priority"] = draw.pick(rng, (None, 1.5, 2.0, 3.0), (0.74, 0.12, 0.1, 0.04))
    TECHNICAL[row["stage"]](row, rng)
    if tenant["sector_code"].startswith("CGT") or tenant["sector_code"] in {"CDM-BIO", "INN-RNA"}:
        row["bsl"] = 2 if draw.chance(rng, 0.6) else None
    hard = tenant.get("_hard") or {}
    row |= {name: value for name, value in hard.items() if name not in {"sector", "stage", "area"}}


def _power(row: draw.Row, rng: np.random.Generator, low: int, high: int) -> float:
    """Return the power that the least area needs at a density between `low` and `high` W/m²."""
    return round(row["area_min_m2"] * draw.between(rng, low, high, 5) / 0.9 / 1000 / 10) * 10


def _research(row: draw.Row, rng: np.random.Generator) -> None:
    row["floor_height_m"] = draw.pick(rng, (4.2, 4.5, 4.8), (0.4, 0.4, 0.2)) if draw.chance(rng, 0.6) else None
    row["floor_load_kn_m2"] = draw.pick(rng, (3.0, 3.5, 5.0), (0.4, 0.45, 0.15)) if draw.chance(rng, 0.6) else None
    row["power_kva"] = _power(row, rng, 60, 90)
    row["process_drain"] = True if draw.chance(rng, 0.5) else None
    row["exhaust_shaft"] = True if draw.chance(rng, 0.6) else None
    row["fire_class"] = draw.pick(rng, ("丙", "丁"), (0.7, 0.3))


def _incubation(row: draw.Row, rng: np.random.Generator) -> None:
    row["power_kva"] = _power(row, rng, 50, 75)
    row["exhaust_shaft"] = True if draw.chance(rng, 0.4) else None
    row["fire_class"] = draw.pick(rng, ("丙", "丁"), (0.6, 0.4))


def _pilot(row: draw.Row, rng: np.random.Generator) -> None:
    row["floor_height_m"] = draw.pick(rng, (4.5, 5.0, 5.5), (0.4, 0.45, 0.15))
    row["floor_load_kn_m2"] = draw.pick(rng, (5.0, 7.5, 8.0, 10.0), (0.35, 0.35, 0.2, 0.1))
    row["power_kva"] = _power(row, rng, 80, 115)
    row["dual_power"] = True if draw.chance(rng, 0.35) else None
    row["process_drain"] = True if draw.chance(rng, 0.7) else None
    row["exhaust_shaft"] = True if draw.chance(rng, 0.6) else None
    row["freight_lift_t"] = 2.0 if draw.chance(rng, 0.5) else None
    row["fire_class"] = draw.pick(rng, ("丙", "乙", "丁"), (0.87, 0.03, 0.1))


def _production(row: draw.Row, rng: np.random.Generator) -> None:
    row["floor_height_m"] = draw.pick(rng, (5.0, 5.5, 7.0), (0.4, 0.5, 0.1))
    row["floor_load_kn_m2"] = draw.pick(rng, (7.5, 8.0, 10.0, 20.0), (0.35, 0.4, 0.2, 0.05))
    row["clear_height_m"] = 4.0 if draw.chance(rng, 0.25) else None
    row["power_kva"] = _power(row, rng, 95, 145)
    row["dual_power"] = True if draw.chance(rng, 0.6) else None
    row["process_drain"] = True if draw.chance(rng, 0.8) else None
    row["exhaust_shaft"] = True if draw.chance(rng, 0.7) else None
    row["freight_lift_t"] = draw.pick(rng, (None, 2.0, 3.0), (0.3, 0.4, 0.3))
    row["cleanroom_m2"] = round(0.1 * row["area_min_m2"]) if draw.chance(rng, 0.1) else None
    row["fire_class"] = draw.pick(rng, ("丙", "乙", "丁"), (0.86, 0.06, 0.08))


def _headquarters(row: draw.Row, rng: np.random.Generator) -> None:
    row["power_kva"] = _power(row, rng, 40, 55)
    row["floor_load_kn_m2"] = 2.5 if draw.chance(rng, 0.4) else None


TECHNICAL = {
    "research": _research,
    "incubation": _incubation,
    "pilot": _pilot,
    "production": _production,
    "headquarters": _headquarters,
}
"""What each stage asks of its space."""
