"""The 3D of a park in a real browser: drawn offline, a click picks, markup is text, no WebGL does no harm."""

import io
import re

import pytest
from PIL import Image

from parks.output import charts

pytestmark = pytest.mark.xdist_group("browser")
CHART = '[data-testid="stDeckGlJsonChart"]'
PARK = "Zhangjiang Biomedical Base, phase II"
NO_WEBGL = """() => {
    const ask = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        return kind.startsWith("webgl") ? null : ask.call(this, kind, ...more);
    };
}"""


def open_park(page, server, name=PARK, width=1440):
    """Go to a park by the list beside the map, shown in 3D."""
    page.set_viewport_size({"width": width, "height": 1400})
    page.goto(f"{server}/map?lang=en&look=3d")
    page.wait_for_selector("iframe")
    field = page.get_by_role("combobox", name="Go to")
    field.click()
    field.fill(name)
    page.get_by_role("option").filter(has_text=name).first.click()
    page.get_by_role("heading", level=3).first.wait_for()


def drawn(page):
    """Return the picture once it is painted."""
    page.wait_for_selector(f"{CHART} canvas")
    for _ in range(60):
        picture = Image.open(io.BytesIO(page.locator(CHART).screenshot())).convert("RGB")
        if near(picture, charts.STATE_COLOURS["let"]) > 50:
            return picture
        page.wait_for_timeout(500)
    return pytest.fail("nothing was painted")


def near(picture, colour):
    """Return how many pixels of a picture have a colour, give or take its light."""
    wanted = bytes.fromhex(colour[1:])
    raw = picture.tobytes()
    pixels = zip(raw[::3], raw[1::3], raw[2::3], strict=True)
    return sum(all(abs(a - b) < 26 for a, b in zip(pixel, wanted, strict=True)) for pixel in pixels)


def over(page, what):
    """Move the pointer until the tip says `what`; return where it is and what the tip says."""
    box, tip = page.locator(CHART).bounding_box(), page.locator(f"{CHART} .deck-tooltip")
    for down in range(40, 96, 4):
        for right in range(20, 90, 6):
            x, y = box["x"] + box["width"] * right / 100, box["y"] + box["height"] * down / 100
            page.mouse.move(x, y)
            page.wait_for_timeout(120)
            said = tip.inner_text() if tip.count() and tip.is_visible() else ""
            if what in said:
                return (x, y), said
    return pytest.fail(f"nothing under the pointer says {what}")


def test_it_is_drawn_offline_in_the_colours_of_the_floor_stack(page, server):
    open_park(page, server)
    picture = drawn(page)
    for state in ("let", "vacant", "renovation"):
        assert near(picture, charts.STATE_COLOURS[state]) > 50, state
    assert page.get_by_text("Floors of unknown height, drawn 4.5 m high").is_visible()


def test_a_click_picks_here_and_on_the_flat_map(page, server):
    open_park(page, server)
    drawn(page)
    flat = page.frame(url=lambda url: "streamlit_folium" in url)
    at, said = over(page, "m²\n")  # a floor with units of known area
    name = said.splitlines()[0].partition(" · ")[2]
    page.mouse.click(*at)
    page.get_by_role("heading", level=3, name=name).wait_for()
    flat.wait_for_selector('.leaflet-container[data-picked^="building "]')
    page.wait_for_selector('[data-testid="stVegaLiteChart"]')
    # The units of the slice are chosen in the stack beneath: those of the floor that the tip told.
    floor = int(said.partition("F · ")[0])
    tags = page.locator("[data-testid=stMultiSelectTagsContainer]").first
    tags.get_by_text(re.compile(rf"-F{floor:02}-\d+")).first.wait_for()
    assert set(re.findall(r"-F(\d+)-", tags.inner_text())) == {f"{floor:02}"}, tags.inner_text()
    # The picture keeps its place and its camera: the ground beside, then the same floor again.
    ground, said = over(page, "Park · ")
    assert said == f"Park · {PARK}"
    page.mouse.click(*ground)
    page.get_by_role("heading", level=3, name=PARK).wait_for()
    flat.wait_for_selector('.leaflet-container[data-picked^="park "]')
    page.mouse.click(*at)
    page.get_by_role("heading", level=3, name=name).wait_for()


def test_markup_in_a_name_is_text(page, serve, hostile):
    server = serve("app.py", PARKS_STORE=hostile)
    open_park(page, server, "<img", width=1024)
    page.wait_for_selector(f"{CHART} canvas")
    _, said = over(page, "F · ")
    assert "<img src=x onerror=window.hacked=1>" in said
    assert page.locator(f"{CHART} img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_without_webgl_the_page_is_still_of_use(browser, server):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(f"({NO_WEBGL})()")
    open_park(page, server)
    page.get_by_text("If it stays empty").wait_for()
    assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
    page.get_by_text("List", exact=True).click()
    page.get_by_role("button").filter(has_text="vacant").first.click()
    page.get_by_role("heading", level=3).filter(has_text="building").wait_for()
    context.close()
