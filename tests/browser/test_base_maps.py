"""A server's tiles beneath the layers: on their datum, and our own base where the server is silent."""

import http.server
import io
import re
import threading
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from parks import crs

SMALL = Path(__file__).parent / "small"
pytestmark = pytest.mark.xdist_group("browser")
BASES = """
[plain]
en = "Plain tiles"
zh = "普通"
url = "{server}/plain/{{z}}/{{x}}/{{y}}.png"
datum = "wgs84"
credit = "Office of <img src=x>"
approval = "S 001"
[moved]
en = "Moved tiles"
zh = "偏移"
url = "{server}/wmts?TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
names = "{server}/names?TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
key = "TEST_KEY"
datum = "gcj02"
credit = "Moved"
[closed]
en = "Closed tiles"
zh = "不许复制"
url = "{server}/closed/{{z}}/{{x}}/{{y}}.png"
datum = "wgs84"
credit = "Closed"
[silent]
en = "Silent tiles"
zh = "无"
url = "{server}/silent/{{z}}/{{x}}/{{y}}.png"
datum = "wgs84"
credit = "Nobody"
"""


GREEN = (120, 180, 120)


@pytest.fixture(scope="module")
def tiles():
    """Return the address of a server of tiles on this machine, and what it was asked."""
    asked, made = [], io.BytesIO()
    Image.new("RGB", (256, 256), GREEN).save(made, "PNG")

    class Tiles(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404 if "silent" in self.path else 200)
            self.send_header("Content-Type", "image/png")
            if "closed" not in self.path:
                self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            if "silent" not in self.path:
                self.wfile.write(made.getvalue())

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tiles) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


@pytest.fixture(scope="module")
def small(serve, tiles, tmp_path_factory):
    path = tmp_path_factory.mktemp("bases") / "bases.toml"
    path.write_text(BASES.format(server=tiles[0]), encoding="utf-8")
    return serve(SMALL / "small_app.py", PARKS_BASES=str(path), TEST_KEY="k")


@pytest.fixture
def frame(page, small):
    page.goto(small)
    page.wait_for_selector("iframe")
    drawn = page.frame(url=lambda url: "streamlit_folium" in url)
    drawn.wait_for_selector('.leaflet-container[data-zones][data-classes][data-waiting="0"]')
    return drawn


def where(frame, kind, name):
    """Return longitude and latitude at which the map draws a thing."""
    return frame.evaluate(
        "([kind, id]) => { const at = window.map.containerPointToLatLng(window.parksMap.pointOf(kind, id));"
        " return [at.lng, at.lat]; }",
        [kind, name],
    )


def choose(page, frame, name, state):
    page.get_by_text(name, exact=True).click()
    frame.wait_for_selector(f'.leaflet-container[data-base="{state}"]')


def test_our_own_base_asks_no_server(frame, tiles):
    assert frame.locator(".leaflet-land-pane path").is_visible()
    assert tiles[1] == []


def test_tiles_lie_beneath_and_say_whose_they_are(page, frame, tiles):
    choose(page, frame, "plain", "server")
    corner = frame.locator(".leaflet-control-attribution")
    assert "Office of <img src=x> · Map approval number S 001" in corner.inner_text()
    assert corner.locator("img").count() == 0
    assert not frame.locator(".leaflet-land-pane path").is_visible()
    asked = [re.fullmatch(r"/plain/(\d+)/(\d+)/(\d+)\.png", path) for path in tiles[1] if path.startswith("/plain")]
    assert all(asked)
    zoom, column, row = (int(part) for part in asked[0].groups())
    lon, lat = frame.evaluate(
        "([x, y, z]) => { const at = window.map.unproject([x * 256, y * 256], z); return [at.lng, at.lat]; }",
        [column, row, zoom],
    )
    assert (lon, lat) == pytest.approx((121.6, 31.2), abs=0.5)
    choose(page, frame, "own", "own")
    assert "Office" not in corner.inner_text()
    assert frame.locator(".leaflet-land-pane path").is_visible()


def test_layers_are_moved_for_tiles_on_a_shifted_datum(page, frame, tiles):
    before = where(frame, "park", "west")
    choose(page, frame, "moved", "server")
    expected = crs.shift(121.55, 31.2, "gcj02")
    shown = "window.map.containerPointToLatLng(window.parksMap.pointOf('park', 'west')).lng"
    frame.wait_for_function(f"(lng) => Math.abs({shown} - lng) < 1e-3", arg=float(expected[0]))
    assert where(frame, "park", "west") == pytest.approx(expected, abs=1e-3)
    assert before == pytest.approx((121.55, 31.2), abs=1e-3)
    assert any("names" in path and "tk=k" in path for path in tiles[1])


def test_a_silent_server_is_said_and_our_own_base_stays(page, frame):
    choose(page, frame, "silent", "own")
    frame.get_by_text("The base map does not answer. Our own is shown.").wait_for()
    assert frame.locator(".leaflet-land-pane path").is_visible()
    choose(page, frame, "own", "own")
    frame.locator(".parks-notice").wait_for(state="detached")


@pytest.mark.parametrize(
    ("base", "said"),
    [("plain", ["Office of <img src=x> · Map approval number S 001"]), ("moved", ["Moved", "Drawn on GCJ-02"])],
)
def test_a_page_of_a_server_s_tiles_says_whose_they_are_and_their_datum(page, frame, tmp_path, base, said):
    choose(page, frame, base, "server")
    frame.wait_for_function("[...document.querySelectorAll('img.leaflet-tile')].every((tile) => tile.complete)")
    with page.expect_download() as waited:
        frame.get_by_role("button", name="This view as a page (PDF)").click()
    path = tmp_path / "map.pdf"
    waited.value.save_as(path)
    (paper,) = pypdf.PdfReader(path).pages
    for line in (*said, "OpenStreetMap contributors, ODbL 1.0"):
        assert line in paper.extract_text(), line
    (picture,) = paper.images
    shades = {shade: count for count, shade in picture.image.convert("RGB").getcolors(10**7)}
    assert shades[GREEN] > picture.image.width * picture.image.height / 2


@pytest.mark.parametrize("tool", ["This view as a page (PDF)", "A picture of this view"])
def test_where_tiles_may_not_be_copied_the_browser_prints(page, frame, tool):
    choose(page, frame, "closed", "server")
    frame.evaluate("window.print = () => { window.printed = true; }")
    frame.get_by_role("button", name=tool).click()
    frame.wait_for_function("window.printed")
    assert frame.get_by_role("alert").count() == 0
