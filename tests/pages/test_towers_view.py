"""The 3D of a park in the panel: the switch draws it, a click on a slice chooses, what is not drawn is listed."""

import datetime as dt
import json
from types import SimpleNamespace

import pandas as pd
import pytest

from parks import store
from parks.output import charts, stacks, towers
from parks.pages import towers_view
from parks.status import vacancy

PARK, BUILDING = "P033", "P033-C4"


def decks(at):
    return [json.loads(part.proto.json) for part in at.get("deck_gl_json_chart")]


def slices(deck):
    return {layer["id"]: {row["at"] for row in layer["data"]} for layer in deck["layers"] if layer["pickable"]}


@pytest.mark.parametrize(("lang", "title"), [("en", "3D of the park"), ("zh", "园区三维")])
def test_a_park_is_a_list_until_the_switch_draws_it(show, loaded, lang, title):
    at = show("map_page", loaded, lang=lang, picked={"kind": "park", "id": PARK})
    assert decks(at) == []
    assert any(button.key.startswith("go_") for button in at.button)
    switch = next(part for part in at.segmented_control if part.key == "look")
    assert title in switch.options
    switch.set_value("3d").run()
    assert not at.exception
    (deck,) = decks(at)
    assert slices(deck)["ground 0"] == {f"park {PARK}"}
    assert f"building {BUILDING}" in slices(deck)["others 0"]
    assert not any(str(button.key).startswith("go_") for button in at.button)
    assert at.query_params["look"] == "3d"


def test_the_colours_follow_the_switch_of_the_floor_stack(show, loaded):
    by_state, by_expiry = (
        decks(show("map_page", loaded, picked={"kind": "park", "id": PARK}, look="3d", stack_by=by))[0]
        for by in ("state", "expiry")
    )
    shades = [
        {tuple(row["colour"]) for layer in deck["layers"] if layer["id"] == "others 0" for row in layer["data"]}
        for deck in (by_state, by_expiry)
    ]
    for found, scheme in zip(shades, (charts.STATE_COLOURS, stacks.EXPIRY_COLOURS), strict=True):
        assert found
        assert found <= {tuple(bytes.fromhex(shade[1:])) for shade in scheme.values()}


def test_a_building_stands_out_in_its_park_and_keeps_its_stack(show, loaded):
    at = show("map_page", loaded, picked={"kind": "building", "id": BUILDING})
    assert decks(at) == []
    next(part for part in at.segmented_control if part.key == "look").set_value("3d").run()
    assert not at.exception
    assert slices(decks(at)[0])["chosen 0"] == {f"building {BUILDING}"}
    assert any(part.label.startswith("Units chosen") for part in at.multiselect)


def chosen(at, **more):
    return {"selection": {"objects": {"others 0": [{"at": at, **more}]}, "indices": {"others 0": [7]}}}


@pytest.fixture
def kept(monkeypatch):
    """Return what a session holds, where a test has no page."""
    state = {}
    monkeypatch.setattr(towers_view.st, "session_state", state)
    return state


SPACE = pd.DataFrame(
    {
        "unit_id": ["b", "a", "c", "d", "e", "f"],
        "building_id": ["B 1"] * 5 + ["B 2"],
        "level": pd.array([3, 3, 3, 2, None, 3], dtype="Int64"),
        "state": ["vacant", "vacant", "let", "vacant", "vacant", "vacant"],
    }
)
SEEN = SimpleNamespace(space=SPACE, park=SimpleNamespace(day=dt.date(2026, 10, 31)))


@pytest.mark.parametrize(("said", "kind"), [("building B 1", "building"), ("park B 1", "park")])
def test_a_click_picks_and_the_flat_map_goes_there(kept, said, kind):
    kept["towers_P"] = chosen(said)
    towers_view._clicked(SEEN, "towers_P", "state")
    assert kept["picked"] == kept["focus"] == {"kind": kind, "id": "B 1"}
    assert kept[towers_view.TURN] == 1


@pytest.mark.parametrize(
    ("part", "units"),
    [("3 vacant", ["a", "b"]), ("3 let", ["c"]), ("2 vacant", ["d"]), ("", []), ("nonsense", []), (None, [])],
)
def test_a_click_on_a_slice_chooses_its_units(kept, part, units):
    kept["units_B 1"] = ["chosen before"]
    kept["towers_P"] = chosen("building B 1", part=part)
    towers_view._clicked(SEEN, "towers_P", "state")
    assert kept["units_B 1"] == units


def test_a_click_on_the_ground_chooses_no_unit(kept):
    kept["towers_P"] = chosen("park B 1", part="3 vacant")
    towers_view._clicked(SEEN, "towers_P", "state")
    assert not [name for name in kept if name.startswith("units_")]


@pytest.mark.parametrize("by", ["state", "expiry"])
def test_each_slice_stands_for_the_units_that_its_tip_counts(show, loaded, by):
    """Together the slices of a building choose each unit on a known floor once; the stack then offers the acts."""
    with store.open(str(loaded)) as held:
        park = held.as_of(held.data_day())
    space = vacancy.by_unit(park)
    at = show("map_page", loaded, picked={"kind": "park", "id": PARK}, look="3d", stack_by=by)
    (deck,) = decks(at)
    rows = [row for layer in deck["layers"] if layer["id"] == "others 0" for row in layer["data"]]
    parts = {(row["at"].removeprefix("building "), row["part"]) for row in rows if row["part"]}
    found = [unit for name, part in parts for unit in towers.units(space, park.day, name, by, part)]
    own = space[(space["park_id"] == PARK) & (space["level"] > 0).fillna(value=False)]
    assert sorted(found) == sorted(own["unit_id"])


def test_the_units_of_a_slice_are_chosen_in_the_stack_beneath(show, loaded):
    with store.open(str(loaded)) as held:
        park = held.as_of(held.data_day())
    space = vacancy.by_unit(park)
    vacant = space[(space["building_id"] == BUILDING) & (space["state"] == "vacant")]
    part = towers.PART.format(level=vacant["level"].iloc[0], code="vacant")
    units = towers.units(space, park.day, BUILDING, "state", part)
    assert units
    picked = {"kind": "building", "id": BUILDING}
    at = show("map_page", loaded, picked=picked, look="3d", tenant="A004", **{f"units_{BUILDING}": units})
    assert at.multiselect(key=f"units_{BUILDING}").value == units
    assert any(button.label == "Place here" for button in at.button)


def test_a_click_beside_changes_nothing(kept):
    kept["towers_P"] = {"selection": {"objects": {}, "indices": {}}}
    towers_view._clicked(SEEN, "towers_P", "state")
    assert "picked" not in kept
    assert towers_view.TURN not in kept


def test_what_a_browser_makes_up_is_no_place(show, kept, loaded):
    kept["towers_P"] = chosen("nonsense")
    towers_view._clicked(SEEN, "towers_P", "state")
    at = show("map_page", loaded, picked=dict(kept["picked"]), focus=dict(kept["focus"]))
    assert any("not in the data" in part.value for part in at.info)


def test_what_has_no_outline_is_listed_and_its_name_is_text(show, own):
    with store.open(str(own)) as held:
        park = held.as_of(held.data_day())
        rows = park.buildings[park.buildings["park_id"] == PARK].copy()
        rows["name_en"] = rows["name_zh"] = "<b>*x*</b>"
        rows["geometry"] = None
        held.add("buildings", rows, source="test", by="test")
    at = show("map_page", own, picked={"kind": "park", "id": PARK}, look="3d")
    assert decks(at) == []
    assert any("nothing to draw in 3D" in part.value for part in at.info)
    listed = next(part.value for part in at.markdown if "no outline on record" in part.value)
    assert "\\<b\\>\\*x\\*\\</b\\>\\: no outline" in listed


def test_the_legend_is_text():
    assert "<b>" not in towers_view._sign("<b>", "#FFFFFF")
    assert towers.SAID.format(kind="park", id="P").partition(" ") == ("park", " ", "P")
