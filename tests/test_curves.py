"""Curves and sentences of the programme: valid charts with their data inside, and every change in words."""

import json
import re

import pandas as pd
import pytest
from programmes import ledger, policy, project
from test_charts import drawn, values
from test_delays import policy as assumed
from test_programme import AFTER, BEFORE

from parks import words
from parks.output import curves, reported
from parks.status import forecast, gaps, milestones, progress, since

PARK = ledger(
    [project("A", 30_000.0), project("B", 20_000.0), project("C", None)],
    [
        ("A", "started", "2025-02-01", "2025-03-01"),
        ("A", "completed", "2026-02-01", "2026-03-01"),
        ("B", "completed", "2027-03-01", None),
        ("B", "approved", None, None),
    ],
)


def both(lang: str) -> dict[str, dict]:
    quarters = progress.curve(PARK, policy())
    rules = assumed()
    ahead = forecast.by_quarter(PARK, rules, runs=20)
    steps = milestones.timeline(PARK).assign(name=lambda frame: "项目" + frame["project_id"])
    new = quarters[quarters["target_id"] == "PT10"]
    return {
        "fan": drawn(curves.fan(new, ahead, lang, target_m2=40_000.0)),
        "empty": drawn(curves.fan(new.iloc[:0], ahead.iloc[:0], lang)),
        "timeline": drawn(curves.timeline(steps, lang, today="2026-06-30")),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_is_whole_and_asks_for_nothing(lang: str) -> None:
    for name, spec in both(lang).items():
        assert spec["title"]["text"], name
        text = json.dumps({key: part for key, part in spec.items() if key != "$schema"})
        assert not re.search(r"https?://|\"url\"", text), name


def test_the_fan_carries_plan_done_and_the_range_ahead() -> None:
    rows = values(both("en")["fan"])
    assert {row["line"] for row in rows if "line" in row} == {"As planned", "Reached", "Forecast, middle"}
    middle = {row["quarter"]: row["value"] for row in rows if row.get("line") == "Forecast, middle"}
    assert (middle["2026-Q4"], middle["2027-Q1"]) == (3.0, 5.0)
    assert [row["low"] for row in rows if row.get("quarter") == "2027-Q1" and "low" in row] == [5.0]


def test_the_timeline_draws_planned_and_reached_days() -> None:
    rows = [row for row in values(both("en")["timeline"]) if "event" in row]
    assert len(rows) == 5
    assert {(row["way"], row["day"], row["late"]) for row in rows if row["event"] == "Completed"} == {
        *(("Planned", "2026-02-01", "28"), ("Reached", "2026-03-01", "28"), ("Planned", "2027-03-01", "")),
    }


def test_every_change_is_said() -> None:
    found = since.compare(BEFORE, AFTER, policy())
    english = reported.sentences(found, words.translator("en"), "en")
    assert english["A"] == "“Completed” reached on 20 May 2026"
    assert english["B"] == (
        "“Completed” planned 91 days later, for 1 December 2026; “Started” now planned for 1 October 2026; "
        "area 200 m² → 250 m²"
    )
    assert english["C"] == "given up on 5 May 2026"
    assert english["D"] == "no longer given up"
    assert english["E"] == "no longer in the ledger"
    assert english["F"] == "“Completed” is no longer reached; “Completed” planned 31 days sooner, for 1 August 2026"
    assert english["G"] == (
        "“Started” has no planned day any more, before 1 September 2026; counts elsewhere than before"
    )
    assert english["H"] == "new in the ledger"
    assert reported.sentences(found, words.translator("zh"), "zh")["C"] == "于2026年5月5日终止"


def test_codes_have_words_and_areas_their_sign() -> None:
    t = words.translator("en")
    assert [reported.signed(area, "en") for area in (5.0, -5.0, 0.0, pd.NA)] == ["+5 m²", "−5 m²", "±0 m²", "unknown"]
    assert all(reported.gap(kind, t) for kind in gaps.KINDS)
    assert [reported.origin(code, t) for code in ("record", "else")] == ["the district’s record", "unknown"]
    assert [reported.state(code, t) for code in ("gone", "else")] == ["Taken out", "unknown"]
    assert [reported.part(code, t) for code in ("done", pd.NA)] == ["Done", "not counted"]
