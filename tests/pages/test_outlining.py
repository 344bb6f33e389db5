"""Outlines on the map page: what was drawn is told, kept with its source, changed and taken out again."""

import pandas as pd
import pytest
import shapely

from parks import store
from parks.pages import outlining, selection

RING = [(121.640, 31.180), (121.644, 31.180), (121.644, 31.183), (121.640, 31.183)]
DRAWN = {"ring": RING, "drawing": False}
PARCEL = "parcel-Z-ZJ-乙地块"


def field(at, label):
    return next(one for one in [*at.text_input, *at.selectbox, *at.number_input] if one.label == label)


def press(at, label):
    next(one for one in at.button if one.label == label).click()
    at.run()
    assert not at.exception, at.exception[0].value
    return at


def held(path, scenario=None, name="outlines"):
    with store.open(str(path)) as found:
        return found.as_of(found.data_day(), scenario).table(name)


def told(at):
    parts = (at.subheader, at.markdown, at.caption, at.warning, at.error, at.success)
    return " ".join(one.value for part in parts for one in part)


def fill(at, **cells):
    said = {"Source (document or survey)": "Survey 2026", "Date of the source": "2026-11-01", "Standing": "reported"}
    for label, value in (said | {"Why it is drawn": "asked for"} | cells).items():
        box = field(at, label)
        box.set_value(value)
    return at


def test_a_parcel_is_kept_with_all_that_is_said_of_it(show, own):
    at = fill(show("map_page", own, outline=DRAWN), **{"Name or number": "乙地块", "Good to ± m": 5.0})
    assert "**126,824 m²** (190.2 mu) · perimeter 1,428 m" in told(at)
    press(at, "Keep the outline")
    row = held(own).set_index("outline_id").loc[PARCEL]
    assert row[["kind", "zone_id", "name_zh", "source", "source_date", "standing", "uncertainty_m"]].tolist() == [
        "parcel",
        "Z-ZJ",
        "乙地块",
        "Survey 2026",
        "2026-11-01",
        "reported",
        5.0,
    ]
    assert pd.isna(row["park_id"])
    assert row["geometry"].equals(shapely.Polygon(RING))
    assert at.session_state["picked"] == {"kind": "parcel", "id": PARCEL}
    assert "The outline is kept." in told(at)
    assert "Survey 2026" in told(at)
    press(at, "Undo the last act")
    assert PARCEL not in set(held(own)["outline_id"])
    press(at, "Redo")
    assert PARCEL in set(held(own)["outline_id"])


def test_an_outline_stays_in_its_scenario_and_moves_no_data_day(show, own):
    with store.open(str(own)) as found:
        day = found.data_day()
        found.create_scenario("Plan A", by="test")
    at = fill(show("map_page", own, scenario="Plan A", outline=DRAWN), **{"Name or number": "乙地块"})
    press(at, "Keep the outline")
    assert PARCEL in set(held(own, "Plan A")["outline_id"])
    assert PARCEL not in set(held(own)["outline_id"])
    with store.open(str(own)) as found:
        assert found.data_day() == day


@pytest.mark.parametrize(
    ("without", "message"),
    [
        ("Name or number", "Write the name or number of the parcel."),
        ("Source (document or survey)", "Name the source: an outline without one cannot be traced."),
        ("Standing", "Choose the standing: how far the outline is known."),
        ("Why it is drawn", "Say why: the reason is kept with the act."),
    ],
)
def test_what_is_missing_is_asked_for(show, own, without, message):
    at = fill(show("map_page", own, outline=DRAWN), **{"Name or number": "乙地块"})
    field(at, without).set_value(None if without == "Standing" else " ")
    press(at, "Keep the outline")
    assert message in told(at)
    assert PARCEL not in set(held(own)["outline_id"])
    assert at.session_state["outline"] == DRAWN


def test_a_zone_without_a_published_outline_gets_one_and_gives_it_back(show, own):
    at = show("map_page", own, outline=DRAWN, outline_kind="zone")
    assert field(at, "Zone").value == "Z-ZJ"
    nowhere = {"ring": [(lon + 0.1, lat) for lon, lat in RING], "drawing": False}
    at = show("map_page", own, outline=nowhere, outline_kind="zone")
    assert field(at, "Zone").value is None
    press(fill(at), "Keep the outline")
    assert "Choose the zone or park." in told(at)
    field(at, "Zone").set_value("Z-CELL").run()
    press(fill(at, **{"Its sides in words": "Sample Road"}), "Keep the outline")
    row = held(own).query("kind == 'zone'").set_index("zone_id").loc["Z-CELL"]
    assert (row["outline_id"], row["kind"]) == ("zone-Z-CELL", "zone")
    assert at.session_state["picked"] == {"kind": "zone", "id": "Z-CELL"}
    assert "Survey 2026 · 2026\\-11\\-01 · Reported · Sample Road" in told(at)
    press(at, "Take out")
    assert "Say why" in told(at)
    field(at, "Reason").set_value("drawn by mistake").run()
    press(at, "Take out")
    assert "The outline is taken out." in told(at)
    assert held(own)["kind"].eq("parcel").all()


def test_the_outline_of_a_park_is_changed_and_says_what_it_replaces(show, own):
    at = show("map_page", own, picked={"kind": "park", "id": "P001"})
    press(at, "Draw the outline")
    assert at.session_state["outline"] == {"ring": [], "kind": "park", "code": "P001", "drawing": True, "turn": 1}
    at.session_state["outline"] = at.session_state["outline"] | DRAWN
    at.run()
    assert field(at, "Park").value == "P001"
    press(fill(at), "Keep the outline")
    press(at, "Change the outline")
    draft = at.session_state["outline"]
    assert shapely.Polygon(draft["ring"]).equals(shapely.Polygon(RING))
    assert at.session_state["focus"] == {"kind": "park", "id": "P001", "n": 2}
    at.session_state["outline"] = draft | {"ring": RING[:3], "drawing": False}
    at.run()
    assert "It takes the place of this one: outline: Survey 2026" in told(at)
    press(fill(at), "Keep the outline")
    rows = held(own)
    assert rows[rows["park_id"].eq("P001") & rows["kind"].eq("park")]["geometry"].tolist() == [
        shapely.Polygon(RING[:3])
    ]


def test_a_parcel_is_changed_and_two_of_one_name_are_not_one(show, own):
    at = show("map_page", own, picked={"kind": "parcel", "id": "D001"})
    assert "Sample parcel P001\\-07" in told(at)
    press(at, "Change the outline")
    at.session_state["outline"] = at.session_state["outline"] | DRAWN
    at.run()
    assert field(at, "Name or number").value == "示例地块 P001-07"
    press(fill(at), "Keep the outline")
    row = held(own).set_index("outline_id").loc["D001"]
    assert (row["zone_id"], row["park_id"], row["source"]) == ("Z-ZJ", "P001", "Survey 2026")
    assert row["geometry"].equals(shapely.Polygon(RING))
    at = press(fill(show("map_page", own, outline=DRAWN), **{"Name or number": "乙地块"}), "Keep the outline")
    at.session_state["outline"] = DRAWN
    at.run()
    press(fill(at, **{"Name or number": "乙地块"}), "Keep the outline")
    assert "A parcel of this name is on record here" in told(at)


def test_a_line_that_bounds_nothing_can_be_drawn_on_or_thrown_away(show, own):
    bow = {"ring": [RING[0], RING[2], RING[1], RING[3]], "drawing": False}
    at = show("map_page", own, outline=bow)
    assert "This line bounds no area, or crosses itself." in told(at)
    assert all(one.label != "Keep the outline" for one in at.button)
    press(at, "Go on drawing")
    assert at.session_state["outline"] == bow | {"drawing": True, "turn": 1}
    at = press(show("map_page", own, outline=bow), "Throw it away")
    assert "outline" not in at.session_state


def test_what_is_far_away_is_refused_in_words(show, own):
    ring = [(lon - 5, lat) for lon, lat in RING]
    at = fill(show("map_page", own, outline={"ring": ring, "drawing": False}), **{"Name or number": "远"})
    press(at, "Keep the outline")
    assert "The place lies far outside the district" in told(at)


def test_what_cannot_be_moved_by_hand_says_so(show, own):
    shape = shapely.MultiPolygon([shapely.box(lon, 31.18, lon + 0.001, 31.181) for lon in (121.64, 121.65)])
    parts = {"outline_id": "D9", "kind": "parcel", "name_zh": "两片", "standing": "stated", "geometry": shape}
    with store.open(str(own)) as found:
        found.add("outlines", pd.DataFrame([parts]), source="s", by="test")
    at = show("map_page", own, picked={"kind": "parcel", "id": "D9"})
    assert "import it as a layer" in told(at)
    assert all(one.label != "Change the outline" for one in at.button)


def test_a_parcel_says_its_projects_and_an_unknown_one_is_no_dead_end(show, own):
    at = show("map_page", own, picked={"kind": "parcel", "id": "D001"})
    assert [list(frame.value.iloc[:, 0]) for frame in at.dataframe] == [["J001"]]
    at = show("map_page", own, picked={"kind": "parcel", "id": "D999"})
    assert any("not in the data of this day" in one.value for one in at.info)


def test_what_a_browser_draws_is_taken_from_the_maps_datum(monkeypatch):
    from parks import crs

    state = {"outline": {"ring": [], "drawing": True, "kind": "zone", "code": "Z-EXPO"}}
    monkeypatch.setattr(outlining.st, "session_state", state)
    lon, lat = crs.shift(*zip(*RING, strict=True), "gcj02")
    base = type("Base", (), {"datum": "gcj02"})()
    selection.clicked(base, {"kind": "outline", "ring": list(zip(lon.tolist(), lat.tolist(), strict=True)), "n": 1})
    made = state["outline"]
    assert made["ring"] == [pytest.approx(at, abs=1e-9) for at in RING]
    assert (made["drawing"], made["kind"], made["code"]) == (False, "zone", "Z-EXPO")
    selection.clicked(base, {"kind": "outline", "ring": [], "n": 2})
    assert "outline" not in state
    selection.clicked(base, {"kind": "outline", "ring": "<script>", "n": 3})
    assert "outline" not in state
