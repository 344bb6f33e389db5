"""Absorption: let area gained and lost, and the time to let by Kaplan and Meier, against examples worked by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from test_definitions import districts

from parks import snapshot
from parks.status import absorption, definitions

DAY = dt.date(2026, 6, 30)


def ledger(*leases: tuple, **tables: list[dict]) -> snapshot.Snapshot:
    """Return units U1 … U4 of 100, 200, 300 and unknown m², with leases (unit, state, from, to, tenant)."""
    shown = {
        "parks": [{"park_id": "P", "zone_id": "Z"}],
        "buildings": [{"building_id": "B", "park_id": "P", "status": "built"}],
        "units": [
            {"unit_id": f"U{at}", "building_id": "B", "lettable_m2": area}
            for at, area in enumerate((100.0, 200.0, 300.0, None), start=1)
        ],
    }
    frames = {name: pd.DataFrame(rows) for name, rows in (shown | tables).items()}
    names = ["unit_id", "state", "valid_from", "valid_to", "tenant_id"]
    made = pd.DataFrame([(*one, *(None,) * (5 - len(one))) for one in leases], columns=names)
    made["lease_id"] = [f"L{at}" for at in range(len(made))]
    made["standing"] = "reported"
    frames["leases"] = made.assign(**{name: pd.to_datetime(made[name]) for name in ("valid_from", "valid_to")})
    return snapshot.of(DAY, frames)


def test_what_is_newly_let_less_what_has_ended_is_the_net() -> None:
    park = ledger(
        ("U1", "let", "2026-02-01", None),
        ("U2", "let", "2020-01-01", "2026-05-15"),
        ("U3", "let", "2020-01-01", "2026-05-01", "T1"),
        ("U3", "let", "2026-05-01", None, "T2"),
        ("U4", "let", "2026-05-01", None),
    )
    frame = absorption.net(park, quarters=2)
    assert frame["quarter"].tolist() == ["2026-Q1", "2026-Q2"]
    assert frame["begin_m2"].tolist() == [500, 600]
    assert frame["new_m2"].tolist() == [100, 0]
    assert frame["ended_m2"].tolist() == [0, 200]
    assert frame["end_m2"].tolist() == [600, 400]
    assert frame["net_m2"].tolist() == [100, -200]
    assert frame["turned_m2"].tolist() == [0, 300]
    assert frame["unknown_units"].tolist() == [1, 1]
    assert frame["zone_id"].tolist() == ["Z", "Z"]


def test_a_quarter_that_is_not_over_is_counted_up_to_the_day() -> None:
    park = ledger(("U1", "let", "2026-06-30", None), ("U2", "let", "2026-07-01", None))
    assert absorption.net(park, quarters=1)["new_m2"].tolist() == [100]


def test_the_definition_decides_in_which_quarter_space_is_let() -> None:
    park = ledger(("U1", "let", "2026-05-01", None))
    park.leases["signed_on"] = pd.Series(pd.to_datetime(["2026-02-10"])).astype("datetime64[s]")
    assert absorption.together(absorption.net(park, 2))["new_m2"].tolist() == [0, 100]
    assert absorption.together(absorption.net(park, 2, "signed"))["new_m2"].tolist() == [100, 0]


@settings(deadline=None, max_examples=thorough.cases(6))
@given(districts(), st.sampled_from(definitions.COUNTS))
def test_one_quarter_ends_where_the_next_begins(park: snapshot.Snapshot, counts: str) -> None:
    frame = absorption.together(absorption.net(park, 4, counts))
    sums = frame["begin_m2"] + frame["new_m2"] - frame["ended_m2"]
    assert np.allclose(sums, frame["end_m2"])
    assert np.allclose(frame["end_m2"] - frame["begin_m2"], frame["net_m2"])


def spell(frame: pd.DataFrame) -> list[tuple]:
    return [(row.unit_id, f"{row.vacant_from:%Y-%m-%d}", row.ended, row.after) for row in frame.itertuples()]


def test_a_spell_runs_from_the_end_of_a_lease_to_the_next_firm_one() -> None:
    park = ledger(
        ("U1", "let", "2020-01-01", "2025-01-01"),
        ("U1", "intended", "2025-02-01", "2025-05-01"),
        ("U1", "reserved", "2025-07-01", "2025-09-01"),
        ("U1", "let", "2025-09-01", "2026-01-01"),
        ("U2", "renovation", "2020-01-01", "2026-01-01"),
        ("U2", "locked", "2026-04-01", None),
        ("U3", "let", "2020-01-01", "2026-12-01"),
        ("gone", "let", "2020-01-01", "2021-01-01"),
        ("U4", "let", "2020-01-01", "2021-01-01"),
        ("U4", None, "2022-01-01", "2023-01-01"),
    )
    frame = absorption.spells(park)
    assert spell(frame) == [
        ("U1", "2025-01-01", "let", "let"),
        ("U1", "2026-01-01", "vacant", "let"),
        ("U2", "2026-01-01", "withdrawn", "renovation"),
    ]
    assert frame["until"].isna().tolist() == [False, True, False]
    assert np.allclose(frame["months"].astype(float), np.array([181, 180, 90]) / (365.2425 / 12))
    assert frame["zone_id"].tolist() == ["Z"] * 3


def test_a_lease_to_come_ends_no_spell_and_overlapping_ones_leave_no_gap() -> None:
    park = ledger(
        ("U1", "let", "2020-01-01", "2026-06-30"),
        ("U1", "let", "2026-07-10", None),
        ("U2", "let", "2020-01-01", "2026-01-01"),
        ("U2", "let", "2021-01-01", "2022-01-01"),
    )
    assert spell(absorption.spells(park)) == [
        ("U1", "2026-06-30", "vacant", "let"),
        ("U2", "2026-01-01", "vacant", "let"),
    ]
    assert absorption.spells(ledger()).empty


def test_survival_by_hand() -> None:
    """Six cases: let after 1, 2, 2 and 5 months; seen vacant for 3 and for 6.

    S(1) = 5/6; S(2) = 5/6 × 3/5 = 1/2; at 5 months two are left at risk: S(5) = 1/2 × 1/2 = 1/4.
    """
    months, let = np.array([1.0, 2, 2, 3, 5, 6]), np.array([True, True, True, False, True, False])
    times, share = absorption.survival(months, let)
    assert times.tolist() == [1, 2, 5]
    assert share.tolist() == pytest.approx([5 / 6, 1 / 2, 1 / 4])
    found = [absorption.quantile(times, share, part) for part in (0.25, 0.5, 0.75, 0.9)]
    assert found == [2, 2, 5, None]


def test_cases_still_vacant_make_the_median_longer_than_the_plain_one() -> None:
    frame = pd.DataFrame(
        {
            "zone_id": pd.array(["A", "A", "A", "B", pd.NA], dtype="string"),
            "months": [2.0, 4.0, 10.0, 7.0, 1.0],
            "ended": pd.array(["let", "let", "vacant", "vacant", "withdrawn"], dtype="string"),
            "standing": pd.array(["stated"] * 5, dtype="string"),
        }
    )
    found = absorption.time_to_let(frame)
    assert found["zone_id"].fillna("all").tolist() == ["A", "B", "all"]
    assert found["cases"].tolist() == [3, 1, 5]
    assert found["let"].tolist() == [2, 0, 2]
    assert found["vacant"].tolist() == [1, 1, 2]
    assert found["withdrawn"].tolist() == [0, 0, 1]
    # A: S(2) = 2/3, S(4) = 1/3; B: none was let, so more than 7 months; all: S(2) = 3/4, S(4) = 3/4 × 2/3 = 1/2
    assert found["median_months"].fillna(-1).tolist() == [4, -1, 4]
    assert found["lower_months"].fillna(-1).tolist() == [2, -1, 2]
    assert found["upper_months"].isna().all()
    assert found["longest_months"].tolist() == [10, 7, 10]
    empty = absorption.time_to_let(frame[:0])
    assert (empty.loc[0, "cases"], len(empty)) == (0, 1)
    assert empty["longest_months"].isna().all()
