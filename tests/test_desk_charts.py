"""The charts of the vacancy desk carry the areas, say what they leave out, and the stack tells when leases end."""

import datetime as dt
import json

import altair as alt
import pandas as pd
import pytest

from parks.output import desk_charts, stacks
from parks.status import rollover

DAY = dt.date(2026, 6, 30)


def drawn(chart) -> dict:
    return json.loads(chart.to_json())


def values(spec: dict) -> list[dict]:
    """Return the rows that travel in a chart, whichever way it names them."""
    held = list(spec.get("datasets", {}).values())
    held += [layer["data"]["values"] for layer in spec["layer"] if "values" in layer.get("data", {})]
    return [row for rows in held for row in rows]


def test_the_rollover_draws_each_band_and_counts_what_it_cannot_draw() -> None:
    bands = {f"end_{band}_m2": [1000.0, None] for band in rollover.band_names()}
    frame = pd.DataFrame({"zone_id": ["A", None], "let_m2": [5000.0, None], **bands, "unknown_leases": [1, 2]})
    spec = drawn(desk_charts.rollover(frame.convert_dtypes(), "en"))
    assert spec["title"]["subtitle"] == "3 leases of unknown area are not drawn"
    assert {row["name"] for row in values(spec)} == {"A", "unknown"}
    assert len(values(spec)) == 2 * len(bands)


def test_quarters_count_open_and_unknown_leases_in_the_note() -> None:
    frame = pd.DataFrame(
        {
            "quarter": pd.array(["2026-Q3", "2026-Q4", pd.NA], dtype="string"),
            "area_m2": [1000.0, 2000.0, 500.0],
            "leases": [1, 3, 4],
            "unknown_leases": [0, 1, 2],
        }
    )
    spec = drawn(desk_charts.quarters(frame, "en"))
    assert [(row["quarter"], row["shown"]) for row in values(spec)] == [
        ("2026-Q3", "1,000 m²"),
        ("2026-Q4", "2,000 m²"),
    ]
    assert spec["title"]["subtitle"] == "Not drawn: 4 without an end, 1 of unknown area"


def test_the_balance_adds_the_supply_up() -> None:
    frame = pd.DataFrame(
        {
            "quarter": ["2026-Q2", "2026-Q3"],
            "vacant_m2": [10_000.0, 0.0],
            "ending_m2": [0.0, 20_000.0],
            "coming_m2": [0.0, 0.0],
            "demand_total_m2": [5_000.0, 9_000.0],
        }
    )
    rows = values(drawn(desk_charts.balance(frame, "en")))
    last = {row["part"]: row["value"] for row in rows if row["quarter"] == "2026-Q3" and "part" in row}
    assert last == {"Vacant now": 1, "Leases that end": 2, "New and renewed space": 0}
    assert [row["value"] for row in rows if "line" in row] == [0.5, 0.9]


def test_what_is_given_up_hangs_below_the_line() -> None:
    frame = pd.DataFrame({"quarter": ["2026-Q2"], "new_m2": [30_000.0], "ended_m2": [10_000.0], "net_m2": [20_000.0]})
    rows = values(drawn(desk_charts.absorption(frame, "en")))
    assert {row.get("part", row.get("line")): row["value"] for row in rows} == {
        "Newly let": 3,
        "Space given up": -1,
        "Net absorption": 2,
    }


def stack() -> pd.DataFrame:
    """Return units of one floor: ending in a month, in 13 and 40 months, without an end, vacant, locked, unknown."""
    states = ["let", "let", "let", "let", "vacant", "locked", "unknown"]
    ends = ["2026-07-30", "2027-07-30", "2029-10-30", None, None, "2026-07-30", None]
    frame = pd.DataFrame({"unit_id": [f"U{at}" for at in range(7)], "state": pd.array(states, dtype="string")})
    texts = pd.DataFrame(dict.fromkeys(("tenant_zh", "tenant_en", "verdict"), pd.array([pd.NA] * 7, dtype="string")))
    return frame.join(texts).assign(level=1, lettable_m2=100.0, until=pd.to_datetime(ends))


def test_the_stack_tells_when_leases_end_and_marks_what_has_no_end_apart() -> None:
    assert stacks.ending(stack(), DAY) == ["12", "24", "later", "open", "vacant", "other", "unknown"]
    rows = values(stacks.chart(stack(), "en", "expiry", DAY))
    said = {row["unit_id"]: (row["shade"], row["label"]) for row in rows}
    assert said["U0"] == ("within 12 months", "2026-07-30")
    assert said["U3"] == ("no end on record", "open")
    assert said["U4"] == ("Vacant", "")
    assert said["U6"] == ("Unknown", "?")


def test_a_stack_is_sound_vega_lite_and_leaves_the_next_one_as_it_was() -> None:
    whole, two = stacks.chart(stack(), "en"), stacks.chart(stack().head(2), "en")
    assert alt.LayerChart.from_dict(whole).to_dict()["datasets"] == whole["datasets"]
    assert [len(spec["datasets"]["blocks"]) for spec in (whole, two)] == [7, 2]
    assert two["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["Let"]
    assert whole["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["Let", "Locked", "Vacant", "Unknown"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_colour_has_its_name(lang: str) -> None:
    from parks import words

    assert stacks.expiry_names(words.translator(lang)).keys() == stacks.EXPIRY_COLOURS.keys()
    assert len(set(stacks.EXPIRY_COLOURS.values())) == len(stacks.EXPIRY_COLOURS)
    spec = stacks.chart(stack(), lang)
    assert {row["shade"] for row in values(spec)} == {row["state"] for row in values(spec)}
