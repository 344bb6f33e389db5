"""Search by need: the free places that answer it, those of which something is to be found out, and near misses."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.status import dates, rows, windows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from parks.snapshot import Snapshot

HIT, TO_FIND_OUT, NEAR = "hit", "to_find_out", "near"
VERDICTS = (HIT, TO_FIND_OUT, NEAR)
"""What a place is: it answers all that is asked; nothing speaks against it but something is not known; it misses."""
MOST_MISSED = 2
"""Conditions that a near miss may miss."""
TIMES = ("after", "term_months")
"""Conditions that are answered together."""
TOGETHER = {"area_min_m2": "lettable_m2", "power_kva": "power_kva", "cleanroom_m2": "cleanroom_m2"}
"""Condition that the units answer together → what they have."""
AT_MOST = {"area_max_m2": "lettable_m2", "rent_max_cny_m2_day": "rent"}
"""Condition that sets a limit → what must not be more."""
FAR = 0.5
"""Share of what is asked by which a near miss may be short of, or over, one of `MEASURED`."""
MEASURED = (
    *("area_min_m2", "area_max_m2", "floor_load_kn_m2", "floor_height_m", "clear_height_m", "power_kva"),
    *("freight_lift_t", "bsl", "rent_max_cny_m2_day"),
)
"""Conditions that cannot be met by fitting out and that are measured."""
QUARTER = 91
"""Days by which places are told apart by how long they are waited for."""
FAR_MONTHS = 12
"""Months by which a near miss may come too late."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; None, False and empty ask for nothing.

    Parameters
    ----------
    area_min_m2, area_max_m2
        Least and most lettable area over the whole place [m²].
    before
        Day by which it must be free.
    after
        Day from which it is wanted; None is the snapshot's day. A place let again before then is missed.
    term_months
        For how long it must be free from then [months].
    floor_load_kn_m2, floor_height_m, clear_height_m, power_kva, freight_lift_t, cleanroom_m2, bsl
        At least so much [kN/m², m, m, kVA over the place, t, m² over the place, level].
    fire_class
        Hazard class of the use: the building must be approved for it or a more hazardous one.
    rent_max_cny_m2_day
        Highest asking rent [CNY/m²/day].
    dual_power, process_drain, exhaust_shaft, radiation_ok, bonded, ground_floor
        Whether every unit must have it.
    zones
        Zones that serve, the zones counted in them among them.
    over_floors
        Whether neighbouring floors may answer it together.
    """

    area_min_m2: float | None = None
    area_max_m2: float | None = None
    before: dt.date | None = None
    after: dt.date | None = None
    term_months: int | None = None
    floor_load_kn_m2: float | None = None
    floor_height_m: float | None = None
    clear_height_m: float | None = None
    power_kva: float | None = None
    freight_lift_t: float | None = None
    cleanroom_m2: float | None = None
    bsl: int | None = None
    fire_class: str | None = None
    rent_max_cny_m2_day: float | None = None
    dual_power: bool = False
    process_drain: bool = False
    exhaust_shaft: bool = False
    radiation_ok: bool = False
    bonded: bool = False
    ground_floor: bool = False
    zones: tuple[str, ...] = ()
    over_floors: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """How every window answers one condition.

    Parameters
    ----------
    criterion
        Its name in `Asked`.
    asked
        What is asked.
    found
        What each window has; NA where it is not known.
    missed, unknown
        Where it is not met, and where it is not known whether it is.
    short
        How far it is missed as a share of what is asked, 1 where that has no measure; 0 where it is not missed.
    """

    criterion: str
    asked: Any
    found: pd.Series[Any]
    missed: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    short: NDArray[np.float64]


def find(
    park: Snapshot,
    space: pd.DataFrame,
    asked: Asked,
    *,
    near: int = 20,
    counted_in: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the places that answer a need, best first: hits, then what is to be found out, then near misses.

    Parameters
    ----------
    park
        The snapshot.
    space
        `vacancy.by_unit(park)` on the lettable base: what is free now, or on a known day.
    asked
        What is asked for.
    near
        Most near misses.
    counted_in
        As in `vacancy.by`.

    Returns
    -------
    DataFrame
        ``place verdict unit_ids units area_m2 building_id park_id zone_id level_from level_to available_on
        free_until floor_load_kn_m2 floor_height_m power_kva fire_class rent missed unknown short standing``.

        - `place`: 1, 2 … in this order; no unit is in two places;
        - `missed`: a list of ``{"criterion", "found", "asked"}``; `found` None is unknown;
        - `unknown`: names of the criteria of which it is not known whether they are met;
        - `short`: sum of how far each is missed, as shares of what is asked; what has no measure counts 1.

    Notes
    -----
    A place is the units that adjoin on one floor (see `vacancy.contiguous`) from one on, as few as make the area; over
    floors, whole free runs of neighbouring floors (see `contiguity.over_floors`). Ranked by verdict, by how many
    conditions are missed, by how far, by how many are not known, then whether it is let
    again later, how many quarters it is waited for, least area, first day and id. A near miss
    misses at most `MOST_MISSED` conditions, none of `MEASURED` by more than the share `FAR` of what is asked, and comes
    at most `FAR_MONTHS` too late.
    """
    found = windows.elements(park, space)
    late = dates.NEVER
    if asked.before is not None:
        late = dates.number((pd.Timestamp(asked.before) + pd.DateOffset(months=FAR_MONTHS)).date())
    found = found[found["available"] <= late].reset_index(drop=True)
    made = windows.spans(found, asked.area_min_m2 or 0.0)
    if asked.over_floors:
        before = dates.NEVER if asked.before is None else dates.number(asked.before)
        storeys = windows.floors(found[found["available"] <= before].reset_index(drop=True))
        stacked = windows.spans(storeys, asked.area_min_m2 or 0.0)
        made = pd.concat([made, stacked[stacked["level_from"] != stacked["level_to"]]], ignore_index=True)
    answers = _answers(made, asked, park.day, counted_in or {})
    return _listed(made, answers, dates.number(asked.after or park.day), near)


def _answers(made: pd.DataFrame, asked: Asked, day: dt.date, counted_in: Mapping[str, str]) -> list[Answer]:
    """Return how the windows answer each condition asked, in the order of `Asked`."""
    given = {one.name: getattr(asked, one.name) for one in fields(asked)}
    answers = [
        _answer(name, value, made)
        for name, value in given.items()
        if value not in (None, False, ()) and name not in {*TIMES, "zones", "over_floors"}
    ]
    if asked.after or asked.term_months:
        answers.append(_let_again(made, asked, asked.after or day))
    if asked.zones:
        answers.append(_in_zones(asked.zones, made, counted_in))
    return answers


def _answer(name: str, value: Any, made: pd.DataFrame) -> Answer:  # noqa: ANN401 - of the kind that the condition asks
    own: dict[str, Callable[[Any, pd.DataFrame], Answer]] = {
        "before": _in_time,
        "fire_class": _fire,
        "ground_floor": _on_the_ground,
    }
    if name in TOGETHER:
        return _together(name, TOGETHER[name], value, made)
    if name in AT_MOST:
        return _at_most(name, AT_MOST[name], value, made)
    if name in windows.EACH:
        return _has(name, made)
    return own[name](value, made) if name in own else _at_least(name, value, made)


def _has(name: str, made: pd.DataFrame) -> Answer:
    """Return the answer where every unit must have something: one known to be without decides."""
    missed = ~made[name].to_numpy(dtype=bool)
    unknown = ~missed & (made[f"{name}_unknown"] > 0).to_numpy()
    return Answer(name, True, made[name], missed, unknown, missed.astype(float))  # noqa: FBT003 - what is asked


def _at_least(name: str, value: float, made: pd.DataFrame) -> Answer:
    """Return the answer where every unit must have so much: what is known to be less decides."""
    found = made[name]
    less = (found < value).fillna(value=False).to_numpy(dtype=bool)
    unknown = ~less & (made[f"{name}_unknown"] > 0).to_numpy()
    return Answer(name, value, found, less, unknown, _short(found, value, less))


def _together(name: str, column: str, value: float, made: pd.DataFrame) -> Answer:
    """Return the answer where the units have so much together: what is not known may make it up."""
    found = made[column]
    less = ~(found >= value).fillna(value=False).to_numpy(dtype=bool)
    unknown = less & (made[f"{column}_unknown"] > 0).to_numpy()
    return Answer(name, value, found, less & ~unknown, unknown, _short(found, value, less & ~unknown))


def _at_most(name: str, column: str, value: float, made: pd.DataFrame) -> Answer:
    found = made[column]
    more = (found > value).fillna(value=False).to_numpy(dtype=bool)
    unknown = ~more & (made[f"{column}_unknown"] > 0).to_numpy()
    return Answer(name, value, found, more, unknown, _short(found, value, more))


def _fire(value: str, made: pd.DataFrame) -> Answer:
    place = windows.FIRE.index(value)
    found = made["fire_class"]
    less = (found < place).fillna(value=False).to_numpy(dtype=bool)
    names = pd.Series(windows.FIRE, dtype="string")
    said = rows.take(names, found.fillna(-1).to_numpy(dtype=np.int64))
    unknown = ~less & (made["fire_class_unknown"] > 0).to_numpy()
    apart = (place - found.astype("Float64")).to_numpy(dtype=float, na_value=0.0) / len(windows.FIRE)
    return Answer("fire_class", value, said, less, unknown, np.where(less, apart, 0.0))


def _in_time(value: dt.date, made: pd.DataFrame) -> Answer:
    """Return whether the last of the units is free by the day; a year late is missed by the whole."""
    day = dates.number(value)
    available = made["available"].to_numpy(dtype=np.int64)
    late = available > day
    short = np.where(late, (available - day) / (FAR_MONTHS * dates.DAYS_PER_MONTH), 0.0)
    return Answer("before", value, dates.days(available), late, np.zeros(len(made), dtype=bool), short)


def _let_again(made: pd.DataFrame, asked: Asked, begin: dt.date) -> Answer:
    """Return whether the place is free for the term from the day wanted on; it may be let again before."""
    wanted = np.maximum(made["available"].to_numpy(dtype=np.int64), dates.number(begin))
    ends = dates.numbers(dates.days(wanted) + pd.DateOffset(months=asked.term_months or 0), dates.NEVER)
    until = made["free_until"].to_numpy(dtype=np.int64)
    early = (until <= wanted) | (until < ends)
    name, value = ("term_months", asked.term_months) if asked.term_months else ("after", begin)
    return Answer(name, value, dates.days(until), early, np.zeros(len(made), dtype=bool), early.astype(float))


def _in_zones(value: tuple[str, ...], made: pd.DataFrame, counted_in: Mapping[str, str]) -> Answer:
    zone = made["zone_id"]
    inside = (zone.isin(value) | rows.counted(zone, counted_in).isin(value)).to_numpy(dtype=bool)
    unknown = zone.isna().to_numpy()
    missed = ~inside & ~unknown
    return Answer("zones", list(value), zone, missed, unknown, missed.astype(float))


def _on_the_ground(_: bool, made: pd.DataFrame) -> Answer:  # noqa: FBT001 - what is asked, as of every condition
    """Return whether all of it is on the ground floor."""
    lowest, highest = made["level_from"], made["level_to"]
    unknown = lowest.isna().to_numpy()
    missed = ~((lowest == 1) & (highest == 1)).fillna(value=True).to_numpy(dtype=bool)
    return Answer("ground_floor", 1, lowest.where(lowest != 1, highest), missed, unknown, missed.astype(float))


def _short(found: pd.Series[Any], value: float, missed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how far what is known lies from what is asked, as a share of it; nothing known is the whole."""
    known = found.to_numpy(dtype=float, na_value=0.0)
    return np.where(missed, np.abs(known - value) / value, 0.0)


def _listed(made: pd.DataFrame, answers: list[Answer], wanted: int, near: int) -> pd.DataFrame:
    """Return the best windows of which no two share a unit, as `find` tells them."""
    none = np.zeros(len(made), dtype=np.int64)
    missed = sum((answer.missed.astype(np.int64) for answer in answers), none)
    unknown = sum((answer.unknown.astype(np.int64) for answer in answers), none)
    short = sum((answer.short for answer in answers), np.zeros(len(made)))
    far = np.zeros(len(made), dtype=bool)
    for answer in answers:
        far |= answer.missed & (answer.short > FAR) & (answer.criterion in MEASURED)
    wait = np.maximum(made["available"].to_numpy(dtype=np.int64) - wanted, 0) // QUARTER
    first = pd.Series([ids[0] for ids in made["unit_ids"]], dtype="string")
    order = pd.DataFrame(
        {
            "missed": missed,
            "short": np.round(short, 9),
            "unknown": unknown,
            "again": (made["free_until"] != dates.NEVER).astype(int),
            "wait": wait,
            "area": made["lettable_m2"].fillna(np.inf) if len(made) else [],
            "available": made["available"],
            "first": first,
        }
    ).sort_values(["missed", "short", "unknown", "again", "wait", "area", "available", "first"], kind="stable")
    taken: set[str] = set()
    units, chosen, misses = list(made["unit_ids"]), [], 0
    near_enough = (order["missed"] <= MOST_MISSED).to_numpy() & ~far[order.index]
    for row in order.index[near_enough]:
        ids: tuple[str, ...] = units[row]
        if misses + (missed[row] > 0) > near or not taken.isdisjoint(ids):
            continue
        taken.update(ids)
        misses += missed[row] > 0
        chosen.append(row)
    picked = np.array(chosen, dtype=np.int64)
    return _told(
        made.take(picked).reset_index(drop=True), answers, picked, missed[picked], unknown[picked], short[picked]
    )


def _told(
    made: pd.DataFrame,
    answers: list[Answer],
    picked: NDArray[np.int64],
    missed: NDArray[np.int64],
    unknown: NDArray[np.int64],
    short: NDArray[np.float64],
) -> pd.DataFrame:
    verdict = np.where(missed > 0, NEAR, np.where(unknown > 0, TO_FIND_OUT, HIT))
    fire = rows.take(pd.Series(windows.FIRE, dtype="string"), made["fire_class"].fillna(-1).to_numpy(dtype=np.int64))
    kept = ["unit_ids", "units", "building_id", "park_id", "zone_id", "level_from", "level_to"]
    found = made[[*kept, "floor_load_kn_m2", "floor_height_m", "power_kva", "rent", "standing"]].assign(
        place=rows.whole(np.arange(1, len(picked) + 1)),
        verdict=pd.Series(verdict, dtype="string"),
        units=made["units"].astype("Int64"),
        area_m2=made["lettable_m2"],
        available_on=dates.days(made["available"].to_numpy(dtype=np.int64)),
        free_until=dates.days(made["free_until"].to_numpy(dtype=np.int64)),
        fire_class=fire,
        missed=pd.Series([_misses(answers, row) for row in picked], dtype=object),
        unknown=pd.Series([[one.criterion for one in answers if one.unknown[row]] for row in picked], dtype=object),
        short=short,
    )
    front = ["place", "verdict", "unit_ids", "units", "area_m2", *kept[2:], "available_on", "free_until"]
    own = ["floor_load_kn_m2", "floor_height_m", "power_kva", "fire_class", "rent"]
    return found[[*front, *own, "missed", "unknown", "short", "standing"]]


def _misses(answers: list[Answer], row: int) -> list[dict[str, Any]]:
    """Return what one window misses, in the order asked."""
    found = []
    for answer in answers:
        if answer.missed[row]:
            cell = answer.found.iloc[row]
            found.append(
                {"criterion": answer.criterion, "found": None if pd.isna(cell) else cell, "asked": answer.asked}
            )
    return found
