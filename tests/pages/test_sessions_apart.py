"""Visitors of one process in turn: each page shows each of them what it shows to somebody who is alone."""

import datetime as dt
import re

import pytest
import streamlit as st

from parks import store
from parks.pages import plans
from parks.status import vacancy

SCENARIO, REASON = "方案甲", "甲的理由"
DAY = "2026-10-31"
BUILDING, UNIT = "P033-C4", "P033-C4-F01-1"
RECORD = {"lang": "en", "day": DAY, "tenant": "A004"}
THREE = (RECORD, RECORD | {"lang": "zh"}, RECORD | {"scenario": SCENARIO})
DEFINED = RECORD | {"counts": "signed", "base": "gross"}
COUNTED = RECORD | {"rule": "started", "basis": "lettable"}
QUARTERS = RECORD | {"tenant": "nobody", "moment": "quarters", "colour": "availability"}
SIDES = RECORD | {"tenant": "nobody", "moment": "compare", "other_day": dt.date(2027, 12, 31), "lang": "zh"}
PAGES = {
    "overview": THREE,
    "map_page": (*THREE, QUARTERS, SIDES),
    "vacancy_desk": (*THREE, DEFINED),
    "tenants": THREE,
    "scenarios": THREE,
    "programme": (*THREE[:2], COUNTED),
    "reports": THREE,
}
"""Page → what each visitor asks of it: any two differ in little, so that one answer could be taken for the other."""


@pytest.fixture(scope="module")
def busy(loaded, tmp_path_factory):
    """Return the path of a store with a scenario in which a company is placed."""
    path = tmp_path_factory.mktemp("visitors") / "busy.db"
    with store.open(str(loaded)) as held:
        held.backup(path)
    with store.open(str(path)) as held:
        held.create_scenario(SCENARIO, by="甲")
        day = held.data_day()
        space = vacancy.by_unit(held.as_of(day, SCENARIO))
        unit = space.loc[space["state"] == "vacant", "unit_id"].iloc[0]
        held.place([unit], "A004", valid_from=day, reason=REASON, by="甲", scenario=SCENARIO)
    return path


def forget():
    """Let the process begin as for its first visitor."""
    st.cache_resource.clear()
    plans.posed.cache_clear()


def told(at):
    """Return all that a browser is sent of a page, element by element; marks that are made anew each time left out."""
    found = []

    def walk(node):
        for child in getattr(node, "children", {}).values():
            said = re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", "#", str(getattr(child, "proto", "")))
            found.append((type(child).__name__, said))
            walk(child)

    walk(at._tree)
    return found


@pytest.mark.parametrize("page", list(PAGES))
def test_a_page_shows_what_it_shows_to_one_who_is_alone(show, busy, page):
    visitors, alone = PAGES[page], []
    for asked in visitors:
        forget()
        alone.append(told(show(page, busy, **asked)))
    assert len({str(shown) for shown in alone}) == len(visitors), "some are shown the same anyway"
    forget()
    for asked, expected in [*zip(visitors, alone, strict=True), (visitors[0], alone[0])]:
        assert told(show(page, busy, **asked)) == expected, asked


def sit(screen, path, **asked):
    """Return the screen of somebody who opens the map by a link."""
    at = screen(path, **asked)
    at._page_hash = next(mark for mark, page in at._registered_pages.items() if page["url_pathname"] == "map")
    return at.run()


def place(at, label, act):
    """Place the chosen company in a unit of the chosen building."""
    at.multiselect(key=f"units_{BUILDING}").set_value([UNIT]).run()
    next(field for field in at.text_input if field.label == label).set_value(REASON)
    next(button for button in at.button if button.label == act).click().run()
    assert not at.exception


def test_an_act_and_its_message_are_its_own_visitors(screen, own):
    """One places in a scenario; the other, drawn anew at once, has no message, no undo, no changed figure."""
    with store.open(str(own)) as held:
        held.create_scenario(SCENARIO, by="甲")
    jia = sit(screen, own, lang="zh", scenario=SCENARIO, tenant="A004", pick=f"building,{BUILDING}", who="甲")
    bea = sit(screen, own, lang="en", tenant="A012", pick="park,P033")
    before = told(bea.run())
    jia.text_input(key="who").set_value("甲").run()
    place(jia, "理由", "落位于此")
    assert told(bea.run()) == before
    assert [note.value for note in jia.success]
    assert not bea.success
    buttons = {name: [at.button(key=f"{name}_map").disabled for at in (jia, bea)] for name in ("undo", "redo")}
    assert buttons == {"undo": [False, True], "redo": [True, True]}
    jia.button(key="undo_map").click().run()
    assert told(bea.run()) == before
    assert jia.session_state["picked"] == {"kind": "building", "id": BUILDING}
    assert bea.session_state["picked"] == {"kind": "park", "id": "P033"}


def test_two_who_give_no_name_undo_their_own_acts_only(screen, own):
    pick = {"lang": "en", "pick": f"building,{BUILDING}", "tenant": "A004"}
    one, other = sit(screen, own, **pick), sit(screen, own, **pick)
    place(one, "Reason", "Place here")
    other.run()
    assert [at.button(key="undo_map").disabled for at in (one, other)] == [False, True]
    one.button(key="undo_map").click().run()
    assert not one.exception
    assert [at.run().button(key="redo_map").disabled for at in (one, other)] == [False, True]
    names = [at.text_input(key="who").placeholder for at in (one, other)]
    assert all(re.fullmatch("planner [0-9a-f]{6}", name) for name in names)
    assert names[0] != names[1]
