"""The programme page: totals with their words, rooms, the user's own assumptions in the link, the last report."""

import datetime as dt

import pandas as pd
import pytest

from parks import policy, store
from parks.pages import likelihood

ZONES, PROJECTS, REPORTED, FORECAST, GAPS = 1, 4, 7, 8, 9
"""The tabs of the page, by number."""


def text(at) -> str:
    return "\n".join(part.value for part in [*at.markdown, *at.caption, *at.info])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_total_says_how_it_counts(show, loaded, lang):
    at = show("programme", loaded, lang=lang, rule="recognised", basis="above_ground")
    said = text(at)
    assert ("认定 · 地上建筑面积" if lang == "zh" else "Recognised · Area above ground") in said
    assert ("净增" if lang == "zh" else "taken out and not back") in said
    assert len(at.tabs) == 10
    downloads = 1  # of the totals, which stand above every tab
    for number in range(10):
        at = show("programme", loaded, lang=lang, programme_tab=number)
        assert [bool(tab.children) for tab in at.tabs] == [number == each for each in range(10)]
        downloads += len(at.get("download_button")) - 1
    assert downloads >= 12


def test_own_assumptions_stand_in_the_link_and_can_be_taken_back(show, loaded):
    at = show("programme", loaded, programme_tab=FORECAST)
    chance = [part.value for part in at.metric]
    box = next(one for one in at.number_input if one.key.startswith("dropout.completed_"))
    box.set_value(1.0)
    next(one for one in at.button if one.label == "Forecast with these").click().run()
    assert "dropout.completed:1" in at.query_params["assume"]
    assert at.metric[0].value == "0%"
    assert any("your own assumption" in one.value.to_string() for one in at.dataframe)
    at.button(key="assume_back").click().run()
    assert "assume" not in at.query_params
    assert [part.value for part in at.metric] == chance


def test_a_link_that_says_nonsense_is_left_out(monkeypatch):
    link = {"assume": "dropout.completed:nan2;nothing:1;dropout.started:7;delay.started.sd_months:-1;x"}
    monkeypatch.setattr(likelihood.st, "query_params", link)

    class Asked:
        rules = policy.load()

    assert likelihood.edited(Asked()) == {"dropout.started": 1.0}


def test_the_last_report_is_compared_as_known_then_or_now(show, loaded):
    at = show("programme", loaded, programme_tab=REPORTED)
    assert "Nothing was on record by" in text(at)
    assert "done \\+37,362 m²" in text(at)
    at = show("programme", loaded, since_known="now", programme_tab=REPORTED)
    assert "Nothing was on record by" not in text(at)


def test_kind_and_zone_filter_the_projects(show, loaded):
    at = show("programme", loaded, kind="renewal", zone="Z-LG", programme_tab=PROJECTS)
    frame = next(one.value for one in at.dataframe if "parcel" in one.value)
    assert set(frame["project_id"]) == {"J056"}


def test_the_users_split_is_said_to_be_one(show, own):
    with store.open(str(own)) as held:
        split = {"split_id": "S1", "target_id": "PT10", "zone_id": "Z-ZJ", "share": 0.5, "standing": "illustrative"}
        held.add("target_splits", pd.DataFrame([split]), source="minutes", by="test")
    at = show("programme", own, programme_tab=ZONES)
    assert "an assumption of the user, not of the notice" in text(at)
    frame = next(one.value for one in at.dataframe if "asked_m2" in one.value)
    assert frame["asked_m2"].tolist() == [500_000.0]


def test_a_ledger_with_nothing_missing_or_changed_says_so(show, empty):
    row = {"source": "hand", "source_date": "2026-06-30", "standing": "stated", "zone_id": "Z-ZJ"}
    project = row | {
        "project_id": "J1",
        "name_zh": "项目",
        "kind": "new_build",
        "developer": "甲",
        "gfa_m2": 1_200_000.0,
        "counts_to": "PT10",
    }
    steps = [
        {"milestone_id": f"M{place}", "project_id": "J1", "event": event, "evidence": "竣工备案表"}
        | {"planned_on": pd.Timestamp("2025-03-01"), "actual_on": pd.Timestamp("2025-03-01")}
        for place, event in enumerate(("started", "completed"))
    ]
    with store.open(str(empty)) as held:
        held.add("projects", pd.DataFrame([project]), source="hand", by="test")
        frame = pd.DataFrame(steps).assign(source="hand", standing="stated")
        held.add("milestones", frame, source="hand", by="test")
    said = {
        number: show("programme", empty, day="2026-06-30", since_known="now", programme_tab=number)
        for number in (REPORTED, FORECAST, GAPS)
    }
    assert "Nothing changed." in [part.value for part in said[REPORTED].success]
    nothing = "Nothing is missing of the projects that count and of the targets."
    assert nothing in [part.value for part in said[GAPS].success]
    assert "is reached as it stands" in text(said[FORECAST])


@pytest.mark.parametrize(
    ("since", "said"), [("2026-09-30", "compared with the record of that day"), ("2026-03-31", "")]
)
def test_a_scenario_younger_than_the_last_report_is_compared_with_the_record(show, empty, since, said):
    project = {"project_id": "J1", "name_zh": "项目", "kind": "new_build", "gfa_m2": 1000.0, "counts_to": "PT10"}
    rows = pd.DataFrame([project]).assign(zone_id="Z-ZJ", source="hand", standing="stated")
    now = [dt.datetime(2026, 7, 1, tzinfo=dt.UTC)]
    with store.open(str(empty), clock=lambda: now[0]) as held:
        held.add("projects", rows, source="hand", by="test")
        now[0] = dt.datetime(2026, 10, 15, tzinfo=dt.UTC)
        held.create_scenario("Plan A", by="test")
    since = dt.date.fromisoformat(since)
    at = show("programme", empty, day="2026-10-31", scenario="Plan A", since=since, programme_tab=REPORTED)
    told = text(at)
    assert said in told
    assert ("Nothing was on record by" in told) == (not said)
    assert not at.error
