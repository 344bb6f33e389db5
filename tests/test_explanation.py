"""Explanation: why here, what else and at what loss, what keeps out, and the cheapest fix."""

from dataclasses import replace

import pandas as pd
import pytest
from test_fit import DAY, PROVENANCE, REQUIREMENTS, ZONE_FIT, conflict, district, policy, rule

from parks import schema, words
from parks.matching import allocation, choices, explanation, remedies, solver

EN, ZH = words.translator("en"), words.translator("zh")


def asked(number, least, most=None, **cells):
    area = {"area_min_m2": float(least), "area_max_m2": float(most or least)}
    return {"need_id": f"N{number}", "tenant_id": f"T{number}", **area, **cells}


def told(park, rules, space, tenant="T1", t=EN, **options):
    plan = allocation.allocate(park, rules, space)
    return explanation.explain(park, rules, space, plan, tenant, t, **options)


def test_a_placed_company_hears_why_and_what_else_at_what_loss():
    units = [
        {"unit_id": "B1-F1-1", "asking_rent_cny_m2_day": 2.0},
        {"unit_id": "B2-F1-1", "asking_rent_cny_m2_day": 4.0},
        {"unit_id": "B2-F1-2", "asking_rent_cny_m2_day": 2.0},
    ]
    buildings = {"B2": {"use_type": "research", "name_en": "Second"}, "B1": {"use_type": "pilot"}}
    park, space = district(units, [asked(1, 100, rent_max_cny_m2_day=4.0)], buildings=buildings)
    said = told(park, policy(), space)
    assert said["placed"]
    assert (
        said["why"][0]
        == "It goes to Second (B2-F1-2): 100 m² from 2026-01-01, score 0.75 of 1; every hard rule is kept."
    )
    assert said["why"][1] == "rule rent: worth 1.00 of 1 here and 0.50 at the next best place, Second (B2-F1-1)."
    assert said["blocked_by"] == []
    assert said["cheapest_fix"] is None
    losses = [(other["unit_ids"], round(other["loss"], 6), other["loss_kind"]) for other in said["alternatives"]]
    assert losses == [(["B2-F1-1"], 12.5, "exact"), (["B1-F1-1"], 25.0, "exact")]
    assert said["alternatives"][0]["sentence"] == "Second (B2-F1-1): score 0.62; the whole plan would be worth 12 less."
    assert said["alternatives"][0]["zone_id"] == "Z-ZJ"
    chinese = told(park, policy(), space, t=ZH)
    assert chinese["why"][1] == "规则rent：此处得分1.00（满分1），次优位置B2楼 (B2-F1-1)为0.50。"


def test_a_place_by_a_waiver_says_so_with_its_reason():
    rules, floors = policy(), {"B1-F1": {"floor_load_kn_m2": 2.0}}
    park, space = district(["B1-F1-1", "B1-F1-2"], [asked(1, 200, floor_load_kn_m2=5.0)], floors=floors)
    assert told(park, rules, space)["placed"] is False
    cells = {"tenant_id": "T1", "building_id": "B1", "rule": "load", "by": "Wang", "day": DAY, **PROVENANCE}
    made = pd.DataFrame([{"waiver_id": "W", "reason": "Slab is strengthened", **cells}])
    park = replace(park, waivers=schema.typed("waivers", made))
    assert told(park, rules, space)["why"] == [
        "It goes to B1楼 (B1-F1-1–B1-F1-2): 200 m² from 2026-01-01, score 0.47 of 1; by a waiver of hard rules.",
        "rule load: Waived by Wang on 2026-01-01: Slab is strengthened.",
        "No other free place keeps every hard rule.",
    ]


def test_what_is_worse_here_is_said_too_and_ties_are_called_ties():
    units = [
        {"unit_id": "B1-F1-1", "asking_rent_cny_m2_day": 4.0, "power_kva": 9.0},
        {"unit_id": "B2-F1-1", "asking_rent_cny_m2_day": 2.0, "power_kva": 4.5},
    ]
    rules = policy(requirements=REQUIREMENTS, assumptions=[("weight.requirement", 3.0)])
    park, space = district(units, [asked(1, 100, rent_max_cny_m2_day=4.0)])
    why = told(park, rules, space)["why"]
    assert any(line.startswith("Usual for the sector: power_density: worth 1.00 of 1 here and 0.50") for line in why)
    assert any(line.startswith("rule rent: worth only 0.50 of 1 here, 1.00") for line in why)
    even, space = district(["B1-F1-1", "B2-F1-1"], [asked(1, 100)])
    tie = told(even, policy(), space)
    assert tie["why"][1:] == [
        "The next best place, B2楼 (B2-F1-1), is worth the same by every rule.",
        "B2楼 (B2-F1-1): score 0.50; the whole plan would be worth no less.",
    ]
    alone, space = district(["B1-F1-1"], [asked(1, 100)])
    assert told(alone, policy(), space)["why"][1:] == ["No other free place keeps every hard rule."]


def test_a_need_on_the_ground_alone_is_told_by_the_rules_that_apply():
    units = [{"unit_id": "B1-F1-1"}, {"unit_id": "B1-F2-1"}]
    floors = {name: {"floor_load_kn_m2": 6.0} for name in ("B1-F1", "B1-F2")}
    park, space = district(units, [asked(1, 100)], floors=floors)
    rules = policy(requirements=REQUIREMENTS[:2])
    why = told(park, rules, space)["why"]
    assert "B1-F2-1" in why[0]
    assert len(why) == 2
    lines = explanation.place(park, rules, space, "T1", "B1-F2-1", EN)
    assert [one.rule for one in lines if one.rule.startswith("Usual")] == ["Usual for the sector: floor_load_upper"]


def test_a_loss_is_at_least_without_time_and_at_most_without_proof(monkeypatch):
    units = ["B1-F1-1", "B2-F1-1"]
    buildings = {"B1": {"use_type": "research"}, "B2": {"use_type": "pilot"}}
    park, space = district(units, [asked(1, 100)], buildings=buildings)
    quick = told(park, policy(), space, budget=0.0)["alternatives"][0]
    assert quick["loss_kind"] == "at_least"
    assert quick["sentence"] == "B2楼 (B2-F1-1): score 0.33; the whole plan would be worth at least 0 less."
    search = solver.search

    def unproved(*told):
        chosen, bound = search(*told)
        return chosen, bound + 10.0

    monkeypatch.setattr(solver, "search", unproved)
    rough = told(park, policy(), space)["alternatives"][0]
    assert rough["loss_kind"] == "at_most"
    assert rough["sentence"] == "B2楼 (B2-F1-1): score 0.33; the whole plan would be worth at most 33 less."


def test_who_is_not_placed_hears_who_has_the_place():
    park, space = district(["B1-F1-1"], [asked(1, 100), asked(2, 100, priority=2.0)])
    said = told(park, policy(), space)
    assert not said["placed"]
    assert said["why"] == ["Free places that would serve it: 1; in the best plan found they go to others."]
    assert said["alternatives"][0]["loss"] == pytest.approx(150)
    assert said["blocked_by"] == [
        {
            "rule_id": None,
            "tenant_id": "T2",
            "units": 1,
            "unknown": 0,
            "unit_ids": ["B1-F1-1"],
            "sentence": "Its best free place, B1楼 (B1-F1-1), goes to 企业T2 in the plan.",
        }
    ]
    assert said["cheapest_fix"] is None


@pytest.mark.parametrize(("until", "day"), [("2027-01-01", "2027-01-01"), (None, "an open day")])
def test_failed_rules_are_counted_and_the_holder_of_the_best_place_is_named(until, day):
    units = [{"unit_id": "B1-F1-1", "power_kva": 50.0}, {"unit_id": "B2-F1-1", "power_kva": 1.0}, "B3-F1-1"]
    wish = asked(1, 100, power_kva=50.0, wanted_to=pd.Timestamp("2026-06-01"))
    leases = [{"unit_id": "B1-F1-1", "tenant_id": "X", "valid_to": pd.Timestamp(until) if until else pd.NaT}]
    park, space = district(units, [wish], leases=leases)
    said = told(park, policy(), space)
    assert said["why"] == ["No free place keeps every hard rule for it."]
    sentences = [block["sentence"] for block in said["blocked_by"]]
    assert "rule power: 1 of 3 units miss it, 1 are unknown." in sentences
    assert sentences[-1] == f"The place that would suit it best, B1楼 (B1-F1-1), is held by 企业X until {day}."
    bare, space = district([{"unit_id": "B1-F1-1", "power_kva": 1.0}], [asked(1, 100, power_kva=50.0)])
    assert [block["rule_id"] for block in told(bare, policy(), space)["blocked_by"]] == ["power"]


@pytest.mark.parametrize(
    ("cells", "unit", "column", "asked_for", "offered", "sentence"),
    [
        ({"power_kva": 50.0}, {"power_kva": 40.0}, "power_kva", "50 kVA", "40 kVA", "were 40 kVA instead of 50 kVA."),
        ({"power_kva": 50.0}, {}, "power_kva", "50 kVA", None, "if it dropped the limit “rule power” (50 kVA)."),
        (
            {"rent_max_cny_m2_day": 4.0},
            {"asking_rent_cny_m2_day": 5.0},
            "rent_max_cny_m2_day",
            "4 CNY/m²/day",
            "5 CNY/m²/day",
            "were 5 CNY/m²/day instead of 4 CNY/m²/day.",
        ),
        ({"area_min_m2": 120.0, "area_max_m2": 150.0}, {}, "area_min_m2", "120 m²", "100 m²", "were 100 m² instead"),
        ({"area_min_m2": 50.0, "area_max_m2": 80.0}, {}, "area_max_m2", "80 m²", "100 m²", "were 100 m² instead"),
        ({"process_drain": True}, {"process_drain": False}, "process_drain", "yes", None, "“rule drain” (yes)."),
    ],
)
def test_the_cheapest_fix_is_the_smallest_change_of_one_limit(cells, unit, column, asked_for, offered, sentence):
    park, space = district([{"unit_id": "B1-F1-1", **unit}], [asked(1, 100) | cells])
    fix = told(park, policy(), space)["cheapest_fix"]
    assert (fix["column"], fix["asked"], fix["offered"], fix["unit_ids"]) == (column, asked_for, offered, ["B1-F1-1"])
    assert fix["sentence"].endswith(sentence) or sentence in fix["sentence"]


def test_a_fix_of_the_least_area_keeps_the_density_and_time_is_a_limit_too():
    wish = asked(1, 200, power_kva=100.0, wanted_to=pd.Timestamp("2026-01-01"))
    free = [{"unit_id": "B1-F1-1", "power_kva": 50.0}]
    park, space = district(free, [wish])
    assert told(park, policy(), space)["cheapest_fix"]["offered"] == "100 m²"
    leases = [{"unit_id": "B1-F1-1", "tenant_id": "X", "valid_to": pd.Timestamp("2026-02-01")}]
    park, space = district(free, [asked(1, 100, wanted_to=pd.Timestamp("2026-01-15"))], leases=leases)
    fix = told(park, policy(), space)["cheapest_fix"]
    assert (fix["column"], fix["offered"]) == ("wanted_to", "2026-02-01")


def test_a_fix_moves_nobody_and_breaks_no_conflict():
    clash = conflict("C", fire_a="甲", any_b=True, scope="building")
    lines = [
        "area_min area_min_m2 at_least lettable_m2 hard 0",
        "load floor_load_kn_m2 at_least floor_load_kn_m2 hard 0",
    ]
    rules = policy(rules=[rule(line) for line in lines], clashes=[clash])
    needs = [asked(1, 100, floor_load_kn_m2=9.0, fire_class="甲"), asked(2, 100, floor_load_kn_m2=2.0)]
    loads = {"B1-F1": {"floor_load_kn_m2": 5.0}, "B2-F1": {"floor_load_kn_m2": 1.0}}
    park, space = district(["B1-F1-1", "B1-F1-2", "B2-F1-1"], needs, floors=loads)
    fix = told(park, rules, space)["cheapest_fix"]
    assert fix["unit_ids"] == ["B2-F1-1"]
    assert fix["offered"] == "1 kN/m²"
    posed = allocation.case(park, rules, space)
    chosen = choices.greedy(posed.problem)
    alone = remedies.cheapest(posed, 0, chosen[:0])
    assert (alone.units.tolist(), alone.offered) == ([0], 5.0)


def test_who_asks_nothing_is_told_so_and_strangers_are_refused():
    leases = [{"unit_id": "B1-F1-2", "tenant_id": "X"}]
    park, space = district(["B1-F1-1", "B1-F1-2"], [asked(1, 100)], leases=leases)
    plan = allocation.allocate(park, policy(), space)
    said = explanation.explain(park, policy(), space, plan, "X", EN)
    assert said["why"] == ["It has no open need: it is placed by a lease, or has asked for nothing."]
    with pytest.raises(KeyError):
        explanation.explain(park, policy(), space, plan, "nobody", EN)
    with pytest.raises(KeyError):
        explanation.place(park, policy(), space, "nobody", "B1-F1-1", EN)
    with pytest.raises(KeyError):
        explanation.place(park, policy(), space, "T1", "nowhere", EN)
    other, elsewhere = district(["B1-F1-3"], [asked(1, 100)])
    with pytest.raises(ValueError, match="of other data"):
        explanation.explain(
            other,
            policy(),
            elsewhere,
            allocation.allocate(park, policy(), space),
            "T1",
            EN,
            given=(allocation.case(other, policy(), elsewhere)),
        )


def test_one_place_is_told_rule_by_rule_misses_first():
    clashes = [
        conflict("C1", fire_a="甲", any_b=True),
        conflict("C2", fire_a="甲", sectors_b="S9"),
        conflict("C3", fire_a="甲", fire_b="乙"),
        conflict("P1", fire_a="甲", any_b=True, place="basement"),
        conflict("P2", fire_a="甲", any_b=True, place="high_rise"),
    ]
    units = ["B1-F1-1", {"unit_id": "B1-F1-2", "lettable_m2": 100.0}, "B1-F-1-1", "B1-F2-1"]
    wish = asked(1, 100, fire_class="甲", process_drain=True, term_months=24, stage="production", floor_load_kn_m2=5.0)
    floors = {"B1-F-1": {"level": -1}, "B1-F1": {"floor_load_kn_m2": 4.0}}
    leases = [{"unit_id": "B1-F1-2", "tenant_id": "X"}]
    park, space = district(units, [wish], leases=leases, floors=floors)
    rules = policy(zone_fit=ZONE_FIT, clashes=clashes)
    lines = explanation.place(park, rules, space, "T1", "B1-F1-1", EN)
    said = {name: (verdict, sentence) for name, verdict, sentence, _ in lines}
    assert [one.verdict for one in lines[:2]] == ["unfit", "unfit"]
    assert said["rule load"] == ("unfit", "Asked: 5 kN/m². Offered: 4 kN/m², which does not answer it. Source: test.")
    assert said["rule drain"] == ("unknown", "Asked: yes. What is offered is not known: find out. Source: test.")
    assert said["Zone policy for the sector"] == (
        "unfit",
        "Asked: S1 production. Offered: unsuitable (inferred), which does not answer it. Source: A.",
    )
    assert said["Free for the whole term"][1].startswith("Asked: 24 months. There is no end or limit on the offer.")
    assert said["Clash C1."] == ("unfit", "There already: 企业X. Source: test.")
    assert said["Clash C2."][1] == "Nobody of the other use is there when it would begin. Source: test."
    assert said["Clash C3."] == (
        "unknown",
        "There already, and perhaps of the other use: 企业X. A person has to decide. Source: test.",
    )
    assert said["Clash P1."][1] == "The building does not rule it out. Source: test."
    assert said["Clash P2."][1] == "Whether the building rules it out is not known: find out. Source: test."
    below = {name: sentence for name, _, sentence, _ in explanation.place(park, rules, space, "T1", "B1-F-1-1", ZH)}
    assert below["冲突P1。"] == "楼栋条件本身不允许。 来源：test。"
    assert below["规则area_min"].startswith("需求：100 m²。供给：")
    nowhere = policy()
    lines = explanation.place(park, nowhere, space, "T1", "B1-F1-1", EN)
    assert (
        "Zone policy for the sector",
        "unknown",
        "Asked: S1 production. What is offered is not known: find out.",
        "",
    ) in lines
    assert {one.barring for one in lines} == {"", "load", "drain", "fire"}


def test_a_company_without_a_name_is_called_by_its_id_and_a_zone_may_be_unknown():
    leases = [{"unit_id": "B1-F1-2", "tenant_id": "X"}]
    park, space = district(["B1-F1-1", "B1-F1-2"], [asked(1, 100), asked(2, 100, priority=3.0)], leases=leases)
    space = space.assign(zone_id=pd.array([pd.NA] * len(space), dtype="string"))
    park.tenants.loc[park.tenants["tenant_id"] == "T2", ["name_zh", "name_en"]] = pd.NA
    said = told(park, policy(), space)
    assert said["blocked_by"][-1]["sentence"] == "Its best free place, B1楼 (B1-F1-1), goes to T2 in the plan."
    assert said["alternatives"][0]["zone_id"] is None
