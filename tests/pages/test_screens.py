"""Every page draws without a fault, in both languages, with the sample and with an empty store."""

import asyncio
import datetime as dt
import re
import shutil
import threading

import pytest

from parks import policy, schema, store
from parks.output import maps
from parks.pages import frame, session
from parks.status import vacancy

PAGES = [
    "overview",
    "map_page",
    "vacancy_desk",
    "tenants",
    "scenarios",
    "programme",
    "policy_desk",
    "reports",
    "data",
]
pytestmark = pytest.mark.usefixtures("patient")
CJK = re.compile(r"[\u4e00-\u9fff]")


def texts(at):
    """Return what stands on the page in words of ours: headings, captions, labels."""
    kinds = (
        "subheader",
        "caption",
        "info",
        "warning",
        "success",
        "button",
        "selectbox",
        "multiselect",
        "metric",
        "tabs",
    )
    return [str(getattr(part, "label", "") or getattr(part, "value", "")) for kind in kinds for part in at.get(kind)]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_page_with_the_sample(show, loaded, page, lang):
    at = show(page, loaded, lang=lang)
    assert not at.error
    said = " ".join(texts(at))
    assert said
    if lang == "zh":
        assert CJK.search(said)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "policy_desk"])
def test_page_of_an_empty_store_says_what_to_do(show, empty, page):
    at = show(page, empty)
    own = [] if page == "data" else ["Bring your own ledgers"]
    assert [button.label for button in at.button] == ["Load the sample", *own]


def test_policy_needs_no_ledger(show, empty):
    for number, rows in enumerate((14, 17)):
        assert show("policy_desk", empty, policy_tab=number).dataframe[0].value.shape[0] == rows


@pytest.mark.parametrize("kind", ["loaded", "empty", "broken"])
def test_the_server_warms_up_on_whatever_store_it_finds(kind, loaded, empty, tmp_path, monkeypatch):
    (tmp_path / "broken.db").write_text("no store " * 900, encoding="utf-8")
    path = {"loaded": loaded, "empty": empty, "broken": tmp_path / "broken.db"}[kind]
    monkeypatch.setenv("PARKS_STORE", str(path))

    async def start():
        async with frame.warmed(None):
            done.append(kind)

    done = []
    # A thread of its own: a browser test in this process may have left a running loop in this one.
    thread = threading.Thread(target=lambda: asyncio.run(start()))
    thread.start()
    thread.join()
    assert done == [kind]


def test_the_sample_is_loaded_at_a_click(show, empty):
    at = show("overview", empty)
    at.button[0].click().run()
    assert not at.exception
    assert not at.error


def test_a_day_before_the_data_says_so(show, loaded):
    at = show("overview", loaded, day="1990-01-01")
    assert at.metric or at.info


def test_frame_keeps_language_day_and_scenario_from_the_link(screen, loaded):
    at = screen(loaded, lang="en", day="2027-01-15")
    assert str(at.date_input[0].value) == "2027-01-15"
    assert at.selectbox[0].label == "Scenario"
    assert any("Illustrative data" in part.value for part in at.markdown)


@pytest.mark.parametrize("query", [{"lang": "tlh"}, {"day": "31.12.2026"}, {"scenario": "__import__('os')"}])
def test_what_a_link_says_wrongly_is_left_out(screen, loaded, query):
    at = screen(loaded, **query)
    assert str(at.date_input[0].value) == "2026-10-31"
    assert at.selectbox[0].value == "record"
    assert at.selectbox[0].label == "方案"


def test_a_store_that_is_none_is_refused_in_one_sentence(screen, tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam " * 300, encoding="utf-8")
    at = screen(path, lang="en")
    assert len(at.error) == 1
    assert not at.metric


def test_a_bad_policy_file_is_said_with_file_and_line(screen, loaded, monkeypatch, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(schema.DATA / "policy", data / "policy")
    shutil.copytree(schema.DATA / "geo", data / "geo")
    zones = data / "policy" / "zones.csv"
    zones.write_text(zones.read_text(encoding="utf-8").replace(",bearing,", ",baering,", 1), encoding="utf-8")
    load = policy.load
    monkeypatch.setattr(policy, "load", lambda: load(data))
    session._rules.clear()
    try:
        at = screen(loaded, lang="en")
    finally:
        session._rules.clear()
    assert len(at.error) == 1
    assert any("zones.csv" in part.value.replace("\\", "") for part in at.caption)
    assert not at.metric


def test_a_base_map_that_cannot_be_read_is_said(screen, loaded, monkeypatch, tmp_path):
    monkeypatch.setattr(maps, "CONTEXT", tmp_path / "context.geojson")
    monkeypatch.setattr(frame.overview, "show", lambda s: maps.ground(s.park, s.rules, lang="en", context=maps.CONTEXT))
    at = screen(loaded, lang="en")
    assert "cannot be read" in at.error[0].value


def test_vacancy_filters_by_specification(show, loaded):
    at = show("vacancy_desk", loaded)
    before = at.metric[0].value
    next(part for part in at.number_input if "load" in part.label).set_value(15.0).run()
    assert not at.exception
    assert at.metric[0].value != before
    next(part for part in at.number_input if "load" in part.label).set_value(9999.0).run()
    assert "Loosen" in at.info[0].value


def test_tenant_page_counts_what_fits_and_why_not(show, loaded):
    at = show("tenants", loaded, tenant="A012")
    assert any("units fit" in part.value for part in at.markdown)
    places = at.dataframe[1].value
    assert "Verdict" in str(places.columns) or len(places)


def test_programme_counts_by_the_rule_chosen(show, loaded):
    by_completion = show("programme", loaded).dataframe[0].value["done_m2"].tolist()
    by_start = show("programme", loaded, rule="started").dataframe[0].value["done_m2"].tolist()
    assert all(more > less for more, less in zip(by_start, by_completion, strict=True))


def test_scenario_is_made_and_chosen(show, own):
    at = show("scenarios", own)
    at.text_input[0].set_value("Plan A")
    next(button for button in at.button if button.label == "Create").click().run()
    assert not at.exception
    assert at.session_state["scenario_next"] == "Plan A"
    again = show("scenarios", own, scenario="Plan A")
    assert any("Drop scenario" in button.label for button in again.button)


def test_a_scenario_without_a_name_is_refused(show, own):
    at = show("scenarios", own)
    next(button for button in at.button if button.label == "Create").click().run()
    assert at.error
    assert not at.exception


def test_plan_is_found_accepted_and_undone(show, own):
    show_plan = show("scenarios", own)
    show_plan.text_input[0].set_value("Plan A")
    next(button for button in show_plan.button if button.label == "Create").click().run()
    at = show("scenarios", own, scenario="Plan A")
    next(button for button in at.button if button.label == "Find the best plan").click().run()
    assert not at.exception
    placed = next(part for part in at.metric if part.label == "Companies placed").value
    assert int(placed.split()[0]) > 90
    chosen = next(part for part in at.selectbox if part.label.startswith("Explain"))
    for said in (chosen.options[0], chosen.options[-1]):  # the first is placed, the last is not
        tenant = said.rpartition(" · ")[2]
        next(part for part in at.selectbox if part.label.startswith("Explain")).select(tenant).run()
        assert not at.exception
        assert any("- " in part.value for part in at.markdown)
    next(button for button in at.button if button.label.startswith("Accept all")).click().run()
    assert not at.exception
    assert not at.error
    undo = next(button for button in at.button if button.label == "Undo the last act")
    assert not undo.disabled
    undo.click().run()
    assert not at.exception
    assert not at.error


def test_panel_shows_zone_park_and_building(show, loaded):
    for kind, code, said in (
        ("zone", "Z-ZJ", "Zhangjiang"),
        ("park", "P033", "Zhangjiang"),
        ("building", "P033-C4", "C4"),
    ):
        at = show("map_page", loaded, picked={"kind": kind, "id": code})
        assert said in at.subheader[0].value, kind
    at = show("map_page", loaded, picked={"kind": "building", "id": "gone"})
    assert "not in the data" in at.info[0].value


def test_panel_places_with_a_reason_only_and_releases(show, own):
    picked = {"picked": {"kind": "building", "id": "P033-C4"}, "tenant": "A004", "units_P033-C4": ["P033-C4-F01-1"]}
    at = show("map_page", own, **picked)
    place = next(button for button in at.button if button.label == "Place here")
    place.click().run()
    assert any("Say why" in part.value for part in at.error)
    next(part for part in at.text_input if part.label == "Reason").set_value("close to its chain")
    next(button for button in at.button if button.label == "Place here").click().run()
    assert not at.exception
    assert not at.error, at.error[0].value
    assert any("is placed in" in part.value for part in at.success)
    next(button for button in at.button if button.label == "Release").click().run()
    assert not at.exception


def test_scenario_is_copied_compared_and_dropped(show, own):
    with store.open(str(own)) as held:
        held.create_scenario("Plan A", by="planner")
        day = held.data_day()
        space = vacancy.by_unit(held.as_of(day))
        unit = space.loc[space["state"] == "vacant", "unit_id"].iloc[0]
        held.place([unit], "A004", valid_from=day, reason="try", by="planner", scenario="Plan A")
    at = show("scenarios", own, scenario="Plan A")
    assert any("less vacant" in part.value for part in at.markdown)
    at.text_input[0].set_value("Plan B")
    next(part for part in at.selectbox if part.label == "Begin with").select("Plan A")
    next(button for button in at.button if button.label == "Create").click().run()
    assert at.session_state["scenario_next"] == "Plan B"
    with store.open(str(own)) as held:
        assert held.scenarios().set_index("name")["placements"].to_dict() == {"Plan A": 1, "Plan B": 1}
    at = show("scenarios", own, scenario="Plan B")
    next(button for button in at.button if button.label.startswith("Drop")).click().run()
    with store.open(str(own)) as held:
        assert held.scenarios()["name"].tolist() == ["Plan A"]


def test_undo_and_redo_from_the_map(show, own):
    with store.open(str(own)) as held:
        day = held.data_day()
        space = vacancy.by_unit(held.as_of(day))
        unit = space.loc[space["state"] == "vacant", "unit_id"].iloc[0]
        held.place([unit], "A004", valid_from=day, reason="try", by="planner")
    at = show("map_page", own)
    next(button for button in at.button if button.label == "Undo the last act").click().run()
    assert not at.exception
    with store.open(str(own)) as held:
        assert not (held.as_of(day).leases["tenant_id"] == "A004").any()
    next(button for button in at.button if button.label == "Redo").click().run()
    with store.open(str(own)) as held:
        assert (held.as_of(day).leases["tenant_id"] == "A004").any()


def test_a_lease_is_moved_from_the_map(show, own):
    with store.open(str(own)) as held:
        day = held.data_day()
        park = held.as_of(day)
        space = vacancy.by_unit(park)
        free = space[space["state"].eq("vacant") & space["free_until"].isna()]
        first, second = free["unit_id"].iloc[0], free["unit_id"].iloc[-1]
        held.place([first], "A004", valid_from=day, reason="try", by="planner")
        building = dict(zip(space["unit_id"], space["building_id"], strict=True))
    here = {"kind": "building", "id": building[first]}
    at = show("map_page", own, picked=here, **{f"units_{building[first]}": [first]})
    next(button for button in at.button if button.label.startswith("Move to other")).click().run()
    assert at.session_state["moving"]
    there = {"kind": "building", "id": building[second]}
    state = {f"units_{building[second]}": [second], "moving": at.session_state["moving"]}
    at = show("map_page", own, picked=there, **state)
    next(button for button in at.button if button.label == "Do not move").click().run()
    assert "moving" not in at.session_state
    at = show("map_page", own, picked=there, **state)
    next(button for button in at.button if button.label == "Move here").click().run()
    assert [error.value for error in at.error] == ["Say why: the reason is kept with the act."]
    next(part for part in at.text_input if part.label == "Reason").set_value("grows")
    next(button for button in at.button if button.label == "Move here").click().run()
    assert not at.exception
    assert not at.error, at.error[0].value
    with store.open(str(own)) as held:
        later = held.as_of(day + dt.timedelta(days=1))
    space = vacancy.by_unit(later).set_index("unit_id")
    assert space.loc[second, "tenant_id"] == "A004"
    assert space.loc[first, "state"] == "vacant"


def test_a_unit_that_is_held_is_not_placed_twice(show, own):
    with store.open(str(own)) as held:
        space = vacancy.by_unit(held.as_of(held.data_day()))
    row = space[space["state"] == "let"].iloc[0]
    at = show(
        "map_page",
        own,
        picked={"kind": "building", "id": row["building_id"]},
        tenant="A004",
        **{f"units_{row['building_id']}": [row["unit_id"]]},
    )
    assert "Place here" not in [button.label for button in at.button]
    assert "Release" in [button.label for button in at.button]


def test_what_a_scenario_releases_the_record_still_holds(show, own):
    with store.open(str(own)) as held:
        held.create_scenario("Plan A", by="planner")
        space = vacancy.by_unit(held.as_of(held.data_day()))
    row = space[space["state"] == "let"].iloc[0]
    state = {"picked": {"kind": "building", "id": row["building_id"]}, f"units_{row['building_id']}": [row["unit_id"]]}
    at = show("map_page", own, scenario="Plan A", **state)
    next(part for part in at.text_input if part.label == "Reason").set_value("leaves")
    next(button for button in at.button if button.label == "Release").click().run()
    assert not at.exception
    assert not at.error, at.error[0].value
    with store.open(str(own)) as held:
        after = held.data_day() + dt.timedelta(days=1)
        states = [vacancy.by_unit(held.as_of(after, name)).set_index("unit_id")["state"] for name in (None, "Plan A")]
    assert [state[row["unit_id"]] for state in states] == ["let", "vacant"]


def test_tenant_rules_are_listed_for_a_unit(show, loaded):
    at = show(
        "map_page",
        loaded,
        tenant="A012",
        picked={"kind": "building", "id": "P025-B1"},
        **{"units_P025-B1": ["P025-B1-F01-1"]},
    )
    assert any("Floor load" in part.value or "floor load" in part.value.lower() for part in at.markdown)


def test_a_company_that_fits_nowhere_is_told_so(show, own):
    with store.open(str(own)) as held:
        needs = held.as_of(held.data_day()).needs
        held.add("needs", needs[needs["tenant_id"] == "A012"].assign(floor_load_kn_m2=900.0), source="test", by="test")
    at = show("map_page", own, tenant="A012")
    assert any("No free unit fits" in part.value for part in at.warning)


def test_health_lists_what_is_wrong(show, own):
    with store.open(str(own)) as held:
        units = held.as_of(held.data_day()).units
        held.add("units", units.head(1).assign(lettable_m2=1e9), source="test", by="test")
    at = show("data", own, data_tab=3)
    assert any("findings" in part.value for part in at.warning)


def test_the_best_buildings_lead_to_their_stack(show, loaded):
    at = show("map_page", loaded, tenant="A042")
    best = next(button for button in at.button if (button.key or "").startswith("best_"))
    best.click().run()
    assert not at.exception
    assert at.session_state["picked"]["kind"] == "building"
    assert at.subheader


def test_a_park_without_buildings_and_one_with_published_figures(show, loaded):
    at = show("map_page", loaded, picked={"kind": "park", "id": "P009"})
    assert any("inventory is not public" in part.value for part in at.info)
    assert any("As published" in part.value for part in at.markdown)
    at = show("map_page", loaded, picked={"kind": "zone", "id": "Z-LGB"})
    assert at.subheader


def test_going_to_a_park_selects_it(show, loaded):
    at = show("map_page", loaded)
    go = next(part for part in at.selectbox if part.label == "Go to")
    go.select(("park", "P033")).run()
    assert not at.exception
    assert at.session_state["focus"] == {"kind": "park", "id": "P033"}
