"""Outlines drawn on the map: with the mouse and with the keyboard alone, held by what is near, changed, given up."""

import math

import pytest
import shapely
from playwright.sync_api import TimeoutError  # noqa: A004 - the browser's own

from parks import outlines, policy, store, words

pytestmark = pytest.mark.xdist_group("browser")
PATIENCE = 60_000
PLACE = (31.1835, 121.6395)
"""Where nothing stands."""
PARCEL = "parcel-Z-ZJ-乙地块"


class Drawer:
    """Somebody who draws on the map of a page."""

    def __init__(self, page, lang):
        """Take a page that is open nowhere yet."""
        self.page, self.t, self.lang, self.frame = page, words.translator(lang), lang, None

    def open(self, server, *, zoom=17, at=PLACE, more=""):
        self.page.goto(f"{server}/map?lang={self.lang}&at={zoom},{at[0]},{at[1]}{more}")
        self.page.wait_for_selector("iframe", timeout=PATIENCE)
        self.frame = self.page.frame(url=lambda url: "streamlit_folium" in url)
        self.until("[data-zones][data-outlines][data-classes][data-waiting='0']")

    def until(self, state):
        self.frame.wait_for_selector(f".leaflet-container{state}", timeout=PATIENCE)

    def tool(self, sentence):
        return self.frame.get_by_role("button", name=self.t(sentence))

    def screen(self, lat, lon):
        """Return where a place stands on the page."""
        at = self.frame.evaluate("at => window.map.latLngToContainerPoint(at)", [lat, lon])
        box = self.page.locator("iframe").bounding_box()
        return box["x"] + at["x"], box["y"] + at["y"]

    def place(self, x, y):
        """Return the place [latitude, longitude] at a point of the map [pixels from its middle]."""
        found = self.frame.evaluate(
            """([x, y]) => {
                const middle = window.map.getSize().divideBy(2);
                const at = window.map.containerPointToLatLng(middle.add([x, y]));
                return [at.lat, at.lng];
            }""",
            [x, y],
        )
        return tuple(found)

    def stand(self, how):
        """Choose the standing, again where a run that ended just then shut the list."""
        box = self.page.get_by_label(self.t("Standing"), exact=True)
        option = self.page.get_by_role("option").filter(has_text=how).first
        for _ in range(6):
            try:
                box.fill(how)
                option.wait_for(timeout=PATIENCE / 6)
                box.press("Enter")
                option.wait_for(state="detached", timeout=PATIENCE / 6)
            except TimeoutError:
                box.press("Escape")
                continue
            box.press("Tab")  # what was typed and not chosen goes with the focus
            self.page.wait_for_timeout(200)
            if box.input_value() == how:
                return
        pytest.fail("the standing could not be chosen")

    def tell(self, name="乙地块"):
        """Fill in what an outline needs once the form is drawn to its end, and keep it."""
        t, page = self.t, self.page
        page.wait_for_selector("[data-test-script-state=notRunning]", timeout=PATIENCE)
        if name:
            page.get_by_label(t("Name or number"), exact=True).fill(name)
        page.get_by_label(t("Source (document or survey)"), exact=True).fill("Survey 2026")
        self.stand(t("Reported"))
        page.get_by_label(t("Why it is drawn"), exact=True).fill("asked for")
        page.get_by_role("button", name=t("Keep the outline")).press("Enter")
        page.get_by_text(t("The outline is kept.")).wait_for(timeout=PATIENCE)


def on_record(path, name):
    with store.open(path) as held:
        rows = held.as_of(held.data_day()).outlines
    found = rows.set_index("outline_id")["geometry"]
    return found.get(name)


def test_a_parcel_is_drawn_with_the_mouse_and_holds_on_to_its_neighbour(page, own):
    path, server = own
    hand = Drawer(page, "en")
    hand.open(server)
    with store.open(path) as held:
        neighbour = held.as_of(held.data_day()).outlines.set_index("outline_id")["geometry"]["D001"]
    lon, lat = neighbour.exterior.coords[0]
    hand.frame.evaluate("at => window.map.setView(at, 17, {animate: false})", [lat, lon])
    hand.until("[data-waiting='0']")
    hand.tool("Draw the outline of a zone, a park or a parcel").click()
    for number, (x, y) in enumerate([(-5, 4), (-130, 0), (-130, 110), (0, 110)], 1):
        page.mouse.click(*hand.screen(*hand.place(x, y)))
        hand.until(f"[data-corners='{number}']")
    page.mouse.click(*hand.screen(lat, lon))  # on the first corner again: closed, no fifth corner
    hand.frame.wait_for_function("() => document.querySelectorAll('.parks-half').length === 4", timeout=PATIENCE)
    hand.frame.wait_for_function(
        "() => document.querySelector('.parks-bar.pen output').textContent.includes('m²')", timeout=PATIENCE
    )
    half = hand.frame.locator(".parks-half").nth(1).bounding_box()
    page.mouse.move(half["x"] + half["width"] / 2, half["y"] + half["height"] / 2)
    page.mouse.down()
    page.mouse.move(half["x"] - 60, half["y"] + 10, steps=5)
    page.mouse.up()
    hand.until("[data-corners='5']")
    hand.tool("Finish").click()
    page.get_by_text("The outline that was drawn").wait_for(timeout=PATIENCE)
    hand.tell()
    made = on_record(path, PARCEL)
    assert len(made.exterior.coords) == 6
    assert (lon, lat) in made.exterior.coords
    hand.until(f"[data-picked='parcel {PARCEL}'][data-outlines='26']")
    page.get_by_role("button", name="Undo the last act").click()
    hand.until("[data-outlines='25']")
    assert on_record(path, PARCEL) is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_parcel_is_drawn_with_the_keyboard_alone(page, own, lang):
    path, server = own
    hand = Drawer(page, lang)
    hand.open(server)
    hand.tool("Draw the outline of a zone, a park or a parcel").focus()
    page.keyboard.press("Enter")
    hand.until("[data-corners='0']")
    for number, arrow in enumerate(["", "ArrowRight", "ArrowDown", "ArrowLeft"], 1):
        if arrow:
            before = hand.frame.evaluate("window.map.getCenter()")
            page.keyboard.press(arrow)
            hand.frame.wait_for_function(
                """before => !window.map._panAnim?._inProgress && !window.map.getCenter().equals(before)""", arg=before
            )
        page.keyboard.press("Enter")
        hand.until(f"[data-corners='{number}']")
    corner = hand.frame.locator(".parks-corner").nth(1)
    assert corner.evaluate("node => node.tabIndex") == 0
    assert corner.get_attribute("aria-label").startswith({"zh": "第 2 个角点，共 4 个", "en": "Corner 2 of 4"}[lang])
    corner.focus()
    page.keyboard.press("Enter")  # a corner halfway to the next one, which has the focus now
    hand.until("[data-corners='5']")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    assert hand.frame.evaluate("document.activeElement.getAttribute('aria-label')").count("3")
    hand.frame.locator(".parks-corner").nth(0).focus()
    page.keyboard.press("Delete")
    hand.until("[data-corners='4']")
    hand.tool("Take the last back").focus()
    page.keyboard.press("Enter")
    hand.until("[data-corners='5']")
    hand.tool("Finish").focus()
    page.keyboard.press("Enter")
    page.get_by_text(hand.t("The outline that was drawn")).wait_for(timeout=PATIENCE)
    hand.tell()
    made = on_record(path, PARCEL)
    assert len(made.exterior.coords) == 6
    assert outlines.area_m2(made) > 1000


def test_the_outline_of_a_zone_is_changed_and_only_where_it_was_moved(page, own):
    path, server = own
    hand = Drawer(page, "en")
    hand.open(server, zoom=13, at=(31.18, 121.48), more="&pick=zone,Z-EXPO")
    published = policy.load().zones.set_index("zone_id").geometry["Z-EXPO"]
    count = len(published.exterior.coords) - 1
    page.get_by_role("button", name="Change the outline").click()
    hand.until(f"[data-corners='{count}']")
    assert hand.frame.locator(".parks-corner").count() == count
    zoom = hand.frame.evaluate("window.map.getZoom()")
    hand.frame.locator(".parks-corner").nth(1).focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    hand.tool("Finish").click()
    page.get_by_text("The outline that was drawn").wait_for(timeout=PATIENCE)
    hand.tell("")
    made = on_record(path, "zone-Z-EXPO")
    before, after = (set(shape.exterior.coords) for shape in (published, made))
    assert len(before & after) == count - 1
    (old,), (new,) = before - after, after - before
    metre = 156_543.03 * math.cos(math.radians(old[1])) / 2**zoom
    assert (old[0] - new[0]) * 111_320 * math.cos(math.radians(old[1])) == pytest.approx(30 * metre, rel=0.05)
    assert new[1] == pytest.approx(old[1], abs=1e-5)


def test_drawing_is_given_up_and_a_draft_goes_on(page, own):
    path, server = own
    hand = Drawer(page, "en")
    hand.open(server)
    tool = hand.tool("Draw the outline of a zone, a park or a parcel")
    tool.click()
    for number, (x, y) in enumerate([(0, 20), (-100, 20), (-100, 100)], 1):
        page.mouse.click(*hand.screen(*hand.place(x, y)))
        hand.until(f"[data-corners='{number}']")
    hand.frame.focus(".leaflet-container")
    page.keyboard.press("Escape")
    hand.frame.wait_for_selector(".leaflet-container:not([data-corners])", timeout=PATIENCE)
    assert tool.get_attribute("aria-pressed") == "false"
    assert page.get_by_text("The outline that was drawn").count() == 0
    tool.click()
    for number, (x, y) in enumerate([(0, 20), (-100, 20), (-100, 100)], 1):
        page.mouse.click(*hand.screen(*hand.place(x, y)))
        hand.until(f"[data-corners='{number}']")
    hand.tool("Finish").click()
    page.get_by_role("button", name="Go on drawing").click(timeout=PATIENCE)
    hand.until("[data-corners='3']")
    hand.tool("End").click()
    page.get_by_text("The outline that was drawn").wait_for(state="detached", timeout=PATIENCE)
    hand.frame.wait_for_selector(".leaflet-container:not([data-corners])", timeout=PATIENCE)
    assert on_record(path, PARCEL) is None


def test_what_is_drawn_on_a_moved_base_is_kept_where_it_lies(page, serve, own_path, tmp_path):
    catalogue = tmp_path / "bases.toml"
    with store.open(own_path) as held:
        neighbour = held.as_of(held.data_day()).outlines.set_index("outline_id")["geometry"]["D001"]
    catalogue.write_text(
        '[moved]\nzh = "偏移底图"\nen = "Moved"\nurl = "/nowhere/{z}/{x}/{y}.png"\ndatum = "gcj02"\ncredit = "c"\n',
        encoding="utf-8",
    )
    server = serve("app.py", PARKS_STORE=own_path, PARKS_BASES=str(catalogue))
    hand = Drawer(page, "en")
    hand.open(server, more="&base=moved&pick=parcel,D001")
    page.get_by_role("button", name="Change the outline").click()
    hand.until("[data-corners='4']")
    hand.frame.locator(".parks-corner").nth(0).focus()
    page.keyboard.press("Enter")
    hand.until("[data-corners='5']")
    hand.tool("Finish").click()
    page.get_by_text("The outline that was drawn").wait_for(timeout=PATIENCE)
    hand.tell("")
    made = on_record(own_path, "D001")
    assert set(neighbour.exterior.coords) < set(made.exterior.coords)
    assert outlines.area_m2(made) == pytest.approx(outlines.area_m2(neighbour), rel=1e-4)
    assert shapely.symmetric_difference(made, neighbour).area < 1e-10
