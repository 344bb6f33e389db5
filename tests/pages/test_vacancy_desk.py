"""The vacancy desk: it drills down and adds up, finds places, holds them, and says what to do when there is nothing."""

import datetime as dt

import pytest

from parks import store
from parks.pages import session
from parks.status import vacancy

PARTS = ("table", "search", "holds", "rollover", "absorption", "free", "coming", "mend")


def press(at, label):
    """Click the button that begins with `label`; nothing may go wrong."""
    next(button for button in at.button if button.label.startswith(label)).click().run()
    assert not at.exception, at.exception[0].value


def said(at, kind="caption"):
    return " ".join(part.value for part in at.get(kind))


def picked(path, key, row=0):
    """Return the state in which a row of a table is picked."""
    with store.open(str(path)) as held:
        return {f"{key}_{held.version}": {"selection": {"rows": [row], "columns": [], "cells": []}}}


def table(at, column):
    """Return the first table that has a column."""
    return next(part.value for part in at.dataframe if column in part.value)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_draws_under_every_definition(show, loaded, part, lang):
    other = {"counts": "moved_in", "base": "gross"} if lang == "zh" else {}
    at = show("vacancy_desk", loaded, lang=lang, desk=part, **other)
    assert not at.error
    if part not in {"search", "holds", "mend"}:
        assert ("建筑面积" if lang == "zh" else "Lettable area") in said(at)


@pytest.mark.parametrize(
    ("level", "place"),
    [
        ("park", "zone:Z-ZJ"),
        ("building", "park:P031"),
        ("floor", "building:P031-A2"),
        ("unit", "floor:P031-A2-F01"),
        ("sector", ""),
    ],
)
def test_the_last_row_is_the_sum_of_the_rows_above(show, loaded, level, place):
    at = show("vacancy_desk", loaded, at=place, level=level)
    frame = table(at, "name")
    assert len(frame) > 1
    for column in [name for name in frame if name.endswith("_m2")]:
        assert frame[column].iloc[:-1].sum() == pytest.approx(frame[column].iloc[-1]), column


def test_a_row_picked_opens_the_level_below_and_the_trail_leads_back(show, loaded):
    at = show("vacancy_desk", loaded, **picked(loaded, "vacancy_by_zone_"))
    assert at.session_state["at"] == "zone:Z-CORE-E"
    assert at.session_state["level"] == "park"
    assert at.query_params["at"] == "zone:Z-CORE-E"
    at = show("vacancy_desk", loaded, at="floor:P031-A2-F01", level="unit")
    assert [button.label.replace("\\", "") for button in at.button if button.key.startswith("trail")][-1].endswith("1F")
    press(at, "All zones")
    assert at.session_state["at"] == ""
    assert at.session_state["level"] == "zone"


def test_a_link_to_a_place_opens_it_and_one_to_nowhere_opens_the_district(screen, loaded):
    at = screen(loaded, lang="en", at="building:P031-A2")
    assert not at.exception
    at = screen(loaded, lang="en")
    assert not at.exception


def test_a_place_that_is_not_there_is_the_whole_district(show, loaded):
    at = show("vacancy_desk", loaded, at="park:NOWHERE", level="zone")
    assert at.session_state["at"] == ""
    assert len(table(at, "name")) == 9


def test_a_unit_picked_can_be_held(show, own):
    with store.open(str(own)) as held:
        space = vacancy.by_unit(held.as_of(held.data_day()))
    free = space[space["state"].eq("vacant") & space["free_until"].isna()].iloc[0]
    here = space[space["floor_id"] == free["floor_id"]].reset_index(drop=True)
    row = int(here.index[here["unit_id"] == free["unit_id"]][0])
    floor = free["floor_id"]
    at = show("vacancy_desk", own, at=f"floor:{floor}", level="unit", **picked(own, f"vacancy_by_unit_{floor}", row))
    press(at, "Hold")
    assert "Choose the company" in said(at, "error")
    next(box for box in at.selectbox if box.label == "For whom").set_value("A004")
    press(at, "Hold")
    assert "Say why" in said(at, "error")
    next(part for part in at.text_input if part.label == "Reason").set_value("visit on Monday")
    press(at, "Hold")
    assert "1 units are held for" in said(at, "success")
    with store.open(str(own)) as held:
        day = held.data_day()
        lease = held.as_of(day).leases.query(f"unit_id == '{free['unit_id']}' and tenant_id == 'A004'").iloc[0]
    assert lease["valid_to"].date() == day + dt.timedelta(days=30)


def holding(own, **cells):
    """Hold a vacant unit in the store; return it."""
    with store.open(str(own)) as held:
        day = held.data_day()
        space = vacancy.by_unit(held.as_of(day))
        unit = space.loc[space["state"].eq("vacant") & space["free_until"].isna(), "unit_id"].iloc[0]
        told = {"valid_from": day, "valid_to": day + dt.timedelta(days=3), "reason": "first", "by": "planner"} | cells
        held.place([unit], "A004", **told)
    return unit


def test_a_hold_is_prolonged_undone_and_released(show, own):
    unit = holding(own)
    at = show("vacancy_desk", own, desk="holds", **picked(own, "holds"))
    frame = table(at, "days_left")
    assert frame[["unit_id", "days_left"]].iloc[0].tolist() == [unit, 3]
    reasons = [part for part in at.text_input if part.label == "Reason"]
    reasons[0].set_value("they need a week more")
    press(at, "Prolong")
    assert "is held until" in said(at, "success")
    found = table(at, "days_left")
    assert found.loc[found["unit_id"] == unit, "days_left"].tolist() == [33]
    press(at, "Undo")
    found = table(at, "days_left")
    assert found.loc[found["unit_id"] == unit, "days_left"].tolist() == [3]
    at = show("vacancy_desk", own, desk="holds", **picked(own, "holds"))
    [part for part in at.text_input if part.label == "Reason"][1].set_value("gave up")
    press(at, "Release")
    assert "is free from" in said(at, "success")


def test_lapsed_holds_are_listed_and_units_can_be_held_from_the_list(show, own):
    unit = holding(own, valid_from=dt.date(2026, 9, 1), valid_to=dt.date(2026, 10, 20))
    at = show("vacancy_desk", own, desk="holds", hold_units=[unit])
    assert unit in set(table(at, "became")["unit_id"])
    assert any(box.label == "For whom" for box in at.selectbox)


def test_a_hold_without_an_end_is_listed_for_mending(show, own):
    unit = holding(own, valid_to=None)
    at = show("vacancy_desk", own, desk="mend")
    assert any(unit in set(part.value["unit_id"]) for part in at.dataframe if "reason" in part.value)
    at = show("vacancy_desk", own, desk="holds")
    assert [metric.value for metric in at.metric][2] == "1"


def test_a_search_lists_hits_and_near_misses_and_a_place_can_be_held(show, loaded):
    at = show(
        "vacancy_desk",
        loaded,
        desk="search",
        need_area_min_m2=2000.0,
        need_floor_load_kn_m2=8.0,
        **picked(loaded, "found"),
    )
    assert "press “Search”" in said(at, "info")
    press(at, "Search")
    frame = table(at, "answer")
    assert {"Hit", "Near miss"} <= set(frame["answer"])
    assert (frame.loc[frame["answer"] == "Hit", "area_m2"] >= 2000).all()
    assert "asked 8 kN/m²" in " ".join(frame["says"]) or "asked 2,000 m²" in " ".join(frame["says"])


def test_a_search_that_finds_nothing_says_what_to_do(show, loaded):
    huge = {"need_area_min_m2": 9e5, "need_floor_load_kn_m2": 900.0, "need_floor_height_m": 90.0, "need_power_kva": 9e6}
    at = show("vacancy_desk", loaded, desk="search", **huge)
    press(at, "Search")
    assert "Ask for less" in said(at, "info")


def test_a_need_fills_the_form_and_offers_its_company(show, loaded):
    at = show("vacancy_desk", loaded, desk="search")
    box = next(box for box in at.selectbox if box.label.startswith("Fill in"))
    box.set_value("N001").run()
    assert not at.exception
    assert at.session_state["need_area_min_m2"] == 1450
    assert at.session_state["need_fire_class"] == "甲"
    assert at.session_state["need_ground_floor"]
    assert at.session_state["need_before"] == dt.date(2027, 8, 1)
    assert "answer" in table(at, "answer")


def test_a_run_picked_can_be_held_and_opened_on_the_map(show, loaded, monkeypatch):
    opened = []
    monkeypatch.setattr(session, "go", opened.append)
    links = {session.LINKS: {}}
    at = show("vacancy_desk", loaded, desk="free", **picked(loaded, "contiguous"), **picked(loaded, "stacked"), **links)
    assert len([box for box in at.selectbox if box.label == "For whom"]) == 2
    press(at, "Open on the map")
    assert opened == ["map"]
    assert at.session_state["picked"]["kind"] == "building"


def test_units_not_known_to_be_free_cannot_be_held(show, loaded):
    with store.open(str(loaded)) as held:
        space = vacancy.by_unit(held.as_of(held.data_day()))
    never = space[space["available_on"].isna()].iloc[0]
    here = space[space["floor_id"] == never["floor_id"]].reset_index(drop=True)
    row = int(here.index[here["unit_id"] == never["unit_id"]][0])
    floor = never["floor_id"]
    state = picked(loaded, f"vacancy_by_unit_{floor}", row)
    at = show("vacancy_desk", loaded, at=f"floor:{floor}", level="unit", **state)
    assert "cannot be held" in said(at, "info")


def test_the_stack_shows_when_leases_end(show, loaded):
    at = show("vacancy_desk", loaded, at="building:P031-A2", level="floor", stack_by="expiry")
    assert not at.exception
    at = show("map_page", loaded, picked={"kind": "building", "id": "P031-A2"}, stack_by="expiry")
    assert not at.exception


def test_where_nothing_is_there_the_page_says_what_to_do(show, loaded):
    at = show("vacancy_desk", loaded, day="2035-01-01", desk="holds")
    assert "Nothing is held" in said(at, "info")
    at = show("vacancy_desk", loaded, day="2001-01-01", desk="rollover")
    assert "Nothing is let" in said(at, "info")
    at = show("vacancy_desk", loaded, day="2001-01-01", desk="absorption")
    assert "Import leases that have ended" in said(at, "info")
    at = show("vacancy_desk", loaded, desk="free", least_m2=10**7)
    assert "Loosen" in said(at, "info")
    at = show("vacancy_desk", loaded, desk="absorption", after="works", quarters="4")
    assert len(table(at, "net_m2")) == 4
