"""Hard rules waived for one company and one place: shown, not forbidding, with the reason."""

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fit import DAY, ZONE_FIT, conflict, district, need, policy

from parks import checks, schema, words
from parks.issues import InvalidData
from parks.matching import explanation, fit, verbs

EN, ZH = words.translator("en"), words.translator("zh")


def waiver(**cells):
    row = {"tenant_id": "T", "rule": "load", "reason": "Slab is being strengthened.", "by": "Wang", "day": DAY, **cells}
    return {**dict.fromkeys(("unit_id", "building_id")), **row}


def table(*rows):
    """Return waivers numbered from 1."""
    told = {"source": "test", "standing": "stated"}
    made = [{"waiver_id": str(number)} | told | waiver(**row) for number, row in enumerate(rows, 1)]
    return schema.typed("waivers", pd.DataFrame(made))


def weak_floors(**asked):
    """Return three units in two buildings; the floors of B1 bear 2 kN/m², that of B2 is unknown; 5 are asked."""
    floors = {"B1-F1": {"floor_load_kn_m2": 2.0}}
    wish = need(floor_load_kn_m2=5.0, **asked)
    return district(["B1-F1-1", "B1-F1-2", "B2-F1-1"], [wish, need(need_id="M", tenant_id="U")], floors=floors)


def load_of(made, park=None, space=None):
    given_park, given_space = weak_floors()
    park, space = (given_park, given_space) if park is None else (park, space)
    rows = fit.assess(park, policy(), space, "T", waivers=made)
    return rows[rows["rule_id"] == "load"].set_index("unit_id")


def test_a_waived_miss_forbids_no_longer_and_carries_its_reason():
    rows = load_of(table({"unit_id": "B1-F1-1"}))
    assert rows["verdict"].to_dict() == {"B1-F1-1": "waived", "B1-F1-2": "unfit", "B2-F1-1": "unknown"}
    told = rows.loc["B1-F1-1", ["hardness", "value", "offer", "waiver", "waived_by", "waived_on"]].tolist()
    assert told == ["hard", 0.4, "2 kN/m²", "Slab is being strengthened.", "Wang", pd.Timestamp(DAY)]
    assert rows.loc["B1-F1-2", ["waiver", "waived_by", "waived_on"]].isna().all()
    park, space = weak_floors()
    ranked = fit.rank(fit.assess(park, policy(), space, "T", waivers=table({"unit_id": "B1-F1-1"})))
    assert ranked["verdict"].tolist() == ["fits", "unknown", "unfit"]
    assert ranked["waived"].tolist() == [["load"], [], []]
    assert ranked["failed"].tolist() == [[], [], ["load"]]
    assert ranked["score"].iloc[0] == fit.rank(fit.assess(park, policy(), space, "T"))["score"].iloc[1]


def test_a_waiver_for_a_building_holds_for_all_its_units_and_covers_what_is_unknown():
    assert load_of(table({"building_id": "B1"}))["verdict"].tolist() == ["waived", "waived", "unknown"]
    unknown = load_of(table({"building_id": "B2"})).loc["B2-F1-1"]
    assert unknown["verdict"] == "waived"
    assert pd.isna(unknown["offer"])


def test_the_unit_goes_before_its_building_and_the_later_before_the_earlier():
    rows = load_of(
        table(
            {"unit_id": "B1-F1-1", "reason": "old", "day": "2025-01-01"},
            {"unit_id": "B1-F1-1", "reason": "unit", "day": "2025-02-01"},
            {"building_id": "B1", "reason": "building"},
        )
    )
    assert rows["waiver"].tolist()[:2] == ["unit", "building"]


@pytest.mark.parametrize(
    "other",
    [
        {"tenant_id": "U"},
        {"rule": "power"},
        {"unit_id": "B9-F1-1"},
        {"day": "2026-01-02"},
    ],
)
def test_a_waiver_for_another_company_rule_place_or_a_later_day_changes_nothing(other):
    plain = load_of(None)
    pd.testing.assert_frame_equal(load_of(table({"unit_id": "B1-F1-1", **other})), plain)
    assert plain["waiver"].isna().all()


def test_what_fits_or_is_soft_is_not_waived():
    park, space = weak_floors()
    for rule in ("area_min", "use", "zone_fit"):
        rows = fit.assess(
            park, policy(zone_fit=ZONE_FIT), space, "T", waivers=table({"building_id": "B1", "rule": rule})
        )
        assert "waived" not in set(rows["verdict"])


def test_zone_policy_and_conflicts_can_be_waived():
    clash = conflict("C", fire_a="甲", any_b=True)
    leases = [{"unit_id": "B1-F1-2", "tenant_id": "X"}]
    units = ["B1-F1-1", "B1-F1-2"]
    wish = need(fire_class="甲", stage="production")
    sector = [{"tenant_id": "T", "sector_code": "S2"}]
    park, space = district(units, [wish], leases=leases, tenants=sector, buildings={"B1": {"fire_class": "甲"}})
    rules = policy(zone_fit=ZONE_FIT, clashes=[clash])
    made = table({"unit_id": "B1-F1-1", "rule": "C"}, {"unit_id": "B1-F1-1", "rule": "zone_fit"})
    ranked = fit.rank(fit.assess(park, rules, space, "T", waivers=made)).set_index("unit_id")
    assert ranked.loc["B1-F1-1", ["verdict", "waived"]].tolist() == ["fits", ["zone_fit", "C"]]
    lines = {name: line for name, _, line, _ in explanation.place(park, rules, space, "T", "B1-F1-1", EN, waivers=made)}
    assert lines["Clash C."] == (
        "There already: 企业X. Waived by Wang on 2026-01-01: Slab is being strengthened. Source: test."
    )


@pytest.mark.parametrize(
    ("cells", "column", "kind"),
    [
        ({"reason": None}, "reason", "missing"),
        ({"reason": "  "}, "reason", "missing"),
        ({"by": None}, "by", "missing"),
        ({"day": None}, "day", "missing"),
        ({"tenant_id": None}, "tenant_id", "missing"),
        ({"rule": None}, "rule", "missing"),
        ({"unit_id": None}, "unit_id", "place"),
        ({"building_id": "B1"}, "unit_id", "place"),
        ({"rule": "free"}, "rule", "never"),
        ({"rule": "term"}, "rule", "never"),
    ],
)
def test_a_row_that_is_no_waiver_is_refused(cells, column, kind):
    made = table({"unit_id": "B1-F1-1"}, {"unit_id": "B1-F1-1", **cells})
    park, space = weak_floors()
    found = checks.check("waivers", made, {})
    assert [(issue.row, issue.column, issue.kind) for issue in found] == [("2", column, kind)]
    with pytest.raises(InvalidData) as refused:
        fit.assess(park, policy(), space, "T", waivers=made)
    assert list(refused.value.issues) == found


def test_every_waiver_is_told_with_its_reason_before_what_is_unknown():
    park, space = weak_floors(process_drain=True)
    made = table({"unit_id": "B1-F1-1"}, {"building_id": "B2", "reason": "测算够用。", "by": "王"})
    lines = explanation.place(park, policy(), space, "T", "B1-F1-1", EN, waivers=made)
    assert [one.verdict for one in lines[:2]] == ["waived", "unknown"]
    assert lines[0][2] == (
        "Asked: 5 kN/m². Offered: 2 kN/m², which does not answer it. "
        "Waived by Wang on 2026-01-01: Slab is being strengthened. Source: test."
    )
    unknown = explanation.place(park, policy(), space, "T", "B2-F1-1", ZH, waivers=made)[0]
    assert unknown[2] == "需求：5 kN/m²。供给情况不明。 王于2026-01-01豁免：测算够用。 来源：test。"


@settings(max_examples=thorough.cases(10), deadline=None)
@given(st.data())
def test_waivers_only_ever_open_places_and_never_touch_a_score(data):
    number = st.sampled_from([None, 1.0, 5.0, 9.0])
    units = [{"unit_id": f"B{n}-F1-1", "power_kva": data.draw(number)} for n in range(3)]
    floors = {f"B{n}-F1": {"floor_load_kn_m2": data.draw(number)} for n in range(3)}
    park, space = district(units, [need(floor_load_kn_m2=5.0, power_kva=5.0)], floors=floors)
    drawn = st.tuples(st.integers(0, 2), st.sampled_from(["load", "power", "area_max"]))
    pairs = data.draw(st.lists(drawn, min_size=1, max_size=4))
    made = table(*({"unit_id": f"B{n}-F1-1", "rule": rule} for n, rule in pairs))
    plain, spared = (fit.pairs(park, policy(), space, waivers=rows) for rows in (None, made))
    (before, score), (after, same) = plain.of(0), spared.of(0)
    np.testing.assert_array_equal(score, same)
    opened = before != after
    assert not opened[before == verbs.FITS].any()
    touched = {f"B{n}-F1-1" for n, _ in pairs}
    assert set(space["unit_id"].to_numpy()[opened]) <= touched
    ranked = fit.rank(fit.assess(park, policy(), space, "T", waivers=made)).set_index("unit_id")
    for row, unit in enumerate(spared.desk.offers.frame["unit_id"]):
        assert ranked.loc[unit, "verdict"] == verbs.VERDICTS[after[row]]
        assert {(unit, rule) for rule in ranked.loc[unit, "waived"]} <= {(f"B{n}-F1-1", rule) for n, rule in pairs}
