"""Quotas: kept, paid for, or reported as missing with proof; what they cost; told alike by the checker."""

from dataclasses import replace

import pandas as pd
import pytest
import thorough
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_allocation import asked, districts
from test_fit import district, policy

from parks import words
from parks.matching import allocation, costs, quotas, refusals, verification

EN = words.translator("en")
FOUR = ["B1-F1-1", "B1-F1-2", "B1-F2-1", "B1-F2-2"]
SECTORS = [{"tenant_id": "T1", "sector_code": "S1"}, {"tenant_id": "T2", "sector_code": "S2"}]


def table(*rows):
    """Return quotas; a row is id, zone, sectors, sense, share, area, price."""
    kinds = dict.fromkeys(quotas.NAMES[:4], "string") | dict.fromkeys(quotas.NAMES[4:], "Float64")
    return pd.DataFrame(rows, columns=list(quotas.NAMES)).astype(kinds)


def quota(name="Q", sectors="S1", sense="at_least", share=None, area=None, price=None, zone="Z-ZJ"):
    return (name, zone, sectors, sense, share, area, price)


def made(park, rules, space, asked_for, **options):
    plan = allocation.allocate(park, rules, space, quotas=asked_for, **options)
    assert verification.check(plan, park, rules, space, quotas=asked_for, pins=options.get("pins")) == []
    return plan


def rivals(**options):
    """Return a district with room for one of two companies: T2 is worth three times as much."""
    return district(FOUR, [asked(1, 400), asked(2, 400, priority=3.0)], tenants=SECTORS, **options)


def test_at_least_and_at_most_change_who_is_placed():
    park, space = rivals()
    assert allocation.allocate(park, policy(), space).placed == ["T2"]
    plan = made(park, policy(), space, table(quota(share=0.5)))
    assert (plan.placed, plan.proved) == (["T1"], True)
    told = plan.quotas.iloc[0]
    assert (told["asked_m2"], told["held_m2"], told["missing_m2"]) == (200.0, 400.0, 0.0)
    assert told[["price", "forced"]].isna().all()
    assert made(park, policy(), space, table(quota(sectors="S2", sense="at_most", area=300.0))).placed == ["T1"]
    assert made(park, policy(), space, table(quota(sectors="S", sense="at_most", area=300.0))).placed == []
    assert made(park, policy(), space, table(quota(sectors="S2;S1", share=1.0))).placed == ["T2"]


def test_a_priced_quota_is_paid_for_when_that_is_cheaper():
    park, space = rivals()
    cheap = made(park, policy(), space, table(quota(area=100.0, price=1.0)))
    assert cheap.placed == ["T2"]
    assert cheap.quotas["missing_m2"].tolist() == [100.0]
    free = allocation.allocate(park, policy(), space)
    assert cheap.value == pytest.approx(free.value - 100.0)
    assert made(park, policy(), space, table(quota(area=100.0, price=1e3))).placed == ["T1"]
    dear = made(park, policy(), space, table(quota(sectors="S2", sense="at_most", area=350.0, price=1.0)))
    assert (dear.placed, dear.quotas["missing_m2"].tolist()) == (["T2"], [50.0])


def test_what_is_there_counts_until_the_plan_gives_it_to_another():
    leases = [
        {"unit_id": "B1-F1-1", "tenant_id": "X"},
        {"unit_id": "B1-F1-2", "tenant_id": "Y"},
        {"unit_id": "B1-F2-1", "tenant_id": "X", "valid_to": pd.Timestamp("2026-03-01")},
        {"unit_id": "B1-F2-2", "tenant_id": "X", "state": "intended"},
    ]
    people = [*SECTORS, {"tenant_id": "Y", "sector_code": None}]
    park, space = district(FOUR, [asked(2, 200)], leases=leases, tenants=people, zone="Z-CELL")
    plan = made(park, policy(), space, table(quota(area=50.0)))
    told = plan.quotas.iloc[0]
    assert plan.placed == ["T2"]
    assert (told["held_m2"], told["unknown_m2"]) == (100.0, 100.0)
    assert made(park, policy(), space, table(quota(area=150.0, zone="Z-CELL"))).placed == []
    most = made(park, policy(), space, table(quota(sense="at_most", area=100.0)))
    assert (most.placed, most.quotas["missing_m2"].tolist()) == (["T2"], [0.0])


def test_what_cannot_be_is_missing_as_little_as_it_must_and_said():
    park, space = rivals(leases=[{"unit_id": "B1-F1-1", "tenant_id": None, "state": "locked"}])
    plan = made(park, policy(), space, table(quota(area=300.0)))
    assert plan.quotas[["missing_m2", "forced"]].to_numpy().tolist() == [[300.0, True]]
    park, space = rivals()
    pin = pd.DataFrame({"need_id": ["N2"] * 4, "unit_id": FOUR})
    both = table(
        quota(area=300.0), quota("R", "S2", "at_most", share=0.25), quota("P", "S2", "at_most", 0.5, price=0.1)
    )
    plan = made(park, policy(), space, both, pins=pin)
    assert plan.placed == ["T2"]
    assert plan.quotas["missing_m2"].tolist() == [300.0, pytest.approx(300.0), 200.0]
    assert plan.quotas["forced"].fillna(value=False).tolist() == [True, True, False]
    late = allocation.allocate(park, policy(), space, quotas=both, pins=pin, progress=lambda _value, _bound: True)
    assert late.quotas["missing_m2"].tolist() == plan.quotas["missing_m2"].tolist()


def test_a_quota_that_there_was_no_time_to_look_into_is_not_said_to_be_impossible():
    units = [f"B{building}-F1-{place}" for building in (1, 2, 3) for place in (1, 2, 3)]
    park, space = district(units, [asked(1, 300), asked(2, 300, priority=3.0)], tenants=SECTORS)
    asked_for = table(quota(area=300.0), quota("R", "S2", "at_least", area=700.0))
    hurried = allocation.allocate(park, policy(), space, quotas=asked_for, budget=0.0)
    assert hurried.quotas["missing_m2"].tolist()[1] == 400.0
    if hurried.quotas["forced"].isna().all():
        said = verification.check(hurried, park, policy(), space, quotas=asked_for)
        assert said == ["quota R is not kept, and it is not proved that it cannot be"]
    assert made(park, policy(), space, asked_for).quotas["forced"].fillna(value=False).tolist() == [False, True]


def test_lines_that_make_no_quota_are_refused_in_words():
    park, space = rivals()
    lines = table(
        quota(area=10.0),
        quota(area=10.0),
        quota("A", zone="Z-LG", area=1.0),
        quota("B", sectors="S1;S9", area=1.0),
        quota("C", sense="about", area=1.0),
        quota("D"),
        quota("E", share=0.1, area=1.0),
        quota("F", share=1.5),
        quota("G", area=-1.0),
        quota("H", area=1.0, price=0.0),
        quota(None, area=1.0),
    )
    plan = made(park, policy(), space, lines)
    assert plan.quotas["quota_id"].tolist() == ["Q"]
    assert [refusals.sentence(one, {}, EN) for one in plan.refused] == [
        "Q is not kept: another quota has this id.",
        "A is not kept: this zone has no space: Z-LG.",
        "B is not kept: these sectors are not known: S9.",
        "C is not kept: it must say at_least or at_most.",
        *[
            f"{name} is not kept: it must say either a share between 0 and 1 or an area of 0 m² or more."
            for name in "DEFG"
        ],
        "H is not kept: the price must be above 0, or empty for a quota without exception.",
        "10 is not kept: it has no id.",
    ]


def test_what_a_quota_costs_is_told_by_solving_without_it():
    park, space = rivals()
    asked_for = {"quotas": table(quota(area=100.0), quota("R", "S2", "at_most", share=0.9))}
    posed = allocation.case(park, policy(), space)
    plan = made(park, policy(), space, asked_for["quotas"], given=posed)
    told = costs.of(park, policy(), space, plan, posed, asked_for).set_index("name")
    alone = made(park, policy(), space, table(quota("R", "S2", "at_most", share=0.9)), given=posed)
    assert told.loc["Q", "cost"] == pytest.approx(alone.value - plan.value)
    assert told.loc["R", "cost"] == pytest.approx(0.0)
    assert (told["least"] - 1e-6 <= told["cost"]).all()
    assert (told["cost"] <= told["most"] + 1e-6).all()
    park, space = district(FOUR, [asked(1, 200), asked(2, 200, 400, priority=3.0)], tenants=SECTORS)
    plan = made(park, policy(), space, table(quota(area=200.0)))
    shadow = plan.quotas["shadow"].iloc[0]
    more = made(park, policy(), space, table(quota(area=0.0)))
    assert 0 < shadow * 200.0 <= more.bound - plan.value + 1e-6


def test_the_checker_sees_a_false_account():
    park, space = rivals()
    asked_for = table(quota(area=100.0))
    plan = made(park, policy(), space, asked_for)
    false = replace(plan, quotas=plan.quotas.assign(held_m2=1.0))
    assert verification.check(false, park, policy(), space, quotas=asked_for) == ["quota Q: held_m2 is 400.0, not 1.0"]
    bare = replace(allocation.allocate(park, policy(), space), quotas=plan.quotas)
    said = verification.check(bare, park, policy(), space, quotas=asked_for)
    assert said[:2] == ["quota Q: held_m2 is 0.0, not 400.0", "quota Q: missing_m2 is 100.0, not 0.0"]
    assert said[2] == "quota Q is not kept, and it is not proved that it cannot be"


def test_units_without_an_area_or_a_zone_count_nowhere():
    units = [*FOUR[:3], {"unit_id": "B1-F2-2", "lettable_m2": None}, {"unit_id": "B7-F1-1", "building_id": "B7"}]
    park, space = district(units, [asked(1, 100)], tenants=SECTORS[:1], buildings={"B7": {"park_id": None}})
    plan = made(park, policy(), space, table(quota(share=1.0)))
    assert plan.quotas["asked_m2"].tolist() == [300.0]
    assert plan.quotas["missing_m2"].tolist() == [200.0]


lines = st.tuples(
    st.sampled_from(["Z-ZJ", "Z-LG"]),
    st.sampled_from(["S1", "S2", "S", "S1;S2"]),
    st.sampled_from(quotas.SENSES),
    st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    st.sampled_from([None, 0.2, 2.0]),
)


@settings(max_examples=thorough.cases(10), deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(districts(needs=4), st.lists(lines, max_size=3))
def test_plans_with_quotas_pass_the_checker_and_are_proved(case, drawn):
    park, space, rules = case
    rows = [(f"Q{row}", *line[:4], None, line[4]) for row, line in enumerate(drawn)]
    asked_for = table(*rows)
    plan = made(park, rules, space, asked_for)
    assert plan.proved
    assert plan.value <= made(park, rules, space, table()).bound + 1e-6
