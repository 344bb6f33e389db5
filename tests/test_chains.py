"""Near its chain: who counts, how near is worth how much, what is not known, and how it is said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_allocation import outline
from test_fit import district, need, policy

from parks import crs, words
from parks.matching import chains, explanation, fit, unknowns, weights

EN, ZH = words.translator("en"), words.translator("zh")
REACH = [("chain.reach_m", 1000.0), ("weight.chain", 2.0)]
PLACES = {"B1": (0, "P1"), "B2": (400, "P1"), "B3": (700, "P2"), "B4": (1500, "P3"), "B5": (None, "P4")}
UNITS = [f"{name}-F1-{place}" for name in PLACES for place in (1, 2)]


def land(**changed):
    """Return the buildings of the district, laid out along a line [m], in their parks."""
    return {
        name: {"geometry": None if east is None else outline(east), "park_id": home}
        for name, (east, home) in (PLACES | changed).items()
    }


def case(*held, sector="S1", wish=None, places=None, **cells):
    """Return the rows of the criterion by unit, where companies hold units: (company, sector, unit, until)."""
    leases = [
        {"unit_id": unit, "tenant_id": who, "valid_to": pd.Timestamp(until) if until else pd.NaT}
        for who, _, unit, until in held
    ]
    tenants = [{"tenant_id": who, "sector_code": group} for who, group, _, _ in held]
    asked = need(near=wish, **cells)
    park, space = district(
        UNITS,
        [asked],
        leases=leases,
        tenants=[*tenants, {"tenant_id": "T", "sector_code": sector}],
        buildings=places or land(),
    )
    return park, policy(assumptions=REACH), space


def read(*held, **cells):
    rows = fit.assess(*case(*held, **cells), "T")
    return rows[rows["rule_id"] == "chain"].set_index("unit_id")


def worth(*held, **cells):
    """Return the value in the first unit of each building; None is unknown."""
    rows = read(*held, **cells)
    return [None if pd.isna(value) else round(float(value), 3) for value in rows.loc[UNITS[::2], "value"]]


def test_one_park_is_worth_1_and_then_less_with_the_distance():
    rows = read(("X", "S2", "B1-F1-2", None))
    assert worth(("X", "S2", "B1-F1-2", None)) == [1.0, 1.0, 0.3, 0.0, None]
    first = rows.iloc[0]
    assert first[["criterion", "hardness", "weight", "verdict"]].tolist() == ["chain", "soft", 2.0, "fits"]
    assert first[["need", "source", "standing"]].tolist() == ["S ≤ 1,000 m", chains.SECTOR_GROUP, "illustrative"]
    assert rows.loc[UNITS[::2], "offer"].fillna("").tolist() == ["X;same_building", "X;same_park", "X;700 m", "", "B5"]
    assert rows.loc[UNITS[::2], "verdict"].tolist() == ["fits", "fits", "fits", "unfit", "unknown"]


def test_only_the_group_counts_and_ones_own_space_always():
    assert read(("X", "Z", "B1-F1-2", None)).empty
    assert read(("X", None, "B1-F1-2", None)).empty
    assert worth(("T", "S1", "B4-F1-2", None)) == [0.0, 0.0, 0.2, 1.0, None]
    assert worth(("T", None, "B4-F1-2", None), ("X", "S2", "B1-F1-2", None), sector=None) == [0.0, 0.0, 0.2, 1.0, None]
    whole = read(("X", "S", "B1-F1-2", None), sector="S")
    assert whole["need"].iloc[0] == "S ≤ 1,000 m", "a group is its own"
    assert read(("X", "S2", "B1-F1-2", None), sector=None).empty


def test_who_leaves_before_it_could_begin_does_not_count():
    gone, stays = ("X", "S2", "B1-F1-2", "2026-06-01"), ("Y", "S2", "B4-F1-2", None)
    late = {"wanted_from": pd.Timestamp("2026-06-01")}
    assert worth(gone, stays) == [1.0, 1.0, 0.3, 1.0, None]
    assert worth(gone, stays, **late) == [0.0, 0.0, 0.2, 1.0, None]
    assert worth(gone, **late) == [0.0] * 5, "nobody is left: that is known"
    rows = read(("X", "S2", "B3-F1-1", "2026-06-01"), ("Y", "S2", "B4-F1-1", None))
    assert rows.loc["B3-F1-1", "value"] == pytest.approx(0.2, abs=1e-3), "its own unit comes free when X has left"
    assert rows.loc["B3-F1-2", "value"] == 1.0


def test_a_unit_held_for_good_is_read_as_of_the_first_day():
    rows = read(("X", "S2", "B1-F1-2", None))
    assert rows.loc["B1-F1-2", "value"] == 1.0


def test_the_companies_that_a_need_names_count_instead():
    held = [("X", "S2", "B1-F1-2", None), ("Y", "Z", "B4-F1-2", None), ("T", "S1", "B3-F1-2", None)]
    assert worth(*held) == [1.0, 1.0, 1.0, 0.2, None]
    assert worth(*held, wish="Y") == [0.3, 0.7, 1.0, 1.0, None]
    rows = read(*held[:2], wish=" Y; W ")
    assert rows["need"].iloc[0] == "Y;W ≤ 1,000 m"
    assert rows["source"].iloc[0] == chains.WISHED
    nobody = read(wish="W")
    assert nobody["value"].tolist() == [0.0] * len(UNITS)
    assert nobody["offer"].isna().all()


def test_a_holder_whose_building_is_not_on_the_map_may_be_near():
    stray = ("X", "S2", "B5-F1-2", None)
    assert worth(stray) == [None, None, None, None, 1.0]
    assert worth(stray, ("Y", "S2", "B1-F1-2", None)) == [1.0, 1.0, 0.3, None, 1.0]
    assert read(stray).loc["B4-F1-1", "offer"] == "B5"
    gone = ("X", "S2", "B5-F1-2", "2026-06-01")
    assert worth(gone, wanted_from=pd.Timestamp("2026-06-01")) == [0.0] * 5


def test_buildings_of_no_park_are_near_themselves():
    places = {name: cells | {"park_id": None} for name, cells in land().items()}
    assert worth(("X", "S2", "B1-F1-2", None), places=places) == [1.0, 0.6, 0.3, 0.0, None]
    assert worth(("X", "S2", "B5-F1-2", None), places=places) == [None, None, None, None, 1.0]


def test_a_lease_of_a_unit_that_is_gone_counts_for_nobody():
    park, rules, space = case(("X", "S2", "B1-F1-2", None))
    park.leases.loc[:, "unit_id"] = "B9-F1-1"
    assert "chain" not in set(fit.assess(park, rules, space, "T")["rule_id"])
    nowhere = {name: (None, home) for name, (_, home) in PLACES.items()}
    assert worth(("X", "S2", "B1-F1-2", None), places=land(**nowhere)) == [1.0, 1.0, None, None, None]


def test_it_is_a_criterion_like_every_other():
    park, rules, space = case(("X", "S2", "B1-F1-2", None))
    assert weights.of(rules)["chain"] == 2.0
    assert weights.of(policy())["chain"] == chains.WEIGHT
    assert fit.rule_names(policy(), "zh")["chain"] == "靠近产业链上的企业"
    pairs = fit.pairs(park, rules, space, weights={"chain": 9.0})
    ranked = fit.rank(fit.assess(park, rules, space, "T", weights={"chain": 9.0})).set_index("unit_id")
    assert pairs.of(0)[1] == pytest.approx(ranked.loc[pairs.desk.offers.frame["unit_id"], "score"].to_numpy())
    assert ranked["score"].idxmax()[:2] in {"B1", "B2"}


def test_taking_an_option_away_leaves_the_others_whoever_sits_in_it():
    park, rules, space = case(("X", "S2", "B1-F1-2", None), ("Y", "S2", "B4-F1-1", "2026-09-01"))
    whole = fit.rank(fit.assess(park, rules, space, "T")).set_index("unit_id")
    for gone in space["unit_id"]:
        left = fit.rank(fit.assess(park, rules, space[space["unit_id"] != gone], "T")).set_index("unit_id")
        assert left["score"].to_dict() == whole["score"].drop(gone).to_dict()


def test_it_is_said_in_words():
    park, rules, space = case(("X", "S2", "B1-F1-2", None))

    def said(unit, t=EN):
        name = fit.rule_names(rules, "en" if t is EN else "zh")["chain"]
        return next(text for rule, _, text, _ in explanation.place(park, rules, space, "T", unit, t) if rule == name)

    source = f" Source: {chains.SECTOR_GROUP}."
    assert said("B1-F1-1") == "Nearest of its chain: 企业X, in the same building." + source
    assert said("B2-F1-1") == "Nearest of its chain: 企业X, in the same park." + source
    assert said("B3-F1-1") == "Nearest of its chain: 企业X, 700 m." + source
    assert said("B4-F1-1") == "Nobody of its chain is within reach (S ≤ 1,000 m)." + source
    assert said("B5-F1-1") == "Whether its chain is near is not known: no place on the map for B5." + source
    assert said("B2-F1-1", ZH).startswith("产业链上最近的企业：企业X，同一园区。")


def test_what_to_find_out_is_where_the_building_lies():
    park, rules, space = case(("X", "S2", "B1-F1-2", None))
    found = unknowns.find_out(park, rules, space, fit.assess(park, rules, space, "T"), EN)
    own = found[found["rules"] == "chain"]
    assert own[["unit_id", "table", "row_id", "column"]].to_numpy().tolist() == [
        [unit, "buildings", "B5", "geometry"] for unit in ("B5-F1-1", "B5-F1-2")
    ]


def test_the_value_is_that_of_the_nearest_holder_who_is_still_there():
    """Against trying every holder for every unit, with buildings, parks, ends and starts drawn at random."""
    draw = np.random.default_rng(7)
    for _ in range(12):
        spots = {
            f"B{n}": (None if draw.random() < 0.2 else float(draw.integers(0, 2500)), f"P{draw.integers(4)}")
            for n in range(1, 6)
        }
        held = [
            (
                f"X{n}",
                str(draw.choice(["S1", "S2", "Z"])),
                unit,
                str(draw.choice(["2026-03-01", "2026-08-01", ""])) or None,
            )
            for n, unit in enumerate(UNITS)
            if draw.random() < 0.5
        ]
        begins = {"wanted_from": pd.Timestamp(str(draw.choice(["2026-01-01", "2026-04-01", "2026-09-01"])))}
        park, rules, space = case(*held, places=land(**spots), **begins)
        rows = fit.assess(park, rules, space, "T")
        rows = rows[rows["rule_id"] == "chain"]
        free = dict(zip(space["unit_id"], space["available_on"], strict=True))
        middles = {
            name: shape and shape.centroid
            for name, shape in zip(park.buildings["building_id"], park.buildings.geometry, strict=True)
        }
        for row in rows.itertuples():
            start = max(
                begins["wanted_from"], begins["wanted_from"] if pd.isna(free[row.unit_id]) else free[row.unit_id]
            )
            home, values, open_ = row.building_id, [0.0], False
            for _, group, unit, until in held:
                other = unit[:2]
                if group == "Z" or (until and pd.Timestamp(until) <= start):
                    continue
                one, two = middles[home], middles[other]
                if spots[home][1] == spots[other][1]:
                    values.append(1.0)
                elif one is None or two is None:
                    open_ = True
                else:
                    values.append(1 - float(crs.distance_m(one.x, one.y, two.x, two.y)) / 1000)
            if max(values) <= 0 and open_:
                assert pd.isna(row.value)
            else:
                assert row.value == pytest.approx(max(values), abs=1e-6)


def test_only_the_neighbours_of_holders_are_looked_at():
    """A dense district of 30,000 buildings has 900 million pairs within reach: nobody asks for all of them."""
    park, rules, space = case(("X", "S2", "B1-F1-2", None))
    shape, count = outline(0), 30_000
    more = pd.DataFrame({"building_id": [f"N{number}" for number in range(count)], "geometry": [shape] * count})
    offers = fit.desk(park, rules, space).offers
    crowded = replace(park, buildings=pd.concat([park.buildings, more], ignore_index=True))
    made = chains.plan(crowded, rules, offers, 1.0)
    one, two, worth = chains._near(made, np.flatnonzero(made.ids == "B1"))
    assert len(one) == count + 3
    assert set(made.ids[two]) == {"B1"}
    assert worth[made.ids[one] == "N7"].tolist() == [1.0]
