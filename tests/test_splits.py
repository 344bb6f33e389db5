"""Needs split over buildings: which sets of runs serve, which are left out, and what bounds those."""

import numpy as np
import pandas as pd
import pytest
from test_allocation import asked, made
from test_fit import district, policy

from parks import words
from parks.matching import allocation, explanation, placements, solver, splits, verification

LATE = {"unit_id": "B3-F1-1", "tenant_id": "X", "valid_to": pd.Timestamp("2027-01-01")}


def places(posed, row=0):
    """Return the places of a need as sets of unit ids, those with several runs only."""
    columns, ids = posed.problem.columns, posed.pairs.desk.offers.frame["unit_id"]
    rows = np.flatnonzero((columns.need == row) & ((columns.last >= 0).sum(axis=1) > 1))
    return {tuple(ids.iloc[columns.units(column)]) for column in rows}


def test_a_need_is_split_over_buildings_of_one_park_only_when_it_allows_it():
    units = ["B1-F1-1", "B2-F1-1", "B3-F1-1"]
    elsewhere = {"B3": {"park_id": "P2"}}
    for most, placed in ((None, []), (1, []), (2, ["T1"])):
        park, space = district(units, [asked(1, 200, split_max=most)], buildings=elsewhere)
        plan = made(park, policy(), space)
        assert plan.placed == placed
    assert plan.assignments["unit_id"].tolist() == ["B1-F1-1", "B2-F1-1"]
    assert plan.parts["split"] == pytest.approx(-placements.SPLIT * 200)
    assert plan.value == pytest.approx(sum(plan.parts[name] for name in ("base", "fit", "leftover", "split")))
    nowhere = {name: {"park_id": pd.NA} for name in ("B1", "B2", "B3")}
    park, space = district(units, [asked(1, 200, split_max=3)], buildings=nowhere)
    assert places(allocation.case(park, policy(), space)) == set()


def test_no_part_is_more_than_it_takes_nor_less_than_a_fifth():
    units = [{"unit_id": f"B{number}-F1-1", "lettable_m2": area} for number, area in enumerate((100, 90, 30, 200), 1)]
    park, space = district(units, [asked(1, 190, 220, split_max=3)])
    found = places(allocation.case(park, policy(), space))
    assert found == {("B1-F1-1", "B2-F1-1")}, "the third is too small, the fourth serves alone"
    park, space = district(units, [asked(1, 195, 230, split_max=3)])
    found = places(allocation.case(park, policy(), space))
    assert found == set(), "30 m² are less than a fifth of 195"
    park, space = district(units[:3], [asked(1, 150, 230, split_max=3)])
    found = places(allocation.case(park, policy(), space))
    assert found == {("B1-F1-1", "B2-F1-1")}, "with two that serve the third is not needed"


def test_all_parts_are_free_together():
    units = ["B1-F1-1", "B2-F1-1", "B3-F1-1"]
    early = {"unit_id": "B1-F1-1", "tenant_id": "X", "valid_from": pd.Timestamp("2026-06-01"), "valid_to": pd.NaT}
    park, space = district(units, [asked(1, 200, split_max=2, term_months=3)], leases=[early, LATE])
    assert places(allocation.case(park, policy(), space)) == {("B1-F1-1", "B2-F1-1"), ("B2-F1-1", "B3-F1-1")}
    plan = made(park, policy(), space)
    assert plan.proved


@pytest.mark.parametrize("limit", ["MOST", "ROOM"])
def test_where_sets_are_left_out_the_bound_still_covers_them(monkeypatch, limit):
    units = [{"unit_id": f"B{number}-F1-1", "lettable_m2": 100.0 + number} for number in range(1, 7)]
    needs = [asked(1, 205, 320, split_max=3), asked(2, 105, 106), asked(3, 203, 212, split_max=2)]
    park, space = district(units, needs)
    whole = made(park, policy(), space)
    assert whole.proved
    monkeypatch.setattr(splits, limit, 1 if limit == "MOST" else 6)
    monkeypatch.setattr(splits, "WHOLE", 1)
    posed = allocation.case(park, policy(), space)
    assert {rest.need for rest in posed.problem.rests} == {0, 2}
    part = made(park, policy(), space, given=posed)
    assert not part.proved
    assert part.value - 1e-9 <= whole.value <= part.bound + 1e-9
    loss = allocation.after(posed.problem, int(np.flatnonzero(posed.problem.columns.need == 0)[0]))[0]
    assert {rest.need for rest in loss.rests} == {2}


def test_a_quota_is_charged_for_what_is_left_out_as_well(monkeypatch):
    units = [{"unit_id": f"B{number}-F1-1", "lettable_m2": 100.0 + number} for number in range(1, 7)]
    needs = [asked(1, 205, 320, split_max=3), asked(2, 105, 106), asked(3, 203, 212, split_max=2)]
    park, space = district(
        units, needs, tenants=[{"tenant_id": f"T{number}", "sector_code": "S1"} for number in (1, 3)]
    )
    limits = {"quota_id": ["Q"], "zone_id": ["Z-ZJ"], "sectors": ["S1"], "sense": ["at_most"], "area_m2": [210.0]}

    def bound(price):
        plan = allocation.allocate(park, policy(), space, quotas=pd.DataFrame(limits | {"price": [price]}))
        assert verification.check(plan, park, policy(), space, quotas=pd.DataFrame(limits | {"price": [price]})) == []
        return plan

    whole = {price: bound(price) for price in (0.2, 5.0)}
    assert whole[5.0].value < whole[0.2].value
    monkeypatch.setattr(splits, "MOST", 1)
    monkeypatch.setattr(splits, "WHOLE", 1)
    assert {rest.need for rest in allocation.case(park, policy(), space).problem.rests} == {0, 2}
    for price, plan in whole.items():
        part = bound(price)
        assert part.value - 1e-9 <= plan.value <= part.bound + 1e-9


def test_the_bound_of_what_is_left_out_is_never_too_low():
    draw = np.random.default_rng(5)
    for _ in range(200):
        count = int(draw.integers(2, 9))
        first = np.arange(count)
        building = np.sort(draw.integers(0, 4, count))
        area, value = draw.integers(1, 10, count).astype(float), draw.random(count) * 5
        price = np.append(0, np.cumsum(draw.random(count) * 3))
        least = float(draw.integers(5, 12))
        few = splits.Places(first, first, area, building, building // 2)
        rest = splits.Rest(0, few, first, value, int(draw.integers(2, 4)), least, 12.0)
        gain = rest.value - np.diff(price)
        best = 0.0
        for one in range(2**count):
            chosen = [at for at in range(count) if one >> at & 1]
            homes = building[chosen]
            fits = len(chosen) <= rest.count and len(set(homes)) == len(chosen) and len(set(few.park[chosen])) <= 1
            if fits and least <= few.area[chosen].sum() <= rest.most_m2:
                best = max(best, float(gain[chosen].sum()))
        assert rest.leading(price).worth >= best - 1e-9


def test_without_any_column_what_was_left_out_still_counts():
    park, space = district(["B1-F1-1", "B2-F1-1"], [asked(1, 200, split_max=2)])
    posed = allocation.case(park, policy(), space)
    one = np.zeros(1, dtype=np.int64)
    rest = splits.Rest(0, splits.Places(one, one, one + 200.0, one, one), one, one + 150.0, 2, 200.0, 200.0)
    bare = posed.problem.only(np.zeros(0, dtype=np.int64))
    found = solver.relax(allocation.replace(bare, rests=(rest,)), one[:0], solver.Clock(9.0, None, None))
    assert found.bound == pytest.approx(150.0)
    assert found.beyond == pytest.approx(150.0)


def test_a_split_place_is_explained_with_all_its_buildings():
    park, space = district(["B1-F1-1", "B2-F1-1", "B3-F1-1"], [asked(1, 200, split_max=2)])
    plan = made(park, policy(), space)
    said = explanation.explain(park, policy(), space, plan, "T1", words.translator("en"))
    assert "B1楼 (B1-F1-1) + B2楼 (B2-F1-1)" in said["why"][0]
    assert said["alternatives"][0]["unit_ids"] == ["B1-F1-1", "B3-F1-1"]


def test_a_pin_on_several_buildings_is_kept_or_refused_by_name():
    units = [{"unit_id": f"B{number}-F1-1", "lettable_m2": area} for number, area in enumerate((100, 100, 30, 150), 1)]
    park, space = district(units, [asked(1, 200, 260, split_max=2)], buildings={"B4": {"park_id": "P2"}})

    def refused(*pinned):
        pins = pd.DataFrame([{"need_id": "N1", "unit_id": unit} for unit in pinned])
        plan = allocation.allocate(park, policy(), space, pins=pins)
        assert verification.check(plan, park, policy(), space, pins=pins) == []
        return [one.kind for one in plan.refused]

    assert refused("B1-F1-1", "B2-F1-1") == []
    assert refused("B1-F1-1", "B2-F1-1", "B3-F1-1") == ["run"], "three buildings where two are allowed"
    assert refused("B1-F1-1", "B4-F1-1") == ["parts"], "another park"
    pins = pd.DataFrame([{"need_id": "N1", "building_id": name} for name in ("B1", "B2")])
    assert allocation.allocate(park, policy(), space, pins=pins).pinned == ["N1"]
