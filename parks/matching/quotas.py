"""Quotas: at least or at most so much of a zone's area for given sectors, as limits of the allocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import demand
from parks.matching import refusals, verbs
from parks.matching.choices import Limit
from parks.matching.refusals import CannotError, Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.fit import Pairs
    from parks.matching.patterns import Columns

    Floats = NDArray[np.float64]

NAMES = ("quota_id", "zone_id", "sectors", "sense", "share", "area_m2", "price")
SENSES = ("at_least", "at_most")
REPORT = {
    "quota_id": "string",
    "zone_id": "string",
    "sectors": "string",
    "sense": "string",
    "asked_m2": "Float64",
    "held_m2": "Float64",
    "missing_m2": "Float64",
    "unknown_m2": "Float64",
    "price": "Float64",
    "forced": "boolean",
    "shadow": "Float64",
}
"""Columns of `report` and their dtypes."""


@dataclass(frozen=True, slots=True, eq=False)
class Quota:
    """One quota, read.

    Parameters
    ----------
    quota_id, zone_id, sectors, sense
        As given.
    asked_m2
        Area that it asks for, or allows.
    held_m2
        Area that companies of the sectors hold on the day; the plan may give it to others.
    unknown_m2
        Area held by companies whose sector is not known. It does not count as theirs; it may be.
    limit
        The same for the solver.
    """

    quota_id: str
    zone_id: str
    sectors: str
    sense: str
    asked_m2: float
    held_m2: float
    unknown_m2: float
    limit: Limit


def read(pairs: Pairs, columns: Columns, frame: pd.DataFrame | None) -> tuple[list[Quota], list[Refusal]]:
    """Return the quotas, and those that cannot be read.

    Parameters
    ----------
    pairs, columns
        The open needs, the units and the placements.
    frame
        quota_id zone_id sectors (codes or groups, ``;`` between) sense (``at_least``, ``at_most``), either share (0–1
        of the lettable area known in the zone) or area_m2, price (weighted m² for each m² missing or too much; empty:
        none may be). A zone holds the zones that are counted in it.

    Notes
    -----
    Counted is the state that the plan makes: a unit counts for whom the plan gives it to, else for who lets, has
    reserved or fits it out on the day.
    """
    found: dict[str, Quota] = {}
    refused = []
    for number, row in enumerate([] if frame is None else frame.to_dict("records")):
        line = {name: None if verbs.empty(row.get(name)) else row[name] for name in NAMES}
        name = str(line["quota_id"] or number)
        try:
            found[name] = _quota(pairs, columns, name, line, set(found))
        except CannotError as cannot:
            refused.append(Refusal("quotas", number, name, cannot.kind, cannot.against))
    return list(found.values()), refused


def _quota(pairs: Pairs, columns: Columns, name: str, line: dict[str, Any], others: set[str]) -> Quota:
    if line["quota_id"] is None:
        refusals.refuse("name")
    if name in others:
        refusals.refuse("twice", name)
    frame, area = pairs.desk.offers.frame, np.nan_to_num(pairs.desk.offers.area)
    counted, zone = pairs.desk.zones.counted, str(line["zone_id"])
    inside = np.array([zone in {at, counted.get(at, at)} for at in frame["zone_id"].fillna("").astype(str)], dtype=bool)
    _checked(pairs, line, inside=bool(inside.any()))
    sectors = set(str(line["sectors"]).split(";"))
    within = area * inside
    of_need = np.array([_among(need["sector_code"], need["parent"], sectors) for need in pairs.needs], dtype=bool)
    parent = dict(zip(pairs.desk.policy.sectors["sector_code"], pairs.desk.policy.sectors["parent"], strict=True))
    lets = (frame["state"].isin(demand.PLACED) & frame["tenant_id"].notna()).to_numpy(dtype=bool)
    codes = [None if verbs.empty(code) else str(code) for code in frame["sector_code"]]
    theirs = lets & np.array([_among(code, parent.get(code), sectors) for code in codes], dtype=bool)
    open_ = lets & np.array([code is None for code in codes], dtype=bool)
    given, taken = columns.sums(within), columns.sums(within * theirs)
    weight = given * of_need[columns.need] - taken
    held = float(within[theirs].sum())
    asked = float(line["area_m2"]) if line["share"] is None else float(line["share"]) * float(within.sum())
    price = np.inf if line["price"] is None else float(line["price"])
    least = line["sense"] == "at_least"
    sign = -1 if least else 1
    limit = Limit(sign * weight, sign * (asked - held), price, sign * within, sign * within * theirs, of_need)
    words = (name, zone, str(line["sectors"]), str(line["sense"]))
    return Quota(*words, asked, held, float(within[open_].sum()), limit)


def _checked(pairs: Pairs, line: dict[str, Any], *, inside: bool) -> None:
    """Raise what is wrong with a line."""
    if not inside:
        refusals.refuse("zone", str(line["zone_id"] or ""))
    known = set(pairs.desk.policy.sectors["sector_code"])
    strange = sorted(set(str(line["sectors"] or "").split(";")) - known)
    if strange:
        refusals.refuse("sectors", *strange)
    if line["sense"] not in SENSES:
        refusals.refuse("sense")
    share, area, price = line["share"], line["area_m2"], line["price"]
    if (share is None) == (area is None) or (share is not None and not 0 <= share <= 1) or (area or 0) < 0:
        refusals.refuse("amount")
    if price is not None and not price > 0:
        refusals.refuse("price")


def _among(code: Any, group: Any, sectors: set[str]) -> bool:  # noqa: ANN401 - cells
    return any(not verbs.empty(cell) and str(cell) in sectors for cell in (code, group))


def report(quotas: list[Quota], chosen: NDArray[np.int64], *, forced: bool | None, shadow: Floats) -> pd.DataFrame:
    """Return one row a quota: how the plan keeps it.

    Parameters
    ----------
    quotas
        As read.
    chosen
        The columns of the plan.
    forced
        Whether no plan misses less in all of the quotas without a price; None when that is not known.
    shadow
        Price of a m² of each quota in the relaxation.

    Returns
    -------
    DataFrame
        quota_id zone_id sectors sense asked_m2 held_m2 (when the plan is carried out) missing_m2 (too little, or too
        much) unknown_m2 price (NA: none may be missing) forced (NA when nothing is missing, the quota has a price, or
        it is not known) shadow.
    """
    rows = []
    for quota, rate in zip(quotas, shadow, strict=True):
        missing, sign = quota.limit.over(chosen), -1 if quota.sense == "at_least" else 1
        held = quota.held_m2 + sign * float(quota.limit.weight[chosen].sum())
        short = quota.limit.hard and missing > 0 and forced
        rows.append(
            {
                "quota_id": quota.quota_id,
                "zone_id": quota.zone_id,
                "sectors": quota.sectors,
                "sense": quota.sense,
                "asked_m2": quota.asked_m2,
                "held_m2": held,
                "missing_m2": missing,
                "unknown_m2": quota.unknown_m2,
                "price": pd.NA if quota.limit.hard else quota.limit.price,
                "forced": True if short else pd.NA,
                "shadow": float(rate),
            }
        )
    return pd.DataFrame(rows, columns=list(REPORT)).astype(REPORT)
