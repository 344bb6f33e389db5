"""What the policy says of a sector in a zone, and what a sector needs at a stage where the company has not said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import policy, schema
from parks.matching import criteria, verbs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parks.matching.criteria import Need, Reading
    from parks.matching.offers import Offers

RULE = policy.ZONE_FIT
WEIGHT = 2.0
REQUIREMENT = policy.REQUIREMENT
"""Criterion that holds the weight of all requirements."""
REQUIREMENT_WEIGHT = 0.5
LEVELS = {"core": 1.0, "supported": 0.8, "neutral": 0.5, "unsuitable": 0.1}
"""Value of each level of zone fit where the policy's assumptions give none for level and basis."""
KINDS = ("minimum", "typical")
"""Kinds of requirement that stand in for an empty cell of a need, in this order."""
WATTS_PER_KVA = 1000.0
"""At power factor 1: densities in W/m² are read as the least kVA that could serve them."""


def assumption(rules: Any, name: str, default: float) -> float:  # noqa: ANN401 - the Policy
    """Return an assumption of the policy, `default` when it does not hold it."""
    found = rules.assumptions.loc[rules.assumptions["name"] == name, "value"]
    return default if found.empty else float(found.iloc[0])


@dataclass(frozen=True, slots=True, eq=False)
class Zoning:
    """The policy's fit of zones and sectors, ready to be looked up.

    Parameters
    ----------
    rows
        Rows of the fit by zone and sector.
    counted
        Zone → zone that it is counted in.
    worth
        Value of each level and basis that the policy assumes one for, by the assumption's name.
    weight
        Weight of the zone policy in the score.
    """

    rows: Mapping[tuple[str, str], Any]
    counted: Mapping[str, str]
    worth: Mapping[str, float]
    weight: float


def plan(rules: Any) -> Zoning:  # noqa: ANN401 - the Policy
    """Return the zone plan of the policy."""
    return Zoning(
        rows={(row.zone_id, row.sector_code): row for row in rules.fit.itertuples()},
        counted=dict(zip(rules.zones["zone_id"], rules.zones["counted_in"], strict=True)),
        worth={str(row.name): float(row.value) for row in rules.assumptions.itertuples(index=False)},
        weight=assumption(rules, "weight.zone_fit", WEIGHT),
    )


def reading(need: Need, offers: Offers, zones: Zoning) -> Reading:
    """Return the zone policy read for a need.

    A zone without a row of its own is read as the zone that it is counted in, a sector as its parent.
    Core, supported and neutral fit. Unsuitable does not: hard where the papers state it for the stage, soft with a low
    value where it is inferred, or holds only because the stage lies outside those that the row names.
    Without a sector or a row the verdict is unknown.
    """
    sectors = [code for code in (need["sector_code"], need["parent"]) if not verbs.empty(code)]
    size = len(offers.zones) + 1  # the last stands for a zone that is not known
    hard = np.zeros(size, dtype=np.bool_)
    verdict = np.full(size, verbs.UNKNOWN, dtype=np.int8)
    value = np.full(size, np.nan)
    said, source, standing = ([blank] * size for blank in (pd.NA, "", "inferred"))
    for code, zone in enumerate(offers.zones):
        row = _row(zones, zone, sectors)
        if row is None:
            continue
        level, stated = level_of(row, need["stage"])
        basis = row.basis if stated else "inferred"
        hard[code] = level == "unsuitable" and stated
        verdict[code] = verbs.UNFIT if level == "unsuitable" else verbs.FITS
        value[code] = zones.worth.get(f"zone_fit.{level}.{basis}", LEVELS[level])
        said[code] = f"{level} ({basis})"
        source[code] = "" if verbs.empty(row.document_id) else str(row.document_id)
        standing[code] = str(row.standing)
    words, at = pd.Series(said, dtype="string"), offers.zone
    asked = " ".join(str(cell) for cell in (need["sector_code"], need["stage"]) if not verbs.empty(cell))
    return criteria.Reading(
        rule_id=RULE,
        hard=hard[at],
        weight=zones.weight,
        verdict=verdict[at],
        value=value[at],
        need=asked,
        offer=lambda: words.iloc[at],
        source=np.array(source, dtype=object)[at],
        standing=np.array(standing, dtype=object)[at],
    )


def _row(zones: Zoning, zone: str, sectors: list[str]) -> Any:  # noqa: ANN401 - a row or None
    for place in dict.fromkeys((zone, zones.counted.get(zone, zone))):
        for sector in sectors:
            if (place, sector) in zones.rows:
                return zones.rows[place, sector]
    return None


def level_of(row: Any, stage: Any) -> tuple[str, bool]:  # noqa: ANN401 - a row and a cell
    """Return the level of fit at a stage, and whether the papers state it."""
    if not verbs.empty(stage) and stage in verbs.listed(row.stages):
        return str(row.fit_level), str(row.basis).startswith("stated")
    return str(row.outside_scope_fit), False


def requirements(rules: Any) -> list[Any]:  # noqa: ANN401 - the Policy
    """Return the requirements that speak of a column of needs in a way we can compare, minimum before typical.

    A load or height for special equipment does not hold for the whole space and is left out.
    """
    frame = rules.requirements
    stated = frame["criterion"].notna() & frame["value_min"].notna() & frame["rule_type"].isin(KINDS)
    special = frame["attribute"].str.endswith("_special")
    rows = frame[stated & ~special].itertuples()
    return sorted(
        (row for row in rows if asked(row) is not None), key=lambda row: (KINDS.index(row.rule_type), row.req_id)
    )


def required(need: Need, offers: Offers, rows: list[Any], by_column: dict[str, Any], weight: float) -> list[Reading]:
    """Return, for each cell that a need leaves empty, what its sector requires at its stage, as a soft rule.

    Of several rows for a cell the sector's own go before its group's, those before the ones for all; then `KINDS`, then
    id. A row for the ground floor or for upper floors is read for those units only.
    """
    ground = (offers.frame["level"] == 1).to_numpy(dtype=bool, na_value=False)
    masks = {"": None, "ground": ground, "upper": ~ground}
    readings = []
    for (column, part), row in _chosen(need, rows, by_column).items():
        amount = float(asked(row) or 0)
        scaled = amount * float(need["area_min_m2"]) if row.unit == "W/m2" else amount
        read = criteria.compared(need, offers, by_column[column], scaled)
        soft = np.zeros(len(read.hard), dtype=np.bool_)
        readings.append(
            replace(
                read,
                rule_id=row.req_id,
                hard=soft,
                weight=weight,
                source=row.source,
                standing=row.standing,
                applies=masks[part],
                group=REQUIREMENT,
            )
        )
    return readings


def _chosen(need: Need, rows: list[Any], by_column: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """Return the requirement that stands for each empty cell and part of the building."""
    found: dict[tuple[str, str], Any] = {}
    settled: set[str] = set()
    for sector in [*(code for code in (need["sector_code"], need["parent"]) if not verbs.empty(code)), "ALL"]:
        here = [row for row in rows if row.sector_code == sector and row.stage in ("ALL", need["stage"])]
        usable = [row for row in here if row.criterion in by_column and verbs.empty(need[row.criterion])]
        for row in usable:
            if row.criterion not in settled:
                found.setdefault((row.criterion, _part(row)), row)
        settled |= {row.criterion for row in usable}
    return found


def _part(row: Any) -> str:  # noqa: ANN401 - a row of the requirements
    last = str(row.attribute).rpartition("_")[2]
    return last if last in {"ground", "upper"} else ""


def asked(row: Any) -> float | None:  # noqa: ANN401 - a row of the requirements
    """Return the least that a requirement asks, in its column's unit (kVA per m² for W/m²); None in another unit."""
    if row.unit == "W/m2":
        return float(row.value_min) / WATTS_PER_KVA if row.criterion == "power_kva" else None
    unit = schema.columns("needs")[row.criterion].unit.replace("²", "2")
    return float(row.value_min) if (verbs.empty(row.unit) or row.unit in {unit, "class"}) and _counts(row) else None


def _counts(row: Any) -> bool:  # noqa: ANN401 - a row of the requirements
    return schema.columns("needs")[row.criterion].type in {"int", "number"}
