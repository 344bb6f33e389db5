"""Fit: verbs, size, time, zone policy, requirements, conflicts, score and rank."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import schema, snapshot
from parks.matching import allocation, conflicts, criteria, fit, verbs, verification, zoning
from parks.matching import offers as offering
from parks.status import vacancy

DAY = dt.date(2026, 1, 1)
OFFERS = ("units", "floors", "buildings")
PROVENANCE = {"source": "test", "standing": "illustrative"}
RULES = """
    area_min area_min_m2 at_least lettable_m2 hard 0
    area_max area_max_m2 at_most lettable_m2 hard 0
    wanted_to wanted_to at_most available_on hard 0
    wanted_from wanted_from at_most available_on soft 1
    rent rent_max_cny_m2_day at_most asking_rent_cny_m2_day hard 1
    load floor_load_kn_m2 at_least floor_load_kn_m2 hard 1
    height floor_height_m at_least floor_height_m soft 1
    power power_kva at_least power_kva hard 1
    drain process_drain covers process_drain hard 0
    fire fire_class covers fire_class hard 0
    use stage equals use_type soft 1
"""
FIT_COLUMNS = ["zone_id", "sector_code", "stages", "fit_level", "outside_scope_fit", "basis", "document_id", "standing"]
ANY = dict.fromkeys([f"{name}_{side}" for name in ("sectors", "stages", "fire", "bsl", "radiation") for side in "ab"])


def rule(line):
    rule_id, need, verb, offer, hardness, weight = line.split()
    return {
        "rule_id": rule_id,
        "need_column": need,
        "verb": verb,
        "offer_table": next((name for name in OFFERS if offer in schema.columns(name)), "space"),
        "offer_column": offer,
        "argument": pd.NA,
        "hardness": hardness,
        "name_zh": f"规则{rule_id}",
        "name_en": f"rule {rule_id}",
        "weight": float(weight),
        **PROVENANCE,
    }


def conflict(conflict_id, *, scope="building", hardness="hard", any_b=False, place=None, **sides):
    row = {"conflict_id": conflict_id, "scope": scope, "hardness": hardness, "any_b": any_b, "place": place}
    row |= {"distance_m": None, "one_building": None}
    names = {"rule_zh": f"冲突{conflict_id}。", "rule_en": f"Clash {conflict_id}."}
    return {**row, "machine": True, **names, **ANY, **sides, **PROVENANCE}


def requirement(req_id, sector, stage, attribute, criterion, value, unit, kind="typical"):
    return {
        "req_id": req_id,
        "sector_code": sector,
        "stage": stage,
        "attribute": attribute,
        "criterion": criterion,
        "value_min": value,
        "unit": unit,
        "rule_type": kind,
        "name_zh": attribute,
        "name_en": attribute,
        **PROVENANCE,
    }


def policy(*, rules=RULES, zone_fit=(), requirements=(), clashes=(), assumptions=()):
    """Return a policy of two sectors of one group in three zones; Z-CELL is counted in Z-ZJ."""
    conflict_columns = list(conflict("x"))
    requirement_columns = list(requirement("x", "ALL", "ALL", "a", "b", 1.0, "m"))
    lines = rules if isinstance(rules, list) else [rule(line) for line in rules.strip().splitlines()]
    return SimpleNamespace(
        rules=pd.DataFrame(lines),
        fit=pd.DataFrame(list(zone_fit), columns=FIT_COLUMNS),
        requirements=pd.DataFrame(list(requirements), columns=requirement_columns),
        conflicts=pd.DataFrame(list(clashes), columns=conflict_columns).astype(dict.fromkeys(conflict_columns, object)),
        zones=pd.DataFrame({"zone_id": ["Z-ZJ", "Z-CELL", "Z-LG"], "counted_in": ["Z-ZJ", "Z-ZJ", "Z-LG"]}),
        sectors=pd.DataFrame({"sector_code": ["S", "S1", "S2"], "parent": [pd.NA, "S", "S"]}),
        assumptions=pd.DataFrame(list(assumptions), columns=["name", "value"]),
    )


def district(units, needs=(), *, leases=(), tenants=(), floors=None, buildings=None, zone="Z-ZJ", day=DAY):
    """Return a snapshot and its space. A unit ``B1-F2-3`` is the third on floor 2 of building B1."""
    units = [{"unit_id": unit} if isinstance(unit, str) else unit for unit in units]
    for unit in units:
        name = unit["unit_id"]
        unit.setdefault("floor_id", name.rpartition("-")[0])
        unit.setdefault("building_id", name.split("-")[0])
        unit.setdefault("position", int(name.rpartition("-")[2]))
        unit.setdefault("lettable_m2", 100.0)
    known = {unit["floor_id"]: unit["building_id"] for unit in units}
    floor = [
        {"floor_id": name, "building_id": at, "level": int(name.rpartition("F")[2]), **(floors or {}).get(name, {})}
        for name, at in known.items()
    ]
    base = {"park_id": "P1", "status": "built", "completed_on": pd.Timestamp("2020-01-01")}
    building = [
        {"building_id": name, "name_zh": f"{name}楼", **base, **(buildings or {}).get(name, {})}
        for name in dict.fromkeys(known.values())
    ]
    needs = [{"stage": "research", "area_min_m2": 100.0, "area_max_m2": 100.0, **need} for need in needs]
    company = {need["tenant_id"]: {"sector_code": "S1", "kind": "applicant"} for need in needs}
    company |= {lease["tenant_id"]: {"sector_code": "S1", "kind": "tenant"} for lease in leases if lease["tenant_id"]}
    for tenant in tenants:
        company[tenant["tenant_id"]] = {**company.get(tenant["tenant_id"], {"kind": "applicant"}), **tenant}
    people = [{"tenant_id": name, "name_zh": f"企业{name}", **cells} for name, cells in company.items()]
    ledger = [
        {"lease_id": f"L{number}", "state": "let", "valid_from": pd.Timestamp("2025-01-01"), **lease}
        for number, lease in enumerate(leases)
    ]
    tables = {
        "parks": [{"park_id": "P1", "name_zh": "园区", "zone_id": zone, "inside_layout": True}],
        "buildings": building,
        "floors": floor,
        "units": units,
        "needs": needs,
        "tenants": people,
        "leases": ledger,
    }
    frames = {name: pd.DataFrame([row | PROVENANCE for row in rows]) for name, rows in tables.items() if rows}
    park = snapshot.of(day, frames)
    return park, vacancy.by_unit(park)


def verdicts(park, rules, space, tenant="T", rule_id=None):
    frame = fit.assess(park, rules, space, tenant)
    frame = frame if rule_id is None else frame[frame["rule_id"] == rule_id]
    return dict(zip(frame["unit_id"], frame["verdict"], strict=False))


def need(**cells):
    return {"need_id": "N", "tenant_id": "T", **cells}


def offer(*cells, dtype="Float64"):
    return pd.Series(list(cells), dtype=dtype)


@pytest.mark.parametrize(
    ("verb", "asked", "offers", "verdict", "value"),
    [
        ("at_least", 4, offer(4, 3, None), [1, 0, 2], [1, 0.75, None]),
        ("at_least", 0, offer(0, 3), [1, 1], [1, 1]),
        ("at_most", 4, offer(4, 1, 8, None), [1, 1, 0, 2], [0.5, 1, 0, None]),
        ("at_most", 0, offer(0, 1), [1, 0], [1, 0]),
        ("equals", "pilot", offer("pilot", "research", None, dtype="string"), [1, 0, 2], [1, 0, None]),
        ("equals", 2, offer(2, 3, dtype="Int64"), [1, 0], [1, 0]),
        ("one_of", "a;b", offer("b", "c", None, dtype="string"), [1, 0, 2], [1, 0, None]),
        ("covers", True, offer(True, False, None, dtype="boolean"), [1, 0, 2], [1, 0, None]),
        ("covers", "b", offer("a;b", "c", None, dtype="string"), [1, 0, 2], [1, 0, None]),
        ("within", 3, offer("1;5", "4;5", None, dtype="string"), [1, 0, 2], [1, 0, None]),
    ],
)
def test_a_verb_tells_verdict_and_value(verb, asked, offers, verdict, value):
    found, worth = verbs.answer(verb, asked, offers)
    assert found.tolist() == verdict
    assert [None if np.isnan(cell) else cell for cell in worth] == value


def test_a_yes_may_ask_for_a_value_and_classes_have_an_order():
    found, _ = verbs.answer("equals", True, offer(1, 2, dtype="Int64"), argument="1")
    assert found.tolist() == [1, 0]
    order = verbs.order("fire_class")
    found, _ = verbs.answer("covers", "乙", offer("甲", "乙", "丙", None, dtype="string"), order)
    assert found.tolist() == [1, 1, 0, 2]
    assert verbs.order("stage") == ()
    assert verbs.listed(pd.NA) == ()


def test_an_empty_cell_asks_nothing_and_a_no_neither():
    park, space = district(["B1-F1-1"], [need(process_drain=False)])
    rows = fit.assess(park, policy(), space, "T")
    assert set(rows["rule_id"]) == {"free", "term", "area_min", "area_max", "use", "zone_fit"}
    assert rows.columns.tolist() == list(fit.COLUMNS)
    yes, space = district(["B1-F1-1"], [need(process_drain=True)])
    assert verdicts(yes, policy(), space, rule_id="drain") == {"B1-F1-1": "unknown"}


def test_power_counts_per_m2_of_the_least_area():
    units = [
        {"unit_id": "B1-F1-1", "lettable_m2": 200.0, "power_kva": 30.0},
        {"unit_id": "B1-F1-2", "lettable_m2": 200.0, "power_kva": 50.0},
        {"unit_id": "B1-F1-3", "lettable_m2": None, "power_kva": 50.0},
    ]
    park, space = district(units, [need(power_kva=80.0, area_min_m2=400.0, area_max_m2=400.0)])
    assert list(verdicts(park, policy(), space, rule_id="power").values()) == ["unfit", "fits", "unknown"]
    rows = fit.assess(park, policy(), space, "T")
    shown = rows[rows["rule_id"] == "power"]
    assert shown["need"].tolist() == ["0.2 kVA/m²"] * 3
    assert shown["offer"].tolist()[:2] == ["0.15 kVA/m²", "0.25 kVA/m²"]
    assert shown["offer"].isna().tolist() == [False, False, True]


def test_size_counts_the_free_space_around_a_unit():
    units = ["B1-F1-1", "B1-F1-2", "B1-F1-4", "B1-F1-6", "B1-F2-1", "B1-F2-2"]
    units.append({"unit_id": "B2-F1-1", "lettable_m2": None})
    asked = need(area_min_m2=200.0, area_max_m2=600.0)
    held = [{"unit_id": unit, "tenant_id": "X"} for unit in ("B1-F1-6", "B1-F2-2")]
    park, space = district(units, [asked], leases=held)
    found = verdicts(park, policy(), space, rule_id="area_min")
    assert found == {
        "B1-F1-1": "fits",
        "B1-F1-2": "fits",
        "B1-F1-4": "unfit",
        "B1-F1-6": "unfit",
        "B1-F2-1": "unfit",
        "B1-F2-2": "unfit",
        "B2-F1-1": "unknown",
    }
    assert verdicts(park, policy(), space, rule_id="area_max")["B2-F1-1"] == "unknown"


def test_whole_free_floors_one_above_another_count_together():
    units = ["B1-F-1-1", "B1-F1-1", "B1-F1-3", "B1-F3-1", "B2-F1-1"]
    floors = {"B1-F-1": {"level": -1}}
    park, space = district(units, [need(area_min_m2=300.0, area_max_m2=600.0)], floors=floors)
    found = verdicts(park, policy(), space, rule_id="area_min")
    assert [name for name, verdict in found.items() if verdict == "fits"] == ["B1-F-1-1", "B1-F1-1", "B1-F1-3"]


def test_time_free_at_all_in_time_for_the_term_and_when_wanted():
    units = [f"B1-F1-{place}" for place in range(1, 6)] + ["B2-F1-1"]
    leases = [
        {"unit_id": "B1-F1-2", "tenant_id": "X"},
        {"unit_id": "B1-F1-3", "tenant_id": "X", "valid_to": pd.Timestamp("2026-07-01")},
        {"unit_id": "B1-F1-4", "tenant_id": "X", "valid_to": pd.Timestamp("2027-07-01")},
        {"unit_id": "B1-F1-5", "tenant_id": "X", "valid_from": pd.Timestamp("2027-01-01")},
    ]
    asked = need(wanted_from=pd.Timestamp("2026-03-01"), wanted_to=pd.Timestamp("2026-12-31"), term_months=12)
    later = {"B2": {"completed_on": pd.NaT, "status": "planned"}}
    park, space = district(units, [asked], leases=leases, buildings=later)
    rows = fit.assess(park, policy(), space, "T").pivot_table(
        index="unit_id", columns="rule_id", values="verdict", aggfunc="first"
    )
    timing = rows[["free", "wanted_to", "term", "wanted_from"]]
    assert timing.loc["B1-F1-1"].tolist() == ["fits", "fits", "fits", "fits"]
    assert timing.loc["B1-F1-2"].tolist() == ["unfit", "unfit", "unfit", "unfit"]
    assert timing.loc["B1-F1-3"].tolist() == ["fits", "fits", "fits", "unfit"]
    assert timing.loc["B1-F1-4"].tolist() == ["fits", "unfit", "fits", "unfit"]
    assert timing.loc["B1-F1-5"].tolist() == ["fits", "fits", "unfit", "fits"]
    assert timing.loc["B2-F1-1"].tolist() == ["unknown"] * 4
    assert fit.rank(fit.assess(park, policy(), space, "T"))["verdict"].tolist() == [
        "fits",
        "fits",
        "unknown",
        "unfit",
        "unfit",
        "unfit",
    ]


def test_a_term_ends_on_the_last_of_a_short_month():
    start = np.array([offering.day_number(dt.date(2026, 1, 31)), np.inf, np.nan])
    end = offering.later(start, 1)
    assert offering.days(end).iloc[0] == pd.Timestamp("2026-02-28")
    assert np.isinf(end[1])
    assert np.isnan(end[2])
    assert offering.days(end).isna().tolist() == [False, True, True]


def test_an_intended_lease_does_not_hold_and_space_may_lack_free_until():
    park, space = district(
        ["B1-F1-1"], [need()], leases=[{"unit_id": "B1-F1-1", "tenant_id": "X", "state": "intended"}]
    )
    assert verdicts(park, policy(), space.drop(columns="free_until"), rule_id="term") == {"B1-F1-1": "fits"}
    assert fit.rank(fit.assess(park, policy(), space, "T"))["verdict"].tolist() == ["fits"]


ZONE_FIT = [
    ("Z-ZJ", "S1", "research;pilot", "core", "unsuitable", "stated", "A", "stated"),
    ("Z-ZJ", "S2", "production", "unsuitable", "neutral", "stated_class", "A", "stated"),
    ("Z-LG", "S", "research", "unsuitable", "neutral", "inferred", pd.NA, "inferred"),
]


@pytest.mark.parametrize(
    ("zone", "sector", "stage", "verdict", "hardness", "value", "shown"),
    [
        ("Z-ZJ", "S1", "research", "fits", "soft", 1.0, "core (stated)"),
        ("Z-CELL", "S1", "research", "fits", "soft", 1.0, "core (stated)"),
        ("Z-ZJ", "S1", "production", "unfit", "soft", 0.1, "unsuitable (inferred)"),
        ("Z-ZJ", "S2", "production", "unfit", "hard", 0.1, "unsuitable (stated_class)"),
        ("Z-LG", "S2", "research", "unfit", "soft", 0.2, "unsuitable (inferred)"),
        ("Z-LG", "S1", "pilot", "fits", "soft", 0.5, "neutral (inferred)"),
        ("Z-ZJ", None, "research", "unknown", "soft", None, None),
        ("Z-NEW", "S1", "research", "unknown", "soft", None, None),
        (None, "S1", "research", "unknown", "soft", None, None),
    ],
)
def test_zone_policy_is_hard_only_where_it_is_stated(zone, sector, stage, verdict, hardness, value, shown):
    tenants = [{"tenant_id": "T", "sector_code": sector}]
    park, space = district(["B1-F1-1"], [need(stage=stage)], tenants=tenants, zone=zone)
    assumptions = [("zone_fit.unsuitable.inferred", 0.2)] if zone == "Z-LG" else []
    rows = fit.assess(park, policy(zone_fit=ZONE_FIT, assumptions=assumptions), space, "T")
    row = rows[rows["rule_id"] == "zone_fit"].iloc[0]
    assert (row["verdict"], row["hardness"]) == (verdict, hardness)
    assert (None if pd.isna(row["value"]) else row["value"]) == value
    assert (None if pd.isna(row["offer"]) else row["offer"]) == shown


REQUIREMENTS = [
    requirement("R1", "ALL", "research", "floor_load_ground", "floor_load_kn_m2", 8.0, "kN/m2"),
    requirement("R2", "ALL", "research", "floor_load_upper", "floor_load_kn_m2", 4.0, "kN/m2"),
    requirement("R3", "ALL", "research", "floor_load_special", "floor_load_kn_m2", 20.0, "kN/m2", "minimum"),
    requirement("R4", "ALL", "ALL", "floor_height", "floor_height_m", 5.0, "m"),
    requirement("R5", "S", "research", "floor_height", "floor_height_m", 6.0, "m", "minimum"),
    requirement("R6", "ALL", "research", "power_density", "power_kva", 90.0, "W/m2"),
    requirement("R7", "ALL", "research", "power", "rent_max_cny_m2_day", 1.0, "W/m2"),
    requirement("R8", "ALL", "research", "odd", "floor_load_kn_m2", 3.0, "m"),
    requirement("R9", "ALL", "research", "fire", "fire_class", 1.0, pd.NA, "minimum"),
    requirement("R10", "ALL", "research", "bsl", "bsl", 2.0, "class"),
    requirement("R11", "S1", "research", "range", "floor_height_m", 9.0, "m", "range"),
]


def test_requirements_stand_in_for_empty_cells_as_soft_rules():
    units = [
        {"unit_id": "B1-F1-1", "power_kva": 9.0},
        {"unit_id": "B1-F2-1", "power_kva": 4.5},
    ]
    floors = {
        "B1-F1": {"floor_load_kn_m2": 6.0, "floor_height_m": 6.0},
        "B1-F2": {"floor_load_kn_m2": 6.0, "floor_height_m": 3.0},
    }
    park, space = district(units, [need()], floors=floors)
    rows = fit.assess(park, policy(requirements=REQUIREMENTS), space, "T")
    found = {(row.rule_id, row.unit_id): (row.verdict, row.value) for row in rows.itertuples() if row.rule_id[0] == "R"}
    assert found == {
        ("R1", "B1-F1-1"): ("unfit", 0.75),
        ("R2", "B1-F2-1"): ("fits", 1.0),
        ("R5", "B1-F1-1"): ("fits", 1.0),
        ("R5", "B1-F2-1"): ("unfit", 0.5),
        ("R6", "B1-F1-1"): ("fits", 1.0),
        ("R6", "B1-F2-1"): ("unfit", 0.5),
    }
    assert set(rows.loc[rows["rule_id"].str.startswith("R"), "hardness"]) == {"soft"}
    said, space = district(units, [need(floor_load_kn_m2=6.0)], floors=floors)
    ids = set(fit.assess(said, policy(requirements=REQUIREMENTS), space, "T")["rule_id"])
    assert not ids & {"R1", "R2"}
    assert "load" in ids


def test_names_speak_both_languages():
    rules = policy(requirements=REQUIREMENTS, clashes=[conflict("C1")])
    assert fit.rule_names(rules, "en")["load"] == "rule load"
    assert fit.rule_names(rules, "en")["C1"] == "Clash C1."
    assert fit.rule_names(rules, "zh")["R6"] == "赛道通常要求：power_density"
    assert fit.rule_names(rules, "zh")["zone_fit"] == "区域与赛道的政策适配"


OCCUPANTS = [
    {"unit_id": "B1-F1-2", "tenant_id": "X", "valid_to": pd.Timestamp("2030-01-01")},
    {"unit_id": "B2-F1-2", "tenant_id": "Y", "valid_to": pd.Timestamp("2026-03-01")},
    {"unit_id": "B3-F1-2", "tenant_id": "T"},
    {"unit_id": "B4-F1-2", "tenant_id": None, "state": "locked"},
]
SIX = [f"B{building}-F1-{place}" for building in range(1, 5) for place in (1, 2)] + ["B1-F2-1"]


def clash_of(*, asked=None, hardness="hard", scope="building", tenants=(), units=None, **cells):
    """Return the verdict of conflict C by unit."""
    clash = conflict("C", hardness=hardness, scope=scope, **cells)
    sector = [
        {"tenant_id": "X", "sector_code": "S2", "stage": "pilot"},
        {"tenant_id": "T", "sector_code": "S9"},
        *tenants,
    ]
    wanted = {"fire_class": "甲", "wanted_from": pd.Timestamp("2026-06-01"), **(asked or {})}
    park, space = district(units or SIX, [need(**wanted)], leases=OCCUPANTS, tenants=sector)
    rows = fit.assess(park, policy(clashes=[clash]), space, "T")
    return rows[rows["rule_id"] == "C"].set_index("unit_id")


def test_a_conflict_speaks_of_who_is_there_when_it_would_begin():
    rows = clash_of(fire_a="甲", any_b=True)
    assert rows["verdict"].to_dict() == {
        "B1-F1-1": "unfit",
        "B1-F1-2": "fits",
        "B1-F2-1": "unfit",
        "B2-F1-1": "fits",
        "B2-F1-2": "fits",
        "B3-F1-1": "fits",
        "B3-F1-2": "fits",
        "B4-F1-1": "fits",
        "B4-F1-2": "fits",
    }
    assert set(rows["hardness"]) == {"hard"}
    assert rows.loc["B1-F1-1", "offer"] == "X"
    assert pd.isna(rows.loc["B2-F1-1", "value"])
    floor = clash_of(fire_a="甲", any_b=True, scope="floor")
    assert floor.loc["B1-F2-1", "verdict"] == "fits"


def test_a_conflict_that_the_need_is_no_side_of_has_no_row():
    assert clash_of(fire_a="乙", sectors_b="S2").empty
    assert clash_of(asked={"fire_class": None}, fire_a="甲", sectors_b="S2").empty
    assert clash_of(bsl_a=3, any_b=False, sectors_b="S2").empty
    assert not clash_of(asked={"bsl": 3}, bsl_a=3, any_b=True).empty
    assert not clash_of(asked={"radiation_ok": True}, radiation_a=True, any_b=True).empty


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ({"sectors_b": "S2"}, "unfit"),
        ({"sectors_b": "S"}, "unfit"),
        ({"sectors_b": "S1"}, "fits"),
        ({"stages_b": "pilot"}, "unfit"),
        ({"stages_b": "production"}, "fits"),
        ({"fire_b": "甲"}, "unknown"),
        ({"bsl_b": 3}, "unknown"),
        ({"radiation_b": True}, "unknown"),
        ({"radiation_b": False}, "unfit"),
        ({"sectors_b": "S2", "fire_b": "甲"}, "unknown"),
    ],
)
def test_what_the_ledger_does_not_tell_of_an_occupant_is_unknown_and_never_forbids(cells, verdict):
    row = clash_of(fire_a="甲", **cells).loc["B1-F1-1"]
    assert row["verdict"] == verdict
    assert row["hardness"] == ("soft" if verdict == "unknown" else "hard")


def test_what_a_place_is_approved_for_limits_its_occupant():
    units = [{"unit_id": "B1-F1-1"}, {"unit_id": "B1-F1-2", "bsl": 2, "radiation_ok": False}]
    asked = [need(fire_class="甲")]
    lease = [{"unit_id": "B1-F1-2", "tenant_id": "X"}]
    park, space = district(units, asked, leases=lease, buildings={"B1": {"fire_class": "丙"}})
    for cells in ({"fire_b": "甲;乙"}, {"bsl_b": 3}, {"radiation_b": True}):
        rules = policy(clashes=[conflict("C", fire_a="甲", **cells)])
        assert verdicts(park, rules, space, rule_id="C")["B1-F1-1"] == "fits"
    rules = policy(clashes=[conflict("C", fire_a="甲", fire_b="丙")])
    assert verdicts(park, rules, space, rule_id="C")["B1-F1-1"] == "unknown"


def test_the_second_use_meets_the_first_and_a_missing_sector_is_unknown():
    rows = clash_of(sectors_a="S2", fire_b="甲")
    assert rows.loc["B1-F1-1", "verdict"] == "unfit"
    nobody = [{"tenant_id": "X", "sector_code": None, "stage": None}]
    assert clash_of(sectors_a="S2", fire_b="甲", tenants=nobody).loc["B1-F1-1", "verdict"] == "unknown"
    assert clash_of(stages_a="pilot", fire_b="甲", tenants=nobody).loc["B1-F1-1", "verdict"] == "unknown"


def test_soft_conflicts_count_and_review_is_for_a_person():
    soft = clash_of(fire_a="甲", any_b=True, hardness="soft")
    assert soft.loc["B1-F1-1", ["verdict", "hardness", "value", "weight"]].tolist() == ["unfit", "soft", 0.0, 1.0]
    assert soft.loc["B2-F1-1", "value"] == 1.0
    review = clash_of(fire_a="甲", any_b=True, hardness="review")
    assert review.loc["B1-F1-1", ["verdict", "hardness", "weight"]].tolist() == ["unknown", "soft", 0.0]


def test_a_place_may_rule_a_use_out_by_itself():
    units = ["B1-F-1-1", "B1-F1-1", "B2-F1-1", "B2-F2-1", "B3-F1-1", "B3-F2-1", "B4-F1-1"]
    floors = {name: {"floor_height_m": height} for name, height in [("B1-F1", 30), ("B2-F1", 20), ("B2-F2", 5)]}
    floors |= {"B1-F-1": {"level": -1}, "B3-F1": {"floor_height_m": 5}}
    park, space = district(units, [need(fire_class="甲")], floors=floors)
    high = policy(clashes=[conflict("C", fire_a="甲", any_b=True, place="high_rise")])
    assert verdicts(park, high, space, rule_id="C") == {
        "B1-F-1-1": "fits",
        "B1-F1-1": "fits",
        "B2-F1-1": "unfit",
        "B2-F2-1": "unfit",
        "B3-F1-1": "unknown",
        "B3-F2-1": "unknown",
        "B4-F1-1": "fits",
    }
    low = policy(clashes=[conflict("C", fire_a="甲", any_b=True, place="basement")])
    assert [name for name, said in verdicts(park, low, space, rule_id="C").items() if said == "unfit"] == ["B1-F-1-1"]


def test_a_unit_on_a_floor_that_is_not_on_record_may_be_in_the_basement():
    park, _ = district(["B1-F1-1"], [need(fire_class="甲")])
    park = snapshot.of(DAY, {name: park.table(name) for name in schema.TABLES if name != "floors"})
    space = vacancy.by_unit(park)
    low = policy(clashes=[conflict("C", fire_a="甲", any_b=True, place="basement")])
    assert verdicts(park, low, space, rule_id="C") == {"B1-F1-1": "unknown"}
    plan = allocation.allocate(park, low, space)
    assert plan.unplaced == ["T"]
    assert verification.check(plan, park, low, space) == []


def test_the_rows_of_the_machine_alone_are_read():
    rows = [conflict("C1", fire_a="甲", any_b=True), conflict("C2", fire_a="甲", any_b=True) | {"machine": False}]
    park, space = district(["B1-F1-1"], [need(fire_class="甲")])
    board = conflicts.board(park, policy(clashes=rows), offering.of(park, space))
    assert [clash.conflict_id for clash in board.conflicts] == ["C1"]


def test_what_needs_are_held_against_is_made_once_for_many_companies():
    park, space = district(["B1-F1-1", "B2-F1-1"], [need(), need(need_id="N2", tenant_id="T2")])
    rules = policy()
    at = fit.desk(park, rules, space)
    for tenant in ("T", "T2"):
        pd.testing.assert_frame_equal(fit.against(at, park, tenant), fit.assess(park, rules, space, tenant))


def test_rank_puts_fits_first_unknown_apart_and_unfit_by_misses():
    units = [{"unit_id": f"B{number}-F1-1", "asking_rent_cny_m2_day": 4.0} for number in range(1, 6)]
    units[3]["asking_rent_cny_m2_day"] = 9.0
    units[4]["asking_rent_cny_m2_day"] = 2.0
    loads = {"B1-F1": 1.0, "B2-F1": None, "B3-F1": 5.0, "B4-F1": 1.0, "B5-F1": 5.0}
    floors = {name: {"floor_load_kn_m2": load} for name, load in loads.items()}
    park, space = district(units, [need(floor_load_kn_m2=5.0, rent_max_cny_m2_day=4.0)], floors=floors)
    ranked = fit.rank(fit.assess(park, policy(), space, "T"))
    assert ranked["unit_id"].tolist() == ["B5-F1-1", "B3-F1-1", "B2-F1-1", "B1-F1-1", "B4-F1-1"]
    assert ranked["failed"].tolist()[3:] == [["load"], ["load", "rent"]]
    assert ranked["unknown"].tolist()[2] == ["load", "use", "zone_fit"]
    assert ranked["failed_soft"].tolist() == [[]] * 5
    assert ranked.columns.tolist() == list(fit.RANKED)


def test_matrices_say_the_same_as_the_rows():
    units = [{"unit_id": f"B{number}-F{floor}-1", "power_kva": 5.0 * number} for number in (1, 2) for floor in (1, 2)]
    asked = [need(power_kva=8.0), {"need_id": "M", "tenant_id": "U", "fire_class": "丙"}]
    park, space = district(units, asked, buildings={"B1": {"fire_class": "甲"}})
    rules = policy(zone_fit=ZONE_FIT, requirements=REQUIREMENTS, clashes=[conflict("C", fire_a="丙", any_b=True)])
    pairs = fit.pairs(park, rules, space)
    assert [one["need_id"] for one in pairs.needs] == ["M", "N"]
    for row, tenant in enumerate(["U", "T"]):
        ranked = (
            fit.rank(fit.assess(park, rules, space, tenant))
            .set_index("unit_id")
            .loc[pairs.desk.offers.frame["unit_id"]]
        )
        assert ranked["score"].to_numpy() == pytest.approx(pairs.of(row)[1])
        assert ranked["verdict"].tolist() == [verbs.VERDICTS[code] for code in pairs.of(row)[0]]
    assert len(fit.pairs(park, rules, space, ["N"]).needs) == 1


def test_no_weight_at_all_scores_as_unknown():
    park, space = district(["B1-F1-1"], [need()])
    rules = policy(
        rules=[rule("area_min area_min_m2 at_least lettable_m2 hard 0")], assumptions=[("weight.zone_fit", 0.0)]
    )
    assert fit.rank(fit.assess(park, rules, space, "T"))["score"].tolist() == [0.5]


def test_who_asks_nothing_has_no_rows_and_who_is_not_there_is_refused():
    park, space = district(["B1-F1-1"], [], tenants=[{"tenant_id": "T", "kind": "applicant"}])
    empty = fit.assess(park, policy(), space, "T")
    assert empty.empty
    assert fit.rank(empty).empty
    with pytest.raises(KeyError):
        fit.assess(park, policy(), space, "nobody")


def test_standing_is_the_worst_of_rule_need_and_unit():
    park, space = district(["B1-F1-1"], [need()])
    rows = fit.assess(park, policy(), space.assign(standing=pd.array([pd.NA], dtype="string")), "T")
    assert set(rows["standing"]) == {"illustrative"}


def test_cells_are_shown_with_their_units():
    assert criteria.shown(1234.5, "m²") == "1,234.5 m²"
    assert criteria.shown(np.bool_(False), "") == "no"
    assert criteria.shown(pd.Timestamp("2026-01-31"), "") == "2026-01-31"
    assert criteria.shown("甲", "") == "甲"


def test_an_empty_district_is_no_fault():
    park, _space = district(["B1-F1-1"], [need()])
    nothing = snapshot.of(DAY, {"needs": park.needs, "tenants": park.tenants})
    assert fit.assess(nothing, policy(), vacancy.by_unit(nothing), "T").empty
    assert zoning.assumption(policy(), "none", 3.0) == 3.0


@settings(max_examples=thorough.cases(4), deadline=None)
@given(st.data())
def test_taking_an_option_away_leaves_the_other_scores(data):
    count = data.draw(st.integers(2, 6))
    number = st.one_of(st.none(), st.floats(1, 10))
    units = [
        {
            "unit_id": f"B{place}-F1-1",
            "power_kva": data.draw(number),
            "asking_rent_cny_m2_day": data.draw(number),
        }
        for place in range(count)
    ]
    floors = {f"B{place}-F1": {"floor_load_kn_m2": data.draw(number)} for place in range(count)}
    asked = need(power_kva=data.draw(number), rent_max_cny_m2_day=data.draw(number), floor_load_kn_m2=data.draw(number))
    rules = policy(zone_fit=ZONE_FIT, requirements=REQUIREMENTS)
    park, space = district(units, [asked], floors=floors)
    whole = fit.rank(fit.assess(park, rules, space, "T")).set_index("unit_id")
    gone = data.draw(st.sampled_from(sorted(space["unit_id"])))
    fewer, less = district([unit for unit in units if unit["unit_id"] != gone], [asked], floors=floors)
    left = fit.rank(fit.assess(fewer, rules, less, "T")).set_index("unit_id")
    assert left["score"].to_dict() == whole["score"].drop(gone).to_dict()
    assert left.index.tolist() == [unit for unit in whole.index if unit != gone]
    kept = fit.assess(park, rules, space, "T")
    again = fit.rank(kept[kept["unit_id"] != gone])
    assert again["unit_id"].tolist() == left.index.tolist()
