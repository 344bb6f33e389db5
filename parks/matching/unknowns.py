"""What is not known of places that may serve a need: which cell, whom to ask, and what place it could take at best."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import schema
from parks.matching import chains, fit, sayings, verbs, zoning
from parks.matching import offers as offering

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parks.snapshot import Snapshot
    from parks.words import Translate

PLACES = {
    "tenant_id": "string",
    "need_id": "string",
    "unit_id": "string",
    "verdict": "string",
    "score": "Float64",
    "score_at_best": "Float64",
    "place": "Int64",
    "place_at_best": "Int64",
}
"""Columns of `at_best` and their dtypes."""
CELLS = {
    "tenant_id": "string",
    "need_id": "string",
    "unit_id": "string",
    "rules": "string",
    "table": "string",
    "row_id": "string",
    "column": "string",
    "ask": "string",
    "sentence": "string",
}
"""Columns of `find_out` and their dtypes."""
TIMING = frozenset({"free", "term"})
POLICY = "zone_fit"
"""Table of the policy whose rows say how a sector fits a zone."""
DECIDED = "conflicts"
"""Table of the policy whose rows a person may have to decide on."""
Cell = tuple[str, str, str]
"""Table, key and column of an empty cell."""
KEYS = {table: schema.key(table) for table in ("units", "floors", "buildings", "parks")}


def at_best(assessed: pd.DataFrame, unknown: float = fit.UNKNOWN_VALUE) -> pd.DataFrame:
    """Return where each place with something unknown stands, and where it would at best once all of it is known.

    Parameters
    ----------
    assessed
        What `fit.assess` returned.
    unknown
        Value of a criterion whose offer is unknown, as in `fit.rank`.

    Returns
    -------
    DataFrame
        One row a need × unit with an unknown rule and no hard miss, in the order of `fit.rank`: tenant_id need_id
        unit_id verdict score (as they are) score_at_best (each unknown criterion worth 1) place (from 1, among all
        places of the need) place_at_best (when it alone becomes known, and fits). It cannot come higher.
    """
    able = fit.unbarred(assessed)
    ranked = fit.rank(able, unknown)
    known = able["verdict"].mask(able["verdict"] == "unknown", "fits")
    best = fit.rank(able.assign(value=able["value"].fillna(1.0), verdict=known), unknown)
    best = best.set_index(["need_id", "unit_id"])
    rows = []
    for need_id in ranked["need_id"].unique():
        own = ranked[ranked["need_id"] == need_id]
        keys = _keys(own)
        hoped = best.loc[need_id].reindex(own["unit_id"]).reset_index()
        reached = [bisect_left(keys, key) + 1 for key in _keys(hoped)]
        frame = own.assign(place=range(1, len(own) + 1), place_at_best=reached)
        frame["score_at_best"] = hoped["score"].to_numpy()
        rows.append(frame[own["unknown"].map(len) > 0])
    frame = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return frame.reindex(columns=list(PLACES)).astype(PLACES)


def _keys(ranked: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return what the places of one need are ordered by."""
    order = fit.standing(ranked).assign(score=-ranked["score"].round(9), unit_id=ranked["unit_id"])
    return list(order.itertuples(index=False, name=None))


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """What the cells are looked up in.

    Parameters
    ----------
    park
        The snapshot.
    units
        Unit → its cells with those of floor and building, as `offers.of` joins them.
    needs
        Need → its row with the sector.
    rules
        Rule → its row in the policy, and requirement → the rule of the column that it speaks of.
    conflicts
        Conflict → its row in the policy.
    names
        Rule → its name.
    t
        Says the sentences.
    """

    park: Snapshot
    units: Mapping[str, dict[str, Any]]
    needs: Mapping[str, dict[str, Any]]
    rules: Mapping[str, Any]
    conflicts: Mapping[str, Any]
    names: Mapping[str, str]
    t: Translate


def find_out(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    assessed: pd.DataFrame,
    t: Translate,
) -> pd.DataFrame:
    """Return what has to be found out about places: one row an empty cell that rules would read.

    Parameters
    ----------
    park, rules, space
        What `assessed` was made from.
    assessed
        What `fit.assess` returned, or some of its units; places with a hard miss are passed over.
    t
        Says the sentences in the reader's language.

    Returns
    -------
    DataFrame
        By need and unit: tenant_id need_id unit_id, rules (the ids of those that wait for it, as a list with ;), table
        row_id column (the cell to fill; `column` is empty where a person has to decide, `row_id` is the building where
        none of its floors is on record), ask (who would know) and sentence.
    """
    able = fit.unbarred(assessed)
    open_ = able[able["verdict"] == "unknown"].sort_values(["need_id", "unit_id", "rule_id"])
    book = _book(park, rules, space[space["unit_id"].isin(open_["unit_id"])], t)
    found: dict[tuple[str, ...], list[Any]] = {}
    for row in open_.itertuples():
        for cell in _cells(row, book):
            found.setdefault((str(row.need_id), str(row.unit_id), *cell), []).append(row)
    said = [_said(rows, cell, book) for (_, _, *cell), rows in found.items()]
    return pd.DataFrame(said, columns=list(CELLS)).astype(CELLS)


def _said(rows: list[Any], cell: list[str], book: Book) -> dict[str, Any]:
    """Return one row of `find_out`: the cell that the rules in `rows` all wait for."""
    table, row_id, column = cell
    ask = _whom(table, row_id, rows[0], book)
    rules = ", ".join(book.names[row.rule_id].rstrip(".。") for row in rows)
    return {
        "tenant_id": rows[0].tenant_id,
        "need_id": rows[0].need_id,
        "unit_id": rows[0].unit_id,
        "rules": ";".join(row.rule_id for row in rows),
        "table": table,
        "row_id": row_id,
        "column": column,
        "ask": ask,
        "sentence": _sentence(table, row_id, column, ask, rules, book),
    }


def _book(park: Snapshot, rules: Any, space: pd.DataFrame, t: Translate) -> Book:  # noqa: ANN401 - the Policy
    units = offering.of(park, space).frame
    by_column = {row.need_column: row for row in rules.rules.sort_values("rule_id", ascending=False).itertuples()}
    table = {row.rule_id: row for row in rules.rules.itertuples()}
    table |= {row.req_id: by_column.get(row.criterion) for row in rules.requirements.itertuples()}
    return Book(
        park=park,
        units={
            str(row["unit_id"]): {str(name): cell for name, cell in row.items()} for row in units.to_dict("records")
        },
        needs={str(need["need_id"]): need for need in fit.needs_of(park, rules)},
        rules=table,
        conflicts={row.conflict_id: row for row in rules.conflicts.itertuples()},
        names=fit.rule_names(rules, sayings.language(t)),
        t=t,
    )


def _cells(row: Any, book: Book) -> Iterator[Cell]:  # noqa: ANN401 - a row of the readings
    """Return table, key and column of every empty cell that keeps a rule from being told."""
    unit = book.units[row.unit_id]
    if row.rule_id == zoning.RULE:
        yield _zone_cell(row, unit, book)
    elif row.rule_id in book.conflicts:
        yield from list(_meeting_cells(row, unit, book)) or [(DECIDED, row.rule_id, "")]
    elif row.rule_id == chains.RULE:
        yield from (("buildings", building, "geometry") for building in verbs.listed(row.offer))
    elif row.rule_id in TIMING or book.rules[row.rule_id].offer_table == "space":
        yield _timing_cell(unit)
    else:
        rule = book.rules[row.rule_id]
        if verbs.empty(unit[rule.offer_column]):
            yield rule.offer_table, str(unit[KEYS[rule.offer_table]]), rule.offer_column
        area = unit["lettable_m2"]
        if rule.need_column in offering.PER_M2 and (verbs.empty(area) or area <= 0):
            yield "units", row.unit_id, "lettable_m2"


def _zone_cell(row: Any, unit: dict[str, Any], book: Book) -> tuple[str, str, str]:  # noqa: ANN401 - a row
    sector = book.needs[row.need_id]["sector_code"]
    if verbs.empty(sector):
        return "tenants", row.tenant_id, "sector_code"
    if not verbs.empty(unit["zone_id"]):
        return POLICY, f"{sector} {unit['zone_id']}", "fit_level"
    if verbs.empty(unit["park_id"]):
        return "buildings", str(unit["building_id"]), "park_id"
    return "parks", str(unit["park_id"]), "zone_id"


def _timing_cell(unit: dict[str, Any]) -> tuple[str, str, str]:
    """Works without an end keep a unit until the lease says when; else nobody knows when its building stands."""
    if unit["state"] == "renovation":
        return "leases", str(unit["lease_id"]), "valid_to"
    return "buildings", str(unit["building_id"]), "completed_on"


def _meeting_cells(row: Any, unit: dict[str, Any], book: Book) -> Iterator[Cell]:  # noqa: ANN401 - a row
    clash, named = book.conflicts[row.rule_id], verbs.listed(row.offer)
    place = "" if verbs.empty(clash.place) else str(clash.place)
    of_place = bool(place) and not verbs.empty(clash.any_b) and bool(clash.any_b)
    here, found = str(unit["building_id"]), []
    if clash.scope == "distance":
        near = list(named) if of_place else [home for name in named for home in _homes(name, book)]
        found = list(_nowhere([here, *near], book))
        found += [cell for building in near if of_place for cell in _kind_cells(building, place, book)]
    elif clash.scope == "neighbouring":
        found = list(_place_cells(unit, book))
    elif place == "high_rise":
        found = list(_height_cells(here, book))
    elif place == "basement" and verbs.empty(unit["level"]):
        found = [("floors", str(unit["floor_id"]), "level")]
    yield from found
    people = book.park.tenants.set_index("tenant_id")
    for company in () if of_place else named:
        known = people.loc[company]
        unsaid = [name for name in ("sector_code", "stage") if verbs.empty(known[name])]
        if unsaid or not found:
            yield "tenants", company, unsaid[0] if unsaid else ""


def _homes(company: str, book: Book) -> list[str]:
    """Return the buildings in which a company holds space."""
    held = book.park.leases.loc[book.park.leases["tenant_id"] == company, "unit_id"]
    units = book.park.units
    return sorted(set(units.loc[units["unit_id"].isin(held), "building_id"]))


def _nowhere(buildings: list[str], book: Book) -> Iterator[Cell]:
    """Return the cells of the places of buildings that have none."""
    frame = book.park.buildings
    placed = set(frame.loc[frame.geometry.notna(), "building_id"])
    yield from (("buildings", name, "geometry") for name in dict.fromkeys(buildings) if name not in placed)


def _kind_cells(building: str, place: str, book: Book) -> Iterator[Cell]:
    """Return the empty cells by which a building is civil, or high."""
    own = book.park.buildings[book.park.buildings["building_id"] == building]
    if "civil" in place and own["use_type"].isna().all():
        yield "buildings", building, "use_type"
    if "high_rise" in place:
        yield from _height_cells(building, book)


def _height_cells(building: str, book: Book) -> Iterator[Cell]:
    floors = book.park.floors
    own = floors[(floors["building_id"] == building) & (floors["level"] > 0)]
    for floor_id in own.loc[own["floor_height_m"].isna(), "floor_id"]:
        yield "floors", str(floor_id), "floor_height_m"
    if own.empty:
        yield "floors", building, "floor_height_m"


def _place_cells(unit: dict[str, Any], book: Book) -> Iterator[Cell]:
    """Return the empty cells that keep it from being known what adjoins a unit, and what is above and below."""
    units, floors = book.park.units, book.park.floors
    same = units[units["building_id"] == unit["building_id"]]
    for name in same.loc[(same["floor_id"] == unit["floor_id"]) & same["position"].isna(), "unit_id"]:
        yield "units", str(name), "position"
    level = same["floor_id"].map(floors.set_index("floor_id")["level"])
    for floor_id in same.loc[level.isna(), "floor_id"].drop_duplicates():
        yield "floors", str(floor_id), "level"


def _whom(table: str, row_id: str, row: Any, book: Book) -> str:  # noqa: ANN401 - a row
    """Return who would know a cell: the company of its own, the planners of the policy, the park of all else."""
    t = book.t
    if table == "tenants":
        return sayings.companies(book.park, [row_id], t)
    if table in {POLICY, DECIDED}:
        return t("the planning office")
    homes = book.park.buildings.set_index("building_id")["park_id"]
    home = homes.get(row_id) if table == "buildings" else book.units[row.unit_id]["park_id"]
    campus = book.park.parks[book.park.parks["park_id"] == home]
    if campus.empty:
        return t("whoever keeps the building")
    own = campus.iloc[0]
    name = own["name_zh"] if verbs.empty(own[t("name_en")]) else own[t("name_en")]
    return t("whoever runs {park}", park=name) if verbs.empty(own["developer"]) else str(own["developer"])


def _sentence(table: str, row_id: str, column: str, ask: str, rule: str, book: Book) -> str:
    t = book.t
    if table == POLICY:
        return t("{rule}: the policy says nothing of {what}. Ask {who}.", rule=rule, what=row_id, who=ask)
    if table == DECIDED:
        return t("{rule}: a person has to decide. Ask {who}.", rule=rule, who=ask)
    if not column:
        return t(
            "{rule}: what {company} works with is not on record. Ask it, then a person decides.", rule=rule, company=ask
        )
    cell, place = schema.columns(table)[column].heading(sayings.language(t)), _place(table, row_id, book)
    return t("{rule}: “{cell}” of {place} is not known. Ask {who}.", rule=rule, cell=cell, place=place, who=ask)


def _place(table: str, row_id: str, book: Book) -> str:
    """Return how a row is called: with its id, so that it can be found in the table."""
    if table == "tenants":
        return sayings.companies(book.park, [row_id], book.t)
    if table in {"parks", "buildings"}:
        frame = book.park.table(table)
        named = frame.loc[frame[KEYS[table]] == row_id, [book.t("name_en"), "name_zh"]]
        known = [str(name) for name in named.to_numpy().ravel() if not verbs.empty(name)]
        return f"{known[0]} ({row_id})" if known else row_id
    return row_id


def outlook(place: Any, t: Translate) -> str:  # noqa: ANN401 - a row of `at_best`
    """Return in one sentence what a place could come to."""
    if place.place_at_best == place.place:
        return t("Place {now}; it stays there whatever is found out in its favour.", now=place.place)
    return t(
        "Place {now} as known today; at best place {best} once all of it is known.",
        now=place.place,
        best=place.place_at_best,
    )
