"""What is not known of a place: which cell, whom to ask, and what place it could take at best."""

import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fit import DAY, REQUIREMENTS, ZONE_FIT, conflict, district, need, policy

from parks import schema, snapshot, words
from parks.matching import fit, unknowns
from parks.status import vacancy

EN, ZH = words.translator("en"), words.translator("zh")
SETTLED = [("Z-ZJ", "S1", "research", "core", "neutral", "stated", "A", "stated")]
USED = {"B1": {"use_type": "research"}, "B2": {"use_type": "research"}}


def asked(park, rules, space, t=EN, unit=None):
    """Return the sentences of what has to be found out, by the rules that wait for it."""
    assessed = fit.assess(park, rules, space, "T")
    assessed = assessed if unit is None else assessed[assessed["unit_id"] == unit]
    return unknowns.find_out(park, rules, space, assessed, t).set_index("rules")


def test_an_empty_cell_is_named_with_its_row_and_who_would_know_it():
    park, space = district(["B1-F1-1"], [need(floor_load_kn_m2=5.0, fire_class="丙", power_kva=9.0)], buildings=USED)
    park.parks.loc[:, "developer"] = "Developer Ltd"
    found = asked(park, policy(zone_fit=SETTLED), space)
    assert found[["table", "row_id", "column"]].apply(tuple, axis=1).to_dict() == {
        "fire": ("buildings", "B1", "fire_class"),
        "load": ("floors", "B1-F1", "floor_load_kn_m2"),
        "power": ("units", "B1-F1-1", "power_kva"),
    }
    assert set(found["ask"]) == {"Developer Ltd"}
    assert found.loc["load", "sentence"] == (
        "rule load: “Floor load (kN/m²)” of B1-F1 is not known. Ask Developer Ltd."
    )
    assert found.loc["fire", "sentence"] == "rule fire: “Fire class” of B1楼 (B1) is not known. Ask Developer Ltd."
    chinese = asked(park, policy(zone_fit=SETTLED), space, ZH)
    assert chinese.loc["power", "sentence"] == "规则power：B1-F1-1的“用电容量（kVA）”不明，请向Developer Ltd核实。"


def test_without_a_developer_the_park_is_asked_and_without_a_park_whoever_keeps_the_building():
    park, space = district(["B1-F1-1"], [need(power_kva=9.0)], buildings=USED)
    assert asked(park, policy(zone_fit=SETTLED), space)["ask"].tolist() == ["whoever runs 园区"]
    stray, space = district(["B1-F1-1"], [need()], buildings={"B1": {"use_type": "research", "park_id": None}})
    found = asked(stray, policy(), space)
    assert found.loc["zone_fit", ["table", "row_id", "column", "ask"]].tolist() == [
        "buildings",
        "B1",
        "park_id",
        "whoever keeps the building",
    ]


def test_power_per_m2_waits_for_the_area_too():
    units = [{"unit_id": "B1-F1-1", "lettable_m2": None}, {"unit_id": "B2-F1-1", "lettable_m2": 0.0, "power_kva": 5.0}]
    lines = "power power_kva at_least power_kva soft 1"
    park, space = district(units, [need(power_kva=9.0)], buildings=USED)
    assessed = fit.assess(park, policy(rules=lines, zone_fit=SETTLED), space, "T")
    found = unknowns.find_out(park, policy(rules=lines), space, assessed, EN)
    cells = list(zip(found["unit_id"], found["column"], found["rules"], strict=True))
    assert cells == [
        ("B1-F1-1", "power_kva", "power"),
        ("B1-F1-1", "lettable_m2", "power"),
        ("B2-F1-1", "lettable_m2", "power"),
    ]


def test_rules_that_wait_for_one_cell_share_a_row():
    wish = need(wanted_from=pd.Timestamp("2026-03-01"), wanted_to=pd.Timestamp("2027-01-01"))
    later = {"B1": {"completed_on": pd.NaT, "status": "planned", "use_type": "research"}}
    works = [{"unit_id": "B2-F1-1", "tenant_id": None, "state": "renovation"}]
    park, space = district(
        ["B1-F1-1", "B2-F1-1"], [wish], leases=works, buildings={**USED, **later}, tenants=[{"tenant_id": "T"}]
    )
    found = asked(park, policy(zone_fit=SETTLED), space)
    assert found.index.tolist() == ["free;term;wanted_from;wanted_to"] * 2
    assert found[["table", "row_id", "column"]].to_numpy().tolist() == [
        ["buildings", "B1", "completed_on"],
        ["leases", "L0", "valid_to"],
    ]
    assert found["sentence"].iloc[1] == (
        "Comes free, Free for the whole term, rule wanted_from, rule wanted_to: “Until” of L0 is not known. "
        "Ask whoever runs 园区."
    )


def test_the_area_and_a_requirement_of_the_sector_are_cells_as_well():
    units = [{"unit_id": "B1-F1-1", "lettable_m2": None}]
    park, space = district(units, [need()], buildings=USED)
    rules = policy(zone_fit=SETTLED, requirements=REQUIREMENTS[:1])
    found = asked(park, rules, space)
    assert found["column"].to_dict() == {"R1": "floor_load_kn_m2", "area_max;area_min": "lettable_m2"}


@pytest.mark.parametrize(
    ("sector", "zone", "cell", "sentence"),
    [
        (None, "Z-ZJ", ("tenants", "T", "sector_code"), "“Sector” of 企业T is not known. Ask 企业T."),
        (
            "S1",
            "Z-LG",
            ("zone_fit", "S1 Z-LG", "fit_level"),
            "the policy says nothing of S1 Z-LG. Ask the planning office.",
        ),
        ("S1", None, ("parks", "P1", "zone_id"), "“Zone” of 园区 (P1) is not known. Ask whoever runs 园区."),
    ],
)
def test_zone_policy_waits_for_the_company_the_policy_or_the_park(sector, zone, cell, sentence):
    tenants = [{"tenant_id": "T", "sector_code": sector}]
    park, space = district(["B1-F1-1"], [need()], tenants=tenants, zone=zone, buildings=USED)
    found = asked(park, policy(zone_fit=SETTLED), space)
    assert tuple(found.loc["zone_fit", ["table", "row_id", "column"]]) == cell
    assert found.loc["zone_fit", "sentence"] == f"Zone policy for the sector: {sentence}"


def test_a_conflict_waits_for_what_its_occupant_does():
    clashes = [conflict("C", fire_a="甲", sectors_b="S2", fire_b="甲")]
    leases = [{"unit_id": "B1-F1-2", "tenant_id": "X"}, {"unit_id": "B1-F1-3", "tenant_id": "Y"}]
    people = [{"tenant_id": "X", "sector_code": None}, {"tenant_id": "Y", "sector_code": "S2", "stage": "pilot"}]
    units = ["B1-F1-1", "B1-F1-2", "B1-F1-3"]
    park, space = district(units, [need(fire_class="甲")], leases=leases, tenants=people, buildings=USED)
    found = asked(park, policy(zone_fit=SETTLED, clashes=clashes), space, unit="B1-F1-1").loc["C"]
    assert found["column"].tolist() == ["sector_code", ""]
    assert found["sentence"].tolist() == [
        "Clash C: “Sector” of 企业X is not known. Ask 企业X.",
        "Clash C: what 企业Y works with is not on record. Ask it, then a person decides.",
    ]
    park.tenants.loc[park.tenants["tenant_id"] == "X", "sector_code"] = "S2"
    found = asked(park, policy(zone_fit=SETTLED, clashes=clashes), space, unit="B1-F1-1").loc["C"]
    assert found["column"].tolist() == ["stage", ""]


def test_a_conflict_with_the_place_waits_for_floors_or_for_a_person():
    units = ["B1-F1-1", "B1-F2-1", "B2-F-1-1"]
    floors = {"B1-F1": {"floor_height_m": 5.0}, "B2-F-1": {"level": -1}}
    park, space = district(units, [need(fire_class="甲")], floors=floors, buildings=USED)
    high = policy(zone_fit=SETTLED, clashes=[conflict("C", fire_a="甲", any_b=True, place="high_rise")])
    assert asked(park, high, space, unit="B1-F1-1").loc["C", ["table", "row_id", "column"]].tolist() == [
        "floors",
        "B1-F2",
        "floor_height_m",
    ]
    found = asked(park, high, space, unit="B2-F-1-1").loc["C"]
    assert found[["table", "row_id"]].tolist() == ["floors", "B2"]
    review = conflict("C", fire_a="甲", any_b=True, place="basement", hardness="review")
    decided = asked(park, policy(zone_fit=SETTLED, clashes=[review]), space, unit="B2-F-1-1").loc["C"]
    assert decided["sentence"] == "Clash C: a person has to decide. Ask the planning office."


def test_a_floor_that_is_not_on_record_is_asked_for_its_level():
    park, _ = district(["B1-F1-1"], [need(fire_class="甲")], buildings=USED)
    park = snapshot.of(DAY, {name: park.table(name) for name in schema.TABLES if name != "floors"})
    low = policy(zone_fit=SETTLED, clashes=[conflict("C", fire_a="甲", any_b=True, place="basement")])
    found = asked(park, low, vacancy.by_unit(park)).loc["C"]
    assert found[["table", "row_id", "column"]].tolist() == ["floors", "B1-F1", "level"]


def test_a_building_that_is_not_on_record_is_called_by_its_id():
    park, _ = district(["B1-F1-1"], [need(fire_class="甲")])
    park = snapshot.of(DAY, {name: park.table(name) for name in schema.TABLES if name != "buildings"})
    found = asked(park, policy(zone_fit=SETTLED), vacancy.by_unit(park))
    assert (
        found.loc["fire", "sentence"] == "rule fire: “Fire class” of B1 is not known. Ask whoever keeps the building."
    )


def test_a_place_with_a_hard_miss_has_nothing_to_find_out():
    units = [{"unit_id": "B1-F1-1", "lettable_m2": 10.0}]
    park, space = district(units, [need(floor_load_kn_m2=5.0)], buildings=USED)
    assert asked(park, policy(zone_fit=SETTLED), space).empty
    assert unknowns.at_best(fit.assess(park, policy(), space, "T")).empty


def test_a_place_is_told_how_far_up_it_could_come():
    units = [
        {"unit_id": "B1-F1-1", "asking_rent_cny_m2_day": 3.0},
        {"unit_id": "B2-F1-1", "asking_rent_cny_m2_day": None},
        {"unit_id": "B3-F1-1", "asking_rent_cny_m2_day": 2.0},
    ]
    used = {name: {"use_type": "research"} for name in ("B1", "B2", "B3")}
    park, space = district(units, [need(rent_max_cny_m2_day=4.0)], buildings=used)
    found = unknowns.at_best(fit.assess(park, policy(zone_fit=SETTLED), space, "T"))
    assert found.columns.tolist() == list(unknowns.PLACES)
    row = next(found.itertuples())
    assert (row.unit_id, row.verdict, row.score_at_best, row.place, row.place_at_best) == (
        "B2-F1-1",
        "unknown",
        1.0,
        3,
        1,
    )
    assert unknowns.outlook(row, EN) == "Place 3 as known today; at best place 1 once all of it is known."
    assert unknowns.outlook(row, ZH) == "按目前所知排第3位；全部核实后最高可排第1位。"
    alone, space = district(units[1:2], [need(rent_max_cny_m2_day=4.0)], buildings=used)
    row = next(unknowns.at_best(fit.assess(alone, policy(zone_fit=SETTLED), space, "T")).itertuples())
    assert unknowns.outlook(row, EN) == "Place 1; it stays there whatever is found out in its favour."


def test_who_asks_nothing_has_no_places():
    park, space = district(["B1-F1-1"], [], tenants=[{"tenant_id": "T", "kind": "applicant"}])
    empty = fit.assess(park, policy(), space, "T")
    assert unknowns.at_best(empty).empty
    assert unknowns.find_out(park, policy(), space, empty, EN).empty


CELL = st.sampled_from([None, 1.0, 3.0, 5.0])


@settings(max_examples=thorough.cases(8), deadline=None)
@given(st.data())
def test_no_cell_filled_in_brings_a_place_above_its_best(data):
    """Whatever it turns out to offer, against ranking anew with the cells filled in; and all its cells are named."""
    count = data.draw(st.integers(2, 4))

    def unit(number):
        cells = {"power_kva": data.draw(CELL), "asking_rent_cny_m2_day": data.draw(CELL)}
        return {"unit_id": f"B{number}-F1-1", **cells}

    units = [unit(number) for number in range(count)]
    used = {f"B{number}": {"use_type": "research"} for number in range(count)}
    rules = policy(zone_fit=ZONE_FIT, assumptions=[("floor", 0.3)])
    asked_for = need(power_kva=4.0, rent_max_cny_m2_day=4.0)
    park, space = district([dict(cells) for cells in units], [asked_for], buildings=used)
    assessed = fit.assess(park, rules, space, "T")
    cells = unknowns.find_out(park, rules, space, assessed, EN)
    for place in unknowns.at_best(assessed).itertuples():
        own = cells[cells["unit_id"] == place.unit_id]
        assert set(own["row_id"]) == {place.unit_id}
        filled = {column: data.draw(st.sampled_from([0.5, 2.0, 4.0, 9.0])) for column in own["column"]}
        known = [cells | (filled if cells["unit_id"] == place.unit_id else {}) for cells in units]
        there, room = district([dict(row) for row in known], [asked_for], buildings=used)
        again = fit.rank(fit.assess(there, rules, room, "T"))
        row = again.index[again["unit_id"] == place.unit_id][0]
        assert not again["unknown"].iloc[row]
        assert row + 1 >= place.place_at_best
        assert again["score"].iloc[row] <= place.score_at_best + 1e-12
