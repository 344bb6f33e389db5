"""The map page: other moments, several buildings selected, what a browser may say."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from parks import policy, store
from parks.output import layers, maps, tiles
from parks.pages import moments, selection, session, tenants
from parks.status import vacancy
from parks.store import intakes, tables


@pytest.fixture
def viewed(monkeypatch):
    """Return what the map was told to show, run by run."""
    told, view = [], maps.view

    def watch(*given, **named):
        told.append(named | {"base": given[0], "shown": given[1]})
        return view(*given, **named)

    monkeypatch.setattr(maps, "view", watch)
    return told


def classes(path, day, by="vacancy", scenario=None):
    """Return the class of each building on a day, worked out beside the page."""
    with store.open(str(path)) as held:
        park = held.as_of(day, scenario)
    return maps.classes(park, vacancy.by_unit(park), rules=policy.load(), by=by, lang="en").buildings["shade"]


def drawn(colours):
    return pd.Series(colours.shades.shade, index=colours.shades.tiles.ids)


def test_the_quarters_of_the_programme_are_played(show, loaded, viewed):
    show("map_page", loaded, moment="quarters")
    times = viewed[-1]["moment"]
    assert [label for label, _ in times.rows] == [
        f"{year}-Q{place}" for year in (2025, 2026, 2027) for place in (1, 2, 3, 4)
    ]
    assert times.rows[times.at][0] == "2026-Q4"
    last, first = dict(times.rows)["2027-Q4"], dict(times.rows)["2025-Q1"]
    for colours, day in ((last, dt.date(2027, 12, 31)), (first, dt.date(2025, 3, 31))):
        expected = classes(loaded, day)
        assert drawn(colours).to_dict() == expected.reindex(drawn(colours).index).to_dict()
    assert (drawn(last) != drawn(first)).any()


def test_after_the_programme_its_last_quarter_comes_first(show, loaded, viewed):
    show("map_page", loaded, moment="quarters", day="2031-01-01")
    assert viewed[-1]["moment"].at == 11


def test_two_days_side_by_side(show, loaded, viewed):
    at = show("map_page", loaded, moment="compare")
    assert any("Choose another day or scenario" in part.value for part in at.info)
    assert viewed[-1]["moment"] is None
    show("map_page", loaded, moment="compare", other_day=dt.date(2027, 12, 31))
    against = viewed[-1]["moment"]
    assert (against.here, against.there) == ("2026-10-31", "2027-12-31")
    assert drawn(against.colours).to_dict() == classes(loaded, dt.date(2027, 12, 31)).to_dict()


def test_a_scenario_beside_the_record(show, own, viewed):
    with store.open(str(own)) as held:
        day = held.data_day()
        held.create_scenario("Plan A", by="test")
    show("map_page", own, moment="compare", other_scenario="Plan A")
    assert viewed[-1]["moment"].there == f"{day} · Plan A"


GONE, COMING = "GONE-1", "COMING-1"


@pytest.fixture
def changing(own):
    """Return the path of a store with a building that ends in August 2026 and one that begins in June 2027."""
    with store.open(str(own)) as held:
        day = held.data_day()
        row = held.as_of(day).buildings.head(1).drop(columns="source")
        names = {"name_zh": "已拆楼", "name_en": "Gone since"}
        held.add("buildings", row.assign(building_id=GONE, **names), source="test", by="test")
        later = row.assign(building_id=COMING)
        held.add("buildings", later, source="test", by="test", valid_from=dt.date(2027, 6, 1))
        ended = intakes.Intake("buildings", row.iloc[:0], "test", dict.fromkeys(tables.COUNTS, 0), ended=[GONE])
        file = intakes.File("test.xlsx", "0" * 64, "test")
        held.take_in([ended], file, source="test", by="test", since=dt.date(2026, 8, 1))
    return own


def test_buildings_of_other_quarters_are_drawn_and_coloured_where_they_stand(show, changing, viewed):
    show("map_page", changing)
    show("map_page", changing, moment="quarters")
    day, quarters = viewed[0], viewed[1]
    assert not {GONE, COMING} & set(day["base"].tiles.ids)
    assert set(quarters["base"].tiles.ids) == set(day["base"].tiles.ids) | {GONE, COMING}
    assert len(quarters["base"].tiles.ids) == len(day["base"].tiles.ids) + 2
    for name, colours in quarters["moment"].rows:
        assert colours.shades.tiles is quarters["base"].tiles, "other shapes would be sent for a quarter"
        absent = {place for place, shade in drawn(colours).items() if shade == tiles.ABSENT}
        assert (GONE in absent, COMING in absent) == (name > "2026-Q2", name < "2027-Q2"), name
    # The legend of the day counts what stands on it, and a line round buildings selects nothing else.
    shade = drawn(quarters["shown"])
    assert shade[[GONE, COMING]].tolist() == [tiles.ABSENT] * 2
    assert (shade.drop([GONE, COMING]) == drawn(day["shown"]).reindex(shade.index.drop([GONE, COMING]))).all()


def test_the_building_of_the_other_side_is_drawn_there_alone(show, changing, viewed):
    show("map_page", changing, moment="compare", other_day=dt.date(2026, 3, 31))
    base, there = viewed[-1]["base"], viewed[-1]["moment"].colours
    assert GONE in set(base.tiles.ids)
    assert COMING not in set(base.tiles.ids)
    assert drawn(viewed[-1]["shown"])[GONE] == tiles.ABSENT
    assert drawn(there)[GONE] != tiles.ABSENT
    assert base.tiles.names[base.tiles.ids == GONE].tolist() == ["Gone since"]
    show("map_page", changing, moment="compare", other_day=dt.date(2026, 9, 30))
    plain = viewed[-1]["base"]
    show("map_page", changing)
    assert plain is viewed[-1]["base"], "where the other side has no building of its own, the day's shapes serve both"


def test_a_line_selects_what_stands_on_the_day(show, changing):
    ring = [[121.0, 30.8], [122.2, 30.8], [122.2, 31.6], [121.0, 31.6]]
    answer = {"picked": {"kind": "area", "ring": ring, "n": 1}}
    at = show("map_page", changing, moment="quarters", map=answer)
    with store.open(str(changing)) as held:
        park = held.as_of(held.data_day())
    outlined = park.buildings[park.buildings.geometry.notna()]
    assert at.session_state["picked"]["ids"] == sorted(outlined["building_id"])


def test_fit_is_told_for_the_chosen_day_alone(show, loaded, viewed):
    at = show("map_page", loaded, tenant="A012", moment="quarters")
    assert viewed[-1]["moment"] is None
    assert next(part for part in at.selectbox if part.label == "Moment").options == ["One day"]


def test_several_buildings_have_their_sums(show, loaded, viewed):
    with store.open(str(loaded)) as held:
        park = held.as_of(held.data_day())
    ids = sorted(park.buildings["building_id"].head(3))
    at = show("map_page", loaded, picked={"kind": "buildings", "ids": ids})
    assert any(part.value == "3 buildings selected" for part in at.subheader)
    space = vacancy.by_unit(park)
    vacant = space.loc[space["building_id"].isin(ids) & (space["state"] == "vacant"), "lettable_m2"].sum()
    told = next(part.value for part in at.metric if part.label == "Vacant area")
    assert int(told.replace(",", "").split()[0]) == round(vacant)
    next(button for button in at.button if button.label == "Let the selection go").click().run()
    assert at.session_state["picked"] is None
    assert viewed[-1]["picked"] is None


@pytest.mark.parametrize(("kind", "code"), [("park", "P033"), ("zone", "zj")])
def test_a_park_or_zone_gives_its_buildings_to_the_keyboard(show, loaded, kind, code):
    with store.open(str(loaded)) as held:
        park = held.as_of(held.data_day())
    space = vacancy.by_unit(park)
    code = code if kind == "park" else space["zone_id"].dropna().iloc[0]
    at = show("map_page", loaded, picked={"kind": kind, "id": code})
    next(button for button in at.button if button.label.startswith("Select its")).click().run()
    expected = sorted(space.loc[space[f"{kind}_id"] == code, "building_id"].unique())
    assert at.session_state["picked"] == {"kind": "buildings", "ids": expected}


def test_buildings_without_units_say_so(show, loaded):
    at = show("map_page", loaded, picked={"kind": "buildings", "ids": ["none"]})
    assert any("No unit of these buildings" in part.value for part in at.info)


class Ring:
    """Tiles of which two buildings lie in any ring."""

    asked = None

    def within(self, ring):
        self.asked = ring
        return ["B1", "B2"] if ring else []


Ground = SimpleNamespace(tiles=Ring())


@pytest.fixture(autouse=True)
def state(request, monkeypatch):
    """Return what a session holds, where a test has no page."""
    if "show" in request.fixturenames:
        return None
    kept = {}
    monkeypatch.setattr(selection.st, "session_state", kept)
    return kept


def test_a_click_counts_once(state):
    selection.clicked(Ground, {"kind": "park", "id": "P", "n": 1})
    assert state["picked"] == {"kind": "park", "id": "P"}
    state["picked"] = None
    selection.clicked(Ground, {"kind": "park", "id": "P", "n": 1})
    assert state["picked"] is None
    selection.clicked(Ground, None)
    assert state["clicked"] is None


def test_shift_click_adds_and_takes_out(state):
    selection.clicked(Ground, {"kind": "building", "id": "B2", "n": 1})
    selection.clicked(Ground, {"kind": "more", "id": "B1", "n": 2})
    assert state["picked"] == {"kind": "buildings", "ids": ["B1", "B2"]}
    selection.clicked(Ground, {"kind": "more", "id": "B2", "n": 3})
    assert state["picked"] == {"kind": "buildings", "ids": ["B1"]}
    selection.clicked(Ground, {"kind": "more", "id": "B1", "n": 4})
    assert state["picked"] is None


def test_a_line_selects_what_lies_within():
    selection.clicked(Ground, {"kind": "area", "ring": [[121, 31], [122, 31], [122, 32]], "n": 1})
    assert Ground.tiles.asked == [(121.0, 31.0), (122.0, 31.0), (122.0, 32.0)]
    assert selection.chosen() == ["B1", "B2"]


@pytest.mark.parametrize("ring", [None, 7, "abc", [[1]], [["a", "b"]], [[float("nan"), 1]], [[500, 1]], [[1, 90]], []])
def test_what_is_no_line_selects_nothing(state, ring):
    selection.clicked(Ground, {"kind": "area", "ring": ring, "n": 1})
    assert state["picked"] is None
    assert Ground.tiles.asked == []


def test_the_quarters_follow_from_the_dated_targets():
    targets = pd.DataFrame(
        {"starts_on": pd.to_datetime(["2025-01-01", None]), "due_on": [pd.Timestamp("2025-07-01")] * 2}
    )
    seen = SimpleNamespace(rules=SimpleNamespace(targets=targets))
    assert moments.ends(seen) == [
        ("2025-Q1", dt.date(2025, 3, 31)),
        ("2025-Q2", dt.date(2025, 6, 30)),
        ("2025-Q3", dt.date(2025, 9, 30)),
    ]
    seen.rules.targets = targets.assign(starts_on=np.datetime64("NaT"))
    assert moments.ends(seen) == []


def test_a_company_dropped_on_a_building_is_chosen_with_its_best_unit(show, own, monkeypatch):
    monkeypatch.setenv("PARKS_STORE", str(own))
    ranked = tenants_ranked(own, "A004")
    building = ranked.loc[ranked["verdict"] == "fits", "building_id"].iloc[0]
    best = ranked[(ranked["building_id"] == building) & (ranked["verdict"] == "fits")]["unit_id"].iloc[0]
    at = show("map_page", own, map={"picked": {"kind": "company", "tenant": "A004", "id": building, "n": 1}})
    assert at.session_state["tenant"] == "A004"
    assert at.session_state["picked"] == {"kind": "building", "id": building}
    assert at.session_state[f"units_{building}"] == [best]
    assert any(button.label == "Place here" for button in at.button)


def test_a_company_chosen_from_its_card_shows_where_it_fits(show, loaded, viewed):
    at = show("map_page", loaded, map={"picked": {"kind": "company", "tenant": "A004", "n": 1}})
    assert at.session_state["tenant"] == "A004"
    assert "by" not in at.session_state
    assert b'"by":"fit"' in layers.unpack(viewed[-1]["shown"].layer)


def tenants_ranked(path, tenant):
    with store.open(str(path)) as held:
        park = held.as_of(held.data_day())
    return tenants.ranking(tenant, session.begin("en", park.day, None))


def test_a_link_opens_where_it_looks_once(state):
    selection.linked({"at": "15.5,31.20000,121.60000", "pick": "building,P033-C4"})
    assert state["focus"] == {"at": [15.5, 31.2, 121.6]}
    assert state["picked"] == {"kind": "building", "id": "P033-C4"}
    selection.linked({"at": "10,31.0,121.0"})
    assert state["focus"] == {"at": [15.5, 31.2, 121.6]}


@pytest.mark.parametrize(
    "query", [{}, {"at": "a,b,c"}, {"at": "1,2"}, {"at": "9,1e9,2"}, {"pick": "tenant,A1"}, {"pick": "zone"}]
)
def test_a_link_that_says_nothing_of_the_view_changes_nothing(state, query):
    selection.linked(query)
    assert "focus" not in state
    assert "picked" not in state
