"""Rollover: let area by when its lease ends, and beside it what is vacant, what comes, and the demand counted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks import demand as needs_of
from parks import policy
from parks.status import dates, pipeline, rows, standings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

MONTHS = (12, 24, 36)
"""How far ahead each band reaches, from the snapshot's day."""
LATER, OPEN = "later", "open"
"""Bands beyond the last month, and of leases without an end."""
AHEAD = 12
"""Quarters that the balance looks ahead, after the one of the snapshot's day."""
LEANS = ("core", "supported")
"""Levels of zone fit that draw a need to a zone: the first at which the policy names a zone is the one that counts."""
ZONE, SEVERAL, NONE = "zone", "several", "none"
"""Lines of the balance by zone: one zone; needs that may lie in one of several zones; no zone known or said."""


def band_names(months: Sequence[int] = MONTHS) -> list[str]:
    """Return the bands in order of time: ``12``, ``24`` … (months up to which), `LATER`, `OPEN`."""
    return [*(str(month) for month in months), LATER, OPEN]


def bands(space: pd.DataFrame, months: Sequence[int] = MONTHS) -> pd.Series[str]:
    """Return in which band the lease of each unit ends; NA for a unit that is not let.

    A lease is in a band when the day after its last lies no more than so many months after the snapshot's day, and in
    no earlier one. Each let unit is in exactly one band.
    """
    names = band_names(months)
    place = np.full(len(space), len(months), dtype=np.int64)
    for at in reversed(range(len(months))):
        ends = space["until"] <= space["as_of"] + pd.DateOffset(months=months[at])
        place = np.where(ends.to_numpy(dtype=bool), at, place)
    place = np.where(space["until"].isna().to_numpy(), names.index(OPEN), place)
    place = np.where((space["state"] == "let").to_numpy(dtype=bool), place, -1)
    return pd.Series(pd.array(names, dtype="string").take(place, allow_fill=True), index=space.index)


def by(
    space: pd.DataFrame,
    level: str,
    months: Sequence[int] = MONTHS,
    counted_in: Mapping[str, str] | pd.Series[str] | None = None,
) -> pd.DataFrame:
    """Return the let area by place and by when its lease ends.

    Parameters
    ----------
    space
        Rows of `vacancy.by_unit`, all of them or a choice.
    level
        ``zone park building``.
    months
        How far each band reaches.
    counted_in
        As in `vacancy.by`.

    Returns
    -------
    DataFrame
        The level's id; `let_m2`; for each band (see `band_names`) ``end_<band>_m2``; ``leases open_leases
        unknown_leases standing``. Every place with let space, sorted by id, the one of unknown place last.

        Areas [m²] are sums of what is known, NA when there are leases and the area of none is known; the bands of a
        row add up to its `let_m2`. `leases` counts let units, `open_leases` those without an end, `unknown_leases`
        those of unknown area, which are in no sum.
    """
    let = space.assign(band=bands(space, months), zone_id=rows.counted(space["zone_id"], counted_in))
    let = let[let["band"].notna()].reset_index(drop=True)
    codes, ids = pd.factorize(let[f"{level}_id"], sort=True)
    groups = len(ids) + int((codes < 0).any())
    group = np.where(codes < 0, len(ids), codes).astype(np.int64)
    found = {f"{level}_id": rows.take(pd.Series(ids, dtype="string"), _within(groups, len(ids)))}
    found["let_m2"] = _area(let, group, groups)
    for name in band_names(months):
        here = (let["band"] == name).to_numpy(dtype=bool)
        found[f"end_{name}_m2"] = _area(let[here], group[here], groups)
    ended = (let["band"] == OPEN).to_numpy(dtype=bool)
    unknown = let["lettable_m2"].isna().to_numpy()
    return pd.DataFrame(found).assign(
        leases=rows.whole(np.bincount(group, minlength=groups)),
        open_leases=rows.whole(np.bincount(group[ended], minlength=groups)),
        unknown_leases=rows.whole(np.bincount(group[unknown], minlength=groups)),
        standing=standings.worst(standings.ranks(let["standing"]), group, groups),
    )


def by_quarter(space: pd.DataFrame) -> pd.DataFrame:
    """Return the let area by the quarter in which its lease ends (the last day of the lease counts).

    Returns
    -------
    DataFrame
        ``quarter area_m2 leases unknown_leases standing``, in order of time; the row without a quarter holds the
        leases without an end and comes last. `area_m2` as in `by`.
    """
    let = space[space["state"] == "let"].reset_index(drop=True)
    index = dates.quarter_index(let["until"] - pd.Timedelta(days=1))
    codes, quarters = pd.factorize(index, sort=True)
    groups = len(quarters) + int((codes < 0).any())
    group = np.where(codes < 0, len(quarters), codes).astype(np.int64)
    unknown = let["lettable_m2"].isna().to_numpy()
    names = dates.quarter_names(pd.Series(quarters, dtype="Int64"))
    return pd.DataFrame(
        {
            "quarter": rows.take(names, _within(groups, len(quarters))),
            "area_m2": _area(let, group, groups),
            "leases": rows.whole(np.bincount(group, minlength=groups)),
            "unknown_leases": rows.whole(np.bincount(group[unknown], minlength=groups)),
            "standing": standings.worst(standings.ranks(let["standing"]), group, groups),
        }
    )


def demand(park: Snapshot, rules: Policy) -> pd.DataFrame:
    """Return the open needs, each with how far it is counted on.

    Parameters
    ----------
    park
        The snapshot.
    rules
        The policy: assumptions ``pipeline.<stage>.weight``, shares 0–1 made up to be replaced by the user.

    Returns
    -------
    DataFrame
        ``need_id tenant_id pipeline wanted_from quarter area_min_m2 area_max_m2 weight weighted_min_m2
        weighted_max_m2 standing``, sorted by need.

        - `quarter`: in which it wants to move in; a day that is past, or empty (at once), is the snapshot's quarter;
        - `weight`: of the stage of its company; NA when the stage is not known or has no weight: such a need is in no
          weighted sum.
    """
    needs = park.needs[needs_of.waiting(park)].reset_index(drop=True)
    stage = rows.take(park.tenants["pipeline"], rows.find(park.tenants["tenant_id"], needs["tenant_id"]))
    names = "pipeline." + stage + ".weight"
    weight = rows.take(rules.assumptions["value"], rows.find(rules.assumptions["name"], names)).astype("Float64")
    today = pd.Timestamp(park.day)
    wanted = needs["wanted_from"].where(needs["wanted_from"] > today, today)
    kept = needs[["need_id", "tenant_id", "wanted_from", "area_min_m2", "area_max_m2", "standing"]]
    found = kept.assign(pipeline=stage, quarter=dates.quarters(wanted), weight=weight)
    found["weighted_min_m2"] = found["area_min_m2"] * weight
    found["weighted_max_m2"] = found["area_max_m2"] * weight
    order = ["need_id", "tenant_id", "pipeline", "wanted_from", "quarter", "area_min_m2", "area_max_m2"]
    return found[[*order, "weight", "weighted_min_m2", "weighted_max_m2", "standing"]]


def balance(park: Snapshot, rules: Policy, space: pd.DataFrame, ahead: int = AHEAD) -> pd.DataFrame:
    """Return by quarter what falls free and comes against the demand that is counted on.

    Parameters
    ----------
    park, rules
        Snapshot and policy.
    space
        `vacancy.by_unit(park)`.
    ahead
        Quarters after the one of the snapshot's day.

    Returns
    -------
    DataFrame
        ``quarter vacant_m2 ending_m2 coming_m2 demand_min_m2 demand_max_m2 supply_total_m2 demand_total_m2
        balance_m2``, one row a quarter without a gap.

        - `vacant_m2`: what is vacant on the day, in the first row, 0 in the others;
        - `ending_m2`: let area whose lease ends in the quarter; `coming_m2`: new buildings and renovations due in it;
        - `demand_min_m2`, `demand_max_m2`: least and most area of the open needs wanted in it, times their weights;
        - `supply_total_m2`, `demand_total_m2`: vacant, ending and coming, and the least demand, added up to the
          quarter's end; `balance_m2` is their difference.

        All areas [m²] are sums of what is known: what has no area, no day or no weight is in no row and is told by
        `left_out`. That a lease ends does not say that its company leaves: the supply is the most there can be.
    """
    return _line(_ahead(park, ahead), space, pipeline.supply(park), demand(park, rules))


def leanings(
    park: Snapshot,
    rules: Policy,
    needs: pd.DataFrame,
    counted_in: Mapping[str, str] | pd.Series[str] | None = None,
) -> list[tuple[str, ...]]:
    """Return for each need the zones that the policy would have it in: several, one or none.

    Parameters
    ----------
    park, rules
        Snapshot and policy.
    needs
        ``need_id tenant_id``, as `demand` returns them.
    counted_in
        As in `vacancy.by`.

    Returns
    -------
    list
        Ids of zones, sorted: those that are core for the sector of the company at the stage of the need, else those
        that support it. None where the sector is not known or no zone is core or supports it.
    """
    stage = rows.take(park.needs["stage"], rows.find(park.needs["need_id"], needs["need_id"]))
    sector = rows.take(park.tenants["sector_code"], rows.find(park.tenants["tenant_id"], needs["tenant_id"]))
    pairs = list(zip(sector, stage, strict=True))
    found = {pair: _leaning(rules, *pair, counted_in) for pair in dict.fromkeys(pairs)}
    return [found[pair] for pair in pairs]


def balance_by_zone(
    park: Snapshot,
    rules: Policy,
    space: pd.DataFrame,
    counted_in: Mapping[str, str] | pd.Series[str] | None = None,
    ahead: int = AHEAD,
) -> pd.DataFrame:
    """Return `balance` by zone and quarter.

    Parameters
    ----------
    park, rules, space, ahead
        As in `balance`.
    counted_in
        As in `vacancy.by`.

    Returns
    -------
    DataFrame
        ``line zone_id``, the columns of `balance`, ``shared_total_m2``. First the zones by id, then the two lines of
        no one zone; quarters in order of time. In each quarter the lines add up to the row of `balance`.

        - `line`: ``zone``; ``several``: needs that `leanings` draws to more than one zone, each counted here once and
          in no zone; ``none``: needs for which no zone is said, and space whose zone is not known;
        - `shared_total_m2`: what of the line ``several`` may lie in this zone as well as in others (least demand,
          added up to the quarter's end); it is in no sum, and NA on the two other lines.
    """
    names = _ahead(park, ahead)
    wanted, coming = demand(park, rules), pipeline.supply(park, counted_in)
    leans = leanings(park, rules, wanted, counted_in)
    many = np.array([len(zones) > 1 for zones in leans], dtype=np.bool_)
    wanted = wanted.assign(zone_id=pd.array([zones[0] if len(zones) == 1 else None for zones in leans], dtype="string"))
    space = space.assign(zone_id=rows.counted(space["zone_id"], counted_in))
    known = {*space["zone_id"].dropna(), *coming["zone_id"].dropna()}.union(*leans)
    made = []
    for zone in sorted(known):
        here = [frame[frame["zone_id"].eq(zone).fillna(value=False)] for frame in (space, coming, wanted)]
        shared = wanted[np.array([len(zones) > 1 and zone in zones for zones in leans], dtype=np.bool_)]
        total = _by_name(shared, "weighted_min_m2", names).cumsum()
        made.append(_line(names, *here).assign(line=ZONE, zone_id=zone, shared_total_m2=total))
    several = _line(names, space[:0], coming[:0], wanted[many])
    nowhere = [frame[frame["zone_id"].isna()] for frame in (space, coming, wanted[~many])]
    made += [several.assign(line=SEVERAL), _line(names, *nowhere).assign(line=NONE)]
    found = pd.concat(made, ignore_index=True)
    found = found.reindex(columns=["line", "zone_id", *several.columns, "shared_total_m2"])
    return found.astype({"line": "string", "zone_id": "string", "shared_total_m2": "Float64"})


def until(frame: pd.DataFrame, quarter: str) -> pd.DataFrame:
    """Return one row a line of `balance_by_zone`: everything added up to the end of a quarter, without `quarter`."""
    upto = frame[frame["quarter"] <= quarter]
    parts = ["vacant_m2", "ending_m2", "coming_m2", "demand_min_m2", "demand_max_m2"]
    lines = upto.groupby(["line", "zone_id"], dropna=False, sort=False)
    last = ["supply_total_m2", "demand_total_m2", "balance_m2", "shared_total_m2"]
    ends = upto[upto["quarter"] == quarter][last].reset_index(drop=True)
    return pd.concat([lines[parts].sum().reset_index(), ends], axis=1)


def left_out(park: Snapshot, rules: Policy, space: pd.DataFrame) -> dict[str, int]:
    """Return how many rows are in no sum of `balance`.

    ``open_leases`` (let, without an end), ``unknown_areas`` (let or vacant units of unknown area), ``undated_units``
    (to come, of unknown day or area), ``unweighted_needs`` (open, of a company whose stage is not known).
    """
    let = space["state"] == "let"
    coming = pipeline.supply(park)
    undated = coming["units"].where(coming["quarter"].isna(), coming["unknown_units"])
    return {
        "open_leases": int((let & space["until"].isna()).sum()),
        "unknown_areas": int((space["state"].isin(["let", "vacant"]) & space["lettable_m2"].isna()).sum()),
        "undated_units": int(undated.sum()),
        "unweighted_needs": int(demand(park, rules)["weight"].isna().sum()),
    }


def _leaning(
    rules: Policy, sector: object, stage: object, counted_in: Mapping[str, str] | pd.Series[str] | None
) -> tuple[str, ...]:
    """Return the zones that the policy would have a sector in at a stage; none where the sector is not known."""
    if not isinstance(sector, str):
        return ()
    fit = policy.zone_fit(rules, sector, stage if isinstance(stage, str) else None)
    zones = (rows.counted(fit.loc[fit["level"].isin([level]), "zone_id"], counted_in) for level in LEANS)
    return next((tuple(sorted(set(named))) for named in zones if len(named)), ())


def _ahead(park: Snapshot, ahead: int) -> pd.Series[str]:
    """Return the names of the quarter of the snapshot's day and of those after it."""
    first = int(dates.quarter_index(pd.Series([pd.Timestamp(park.day)])).iloc[0])
    return dates.quarter_names(pd.Series(np.arange(first, first + ahead + 1), dtype="Int64"))


def _line(names: pd.Series[str], space: pd.DataFrame, coming: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """Return the balance over the quarters `names` of some space, space to come and needs."""
    found = pd.DataFrame({"quarter": names})
    vacant = space.loc[space["state"] == "vacant", "lettable_m2"].sum()
    found["vacant_m2"] = rows.area(np.where(np.arange(len(names)) == 0, float(vacant), 0.0), np.zeros(len(names), bool))
    parts = (
        ("ending_m2", by_quarter(space), "area_m2"),
        ("coming_m2", coming, "lettable_m2"),
        ("demand_min_m2", wanted, "weighted_min_m2"),
        ("demand_max_m2", wanted, "weighted_max_m2"),
    )
    for name, frame, column in parts:
        found[name] = _by_name(frame, column, names)
    found["supply_total_m2"] = (found["vacant_m2"] + found["ending_m2"] + found["coming_m2"]).cumsum()
    found["demand_total_m2"] = found["demand_min_m2"].cumsum()
    return found.assign(balance_m2=found["supply_total_m2"] - found["demand_total_m2"])


def _within(groups: int, known: int) -> NDArray[np.int64]:
    """Return the place of each group, −1 for the one after those known."""
    place = np.arange(groups, dtype=np.int64)
    return np.where(place < known, place, -1)


def _area(let: pd.DataFrame, group: NDArray[np.int64], groups: int) -> pd.Series[float]:
    """Return the known area of each group [m²], NA where there are units and the area of none is known."""
    area = let["lettable_m2"].to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(area)
    total = np.bincount(group[known], weights=area[known], minlength=groups).astype(np.float64)
    units, told = np.bincount(group, minlength=groups), np.bincount(group[known], minlength=groups)
    return rows.area(total, (units > 0) & (told == 0))


def _by_name(frame: pd.DataFrame, column: str, names: pd.Series[str]) -> pd.Series[float]:
    """Return the known sum of `column` in each of the quarters, 0 where nothing is known."""
    sums = frame[frame["quarter"].notna()].groupby("quarter")[column].sum()
    return names.map(sums).astype("Float64").fillna(0.0)
