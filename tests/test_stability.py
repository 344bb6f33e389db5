"""Weights for one question, floors under criteria, and how far a weight can move before another place comes first."""

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fit import REQUIREMENTS, ZONE_FIT, conflict, district, need, policy

from parks.matching import fit, stability, weights

RULES = """
    rent rent_max_cny_m2_day at_most asking_rent_cny_m2_day soft 1
    load floor_load_kn_m2 at_least floor_load_kn_m2 soft 1
    power power_kva at_least power_kva soft 1
"""


def offering(*places, rules=None, **asked):
    """Return park, space and policy with one unit a building that offers (rent, load, power)."""
    units = [
        {"unit_id": f"B{number}-F1-1", "asking_rent_cny_m2_day": rent, "power_kva": power}
        for number, (rent, _, power) in enumerate(places, start=1)
    ]
    floors = {f"B{number}-F1": {"floor_load_kn_m2": load} for number, (_, load, _) in enumerate(places, start=1)}
    wish = {"rent_max_cny_m2_day": 4.0, "floor_load_kn_m2": 10.0, "power_kva": 10.0, **asked}
    park, space = district(units, [need(**wish)], floors=floors)
    return park, rules or policy(rules=RULES, assumptions=[("weight.zone_fit", 0.0)]), space


def stable(park, rules, space, **options):
    found = stability.first_place(fit.assess(park, rules, space, "T", **options))
    return found.set_index("criterion")


def leader(park, rules, space, chosen):
    return fit.rank(fit.assess(park, rules, space, "T", weights=chosen))["unit_id"].iloc[0]


def test_weights_can_be_askedfor_one_question_and_default_to_the_policy():
    park, rules, space = offering((2.0, 5.0, 5.0), (4.0, 10.0, 5.0))
    assert leader(park, rules, space, None) == "B1-F1-1"
    assert leader(park, rules, space, {"load": 3.0}) == "B2-F1-1"
    rows = fit.assess(park, rules, space, "T", weights={"load": 3.0, "zone_fit": 1.0})
    assert rows.groupby("rule_id")["weight"].first().to_dict() == {
        "free": 0,
        "term": 0,
        "load": 3,
        "power": 1,
        "rent": 1,
        "zone_fit": 1,
    }
    pairs = fit.pairs(park, rules, space, weights={"load": 3.0, "zone_fit": 1.0})
    assert pairs.of(0)[1] == pytest.approx(fit.rank(rows).set_index("unit_id")["score"][["B1-F1-1", "B2-F1-1"]])


def test_groups_weigh_all_requirements_and_all_soft_conflicts_but_never_a_hard_one():
    clashes = [conflict("C1", hardness="soft", fire_a="甲", any_b=True), conflict("C2", fire_a="甲", any_b=True)]
    rules = policy(rules=RULES, requirements=REQUIREMENTS, clashes=clashes)
    park, space = district(["B1-F1-1"], [need(fire_class="甲")])
    chosen = weights.of(rules, {"requirement": 4.0, "soft_conflict": 3.0})
    assert weights.of(rules) == {**chosen, "requirement": 0.5, "soft_conflict": 1.0}
    rows = fit.assess(park, rules, space, "T", weights={"requirement": 4.0, "soft_conflict": 3.0})
    found = rows.set_index("rule_id")[["criterion", "weight"]]
    assert found.loc["C1"].tolist() == ["soft_conflict", 3.0]
    assert found.loc["C2"].tolist() == ["C2", 0.0]
    assert found.loc["R6"].tolist() == ["requirement", 4.0]
    plain = fit.assess(park, rules, space, "T")
    pd.testing.assert_frame_equal(weights.applied(plain, chosen), rows)


def test_weights_that_mean_nothing_are_refused():
    rules = policy()
    with pytest.raises(KeyError, match="nothing"):
        weights.of(rules, {"nothing": 1.0})
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="rent"):
            weights.of(rules, {"rent": wrong})


def test_a_weight_moves_exactly_to_where_the_scores_meet():
    # B1 is worth 1 + ½ + ½, B2 ½ + 1 + ½: one of rent and load decides.
    park, rules, space = offering((2.0, 5.0, 5.0), (4.0, 10.0, 5.0), (4.0, 5.0, 5.0))
    found = stable(park, rules, space, weights={"rent": 1.5})
    assert set(found["unit_id"]) == {"B1-F1-1"}
    assert found.loc["rent", ["weight", "least", "below"]].tolist() == [1.5, pytest.approx(1.0), "B2-F1-1"]
    assert found.loc["load", ["weight", "most", "above"]].tolist() == [1.0, pytest.approx(1.5), "B2-F1-1"]
    assert found.loc[["rent", "power"], ["most", "above"]].isna().all(axis=None)
    assert found.loc[["load", "power"], "least"].tolist() == [0.0, 0.0]
    assert found.loc[["load", "power"], "below"].isna().all()
    assert found.columns.tolist() == [name for name in stability.COLUMNS if name != "criterion"]


def test_a_tie_is_left_at_once():
    park, rules, space = offering((2.0, 5.0, 5.0), (4.0, 10.0, 5.0))
    found = stable(park, rules, space)
    assert found.loc["rent", ["least", "below"]].tolist() == [1.0, "B2-F1-1"]
    assert found.loc["load", ["most", "above"]].tolist() == [1.0, "B2-F1-1"]
    twins, rules, space = offering((2.0, 5.0, 5.0), (2.0, 5.0, 5.0))
    same = stable(twins, rules, space)
    assert same[["below", "above", "most"]].isna().all(axis=None)


def test_a_criterion_of_weight_0_may_be_raised():
    park, rules, space = offering((2.0, 5.0, 5.0), (4.0, 10.0, 5.0))
    found = stable(park, rules, space, weights={"load": 0.0})
    assert found.loc["load", ["weight", "least", "most", "above"]].tolist() == [0.0, 0.0, 1.0, "B2-F1-1"]


def test_two_places_that_only_meet_at_weight_0_do_not_change_places_there():
    rent = {"asking_rent_cny_m2_day": 0.0}
    units = [{"unit_id": "B1-F2-1", "power_kva": 1.0, **rent}, {"unit_id": "B2-F1-1", **rent}]
    floors = {"B2-F1": {"floor_load_kn_m2": 0.0}}
    park, space = district(units, [need(rent_max_cny_m2_day=5.0)], floors=floors)
    rules = policy(rules=RULES, requirements=[*REQUIREMENTS[:1], *REQUIREMENTS[5:6]])
    asked = {"rent": 0.25, "requirement": 0.25, "zone_fit": 0.0}
    found = stable(park, rules, space, weights=asked)
    assert found.loc["requirement", "least"] == 0.0
    assert pd.isna(found.loc["requirement", "below"])
    assert found.loc["requirement", ["most", "above"]].tolist() == [pytest.approx(0.55), "B2-F1-1"]


def test_only_places_of_the_same_standing_are_rivals():
    park, _, space = offering((2.0, 5.0, 5.0), (4.0, 10.0, 5.0), (1.0, None, 10.0))
    hard = policy(rules=RULES.replace("floor_load_kn_m2 soft", "floor_load_kn_m2 hard"))
    found = stability.first_place(fit.assess(park, hard, space, "T"))
    assert fit.rank(fit.assess(park, hard, space, "T"))["verdict"].tolist() == ["fits", "unknown", "unfit"]
    assert found[["below", "above"]].isna().all(axis=None)


def test_who_asks_nothing_has_no_first_place():
    park, space = district(["B1-F1-1"], [], tenants=[{"tenant_id": "T", "kind": "applicant"}])
    assert stability.first_place(fit.assess(park, policy(), space, "T")).empty


VALUES = st.sampled_from([None, 0.0, 1.0, 2.5, 5.0, 7.5, 10.0])
WEIGHTS = st.sampled_from([0.0, 0.25, 1.0, 2.0, 3.0])


@settings(max_examples=thorough.cases(10), deadline=None)
@given(st.data())
def test_between_the_ends_the_first_place_stays_and_just_beyond_it_is_the_named_one(data):
    """Against ranking anew with the weight moved; on two floors, so that requirements speak of some places alone."""
    count = data.draw(st.integers(2, 5))
    units = [
        {"unit_id": f"B{n}-F{1 + n % 2}-1", "asking_rent_cny_m2_day": data.draw(VALUES), "power_kva": data.draw(VALUES)}
        for n in range(count)
    ]
    floors = {f"B{n}-F{1 + n % 2}": {"floor_load_kn_m2": data.draw(VALUES)} for n in range(count)}
    asked = need(rent_max_cny_m2_day=5.0, power_kva=data.draw(st.sampled_from([None, 8.0])))
    park, space = district(units, [asked], floors=floors)
    rules = policy(rules=RULES, zone_fit=ZONE_FIT, requirements=[*REQUIREMENTS[:1], *REQUIREMENTS[5:6]])
    chosen = {name: data.draw(WEIGHTS) for name in ("rent", "power", "requirement", "zone_fit")}
    assessed = fit.assess(park, rules, space, "T", weights=chosen)
    for row in stability.first_place(assessed).itertuples():

        def score(weight, row=row):
            moved = weights.applied(assessed, weights.of(rules, {**chosen, row.criterion: weight}))
            return fit.rank(moved).set_index("unit_id")["score"]

        most = 1e4 if pd.isna(row.most) else row.most
        for share in (0.001, 0.3, 0.7, 0.999):
            inside = score(row.least + share * (most - row.least))
            assert inside[row.unit_id] >= inside.max() - 1e-9
        steps = [(row.least, -1, row.below), (most, 1, row.above)]
        for edge, way, other in steps:
            if pd.isna(other):
                continue
            at_edge, past = score(edge), score(max(edge + way * 0.002, edge * 0.5))
            if edge > 0:
                assert at_edge[row.unit_id] == pytest.approx(at_edge[other], abs=1e-9)
            assert past[other] > past[row.unit_id]
            near = score(max(edge + way * 1e-4, edge * 0.5))
            assert near[other] >= near.max() - 1e-6


FLOORS = [("floor", 0.2), ("floor.power", 0.6), ("weight.zone_fit", 0.0)]


def test_a_place_under_a_floor_comes_after_all_that_keep_it_and_says_in_what_it_is_weak():
    places = (2.0, 1.0, 10.0), (4.0, 5.0, 6.0), (2.0, 10.0, 5.0), (2.0, None, 10.0)
    park, rules, space = offering(*places, rules=policy(rules=RULES, assumptions=FLOORS))
    ranked = fit.rank(fit.assess(park, rules, space, "T")).set_index("unit_id")
    assert ranked["weak"].to_dict() == {"B4-F1-1": [], "B2-F1-1": [], "B3-F1-1": ["power"], "B1-F1-1": ["load"]}
    assert ranked.index.tolist() == ["B4-F1-1", "B2-F1-1", "B3-F1-1", "B1-F1-1"]
    assert ranked.loc["B3-F1-1", "score"] > ranked.loc["B2-F1-1", "score"]
    assert set(ranked["verdict"]) == {"fits"}
    rows = fit.assess(park, rules, space, "T")
    assert rows[rows["unit_id"] == "B1-F1-1"].set_index("rule_id")["floor"][["load", "power"]].tolist() == [0.2, 0.6]


def test_without_the_assumption_there_is_no_floor_and_a_hard_miss_is_no_weakness():
    park, rules, space = offering((2.0, 1.0, 10.0))
    assert weights.floors(rules, weights.of(rules)) == {}
    assert fit.assess(park, rules, space, "T")["floor"].isna().all()
    hard = policy(rules=RULES.replace("soft", "hard"), assumptions=[("floor", 0.5)])
    ranked = fit.rank(fit.assess(park, hard, space, "T"))
    assert (ranked["failed"].tolist(), ranked["weak"].tolist()) == ([["load"]], [[]])


@settings(max_examples=thorough.cases(6), deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=2, max_size=6), st.data())
def test_floors_never_reorder_the_rest_when_an_option_goes(places, data):
    park, rules, space = offering(*places, rules=policy(rules=RULES, assumptions=FLOORS))
    kept = fit.assess(park, rules, space, "T")
    whole = fit.rank(kept)
    gone = data.draw(st.sampled_from(whole["unit_id"].tolist()))
    left = fit.rank(kept[kept["unit_id"] != gone])
    expected = whole[whole["unit_id"] != gone].reset_index(drop=True)
    pd.testing.assert_frame_equal(left, expected)
    weak = expected["weak"].map(len).to_numpy() > 0
    assert (np.diff(weak.astype(int)) >= 0).all(), "all of one verdict: the weak come last"
