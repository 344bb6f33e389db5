"""The map in a real browser: drawn offline, a click answered, colours changed on the same map, markup as text."""

import re
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pypdf
import pytest
from PIL import Image

from parks.output import maps, measures

SMALL = Path(__file__).parent / "small"
sys.path.insert(0, str(SMALL))

import small_data  # noqa: E402 - lies beside the page that it feeds

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def small(serve):
    return serve(SMALL / "small_app.py")


@pytest.fixture
def frame(page, small):
    """Return the frame of the map once every layer is drawn."""
    page.goto(small)
    page.wait_for_selector("iframe")
    drawn = page.frame(url=lambda url: "streamlit_folium" in url)
    wait_for_layers(drawn)
    drawn.evaluate("window.map.firstOne = true")
    return drawn


def wait_for_layers(where):
    for name in ("context", "zones", "parks", "buildings", "classes"):
        where.wait_for_selector(f".leaflet-container[data-{name}]")
    where.wait_for_selector('.leaflet-container[data-waiting="0"]')


def point(page, frame, kind, name):
    """Return where a thing of the map stands on the page."""
    at = frame.evaluate("([kind, id]) => window.parksMap.pointOf(kind, id)", [kind, name])
    box = page.locator("iframe").bounding_box()
    return box["x"] + at["x"], box["y"] + at["y"]


def colours(frame):
    """Return how many pixels of the buildings' canvas are painted."""
    return frame.evaluate("""() => {
        const canvas = document.querySelector("canvas.parks-buildings");
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let painted = 0;
        for (let i = 3; i < pixels.length; i += 4) { if (pixels[i]) { painted += 1; } }
        return painted;
    }""")


COLOUR_AT = """([kind, id]) => {
    const canvas = document.querySelector("canvas.parks-buildings"), box = canvas.getBoundingClientRect();
    const at = window.parksMap.pointOf(kind, id), frame = window.map.getContainer().getBoundingClientRect();
    const pixel = canvas.getContext("2d").getImageData(at.x + frame.left - box.left, at.y + frame.top - box.top, 1, 1);
    return [...pixel.data].slice(0, 3);
}"""


def zoom_to(page, frame, kind, name):
    """Zoom in until the buildings speak for themselves."""
    frame.evaluate("([kind, id]) => window.parksMap.visit(kind, id, 16)", [kind, name])
    frame.wait_for_selector('.leaflet-container[data-waiting="0"]')
    return point(page, frame, kind, name)


def tip(page, frame, kind, name):
    """Point at a thing, again where the page has moved beneath the pointer, and return the lines of its tip."""
    shown = frame.locator(".parks-tip:not([hidden])")
    for _ in range(20):
        x, y = point(page, frame, kind, name)
        page.mouse.move(x - 6, y)
        page.mouse.move(x, y)
        page.wait_for_timeout(100)
        if shown.count():
            return shown.inner_text().splitlines()
    pytest.fail(f"no tip for {kind} {name}")


def test_it_draws_with_the_network_cut_off(frame, console):
    assert colours(frame) > 50
    assert frame.locator(".leaflet-zones-pane path").count() == 2
    assert frame.locator(".leaflet-land-pane path").count() == 1
    assert frame.locator(".leaflet-parks-pane path").count() == 3
    assert "OpenStreetMap contributors, ODbL 1.0" in frame.locator(".leaflet-control-attribution").inner_text()
    assert "Vacancy" in frame.locator(".parks-legend").inner_text()
    assert not [line for line in console if "parks" in line]


def test_a_click_opens_the_panel_and_leaves_the_map_alone(page, frame):
    drawn = frame.evaluate("document.querySelectorAll('canvas.parks-buildings').length")
    page.mouse.click(*zoom_to(page, frame, "building", "W1"))
    page.get_by_text('panel {"kind": "building", "id": "W1"}').wait_for()
    page.get_by_text("runs 2").wait_for()
    page.mouse.click(*point(page, frame, "building", "W2"))
    page.get_by_text('panel {"kind": "building", "id": "W2"}').wait_for()
    page.get_by_text("runs 3").wait_for()
    assert frame.evaluate("window.map.firstOne && window.map.getZoom()") == 16
    assert frame.evaluate("document.querySelector('.leaflet-container').dataset.picked") == "building W2"
    assert drawn == frame.evaluate("document.querySelectorAll('canvas.parks-buildings').length") == 1


def test_the_first_click_lands_where_it_is_aimed_on_a_low_screen(page, frame):
    page.set_viewport_size({"width": 1440, "height": 560})
    x, y = zoom_to(page, frame, "building", "W1")
    assert y < 560, "the building is below the screen"
    page.mouse.click(x, y)
    page.get_by_text('panel {"kind": "building", "id": "W1"}').wait_for()
    assert (x, y) == pytest.approx(point(page, frame, "building", "W1"))


def test_parks_and_zones_answer_too(page, frame):
    page.mouse.click(*point(page, frame, "park", "bare"))
    page.get_by_text('panel {"kind": "park", "id": "bare"}').wait_for()
    x, y = point(page, frame, "zone", "Z-W")
    page.mouse.click(x - 40, y - 60)
    page.get_by_text('panel {"kind": "zone", "id": "Z-W"}').wait_for()


def test_other_colours_come_on_the_same_map(page, frame):
    page.get_by_text("role", exact=True).click()
    frame.wait_for_selector('.leaflet-container[data-classes="role"]')
    assert "Role in the layout" in frame.locator(".parks-legend summary").inner_text()
    page.get_by_text("vacancy", exact=True).click()
    frame.wait_for_selector('.leaflet-container[data-classes="vacancy"]')
    assert frame.evaluate("window.map.firstOne")


def test_it_goes_where_it_is_sent(page, frame):
    page.get_by_text("Go to the western park").click()
    frame.wait_for_function("window.map.getZoom() >= 16")
    centre = frame.evaluate("[window.map.getCenter().lng, window.map.getCenter().lat]")
    assert centre == pytest.approx([121.5505, 31.19875], abs=1e-3)
    assert frame.evaluate("window.map.firstOne")


def test_markup_in_a_name_is_text(page, frame):
    x, y = zoom_to(page, frame, "building", "E1")
    page.mouse.move(x - 5, y)
    page.mouse.move(x, y)
    frame.wait_for_selector(".parks-tip:not([hidden])")
    assert small_data.EVIL in frame.locator(".parks-tip").inner_text()
    page.mouse.click(x, y)
    page.get_by_text('"E1"').wait_for()
    assert small_data.EVIL in frame.locator(".parks-name.park").all_inner_texts()
    assert frame.locator("img").count() == 0
    assert frame.evaluate("window.hacked") is None
    assert page.evaluate("window.hacked") is None


def test_the_pointer_tells_class_and_vacancy(page, frame):
    zoom_to(page, frame, "building", "W1")
    assert tip(page, frame, "building", "W1") == ["西一楼", "Vacancy: 10 to 25 %", "25.0% vacant, 1,000 m²"]


def test_quarters_are_chosen_and_played_on_the_same_map(page, frame):
    page.get_by_text("quarters", exact=True).click()
    frame.wait_for_selector('.leaflet-container[data-quarter="2026-Q2"][data-classes="role"]')
    slider = frame.get_by_role("slider", name="Quarter")
    slider.focus()
    slider.press("ArrowRight")
    frame.wait_for_selector('.leaflet-container[data-quarter="2026-Q3"][data-classes="availability"]')
    frame.get_by_role("button", name="Play the quarters").click()
    frame.wait_for_selector('.leaflet-container[data-quarter="2026-Q1"][data-classes="vacancy"]')
    frame.get_by_role("button", name="Stop at this quarter").click()
    stopped = frame.locator(".leaflet-container").get_attribute("data-quarter")
    page.wait_for_timeout(1800)
    assert frame.locator(".leaflet-container").get_attribute("data-quarter") == stopped
    page.get_by_text("day", exact=True).click()
    frame.wait_for_selector(".leaflet-container:not([data-quarter])[data-classes=vacancy]")
    assert frame.locator(".parks-bar").count() == 0
    assert frame.evaluate("window.map.firstOne")


def test_two_states_stand_side_by_side(page, frame):
    zoom_to(page, frame, "building", "W1")
    page.get_by_text("compare", exact=True).click()
    frame.locator(".parks-bar.swipe", has_text="this day").wait_for()
    frame.wait_for_selector('.leaflet-container[data-there][data-waiting="0"]')
    slider = frame.get_by_role("slider", name="Where the split")
    tips = {}
    for key in ("End", "Home"):
        slider.focus()
        slider.press(key)
        tips[key] = tip(page, frame, "building", "W1")[1]
        tips[key + " colour"] = frame.evaluate(COLOUR_AT, ["building", "W1"])
    assert tips["End"] == "Vacancy: 10 to 25 %"
    assert tips["Home"] == "Role in the layout: Innovation core"
    assert (tips["End colour"], tips["Home colour"]) == ([239, 138, 46], [213, 94, 0])
    page.get_by_text("day", exact=True).click()
    frame.locator(".parks-split").wait_for(state="detached")


def test_shift_click_and_a_line_select_several_buildings(page, frame):
    page.mouse.click(*zoom_to(page, frame, "building", "W1"))
    page.get_by_text('panel {"kind": "building", "id": "W1"}').wait_for()
    page.keyboard.down("Shift")
    page.mouse.click(*point(page, frame, "building", "W2"))
    page.keyboard.up("Shift")
    page.get_by_text('panel {"kind": "buildings", "ids": ["W1", "W2"]}').wait_for()
    frame.wait_for_selector('.leaflet-container[data-picked="buildings W1 W2"]')
    x, y = point(page, frame, "building", "W2")
    at = frame.evaluate("[window.map.getCenter().lat, window.map.getCenter().lng]")
    frame.get_by_role("button", name="Draw a line round buildings").click()
    page.mouse.move(x - 90, y - 60)
    page.mouse.down()
    for east, south in ((90, -60), (90, 60), (-90, 60), (-90, -50)):
        page.mouse.move(x + east, y + south, steps=8)
    page.mouse.up()
    page.get_by_text('panel {"kind": "buildings", "ids": ["W2"]}').wait_for()
    assert frame.evaluate("[window.map.getCenter().lat, window.map.getCenter().lng]") == at, "the map was dragged"
    assert frame.get_by_role("button", name="Draw a line round buildings").get_attribute("aria-pressed") == "false"
    page.wait_for_timeout(400)
    page.mouse.click(x, y)
    page.get_by_text('panel {"kind": "building", "id": "W2"}').wait_for()


STILL = "!(window.map._panAnim && window.map._panAnim._inProgress) && !window.map._animatingZoom"


def pan(page, frame, keys):
    """Move the map with the keyboard alone, each step once the one before has ended."""
    for key in keys:
        at = frame.evaluate("window.map.getCenter().toString()")
        page.keyboard.press(key)
        frame.wait_for_function(f"at => window.map.getCenter().toString() !== at && {STILL}", arg=at)


def test_a_line_is_drawn_round_buildings_with_the_keyboard_alone(page, frame):
    zoom_to(page, frame, "building", "W2")
    tool = frame.get_by_role("button", name="Draw a line round buildings")
    assert tool.evaluate("node => node.tabIndex") >= 0
    tool.focus()
    page.keyboard.press("Enter")
    bar = frame.locator(".parks-bar.pen")
    bar.get_by_text("set them at the cross").wait_for()
    assert tool.get_attribute("aria-pressed") == "true"
    # The map has the focus: round W2, a point at each corner and one too many, which is taken back.
    pan(page, frame, ["ArrowLeft", "ArrowUp"])
    for keys in (["ArrowRight"] * 2, ["ArrowDown"] * 2, ["ArrowLeft"] * 2, ["ArrowLeft"]):
        page.keyboard.press("Enter")
        pan(page, frame, keys)
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    drawn = frame.evaluate(
        "document.querySelector('.leaflet-parks-pane path[stroke-dasharray=\"6 4\"]').getAttribute('d')"
    )
    assert len(re.findall("[ML]", drawn)) == 4
    done = bar.get_by_role("button", name="Select what lies within")
    assert done.evaluate("node => node.tabIndex") >= 0
    done.focus()
    page.keyboard.press("Enter")
    page.get_by_text('panel {"kind": "buildings", "ids": ["W2"]}').wait_for()
    bar.wait_for(state="detached")
    assert tool.get_attribute("aria-pressed") == "false"


def test_one_line_at_a_time_and_a_ring_of_two_points_selects_nothing(page, frame):
    x, y = zoom_to(page, frame, "building", "W1")
    ring, rule = (frame.get_by_role("button", name=name) for name in ("Draw a line round", "Measure length and area"))
    rule.click()
    ring.click()
    assert [tool.get_attribute("aria-pressed") for tool in (ring, rule)] == ["true", "false"]
    page.mouse.click(x, y)
    page.mouse.click(x + 40, y)
    assert frame.locator(".parks-bar.pen").count() == 1
    frame.get_by_role("button", name="Select what lies within").click()
    frame.locator(".parks-bar.pen").wait_for(state="detached")
    ring.click()
    for east, south in ((-90, -60), (90, -60), (90, 60), (-90, 60)):
        page.mouse.click(x + east, y + south)
    rule.click()
    assert [tool.get_attribute("aria-pressed") for tool in (ring, rule)] == ["false", "true"]
    page.keyboard.press("Escape")
    frame.locator(".parks-bar.pen").wait_for(state="detached")
    page.get_by_text("panel null").wait_for()
    page.get_by_text("runs 1").wait_for()
    ring.click()
    for east, south in ((-90, -60), (90, -60), (90, 60), (-90, 60)):
        page.mouse.click(x + east, y + south)
    frame.get_by_role("button", name="Select what lies within").click()
    page.get_by_text('panel {"kind": "buildings", "ids": ["W1"]}').wait_for()


def test_a_company_is_dragged_onto_a_building_or_chosen_with_the_keyboard(page, frame):
    x, y = zoom_to(page, frame, "building", "W1")
    frame.locator(".parks-cards summary").click()
    card = frame.locator(".parks-cards button").first
    assert card.inner_text().splitlines() == [small_data.EVIL, "Pilot · 900 m² · T9"]
    box = page.locator("iframe").bounding_box()
    at = {"x": x - box["x"], "y": y - box["y"]}
    card.drag_to(frame.locator(".leaflet-container"), target_position=at)
    page.get_by_text('panel {"kind": "building", "id": "W1"}').wait_for()
    page.get_by_text("company T9").wait_for()
    page.get_by_text("role", exact=True).first.click()
    frame.get_by_role("searchbox", name="Filter by name or id").fill("nobody")
    assert frame.locator(".parks-cards button").count() == 0
    frame.get_by_role("searchbox", name="Filter by name or id").fill("t9")
    frame.locator(".parks-cards button").press("Enter")
    frame.wait_for_selector('.leaflet-container[data-picked="building W1"]')
    assert frame.locator("img").count() == 0
    assert frame.evaluate("window.hacked") is None


def test_length_and_area_are_measured_with_the_keyboard_too(page, frame):
    zoom_to(page, frame, "building", "W1")
    frame.get_by_role("button", name="Measure length and area").click()
    bar = frame.locator(".parks-bar.pen")
    bar.get_by_text("Click points").wait_for()
    corners = [(121.548, 31.198), (121.55, 31.198), (121.55, 31.1995)]
    for lng, lat in corners[:2]:
        at = frame.evaluate("([lng, lat]) => window.map.latLngToContainerPoint([lat, lng])", [lng, lat])
        box = page.locator("iframe").bounding_box()
        page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    frame.evaluate("([lng, lat]) => window.map.setView([lat, lng], 16, { animate: false })", list(corners[2]))
    frame.locator(".leaflet-container").press("Enter")
    bar.get_by_text("area").wait_for()
    said = bar.locator("output").inner_text()
    exact = measures.measured(corners)
    length, area = (float(part.replace(",", "")) for part in re.findall(r"([\d,.]+) m", said)[:2])
    assert length == pytest.approx(exact["length_m"], rel=0.02)
    assert area == pytest.approx(exact["area_m2"], rel=0.03)
    bar.get_by_role("button", name="Take the last back").click()
    frame.wait_for_function("!document.querySelector('.parks-bar.pen output').textContent.includes('area')")
    frame.locator(".leaflet-container").press("Escape")
    bar.wait_for(state="detached")
    assert page.get_by_text("panel null").count() == 1


def test_a_link_to_the_view_and_a_picture_of_it(page, frame, tmp_path):
    page.mouse.click(*zoom_to(page, frame, "building", "W1"))
    page.get_by_text('panel {"kind": "building", "id": "W1"}').wait_for()
    frame.wait_for_selector('.leaflet-container[data-picked="building W1"]')
    frame.get_by_role("button", name="A link to this view").click()
    link = frame.get_by_role("textbox", name="A link to this view").input_value()
    asked = dict(parse_qsl(urlsplit(link).query))
    centre = frame.evaluate("[window.map.getCenter().lat, window.map.getCenter().lng]")
    zoom, *at = (float(part) for part in asked["at"].split(","))
    assert (zoom, *at) == pytest.approx((16, *centre), abs=1e-4)
    assert asked["pick"] == "building,W1"
    frame.locator(".parks-bar.link").get_by_role("button", name="End").click()
    with page.expect_download() as waited:
        frame.get_by_role("button", name="A picture of this view").click()
    path = tmp_path / "map.png"
    waited.value.save_as(path)
    with Image.open(path) as picture:
        size = frame.evaluate("[window.map.getSize().x, window.map.getSize().y]")
        assert picture.size == (2 * (size[0] + 270), 2 * (size[1] + 44))
        colours = {pixel for _, pixel in picture.convert("RGB").getcolors(10**7)}
    assert {(239, 138, 46), (252, 239, 199), (107, 33, 6)} <= colours  # two buildings, and a class of the legend alone


@pytest.mark.parametrize("with_mouse", [True, False], ids=["mouse", "keyboard"])
def test_the_view_is_kept_as_a_page_whose_words_can_be_searched(page, frame, tmp_path, with_mouse):
    zoom_to(page, frame, "building", "W1")
    page.get_by_text("compare", exact=True).click()
    frame.locator(".parks-bar.swipe", has_text="this day").wait_for()
    frame.wait_for_selector('.leaflet-container[data-there][data-waiting="0"]')
    button = frame.get_by_role("button", name="This view as a page (PDF)")
    with page.expect_download() as waited:
        button.click() if with_mouse else button.press("Enter")
    assert waited.value.suggested_filename == "parks-map.pdf"
    path = tmp_path / "map.pdf"
    waited.value.save_as(path)
    (paper,) = pypdf.PdfReader(path).pages
    text = paper.extract_text()
    scale = frame.locator(".leaflet-control-scale-line").inner_text()
    for said in ("Map of the parks", "15 January 2026", "Illustrative data", "this day | other day", scale):
        assert said in text, said
    for said in ("Vacancy", "10 to 25 %", "Innovation core", "OpenStreetMap contributors, ODbL 1.0"):
        assert said in text, said
    (picture,) = paper.images
    size = frame.evaluate("[window.map.getSize().x, window.map.getSize().y]")
    assert picture.image.size == (2 * size[0], 2 * size[1])
    shades = {pixel for _, pixel in picture.image.convert("RGB").getcolors(10**7)}
    assert {(239, 138, 46), (213, 94, 0)} <= shades, "one of the two sides is not in the picture"


def test_a_page_that_is_refused_is_said(page, frame):
    page.route("**/parks/print*", lambda route: route.fulfill(status=413, json={"fault": "Too large <b>x</b>."}))
    frame.get_by_role("button", name="This view as a page (PDF)").click()
    frame.get_by_role("alert").get_by_text("Too large <b>x</b>.").wait_for()
    frame.get_by_role("button", name="End").click()
    frame.locator(".parks-bar.told").wait_for(state="detached")
    page.unroute("**/parks/print*")
    page.route("**/parks/print*", lambda route: route.abort())
    frame.get_by_role("button", name="This view as a page (PDF)").click()
    frame.get_by_role("alert").get_by_text("The page could not be made.").wait_for()


def test_a_search_finds_by_name_and_id_with_the_keyboard(page, frame):
    box = frame.get_by_role("combobox", name="Search by name or id")
    box.fill("西二")
    frame.get_by_role("option", name="西二楼").wait_for()
    box.press("Enter")
    page.get_by_text('panel {"kind": "building", "id": "W2"}').wait_for()
    assert frame.evaluate("window.map.getZoom()") == 17
    box.fill("zone")
    frame.get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    assert frame.locator("[role=option][aria-selected=true]").inner_text().startswith("West zone")
    box.press("Enter")
    page.get_by_text('panel {"kind": "zone", "id": "Z-W"}').wait_for()
    box.fill("nowhere")
    frame.get_by_text("Nothing of that name or id").wait_for()
    box.press("Escape")
    frame.locator("#parks-found").wait_for(state="hidden")
    assert frame.evaluate("window.map.firstOne")


def test_a_layer_that_is_gone_is_said(page, small):
    page.route("**/zones.json", lambda route: route.fulfill(status=404, body="gone"))
    page.goto(small)
    page.frame_locator("iframe").locator(".parks-notice").wait_for()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_file_opens_by_itself(page, tmp_path, lang):
    made = maps.standalone(small_data.PARK, small_data.RULES, small_data.SPACE, lang, context=small_data.CONTEXT)
    file = tmp_path / "map.html"
    file.write_text(made, encoding="utf-8")
    page.goto(file.as_uri())
    wait_for_layers(page)
    assert colours(page) > 50
    assert page.locator(".notice").inner_text()
    page.get_by_role("combobox", name={"zh": "按名称或编号查找", "en": "Search by name or id"}[lang]).fill("w1")
    page.locator("#parks-found [role=option]").click()
    page.locator("#card", has_text="西一楼").wait_for()
    assert "25.0%" in page.locator("#card").inner_text()
    page.get_by_role("button", name={"zh": "关闭", "en": "Close"}[lang]).click()
    page.locator(".parks-home").click()
    page.select_option("#mode", "role")
    page.wait_for_selector('#map[data-classes="role"]')
    at = page.evaluate("window.parksMap.pointOf('park', 'evil')")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    assert small_data.EVIL in page.locator("#card").inner_text()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None
