"""What 1,000 m² more is worth: counted out on small districts, proved ranges, what is copied, what is not known."""

import datetime as dt
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_allocation import asked
from test_counting_out import selections
from test_counting_out import worth as counted
from test_fit import DAY, conflict, district, policy
from test_quotas import quota, table

from parks import words
from parks.matching import allocation, copies, offers, solver, verification, worth
from parks.status import vacancy

EN = words.translator("en")
KINDS = {"B1": {"use_type": "research"}, "B2": {"use_type": "production"}}
QUARTERS = ["2026-Q1", "2026-Q3", "2027-Q2"]
BEGINS = [pd.Timestamp(day) for day in ("2026-01-02", "2026-07-01", "2027-04-01")]
TOLERANCE = 1e-5


def rules_of(**cells):
    """Return the policy with names of its zones and two dated targets."""
    rules = policy(**cells)
    names = ["Zhangjiang", "Cell park", "Laogang"]
    rules.zones = rules.zones.assign(name_en=names, name_zh=["张江", "细胞园", "老港"])
    dated = {"starts_on": ["2025-01-01", None], "due_on": ["2027-12-31", None]}
    rules.targets = pd.DataFrame(dated).apply(pd.to_datetime)
    return rules


def told(park, rules, space, t=EN, **options):
    """Return the table, and the plan that it starts from."""
    asked_for = {name: options["wishes"][name] for name in options.get("wishes", {})}
    posed = allocation.case(park, rules, space)
    plan = allocation.allocate(park, rules, space, given=posed, **asked_for)
    options.setdefault("quarters", QUARTERS)
    return worth.of(park, rules, space, plan, posed, t, size_m2=options.pop("size_m2", 100.0), **options), plan


def cell(frame, kind="research", quarter="2026-Q1", zone="Z-ZJ"):
    rows = frame[(frame["zone_id"] == zone) & (frame["kind"] == kind) & (frame["quarter"] == quarter)]
    assert len(rows) == 1
    return rows.iloc[0]


def optimum(park, rules, space):
    """Return the best value of all selections of placements, counted out."""
    problem = allocation.case(park, rules, space).problem
    return max(counted(problem, taken)[0] for taken in selections(problem))


AREA = st.sampled_from([80.0, 100.0, 150.0])
WANTED = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(["research", "production"]),
        "priority": st.sampled_from([1.0, 2.0]),
        "term_months": st.sampled_from([12, 36]),
        "wanted_from": st.sampled_from([pd.NaT, pd.Timestamp("2026-06-01")]),
        "wanted_to": st.sampled_from([pd.NaT, pd.Timestamp("2026-12-01")]),
    }
)
NEEDS = st.lists(st.tuples(st.sampled_from([80, 150, 200]), st.sampled_from([20, 100]), WANTED), min_size=1, max_size=4)


@settings(max_examples=thorough.cases(4), deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    st.lists(AREA, min_size=2, max_size=2),
    st.lists(AREA, min_size=1, max_size=2),
    NEEDS,
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
def test_the_worth_is_what_counting_out_finds_and_never_grows_with_the_quarter(first, second, sizes, chosen):
    places = [f"B1-F1-{row}" for row in (1, 2)] + [f"B2-F1-{row + 1}" for row in range(len(second))]
    units = [{"unit_id": name, "lettable_m2": area} for name, area in zip(places, first + second, strict=True)]
    needs = [asked(number, least, least + play, **cells) for number, (least, play, cells) in enumerate(sizes)]
    rules = rules_of()
    park, space = district([dict(unit) for unit in units], needs, buildings=KINDS)
    found, plan = told(park, rules, space)
    without = optimum(park, rules, space)
    assert plan.value == pytest.approx(without, abs=TOLERANCE)
    for building, kind, at in zip(KINDS, ("research", "production"), chosen, strict=True):
        rows = [cell(found, kind, quarter) for quarter in QUARTERS]
        area = sum(unit["lettable_m2"] for unit in units if unit["unit_id"].startswith(building))
        for row in rows:
            assert (row["how"], row["area_m2"], row["building_id"]) == ("exact", area, building)
            assert row["least"] - TOLERANCE <= row["worth"] <= row["most"] + TOLERANCE
        gains = [row["worth"] for row in rows]
        assert all(later <= earlier + TOLERANCE for earlier, later in itertools.pairwise(gains))
        copied = [unit for unit in units if unit["unit_id"].startswith(building)]
        more = [{**unit, "unit_id": unit["unit_id"].replace(building, "X")} for unit in copied]
        new = {**KINDS, "X": {**KINDS[building], "completed_on": BEGINS[at]}}
        wider, wide = district([*(dict(unit) for unit in units), *more], needs, buildings=new)
        assert gains[at] == pytest.approx((optimum(wider, rules, wide) - without) * 1000 / area, abs=TOLERANCE)


def test_a_place_more_lets_a_company_in_and_says_so_in_both_languages():
    park, space = district(["B1-F1-1"], [asked(1, 100, priority=2.0), asked(2, 100)], buildings=KINDS)
    found, plan = told(park, rules_of(), space)
    row = cell(found)
    assert plan.placed == ["T1"]
    assert (row["how"], row["floor_ids"], row["comes_in"], row["goes_out"]) == ("exact", ("B1-F1",), ("T2",), ())
    said = "Zhangjiang: 100 m² more research space from 2026-Q1 on would be worth 1,667 per 1,000 m²."
    assert row["sentence"] == f"{said} Would come in: 企业T2."
    chinese, _ = told(park, rules_of(), space, words.translator("zh"))
    said = "张江：自2026-Q1起增加100 m²研发空间，每1,000 m²的价值为1,667。 可新进：企业T2。"
    assert cell(chinese)["sentence"] == said
    full, _ = told(*with_rules(district(["B1-F1-1"], [asked(1, 100)], buildings=KINDS)))
    row = cell(full)
    assert (row["how"], row["worth"], row["comes_in"]) == ("exact", 0.0, ())
    assert row["sentence"].endswith("would add nothing to the plan.")


def with_rules(made, **cells):
    park, space = made
    return park, rules_of(**cells), space


def test_where_there_is_no_floor_to_copy_the_worth_is_not_known():
    units = ["B1-F1-1", {"unit_id": "B2-F1-1", "lettable_m2": None}, "B3-F1-1"]
    found, _ = told(*with_rules(district(units, [asked(1, 100)], buildings=KINDS)), quarters=["2026-Q1"])
    assert found["how"].notna().tolist() == (found["kind"].eq("research") & found["zone_id"].eq("Z-ZJ")).tolist()
    for row in (cell(found, "production"), cell(found, zone="Z-LG")):
        assert pd.isna(row[["worth", "least", "most", "area_m2", "building_id"]]).all()
        assert (row["floor_ids"], row["comes_in"], row["goes_out"]) == ((), (), ())
    said = "Zhangjiang: no production floor of known area is on record that could be copied."
    assert cell(found, "production")["sentence"] == said
    assert {name: str(kind) for name, kind in found.dtypes.items()} == worth.COLUMNS


def test_who_falls_out_is_told_too():
    park, space = district(["B1-F1-1"], [asked(1, 100), asked(2, 100)], buildings=KINDS)
    posed = allocation.case(park, rules_of(), space)
    plan = allocation.allocate(park, rules_of(), space, given=posed)
    before = replace(plan, placed=[*plan.placed, "T9"])  # a company that the plan with the copy does not place
    found = worth.of(park, rules_of(), space, before, posed, EN, quarters=QUARTERS[:1], size_m2=100.0)
    assert cell(found)["goes_out"] == ("T9",)
    assert cell(found)["sentence"].endswith("Would fall out: T9.")


CLASH = conflict("C", fire_a="甲", any_b=True, scope="building")
FIRE = {"fire_class": "甲"}


def clashing():
    """Return a district where the relaxation puts two companies on the copy that may not share a building."""
    units = ["B1-F1-1", "B1-F1-2"]
    leases = [{"unit_id": name, "tenant_id": None, "state": "locked"} for name in units]
    buildings = {"B1": {"use_type": "research", "fire_class": "甲"}}
    needs = [asked(1, 100, **FIRE), asked(2, 100, **FIRE)]
    return with_rules(district(units, needs, leases=leases, buildings=buildings), clashes=[CLASH])


def test_what_was_not_solved_is_worth_at_most_its_relaxation(monkeypatch):
    park, rules, space = clashing()
    monkeypatch.setattr(worth, "HURRY", 0.0)
    found, _ = told(park, rules, space, size_m2=200.0, count=0)
    exact, _ = told(park, rules, space, size_m2=200.0)
    for quarter in QUARTERS:
        row, known = cell(found, quarter=quarter), cell(exact, quarter=quarter)
        assert known["how"] == "exact"
        assert row["least"] <= known["worth"] <= row["most"] == pytest.approx(5000 / 3)
        assert known["worth"] < 1000
    first, *later = (cell(found, quarter=quarter) for quarter in QUARTERS)
    assert (first["how"], len(first["comes_in"])) == ("between", 1)
    for row in later:
        assert (row["how"], row["least"], row["comes_in"]) == ("at_most", 0.0, ())
        assert pd.isna(row["worth"])
        assert row["sentence"].endswith("would be worth at most 1,667 per 1,000 m².")
    for options in ({"budget": 0.0}, {"progress": lambda done, count: (done, count) == (0, 3)}):
        stopped, _ = told(park, rules, space, size_m2=200.0, **options)
        assert stopped["how"].dropna().tolist() == ["between", "at_most", "at_most"]
    one, _ = told(park, rules, space, size_m2=200.0, count=1)
    assert one["how"].dropna().tolist() == ["between", "between", "exact"]
    assert one["worth"].dropna().tolist() == pytest.approx([known["worth"]] * 3)


def test_what_was_solved_and_not_proved_lies_between_two_values(monkeypatch):
    park, rules, space = clashing()
    monkeypatch.setattr(worth, "HURRY", 0.0)
    monkeypatch.setattr(solver, "CLASH_ROUNDS", 1)
    found, _ = told(park, rules, space, size_m2=200.0)
    row = cell(found)
    assert row["how"] == "between"
    assert row["least"] <= row["worth"] < row["most"]
    assert len(row["comes_in"]) == 1
    assert "would be worth between 833 and 1,667 per 1,000 m². Would come in:" in row["sentence"]


def test_with_steps_the_answer_is_the_same_every_time():
    park, rules, space = clashing()
    one, two = (told(park, rules, space, size_m2=200.0, steps=100)[0] for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    assert set(one["how"].dropna()) == {"exact"}


def test_pins_bans_and_quotas_hold_with_the_copy_too():
    needs = [asked(1, 100), asked(2, 100, priority=3.0)]
    people = [{"tenant_id": "T1", "sector_code": "S1"}, {"tenant_id": "T2", "sector_code": "S2"}]
    park, space = district(["B1-F1-1"], needs, tenants=people, buildings=KINDS)
    pin = pd.DataFrame({"need_id": ["N1"], "unit_id": ["B1-F1-1"]})
    free, _ = told(park, rules_of(), space)
    pinned, plan = told(park, rules_of(), space, wishes={"pins": pin})
    assert plan.placed == ["T1"]
    assert (cell(free)["comes_in"], cell(pinned)["comes_in"]) == (("T1",), ("T2",))
    assert cell(pinned)["worth"] == pytest.approx(3 * cell(free)["worth"])
    ban = pd.DataFrame({"need_id": ["N2"], "building_id": ["B1"]})
    banned, plan = told(park, rules_of(), space, wishes={"bans": ban})
    assert plan.placed == ["T1"]
    assert cell(banned)["comes_in"] == ("T2",)
    half = table(quota(sectors="S1", share=0.5, price=1.0))
    shared, plan = told(park, rules_of(), space, wishes={"quotas": half})
    assert plan.quotas["asked_m2"].tolist() == [50.0]
    assert cell(shared)["worth"] == pytest.approx(cell(free)["worth"] + 500.0)
    never = table(
        quota(sectors="S1", area=500.0), quota("R", "S2", "at_most", area=0.0), quota("P", "S1", area=50.0, price=0.1)
    )
    loose, plan = told(park, rules_of(), space, wishes={"quotas": never, "pins": pin})
    assert plan.quotas["missing_m2"].tolist() == [400.0, 0.0, 0.0]
    assert (cell(loose)["how"], cell(loose)["worth"], cell(loose)["comes_in"]) == ("exact", 0.0, ())


def test_a_plan_with_a_copy_keeps_every_rule_of_the_checker():
    units = ["B1-F1-1", "B1-F1-2", "B2-F1-1"]
    park, space = district(units, [asked(1, 200), asked(2, 100), asked(3, 200), asked(4, 100)], buildings=KINDS)
    rules = rules_of()
    posed = allocation.case(park, rules, space)
    plan = allocation.allocate(park, rules, space, given=posed)
    chosen = copies.templates(park, space, 200.0), ["2026-Q3"]
    bench = worth._bench(park, rules, space, plan, posed, chosen, {}, None)
    for number, building in bench.added.items():
        found = worth._solved(bench, number, 5.0)
        assert building in bench.space.set_index("unit_id").loc[found.assignments["unit_id"], "building_id"].tolist()
        others = set(bench.added.values()) - {building}
        here = bench.space[~bench.space["building_id"].isin(others)].reset_index(drop=True)
        wide = {name: getattr(bench.park, name) for name in ("units", "floors", "buildings")}
        kept = {name: t[~t["building_id"].isin(others)].reset_index(drop=True) for name, t in wide.items()}
        assert verification.check(found, replace(bench.park, **kept), rules, here) == []


def test_a_plan_of_another_case_is_refused_and_one_of_fewer_placements_starts_cold():
    park, space = district(["B1-F1-1", "B1-F2-1"], [asked(1, 100), asked(2, 100)], buildings=KINDS)
    rules = rules_of()
    posed = allocation.case(park, rules, space)
    plan = allocation.allocate(park, rules, space, given=posed)
    for other in (allocation.allocate(park, rules, space), allocation.first_come(park, rules, space, given=posed)):
        with pytest.raises(ValueError, match="not of this case"):
            worth.of(park, rules, space, other, posed, EN)
    fewer = replace(posed, problem=posed.problem.only(np.arange(len(posed.problem.columns) - 1)))
    plan = allocation.allocate(park, rules, space, given=fewer)
    chosen = copies.templates(park, space, 100.0), ["2026-Q1"]
    bench = worth._bench(park, rules, space, plan, fewer, chosen, {}, None)
    assert worth._begun(bench, worth._posed(bench, bench.added[0, 0]), bench.added[0, 0]) is None
    assert worth._solved(bench, (0, 0), 5.0).proved


def test_the_quarters_are_those_of_the_programme_that_are_not_over():
    rules = rules_of()
    assert copies.programme(rules, dt.date(2026, 11, 22), 8) == ["2026-Q4", *(f"2027-Q{row}" for row in range(1, 5))]
    assert copies.programme(rules, dt.date(2024, 3, 1), 2) == ["2025-Q1", "2025-Q2"]
    assert copies.programme(rules, dt.date(2028, 1, 1), 8) == []
    rules.targets = rules.targets.iloc[1:]
    assert copies.programme(rules, DAY, 8) == []
    park, space = district(["B1-F1-1"], [asked(1, 100)], buildings=KINDS)
    found, _ = told(park, rules_of(), space, quarters=None)
    assert sorted(set(found["quarter"])) == [f"{year}-Q{row}" for year in (2026, 2027) for row in range(1, 5)]
    none, _ = told(park, rules, space, quarters=None)
    assert none.empty
    assert list(none) == list(worth.COLUMNS)


def test_what_is_copied_comes_nearest_to_the_size_with_the_fewest_floors():
    sizes = {"B1-F1-1": 300.0, "B1-F2-1": 350.0, "B1-F4-1": 340.0, "B2-F1-1": 660.0, "B2-F1-2": None, "B3-F1-1": 990.0}
    units = [{"unit_id": name, "lettable_m2": area} for name, area in sizes.items()]
    kinds = {name: {"use_type": "research"} for name in ("B1", "B2")} | {"B3": {"use_type": "pilot"}}
    park, space = district(units, [asked(1, 100)], buildings=kinds)

    def floors(size):
        return dict(copies.templates(park, space, size)[["kind", "floor_ids"]].itertuples(index=False))

    assert floors(600.0) == {"pilot": ("B3-F1",), "research": ("B1-F1", "B1-F2")}
    assert floors(345.0)["research"] == ("B1-F2",)
    assert floors(5000.0)["research"] == ("B1-F1", "B1-F2")
    assert floors(475.0)["research"] == ("B1-F2",)
    unknown = space.assign(level=pd.array([pd.NA] * len(space), dtype="Int64"))
    assert copies.templates(park, unknown, 5000.0)["floor_ids"].tolist() == [("B3-F1",), ("B1-F2",)]
    assert offers.storeys(np.array([-2.0, -1.0, 1.0])).tolist() == [-1.0, 0.0, 1.0]


def test_a_copy_is_as_high_as_its_building_and_nobody_is_in_it():
    units = ["B1-F1-1", "B1-F2-1", "B1-F2-2"]
    leases = [{"unit_id": name, "tenant_id": "X"} for name in units]
    heights = {"B1-F1": {"floor_height_m": 20.0}, "B1-F2": {"floor_height_m": 6.0}}
    park, space = district(units, [asked(1, 100)], leases=leases, floors=heights, buildings=KINDS)
    chosen = copies.templates(park, space, 200.0)
    wider, more, buildings = copies.added(park, space, chosen, ["2025-Q4", "2026-Q2"])
    assert chosen["floor_ids"].tolist() == [("B1-F2",)]
    assert buildings == {(0, 0): "B1 + 2025-Q4", (0, 1): "B1 + 2026-Q2"}
    assert more.dtypes.to_dict() == space.dtypes.to_dict()
    new = more[more["building_id"] == "B1 + 2025-Q4"]
    assert new["unit_id"].tolist() == ["B1-F2-1 + 2025-Q4", "B1-F2-2 + 2025-Q4"]
    assert set(new["state"]) == {"vacant"}
    assert new[["tenant_id", "lease_id", "free_until", "until"]].isna().all(axis=None)
    assert set(new["available_on"]) == {pd.Timestamp(DAY) + pd.Timedelta(days=1)}
    assert set(more.loc[more["building_id"] == "B1 + 2026-Q2", "available_on"]) == {pd.Timestamp("2026-04-01")}
    assert wider.floors["floor_id"].tolist() == sorted(wider.floors["floor_id"])
    assert wider.floors.groupby("building_id")["floor_height_m"].sum().tolist() == [26.0] * 3
    assert wider.buildings.crs == park.buildings.crs
    again = vacancy.by_unit(wider)
    assert set(again.loc[again["building_id"] == "B1 + 2026-Q2", "zone_id"]) == {"Z-ZJ"}
