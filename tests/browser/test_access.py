"""The screens are for everybody: no serious fault that axe finds, both themes, the keyboard, names to be read out."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_main_job import PATIENCE, layers_of, opened, settled

from parks.output import contrast

pytestmark = pytest.mark.xdist_group("browser")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "resultTypes": ["violations"],
    "iframes": False,  # each frame is looked at by itself
}
PARTS = ("table", "search", "holds", "rollover", "absorption", "free", "coming", "mend")
VIEWS = (
    "",
    "map?tenant=A004",
    *(f"vacancy?desk={part}" for part in PARTS),
    "tenants?tenant=A004",
    "tenants?view=pipeline",
    "scenarios",
    "programme",
    "policy",
    "reports",
    "data",
    "audit",
)
ALLOWED: dict[str, set[str]] = {}
"""Rule of axe → the selectors of Streamlit's own markup that break it and cannot be mended from here. None today."""
GROUND = {"light": "#E9EEF1", "dark": "#10171C"}
"""What the names on the map stand on, by theme."""

INKS = """ground => {
    const two = (number) => Number(number).toString(16).padStart(2, '0');
    const hex = (said) => '#' + said.match(/\\d+/g).slice(0, 3).map(two).join('');
    const all = (selector) => [...document.querySelectorAll(selector)];
    const ink = (node) => hex(getComputedStyle(node).color);
    const inside = (box) => all(`${box}, ${box} *`).map(
        (node) => [box, ink(node), hex(getComputedStyle(all(box)[0]).backgroundColor)]);
    const boxes = ['.parks-legend', '.parks-search', '.leaflet-control-scale-line', '.leaflet-control-attribution'];
    return all('.parks-name').map((node) => [node.className, ink(node), ground]).concat(boxes.flatMap(inside));
}"""
"""What each word on the map is, its colour, and the colour beneath it."""


def faults(page):
    """Return what axe finds serious or critical in the page and its frames: rule, place, markup, reason."""
    found = []
    for frame in page.frames:
        for broken in Axe().run(frame, options=RULES).response["violations"]:
            if broken["impact"] not in {"serious", "critical"}:
                continue
            for node in broken["nodes"]:
                place = " ".join(map(str, node["target"]))
                if not any(allowed in place for allowed in ALLOWED.get(broken["id"], ())):
                    found.append((broken["id"], place, node["html"][:200], node["failureSummary"][:300]))
    return found


@pytest.mark.parametrize(("lang", "theme"), [("zh", "light"), ("en", "dark")])
def test_axe_finds_nothing_serious_on_any_page(page, server, lang, theme):
    page.emulate_media(color_scheme=theme)
    found = {}
    for view in VIEWS:
        opened(page, f"{server}/{view}{'&' if '?' in view else '?'}lang={lang}")
        if view.startswith("map"):
            layers_of(page)
        tabs = page.locator("[data-testid=stTab]")
        for number in range(max(tabs.count(), 1)):
            if tabs.count() and tabs.nth(number).is_visible():
                tabs.nth(number).click()
                settled(page)
            found[f"{view} {number}"] = faults(page)
    assert {place: seen for place, seen in found.items() if seen} == {}


def test_axe_would_find_what_is_broken(page, server):
    """The test above can fail: a picture without a text and pale words are found."""
    opened(page, f"{server}/audit?lang=en")
    page.evaluate(
        """() => document.querySelector('[data-testid=stMain]').insertAdjacentHTML('afterbegin',
        `<div style="position: fixed; z-index: 2147483647; top: 9rem; left: 9rem; background: #fff">
        <img src="data:,"><p style="color: #bbb; background: #fff; font-size: 1rem">pale</p></div>`)"""
    )
    assert {rule for rule, *_ in faults(page)} == {"image-alt", "color-contrast"}


@pytest.mark.parametrize(
    ("lang", "tag", "title"), [("zh", "zh-CN", "空置 · Parks"), ("en", "en", "Vacant space · Parks")]
)
def test_a_page_says_its_language_and_its_title(page, server, lang, tag, title):
    opened(page, f"{server}/vacancy?lang={lang}")
    page.wait_for_function("tag => document.documentElement.lang === tag", arg=tag, timeout=PATIENCE)
    page.wait_for_function("title => document.title === title", arg=title, timeout=PATIENCE)


def test_charts_say_what_they_show_and_take_the_ink_of_the_theme(page, server):
    for theme, dark in (("light", True), ("dark", False)):
        page.emulate_media(color_scheme=theme)
        opened(page, f"{server}/?lang=en")
        page.wait_for_function("() => document.querySelectorAll('[role=graphics-document]').length === 3")
        said = page.eval_on_selector_all("[role=graphics-document]", "all => all.map(one => one.ariaLabel)")
        assert said[0].startswith("The two programmes. Red: the target")
        assert all(said)
        inks = page.eval_on_selector_all(
            "[role=graphics-document] text", "all => all.map(one => getComputedStyle(one).fill)"
        )
        assert inks
        for ink in inks:
            assert (max(map(int, ink[4:-1].split(","))) < 128) == dark, (theme, ink)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_wears_the_theme_of_the_page(page, server, theme):
    page.emulate_media(color_scheme=theme)
    opened(page, f"{server}/map?lang=en")
    frame = layers_of(page)
    assert frame.eval_on_selector(".leaflet-container", "box => box.dataset.theme") == theme
    pairs = frame.evaluate(INKS, GROUND[theme])
    assert {place.split()[0] for place, *_ in pairs} >= {"parks-name", ".parks-legend", ".parks-search"}
    assert [pair for pair in pairs if contrast.ratio(*pair[1:]) < contrast.LEAST] == []


def test_the_map_follows_when_the_theme_changes(page, server):
    page.emulate_media(color_scheme="light")
    opened(page, f"{server}/map?lang=en")
    frame = layers_of(page)
    page.emulate_media(color_scheme="dark")
    frame.wait_for_selector(".leaflet-container[data-theme=dark]", timeout=PATIENCE)


def test_the_map_is_named_and_obeys_the_keyboard(page, server):
    opened(page, f"{server}/map?lang=zh")
    frame = layers_of(page)
    assert page.locator("iframe").get_attribute("title").startswith("园区空间地图")
    assert frame.evaluate("document.documentElement.lang") == "zh-CN"
    box = frame.locator(".leaflet-container")
    assert box.get_attribute("role") == "application"
    assert box.get_attribute("aria-label").startswith("园区空间地图")

    page.keyboard.press("Tab")  # from now on the browser shows where the focus is
    box.focus()
    assert frame.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    view = "(() => { const map = window.map; return [map.getZoom(), map.getCenter().lng]; })()"
    zoom, lng = frame.evaluate(view)
    page.keyboard.press("ArrowRight")
    frame.wait_for_function(f"{view}[1] > {lng} + 1e-6")
    page.keyboard.press("+")
    frame.wait_for_function(f"{view}[0] > {zoom} && !window.map._animatingZoom")
    page.keyboard.press("-")
    frame.wait_for_function(f"{view}[0] <= {zoom}")

    order = []
    for _ in range(11):
        page.keyboard.press("Tab")
        at = frame.evaluate(
            """() => { const at = document.activeElement, style = getComputedStyle(at);
            return [at.dataset.tool || at.className.split(' ')[0] || at.tagName.toLowerCase(),
                    at.ariaLabel || at.title || at.textContent, style.outlineStyle]; }"""
        )
        assert at[1], f"{at[0]} has no name"
        assert at[2] != "none", f"one does not see that {at[0]} has the focus"
        order.append(at[0])
    assert order[:4] == ["input", "leaflet-control-zoom-in", "leaflet-control-zoom-out", "parks-home"]
    assert order[4:10] == ["measure", "link", "picture", "page", "lasso", "outline"]
    assert order[10] == "summary", "the legend cannot be reached"


@pytest.mark.parametrize(
    ("lang", "said", "day"), [("zh", "正在计算本页", "数据截至"), ("en", "Working out this page", "As of")]
)
def test_while_a_page_takes_long_it_says_so_and_what_is_there_can_be_read(page, serve, store_path, lang, said, day):
    address = serve("tests/browser/small/slow_app.py", PARKS_STORE=store_path)
    page.goto(f"{address}/?lang={lang}")
    page.get_by_text(said).wait_for(timeout=PATIENCE)  # where the page is sent first, the bar comes with it
    page.get_by_text(day, exact=True).first.wait_for(timeout=PATIENCE)
    page.goto(f"{address}/audit?lang={lang}")
    waiting = page.get_by_text(said)
    page.get_by_text(day, exact=True).first.wait_for(timeout=PATIENCE)
    waiting.wait_for(timeout=PATIENCE)
    box = waiting.bounding_box()
    assert 0 < box["y"] < 900 - box["height"]
    assert faults(page) == []
    page.get_by_text("worked out").wait_for(timeout=PATIENCE)
    waiting.wait_for(state="hidden", timeout=PATIENCE)
