"""The wish to sit near one's own space and near the companies of one's chain, read from who holds space by a lease."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from parks import crs, policy
from parks.matching import criteria, verbs, zoning
from parks.matching import offers as offering

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from parks.matching.criteria import Need, Reading
    from parks.matching.offers import Offers
    from parks.snapshot import Snapshot

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

RULE = policy.CHAIN
WEIGHT = 0.5
REACH_M = 2_000.0
"""Distance at which nearness is worth 0, where the policy assumes none."""
SECTOR_GROUP = "Sector group of the policy: no paper says which sectors make a chain"
WISHED = "Companies that the need names"


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Who holds space where, and how near every building is to every other.

    Parameters
    ----------
    ids
        Ids of the buildings.
    held
        Companies and buildings in which they hold space by a firm lease: tenant_id, group (of sectors), building, home
        (of that building), until (the latest end, inf when open).
    building
        Building of each unit, by number.
    home
        Park of each building, by number; the building itself where it is in none.
    lost
        Whether it is not known where a building lies.
    places
        Middle of each building, east and north of the middle of all [m]: within 50 km of it distances are true to
        0.001 %. NaN where it is lost.
    tree
        The same, to be searched.
    reach_m, weight
        The reach, and the weight in the score.
    known
        What has been worked out already, by whom a need wishes to be near.
    """

    ids: pd.Index[str]
    held: pd.DataFrame
    building: Ints
    home: Ints
    lost: Bools
    places: Floats
    tree: shapely.STRtree
    reach_m: float
    weight: float
    known: dict[tuple[str, ...], Fronts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Fronts:
    """For each building the holders of whom none is both nearer and there for longer.

    Parameters
    ----------
    held
        The holders, by number.
    number
        Buildings × ranks: number of a holder; −1 where there is no further one.
    worth, until
        The same: how near it is (0 for none), and until when it is there (−inf for none).
    stray
        Last end of a holder of whose building it is not known where it lies; −inf when there is none.
    """

    held: pd.DataFrame
    number: Ints
    worth: Floats
    until: Floats
    stray: float


def plan(park: Snapshot, rules: Any, offers: Offers, weight: float) -> Chains:  # noqa: ANN401 - the Policy
    """Return who holds space on or after the day by a firm lease, and what lies within reach of what."""
    frame = park.buildings
    ids = pd.Index(frame["building_id"]).append(pd.Index(offers.frame["building_id"].unique())).unique()
    homes, _ = pd.factorize(frame.set_index("building_id")["park_id"].reindex(ids))
    reach = zoning.assumption(rules, "chain.reach_m", REACH_M)
    places = _middles(frame.set_index("building_id").geometry.reindex(ids))
    lost = np.isnan(places[:, 0])
    points = np.array(shapely.points(places), dtype=object)
    points[lost] = None
    home = np.where(homes < 0, len(ids) + np.arange(len(ids)), homes)
    held = _held(park, rules, ids)
    return Chains(
        ids=ids,
        held=held.assign(home=home[held["building"]]),
        building=ids.get_indexer(pd.Index(offers.frame["building_id"])).astype(np.int64),
        home=home,
        lost=lost,
        places=places,
        tree=shapely.STRtree(points),
        reach_m=reach,
        weight=weight,
    )


def _middles(shapes: gpd.GeoSeries) -> Floats:
    """Return the middle of each shape, east and north [m] of the middle of all; NaN where there is no shape."""
    found = np.asarray(shapely.centroid(shapes.to_numpy()), dtype=object)
    lon, lat = shapely.get_x(found), shapely.get_y(found)
    if np.isnan(lon).all():
        return np.column_stack([lon, lat])
    return np.column_stack(crs.to_local(np.nanmean(lon), np.nanmean(lat), lon, lat))


def _near(chains: Chains, buildings: Ints) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of any building and one of `buildings` within reach, and how near they are; both by number.

    1 is in one place, 0 at the reach. By building, the nearest first.
    """
    goal, one = chains.tree.query(chains.tree.geometries[buildings], predicate="dwithin", distance=chains.reach_m)
    two = buildings[goal]
    apart = np.hypot(*(chains.places[one] - chains.places[two]).T)
    order = np.lexsort((two, apart, one))
    order = order[apart[order] < chains.reach_m]
    return one[order], two[order], 1 - apart[order] / chains.reach_m


def _held(park: Snapshot, rules: Any, ids: pd.Index[str]) -> pd.DataFrame:  # noqa: ANN401 - the Policy
    leases = park.leases
    until = offering.day_numbers(leases["valid_to"], np.inf)
    building = leases["unit_id"].map(park.units.set_index("unit_id")["building_id"])
    rows = pd.DataFrame({"tenant_id": leases["tenant_id"], "building": ids.get_indexer(pd.Index(building))})
    firm = leases["state"].isin(offering.FIRM) & leases["tenant_id"].notna() & (rows["building"] >= 0)
    rows = rows.assign(until=until)[firm & (until > offering.day_number(park.day))]
    parents = dict(zip(rules.sectors["sector_code"], rules.sectors["parent"], strict=True))
    sectors = park.tenants.set_index("tenant_id")["sector_code"]
    group = sectors.map(parents).fillna(sectors)
    last = rows.groupby(["tenant_id", "building"])["until"].max().reset_index()
    return last.assign(group=last["tenant_id"].map(group))


def reading(need: Need, offers: Offers, chains: Chains) -> Reading | None:
    """Return how near each unit is to whom a need wishes to be near; None when none of those holds space.

    These are the companies that the need names, else those of its company's sector group; and its own space always.
    Who leaves before the need could begin does not count. In one park it is worth 1, then less with the distance. It is
    unknown where nobody is known to be within reach and the place of the unit's building, or of a holder's, is not.
    """
    wished = verbs.listed(need["near"])
    group = need["sector_code"] if verbs.empty(need["parent"]) else need["parent"]
    fronts = _fronts(chains, wished, str(need["tenant_id"]), "" if verbs.empty(group) else str(group))
    if not (len(fronts.held) or wished):
        return None
    when = criteria.window(need, offers)
    start = np.where(np.isfinite(when.start), when.start, when.earliest)
    there = fronts.until[chains.building] > start[:, None]
    worth = np.where(there, fronts.worth[chains.building], 0.0)
    value = worth.max(axis=1, initial=0.0)
    last = float(fronts.held["until"].max()) if len(fronts.held) else -np.inf
    open_ = (value == 0) & (start < np.where(chains.lost[chains.building], last, fronts.stray))
    value = np.where(open_, np.nan, value)
    asked = ";".join(wished) if wished else str(need["tenant_id"] if verbs.empty(group) else group)
    return criteria.Reading(
        rule_id=RULE,
        hard=np.zeros(len(value), dtype=np.bool_),
        weight=chains.weight,
        verdict=criteria.judged(value > 0, open_),
        value=value,
        need=f"{asked} ≤ {criteria.shown(chains.reach_m, 'm')}",
        offer=lambda: _nearest(chains, fronts, worth, open_),
        source=WISHED if wished else SECTOR_GROUP,
        standing="stated" if wished else "inferred",
    )


def _nearest(chains: Chains, fronts: Fronts, worth: Floats, open_: Bools) -> pd.Series[Any]:
    """Return the nearest holder of each unit and how far it is, as text; NA where none is within reach.

    Where that is not known it is the buildings whose place is wanted.
    """
    rank, said = worth.argmax(axis=1), np.full(len(worth), pd.NA, dtype=object)
    near = worth[np.arange(len(rank)), rank]
    names = fronts.held["tenant_id"].to_numpy(dtype=object)
    building, home = (fronts.held[name].to_numpy(dtype=np.int64) for name in ("building", "home"))
    for unit in np.flatnonzero(near > 0):
        here = chains.building[unit]
        at = fronts.number[here, rank[unit]]
        where = criteria.shown(round((1 - near[unit]) * chains.reach_m), "m")
        if home[at] == chains.home[here]:
            where = "same_building" if building[at] == here else "same_park"
        said[unit] = f"{names[at]};{where}"
    own = chains.building[open_]
    stray = ";".join(chains.ids[np.unique(building[chains.lost[building]])])
    said[open_] = np.where(chains.lost[own], chains.ids[own], stray)
    return pd.Series(said, dtype="string")


def _fronts(chains: Chains, wished: tuple[str, ...], own: str, group: str) -> Fronts:
    key = ("near", own, *wished) if wished else ("group", group) if group else ("own", own)
    if key not in chains.known:
        column, names = ("group", [group]) if key[0] == "group" else ("tenant_id", [own, *wished])
        rows = chains.held[chains.held[column].isin(names)]
        chains.known[key] = _front(chains, rows.sort_values(["until", "tenant_id"], ascending=[False, True]))
    return chains.known[key]


def _front(chains: Chains, held: pd.DataFrame) -> Fronts:
    """Return the fronts of holders, given those that are there longest first."""
    held = held.reset_index(drop=True)
    count, until = len(chains.lost), held["until"].to_numpy(dtype=np.float64)
    number = _first(held["home"].to_numpy(dtype=np.int64), 2 * count)[chains.home]
    ends = np.append(until, -np.inf)
    numbers, worths = [number], [np.where(number < 0, 0.0, 1.0)]
    here = _first(held["building"].to_numpy(dtype=np.int64), count)
    one, two, worth = _near(chains, np.flatnonzero(here >= 0))
    while True:
        keep = ends[here[two]] > ends[number[one]]
        one, two, worth = one[keep], two[keep], worth[keep]
        if not len(one):
            break
        first = np.flatnonzero(np.diff(one, prepend=-1))
        further, near = np.full(count, -1), np.zeros(count)
        further[one[first]], near[one[first]] = here[two[first]], worth[first]
        number = np.where(further < 0, number, further)
        numbers.append(further)
        worths.append(near)
    table = np.array(numbers).T
    astray = chains.lost[held["building"].to_numpy(dtype=np.int64)]
    stray = float(until[astray].max(initial=-np.inf))
    return Fronts(held, table, np.array(worths).T, ends[table], stray)


def _first(key: Ints, count: int) -> Ints:
    """Return for each key the position at which it stands first; −1 for none."""
    found = np.full(count, -1)
    found[key[::-1]] = np.arange(len(key))[::-1]
    return found
