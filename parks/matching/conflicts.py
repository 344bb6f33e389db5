"""Uses that may not be in one place or near each other: who is there already, and which needs exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import policy
from parks.matching import criteria, verbs, vicinity, zoning
from parks.matching import offers as offering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.matching.criteria import Need, Reading
    from parks.matching.offers import Offers
    from parks.matching.vicinity import Ground, Vicinity
    from parks.snapshot import Snapshot

NO, YES, MAYBE = 0, 1, 2
"""Whether a company is of a use; maybe when a cell that would tell it is empty."""
SOFT = policy.SOFT_CONFLICT
"""Criterion that holds the weight of every soft conflict."""
WEIGHT = 1.0
HIGH_RISE_M = 24.0
CIVIL = {"headquarters": YES, "production": NO, "pilot": NO, "warehouse": NO}
"""Whether a building is a civil one, by what it was built for; research and incubation are in either."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two uses of a conflict; an empty condition means any."""

    sectors: tuple[str, ...]
    stages: tuple[str, ...]
    fire: tuple[str, ...]
    bsl: float
    radiation: bool | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict that the columns can tell.

    Parameters
    ----------
    conflict_id, hardness, source, standing
        As in the policy.
    scope
        ``floor``, ``building``, ``neighbouring`` or ``distance``.
    distance_m, one_building
        For ``distance``: how near [m] clashes, and whether one building, at distance 0, does.
    a, b
        The two uses. `b` None: the place itself is the second use.
    place
        Property that the place must have (``high_rise``, ``basement``); empty when none. By ``distance`` without `b`
        it is another building's (``high_rise``, ``civil``, ``high_rise_civil``, ``building`` any).
    text
        What may not meet, as the policy writes it.
    """

    conflict_id: str
    scope: str
    distance_m: float
    one_building: bool
    hardness: str
    a: Side
    b: Side | None
    place: str
    text: str
    source: str
    standing: str

    @property
    def nearness(self) -> str:
        """Name of what counts as one place: two conflicts with the same one share it."""
        if self.scope != "distance":
            return self.scope
        return f"distance {self.distance_m:g}{'' if self.one_building else ' between buildings'}"

    @property
    def of_buildings(self) -> bool:
        """Whether the second use is another building nearby, whoever is in it."""
        return self.scope == "distance" and self.b is None


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """The conflicts, and who holds space already.

    Parameters
    ----------
    conflicts
        Those that can be told.
    occupants
        As `offers.occupants` gives them.
    is_a, is_b
        For each conflict, whether each occupant is of its first and second use.
    near
        Nearness → what is one place, and what is beside what.
    land, traits
        The buildings, and property → `NO`, `YES`, `MAYBE` by building.
    meets
        For each conflict, whether each unit has what its place must have: `NO`, `YES`, `MAYBE`.
    weight
        Weight of a soft conflict.
    """

    conflicts: tuple[Conflict, ...]
    occupants: pd.DataFrame
    is_a: tuple[NDArray[np.int8], ...]
    is_b: tuple[NDArray[np.int8], ...]
    near: Mapping[str, Vicinity]
    land: Ground
    traits: Mapping[str, NDArray[np.int8]]
    meets: tuple[NDArray[np.int8], ...]
    weight: float


def board(park: Snapshot, rules: Any, offers: Offers) -> Board:  # noqa: ANN401 - the Policy
    """Return the conflicts of the policy laid over who is in the park."""
    rows = rules.conflicts[rules.conflicts["machine"].fillna(value=False).astype(bool)]
    known = tuple(_conflict(row) for row in rows.sort_values("conflict_id").itertuples())
    who = offering.occupants(park, offers)
    parents = dict(zip(rules.sectors["sector_code"], rules.sectors["parent"], strict=True))
    land = vicinity.ground(park, offers, max((conflict.distance_m for conflict in known), default=0.0))
    scopes = {conflict.nearness: conflict for conflict in known}
    sides = {side for conflict in known for side in (conflict.a, conflict.b)}
    told = {side: _are(who, offers, side, parents) for side in sides}
    near = {name: _vicinity(conflict, offers, land) for name, conflict in scopes.items()}
    traits = _traits(park, land, zoning.assumption(rules, "high_rise_m", HIGH_RISE_M))
    return Board(
        conflicts=known,
        occupants=who,
        is_a=tuple(told[conflict.a] for conflict in known),
        is_b=tuple(told[conflict.b] for conflict in known),
        near=near,
        land=land,
        traits=traits,
        meets=tuple(_meets(conflict, offers, near, traits) for conflict in known),
        weight=zoning.assumption(rules, "weight.soft_conflict", WEIGHT),
    )


def _vicinity(conflict: Conflict, offers: Offers, land: Ground) -> Vicinity:
    if conflict.scope == "neighbouring":
        return vicinity.next_door(offers)
    if conflict.scope == "distance":
        return vicinity.within(offers, land, conflict.distance_m, one_building=conflict.one_building)
    return vicinity.same(offers.floor if conflict.scope == "floor" else offers.building)


def _traits(park: Snapshot, land: Ground, limit: float) -> dict[str, NDArray[np.int8]]:
    """Return the properties of buildings that conflicts speak of."""
    high = high_rise(park, land.ids, limit)
    civil = land.frame["use_type"].map(CIVIL).fillna(MAYBE).to_numpy().astype(np.int8)
    every = np.full(len(land.ids), YES, dtype=np.int8)
    return {"high_rise": high, "civil": civil, "high_rise_civil": _all([high, civil]), "building": every}


def _meets(
    conflict: Conflict, offers: Offers, near: Mapping[str, Vicinity], traits: Mapping[str, NDArray[np.int8]]
) -> NDArray[np.int8]:
    """Return whether each unit has what its place must have, or such a building near it."""
    if conflict.of_buildings:
        trait = traits[conflict.place]
        sure, open_ = (np.where(trait == kind, np.inf, -np.inf) for kind in (YES, MAYBE))
        surely, perhaps = near[conflict.nearness].reached(sure, open_)
        return np.where(surely > 0, YES, np.where(perhaps > 0, MAYBE, NO)).astype(np.int8)
    if conflict.place == "basement":
        return _known(offers.frame["level"] < 0, offers.frame["level"].isna())
    if conflict.place:
        return traits[conflict.place][offers.building]
    return np.full(len(offers.frame), YES, dtype=np.int8)


def _conflict(row: Any) -> Conflict:  # noqa: ANN401 - a row of the conflicts
    place = "" if verbs.empty(row.place) else str(row.place)
    anyone = None if place else Side((), (), (), 0.0, None)
    return Conflict(
        conflict_id=row.conflict_id,
        scope=row.scope,
        distance_m=float(row.distance_m) if row.scope == "distance" else 0.0,
        one_building=verbs.empty(row.one_building) or bool(row.one_building),
        hardness=row.hardness,
        a=_side(row, "a"),
        b=anyone if bool(row.any_b) else _side(row, "b"),
        place=place,
        text=str(row.rule_en),
        source=row.source,
        standing=row.standing,
    )


def _side(row: Any, letter: str) -> Side:  # noqa: ANN401 - a row of the conflicts
    bsl, radiation = getattr(row, f"bsl_{letter}"), getattr(row, f"radiation_{letter}")
    return Side(
        sectors=verbs.listed(getattr(row, f"sectors_{letter}")),
        stages=verbs.listed(getattr(row, f"stages_{letter}")),
        fire=verbs.listed(getattr(row, f"fire_{letter}")),
        bsl=0.0 if verbs.empty(bsl) else float(bsl),
        radiation=None if verbs.empty(radiation) else bool(radiation),
    )


def of_use(need: Need, side: Side) -> bool:
    """Return whether a need is of a use. What a need does not say, it does not do."""
    sector = {cell for cell in (need["sector_code"], need["parent"]) if not verbs.empty(cell)}
    bsl = 0.0 if verbs.empty(need["bsl"]) else float(need["bsl"])
    isotopes = False if verbs.empty(need["radiation_ok"]) else bool(need["radiation_ok"])
    fire = "" if verbs.empty(need["fire_class"]) else str(need["fire_class"])
    return (
        (not side.sectors or bool(sector & set(side.sectors)))
        and (not side.stages or need["stage"] in side.stages)
        and (not side.fire or fire in side.fire)
        and bsl >= side.bsl
        and (side.radiation is None or isotopes == side.radiation)
    )


def _are(who: pd.DataFrame, offers: Offers, side: Side | None, parents: Mapping[Any, Any]) -> NDArray[np.int8]:
    """Return whether each occupant is of a use, as far as its cells and the limits of its space tell.

    The ledger does not say what class an occupant works in. It cannot be a more hazardous one than its building was
    approved for, nor a higher biosafety level than its unit is filed for, nor isotopes where that is ruled out:
    so it may be told that it is not of a use; otherwise it may be.
    """
    if side is None:
        return np.zeros(len(who), dtype=np.int8)
    answers = [np.full(len(who), YES, dtype=np.int8)]
    if side.sectors:
        own, group = who["sector_code"], who["sector_code"].map(parents)
        listed = own.isin(side.sectors) | group.isin(side.sectors)
        answers.append(_known(listed, own.isna()))
    if side.stages:
        answers.append(_known(who["stage"].isin(side.stages), who["stage"].isna()))
    if side.fire:
        order = verbs.order("fire_class")
        approved = pd.Index(order).get_indexer(pd.Index(who["approved"]))
        mildest = max(order.index(name) for name in side.fire)
        answers.append(np.where((approved > mildest) & (approved >= 0), NO, MAYBE).astype(np.int8))
    if side.bsl:
        filed = offering.numbers(offers.frame["bsl"])[who["unit"]]
        answers.append(np.where(filed < side.bsl, NO, MAYBE).astype(np.int8))
    if side.radiation:
        licensable = offering.numbers(offers.frame["radiation_ok"])[who["unit"]]
        answers.append(np.where(licensable == 0, NO, MAYBE).astype(np.int8))
    return _all(answers)


def _all(answers: list[NDArray[np.int8]]) -> NDArray[np.int8]:
    """Return whether all of some answers are yes: no when one is no, else maybe when one is maybe."""
    told = np.vstack(answers)
    return np.where((told == NO).any(axis=0), NO, np.where((told == MAYBE).any(axis=0), MAYBE, YES)).astype(np.int8)


def _known(told: pd.Series[bool], empty: pd.Series[bool]) -> NDArray[np.int8]:
    yes = told.fillna(value=False).to_numpy(dtype=bool)
    return np.where(empty.to_numpy(dtype=bool), MAYBE, np.where(yes, YES, NO)).astype(np.int8)


def high_rise(park: Snapshot, ids: pd.Index[str], limit: float) -> NDArray[np.int8]:
    """Return for each building whether it has two storeys or more and is higher than `limit` [m], by floor heights."""
    floors = park.floors[(park.floors["level"] > 0).fillna(value=False).astype(bool)]
    at = floors.groupby("building_id")["floor_height_m"].agg(["sum", "size", "count"]).reindex(ids)
    total, storeys, known = (at[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("sum", "size", "count"))
    over = (total > limit) & (storeys > 1)
    open_ = ~over & ((known < storeys) & (storeys > 1) | np.isnan(storeys))
    return np.where(over, YES, np.where(open_, MAYBE, NO)).astype(np.int8)


def readings(need: Need, offers: Offers, there: Board) -> list[Reading]:
    """Return the conflicts that a need is a side of, read against who is in each place or near it when it could begin.

    A clash is a miss: hard, or soft with value 0. A conflict for a person to decide, or an occupant that only may be of
    the other use, is unknown and never forbids.
    """
    when = criteria.window(need, offers)
    start = np.where(np.isfinite(when.start), when.start, when.earliest)
    own = (there.occupants["tenant_id"] == need["tenant_id"]).to_numpy(dtype=bool)
    found = []
    for number, conflict in enumerate(there.conflicts):
        sure, maybe, rows = _until(need, offers, there, number, own)
        if sure is None:
            continue
        meets = there.meets[number]
        hit = (sure > start) & (meets == YES)
        open_ = ~hit & ((sure > start) | (maybe > start)) & (meets != NO)
        if conflict.hardness == "review":
            open_, hit = open_ | hit, np.zeros_like(hit)
        soft = conflict.hardness == "soft"
        found.append(
            criteria.Reading(
                conflict.conflict_id,
                ~open_ & (conflict.hardness == "hard"),
                there.weight if soft else 0.0,
                criteria.judged(~hit, open_),
                np.where(open_ | (not soft), np.nan, 1.0 - hit),
                conflict.text,
                _names(offers, there, conflict, rows),
                conflict.source,
                conflict.standing,
                group=SOFT if soft else "",
            )
        )
    return found


def _until(
    need: Need, offers: Offers, there: Board, number: int, own: NDArray[np.bool_]
) -> tuple[Any, Any, NDArray[np.int64]]:
    """Return by unit until when an occupant of the other use is there, surely and maybe, and who they are.

    Those that are the company itself (`own`) are none.
    """
    conflict, who = there.conflicts[number], there.occupants
    as_a, as_b = of_use(need, conflict.a), conflict.b is not None and of_use(need, conflict.b)
    nobody = np.zeros(0, dtype=np.int64)
    if not (as_a or as_b):
        return None, None, nobody
    if conflict.b is None:
        always = np.full(len(offers.frame), np.inf)
        return always, always, nobody
    other = np.zeros(len(who), dtype=np.int8)
    for applies, use in ((as_a, there.is_b[number]), (as_b, there.is_a[number])):
        if applies:
            other = np.where((other == YES) | (use == YES), YES, np.maximum(other, use)).astype(np.int8)
    other[own] = NO
    counts = other != NO
    units, ends = (who[name].to_numpy()[counts] for name in ("unit", "until"))
    sure, maybe = there.near[conflict.nearness].until(units, ends, other[counts] == YES)
    return sure, maybe, np.flatnonzero(counts)


def _names(offers: Offers, there: Board, conflict: Conflict, rows: NDArray[np.int64]) -> Any:  # noqa: ANN401 - a closure
    """Return what makes, for each unit, the ids of the occupants or buildings that the conflict may speak of."""

    def told() -> pd.Series[Any]:
        near = there.near[conflict.nearness]
        if conflict.of_buildings:
            places = np.flatnonzero((there.traits[conflict.place] != NO) & ~near.lost)
            names = there.land.ids.to_numpy(dtype=object)[places]
        else:
            who = there.occupants.iloc[rows]
            places, names = near.code[who["unit"]], who["tenant_id"].to_numpy(dtype=object)
        whose, unit = near.holders(places)
        pairs = pd.DataFrame({"unit": unit, "name": names[whose]}).sort_values("name").drop_duplicates()
        listed = pairs.groupby("unit")["name"].agg(";".join)
        return pd.Series(np.arange(len(offers.frame))).map(listed).astype("string")

    return told


def apart(needs: list[Need], there: Board) -> dict[str, NDArray[np.bool_]]:
    """Return, for each nearness, which pairs of needs a hard conflict keeps apart. Needs of one company are never."""
    tenant = np.array([need["tenant_id"] for need in needs], dtype=object)
    found: dict[str, NDArray[np.bool_]] = {}
    for conflict in there.conflicts:
        if conflict.hardness != "hard" or conflict.b is None or conflict.place:
            continue
        is_a = np.array([of_use(need, conflict.a) for need in needs], dtype=bool)
        is_b = np.array([of_use(need, conflict.b) for need in needs], dtype=bool)
        both = np.outer(is_a, is_b) | np.outer(is_b, is_a)
        found[conflict.nearness] = found.get(conflict.nearness, both) | both
    other = tenant[:, None] != tenant[None, :]
    return {scope: matrix & other for scope, matrix in found.items()}
