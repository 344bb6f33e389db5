"""Conflicts next door and by distance: who counts as near, what is not known, and how it is said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_allocation import asked, made, outline
from test_fit import conflict, district, need, policy, verdicts

from parks import words
from parks.matching import allocation, explanation, fit, nearness, remedies, unknowns, verification, vicinity

EN, ZH = words.translator("en"), words.translator("zh")
STACK = ["B1-F-1-1", "B1-F1-1", "B1-F1-2", "B1-F1-3", "B1-F2-1", "B1-F2-2", "B1-F3-1", "B2-F1-1"]
BASEMENT = {"B1-F-1": {"level": -1}}
SQUARES = {"B1": outline(0), "B2": outline(15), "B3": outline(60), "B4": None}
FOUR = [f"B{number}-F1-{place}" for number in (1, 2, 3, 4) for place in (1, 2)]


def next_door(*units, holder="B1-F1-1", **cells):
    """Return the verdicts of a conflict next door with whoever holds a unit."""
    rules = policy(clashes=[conflict("C", fire_a="甲", any_b=True, scope="neighbouring")])
    lease = [{"unit_id": holder, "tenant_id": "X"}]
    park, space = district(list(units), [need(fire_class="甲")], leases=lease, floors=BASEMENT, **cells)
    return verdicts(park, rules, space, rule_id="C")


def by_distance(distance, *, holder="B1-F1-1", shapes=SQUARES, one_building=None, hardness="hard", **sides):
    """Return a district of four buildings, one company in it, and the policy with a conflict by distance."""
    sides = sides or {"any_b": True}
    clash = conflict("C", fire_a="甲", scope="distance", hardness=hardness, **sides)
    rules = policy(clashes=[clash | {"distance_m": float(distance), "one_building": one_building}])
    lease = [{"unit_id": holder, "tenant_id": "X"}]
    places = {name: {"geometry": shape, "fire_class": "甲", "use_type": "research"} for name, shape in shapes.items()}
    people = [{"tenant_id": "X", "stage": "pilot"}]
    return *district(FOUR, [need(fire_class="甲")], leases=lease, tenants=people, buildings=places), rules


def told(park, space, rules):
    rows = fit.assess(park, rules, space, "T")
    return rows[rows["rule_id"] == "C"].set_index("unit_id")


def test_neighbours_adjoin_or_are_on_the_floor_above_or_below():
    found = next_door(*STACK)
    assert {name for name, verdict in found.items() if verdict == "unfit"} == {
        "B1-F-1-1",
        "B1-F1-2",
        "B1-F2-1",
        "B1-F2-2",
    }
    assert "unknown" not in found.values()
    assert {name for name, verdict in next_door(*STACK, holder="B1-F2-2").items() if verdict == "unfit"} == {
        "B1-F1-1",
        "B1-F1-2",
        "B1-F1-3",
        "B1-F2-1",
        "B1-F3-1",
    }


def test_two_units_in_one_place_of_a_row_both_adjoin_the_next():
    twin = {"unit_id": "B1-F1-9", "position": 1}
    assert next_door(twin, "B1-F1-1", "B1-F1-2", holder="B1-F1-2") == {
        "B1-F1-1": "unfit",
        "B1-F1-9": "unfit",
        "B1-F1-2": "fits",
    }


def test_without_a_position_it_is_not_known_what_adjoins():
    hidden = {"unit_id": "B1-F1-2", "position": None}
    found = next_door("B1-F1-1", hidden, "B1-F1-3", "B1-F2-1")
    assert found == {"B1-F1-1": "fits", "B1-F1-2": "unknown", "B1-F1-3": "fits", "B1-F2-1": "unfit"}
    found = next_door("B1-F1-1", hidden, "B1-F1-3", "B1-F2-1", holder="B1-F1-2")
    assert found == {"B1-F1-1": "unknown", "B1-F1-2": "fits", "B1-F1-3": "unknown", "B1-F2-1": "unfit"}


def test_without_a_level_it_is_not_known_what_is_above():
    rules = policy(clashes=[conflict("C", fire_a="甲", any_b=True, scope="neighbouring")])
    units = ["B1-F1-1", "B1-F1-2", "B1-F2-1", "B1-F9-1", "B2-F1-1"]
    lease, people = [{"unit_id": "B1-F1-1", "tenant_id": "X"}], [{"tenant_id": "X", "stage": "pilot"}]
    park, space = district(units, [need(fire_class="甲")], leases=lease, tenants=people)
    park = replace(park, floors=park.floors[park.floors["floor_id"] != "B1-F9"])
    space.loc[space["floor_id"] == "B1-F9", "level"] = pd.NA
    assert verdicts(park, rules, space, rule_id="C") == {
        "B1-F1-1": "fits",
        "B1-F1-2": "unfit",
        "B1-F2-1": "unfit",
        "B1-F9-1": "unknown",
        "B2-F1-1": "fits",
    }
    cells = unknowns.find_out(park, rules, space, fit.assess(park, rules, space, "T"), EN)
    wanted = cells[cells["rules"] == "C"]
    assert wanted[["unit_id", "table", "row_id", "column"]].to_numpy().tolist() == [
        ["B1-F9-1", "floors", "B1-F9", "level"]
    ]


@pytest.mark.parametrize(
    ("distance", "one_building", "unfit"),
    [
        (4.9, None, {"B1-F1-1", "B1-F1-2"}),
        (5.1, None, {"B1-F1-1", "B1-F1-2", "B2-F1-1", "B2-F1-2"}),
        (5.1, False, {"B2-F1-1", "B2-F1-2"}),
        (51.0, True, {f"B{number}-F1-{place}" for number in (1, 2, 3) for place in (1, 2)}),
    ],
)
def test_distance_is_measured_between_outlines_and_is_0_in_one_building(distance, one_building, unfit):
    rows = told(*by_distance(distance, one_building=one_building))
    assert set(rows.index[rows["verdict"] == "unfit"]) == unfit
    assert set(rows.index[rows["verdict"] == "unknown"]) == {"B4-F1-1", "B4-F1-2"}, "it may lie anywhere"
    assert rows.loc[rows["verdict"] == "unknown", "hardness"].tolist() == ["soft", "soft"]
    assert rows.loc["B2-F1-1", "offer"] == "X" if distance > 5 else pd.isna(rows.loc["B2-F1-1", "offer"])


def test_an_occupant_of_a_building_without_a_place_may_be_near_anything_but_itself():
    rows = told(*by_distance(20, holder="B4-F1-1", one_building=False))
    assert rows["verdict"].to_dict() == {name: "fits" if name[:2] == "B4" else "unknown" for name in FOUR}
    assert rows["offer"].fillna("").to_dict() == {name: "" if name[:2] == "B4" else "X" for name in FOUR}
    here = told(*by_distance(20, holder="B4-F1-1"))
    assert here.loc[["B4-F1-1", "B4-F1-2"], "verdict"].tolist() == ["unfit", "unfit"]


def test_a_point_serves_where_there_is_no_outline():
    shapes = {name: shape and shape.centroid for name, shape in SQUARES.items()}
    rows = told(*by_distance(14.9, shapes=shapes))
    assert rows["verdict"].tolist()[2:4] == ["fits", "fits"]
    assert told(*by_distance(15.1, shapes=shapes))["verdict"].tolist()[2:4] == ["unfit", "unfit"]


def test_what_may_be_of_the_other_use_and_near_is_unknown():
    rows = told(*by_distance(20, fire_b="甲"))
    assert rows["verdict"].tolist() == ["unknown"] * 4 + ["fits"] * 2 + ["unknown"] * 2
    hidden = {"unit_id": "B1-F1-2", "position": None}
    clash = conflict("C", fire_a="甲", fire_b="甲", scope="neighbouring")
    lease = [{"unit_id": "B1-F1-1", "tenant_id": "X"}]
    park, space = district(["B1-F1-1", hidden], [need(fire_class="甲")], leases=lease)
    assert verdicts(park, policy(clashes=[clash]), space, rule_id="C") == {"B1-F1-1": "fits", "B1-F1-2": "unknown"}


def near_a(place, distance=20, hardness="hard", **cells):
    """Return what a conflict with another building says of B1: B2 is 5 m away, B3 50 m, B4 nobody knows where."""
    clash = conflict("C", fire_a="甲", any_b=True, scope="distance", place=place, hardness=hardness)
    rules = policy(clashes=[clash | {"distance_m": float(distance), "one_building": False}])
    places = {name: {"geometry": shape, "fire_class": "甲", **cells.get(name, {})} for name, shape in SQUARES.items()}
    floors = {f"{name}-F{level}": {"floor_height_m": 20.0} for name in SQUARES for level in (1, 2)}
    units = [f"{name}-F{level}-1" for name in SQUARES for level in (1, 2)]
    park, space = district(units, [need(fire_class="甲")], buildings=places, floors=floors | cells.get("floors", {}))
    return park, space, rules


def verdict_of_b1(*case, **cells):
    rows = told(*near_a(*case, **cells))
    return rows.loc["B1-F1-1", "verdict"], rows.loc["B1-F1-1", "offer"]


@pytest.mark.parametrize(
    ("place", "uses", "verdict", "offer"),
    [
        ("civil", ("headquarters", "production"), "unfit", "B2"),
        ("civil", ("production", "pilot"), "fits", None),
        ("civil", ("research", "pilot"), "unknown", "B2"),
        ("civil", (None, "pilot"), "unknown", "B2"),
        ("civil", ("warehouse", "headquarters"), "unknown", None),
        ("high_rise", ("research", "pilot"), "unfit", "B2"),
        ("high_rise_civil", ("research", "pilot"), "unknown", "B2"),
        ("high_rise_civil", ("headquarters", "pilot"), "unfit", "B2"),
        ("building", ("research", "pilot"), "unfit", "B2"),
    ],
)
def test_another_building_may_be_the_second_use(place, uses, verdict, offer):
    cells = {name: {"use_type": use} for name, use in zip(("B2", "B4"), uses, strict=True)}
    found = verdict_of_b1(place, **cells, B3={"use_type": "headquarters"})
    if place in {"civil", "high_rise_civil"} and verdict == "fits":
        assert found[0] == "fits"
    assert (found[0], None if pd.isna(found[1]) else found[1]) == (verdict, offer)


def test_a_building_without_units_counts_and_the_building_itself_never_does():
    park, space, rules = near_a("civil", B1={"use_type": "headquarters"}, B2={"use_type": "headquarters"})
    empty = space[space["building_id"] != "B2"]
    assert told(park, empty, rules).loc["B1-F1-1", "verdict"] == "unfit"
    rows = told(*near_a("civil", B1={"use_type": "headquarters"}, B2={"use_type": "pilot"}, B4={"use_type": "pilot"}))
    assert rows["verdict"].tolist() == ["fits"] * 2 + ["unfit"] * 2 + ["fits"] * 2 + ["unknown"] * 2


def test_needs_of_one_plan_are_kept_apart_by_distance_and_next_door():
    needs = [asked(1, 100, fire_class="甲", stage="pilot"), asked(2, 100, stage="headquarters")]
    places = {name: {"geometry": shape, "fire_class": "甲"} for name, shape in SQUARES.items()}
    clash = conflict("C", fire_a="甲", stages_b="headquarters", scope="distance")
    for distance, placed in ((5.1, 1), (4.9, 2)):
        rules = policy(clashes=[clash | {"distance_m": distance, "one_building": False}])
        park, space = district(["B1-F1-1", "B2-F1-1"], needs, buildings=places)
        assert len(made(park, rules, space).placed) == placed
    door = policy(clashes=[clash | {"scope": "neighbouring"}])
    for units, placed in ((["B1-F1-1", "B1-F1-2"], 1), (["B1-F1-1", "B1-F1-3"], 2), (["B1-F1-1", "B1-F2-2"], 1)):
        park, space = district(units, needs, buildings={"B1": {"fire_class": "甲"}})
        assert len(made(park, door, space).placed) == placed
    free = made(park, policy(), space)
    assert verification.check(free, park, door, space) == [
        "needs N1 and N2 may not share B1-F1-1 beside B1-F2-2 (C)"
    ] or verification.check(free, park, door, space) == ["needs N1 and N2 may not share B1-F2-2 beside B1-F1-1 (C)"]


def test_the_checker_knows_who_is_near():
    park, space, rules = by_distance(20)
    free = made(park, policy(), space)
    at = free.assignments["unit_id"].iloc[0]
    said = verification.check(free, park, rules, space)
    assert said == [f"need N: company X is in {at} beside B1-F1-1 already (C)"]
    assert made(park, rules, space).assignments["unit_id"].iloc[0][:2] in {"B3", "B4"}


def test_what_the_checker_does_not_know_is_not_near():
    cells = {"building_id": "B1", "floor_id": "F1", "position": 1, "level": 1, "geometry": None}
    beside = {"scope": "neighbouring"}
    assert not nearness.meets(beside, cells, cells | {"position": pd.NA})
    assert not nearness.meets(beside, cells, cells | {"floor_id": "F2", "level": pd.NA})
    assert nearness.meets(beside, cells | {"floor_id": "FB", "level": -1}, cells)
    assert not nearness.meets(beside, cells | {"building_id": "B2"}, cells)
    far = {"scope": "distance", "distance_m": 20.0, "one_building": pd.NA}
    assert nearness.meets(far, cells, cells)
    assert not nearness.meets(far, cells, cells | {"building_id": "B2"})
    assert not nearness.closer(outline(0), type(outline(0))(), 20.0)


@pytest.mark.parametrize("place", ["civil", "high_rise", "high_rise_civil", "building"])
def test_the_checker_knows_what_stands_near(place):
    park, space, rules = near_a(
        place, B2={"use_type": "headquarters"}, B3={"use_type": "pilot"}, B4={"use_type": "pilot"}
    )
    free = made(park, policy(), space)
    for unit in space["unit_id"]:
        plan = replace(free, assignments=free.assignments.assign(unit_id=unit))
        said = verification.check(plan, park, rules, space)
        missed = told(park, space, rules).loc[unit, "verdict"] == "unfit"
        assert said == ([f"need N: unit {unit} lies where C rules it out"] if missed else [])
    assert told(park, space, rules)["verdict"].eq("unfit").any()


def test_the_checker_knows_high_rises_and_basements():
    floors = {"B1-F1": {"floor_height_m": 20.0}, "B1-F2": {"floor_height_m": 5.0}, "B1-F-1": {"level": -1}}
    units = ["B1-F-1-1", "B1-F1-1", "B1-F2-1", "B2-F1-1"]
    approved = {name: {"fire_class": "甲"} for name in ("B1", "B2")}
    park, space = district(units, [need(fire_class="甲")], floors=floors, buildings=approved)
    free = made(park, policy(), space)
    for place in ("high_rise", "basement", "civil"):
        for limit, assumed in ((24.0, []), (26.0, [("high_rise_m", 26.0)])):
            clash = conflict("C", fire_a="甲", any_b=True, place=place)
            rules = policy(clashes=[clash], assumptions=assumed)
            for unit in units:
                plan = replace(free, assignments=free.assignments.assign(unit_id=unit))
                missed = verdicts(park, rules, space, rule_id="C")[unit] == "unfit"
                assert (verification.check(plan, park, rules, space) != []) == missed, (place, limit, unit)


def test_a_remedy_does_not_sit_too_near():
    needs = [asked(1, 100, fire_class="甲"), asked(2, 100, floor_load_kn_m2=9.0)]
    places = {name: {"geometry": shape, "fire_class": "甲"} for name, shape in SQUARES.items()}
    floors = {
        "B1-F1": {"floor_load_kn_m2": 1.0},
        "B2-F1": {"floor_load_kn_m2": 8.0},
        "B3-F1": {"floor_load_kn_m2": 2.0},
    }
    for distance, home in ((4.9, "B2-F1-1"), (5.1, "B3-F1-1")):
        clash = conflict("C", fire_a="甲", any_b=True, scope="distance") | {"distance_m": distance}
        other = conflict("D", fire_a="甲", stages_b="headquarters")
        rules = policy(clashes=[clash, other])
        park, space = district(["B1-F1-1", "B2-F1-1", "B3-F1-1"], needs, buildings=places, floors=floors)
        posed = allocation.case(park, rules, space)
        taken = posed.problem.columns.on(0, np.array([0]))
        found = remedies.cheapest(posed, 1, taken)
        assert posed.pairs.desk.offers.frame["unit_id"].iloc[found.units].tolist() == [home]


def sentences(case, unit, t=EN):
    park, space, rules = case
    name = "Clash C." if t is EN else "冲突C。"
    return {told.sentence for told in explanation.place(park, rules, space, "T", unit, t) if told.rule == name}


def test_nearness_is_said_in_words():
    case = by_distance(20)
    assert sentences(case, "B2-F1-1") == {"Near already: 企业X. Source: test."}
    assert sentences(case, "B3-F1-1") == {"Nobody of the other use is near when it would begin. Source: test."}
    assert sentences(case, "B4-F1-1") == {
        "Whether the other use is near is not known: not every building has its place on the map. Source: test."
    }
    assert sentences(by_distance(20, fire_b="甲"), "B2-F1-1") == {
        "Perhaps near, or perhaps of the other use: 企业X. A person has to decide. Source: test."
    }
    assert sentences(case, "B2-F1-1", ZH) == {"附近已有：企业X。 来源：test。"}
    high = near_a("civil", B2={"use_type": "headquarters"}, B4={"use_type": "pilot"})
    assert sentences(high, "B1-F1-1") == {"Too near: B2. Source: test."}
    assert sentences(high, "B2-F1-1") == {
        "Perhaps such a building, and near: B1. A person has to decide. Source: test."
    }
    assert sentences(high, "B3-F1-1") == {"No such building is as near. Source: test."}
    assert sentences(high, "B4-F1-1") == {
        "Whether such a building is near is not known: not every building has its place on the map. Source: test."
    }


def cells_of(case, unit):
    park, space, rules = case
    found = unknowns.find_out(park, rules, space, fit.assess(park, rules, space, "T"), EN)
    own = found[(found["unit_id"] == unit) & found["rules"].str.split(";").map(lambda ids: "C" in ids)]
    return own[["table", "row_id", "column"]].apply(tuple, axis=1).tolist()


def test_what_to_find_out_is_where_buildings_lie_and_what_they_are():
    assert cells_of(by_distance(20), "B4-F1-1") == [("buildings", "B4", "geometry")]
    assert cells_of(by_distance(20, holder="B4-F1-1"), "B3-F1-1") == [("buildings", "B4", "geometry")]
    assert cells_of(by_distance(20, fire_b="甲"), "B2-F1-1") == [("tenants", "X", "")]
    assert cells_of(near_a("civil"), "B1-F1-1") == [("buildings", "B2", "use_type")]
    assert cells_of(near_a("civil", B2={"use_type": "research"}), "B1-F1-1") == [("conflicts", "C", "")]
    low = {f"B2-F{level}": {"floor_height_m": height} for level, height in ((1, 5.0), (2, None))}
    assert cells_of(near_a("high_rise", floors=low), "B1-F1-1") == [("floors", "B2-F2", "floor_height_m")]
    hidden = {"unit_id": "B1-F1-2", "position": None}
    lease = [{"unit_id": "B1-F1-1", "tenant_id": "X"}]
    for clash in ({"any_b": True}, {"sectors_b": "S2"}):
        rules = policy(clashes=[conflict("C", fire_a="甲", scope="neighbouring", **clash)])
        people = [{"tenant_id": "X", "sector_code": None if "sectors_b" in clash else "S1", "stage": "pilot"}]
        park, space = district(["B1-F1-1", hidden], [need(fire_class="甲")], leases=lease, tenants=people)
        more = [("tenants", "X", "sector_code")] if "sectors_b" in clash else []
        assert cells_of((park, space, rules), "B1-F1-2") == [("units", "B1-F1-2", "position"), *more]


def test_a_review_by_distance_never_forbids():
    park, space, rules = by_distance(20, hardness="review")
    assert told(park, space, rules)["hardness"].unique().tolist() == ["soft"]
    soft = told(*by_distance(20, hardness="soft"))
    assert soft.loc["B2-F1-1", ["value", "hardness"]].tolist() == [0.0, "soft"]


def test_no_unit_has_no_neighbours():
    park, space = district(["B1-F1-1"], [need(fire_class="甲")])
    rules = policy(clashes=[conflict("C", fire_a="甲", any_b=True, scope="neighbouring")])
    assert fit.assess(park, rules, space[:0], "T").empty
    lists = vicinity.listed((np.array([0, 1]), np.array([1, 0])), 3)
    assert [part.tolist() for part in lists.of(np.array([2, 1]))] == [[0], [1]]
