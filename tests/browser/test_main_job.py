"""The main job, walked through in a real browser with the network cut off: fit, place, vacancy, undo, plan, report."""

import re
import zipfile

import pytest
from playwright.sync_api import expect

from parks import store, words

pytestmark = pytest.mark.xdist_group("browser")
PATIENCE = 60_000
TENANT, UNIT = "A004", "P033-C4-F01-1"
BUILDING = "P033-C4"


def settled(page):
    """Wait until the app has drawn what it was asked."""
    page.wait_for_selector("[data-testid=stDateInput]", timeout=PATIENCE)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=PATIENCE)
    assert page.locator("[data-testid=stException]").count() == 0


def opened(page, address):
    page.goto(address)
    settled(page)


def layers_of(page):
    """Return the frame of the map once every layer is drawn."""
    page.wait_for_selector("iframe", timeout=PATIENCE)
    frame = page.frame(url=lambda url: "streamlit_folium" in url)
    for name in ("context", "zones", "parks", "buildings", "classes"):
        frame.wait_for_selector(f".leaflet-container[data-{name}]", timeout=PATIENCE)
    return frame


def click_building(page, frame, code):
    """Zoom to a building and click it on the map."""
    frame.evaluate("id => window.parksMap.visit('building', id, 16)", code)
    frame.wait_for_selector('.leaflet-container[data-waiting="0"]')
    page.wait_for_timeout(500)
    at = frame.evaluate("id => window.parksMap.pointOf('building', id)", code)
    box = page.locator("iframe").bounding_box()
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])


def metric(page, label):
    cell = page.locator("[data-testid=stMetric]").filter(has_text=label).first
    return cell.locator("[data-testid=stMetricValue]").inner_text()


def reserved(path):
    """Return the reserved area of the day after the placement begins, as the store itself has it."""
    with store.open(path) as held:
        leases = held.as_of(held.data_day()).leases
    return leases[(leases["unit_id"] == UNIT) & (leases["tenant_id"] == TENANT)]


def test_the_main_job(page, server, store_path, tmp_path):
    opened(page, f"{server}/map?lang=en")
    frame = layers_of(page)
    frame.evaluate("window.map.firstOne = true")

    # 0 pick a company: the same map shows where it fits
    page.get_by_label("Company with an open need").fill(TENANT)
    page.get_by_role("option").filter(has_text=f"· {TENANT}").click()
    frame.get_by_text("Has space that fits").wait_for(timeout=PATIENCE)
    assert f"tenant={TENANT}" in page.url
    assert frame.evaluate("window.map.firstOne === true"), "the map was drawn anew"

    # 1 a click on a building opens its stack beside the same map
    click_building(page, frame, BUILDING)
    page.wait_for_selector(f".st-key-stack_{BUILDING}", timeout=PATIENCE)
    assert frame.evaluate("window.map.firstOne === true"), "the map was drawn anew"

    # 2 place the company in a unit, with a reason
    page.get_by_label("Units chosen").fill(UNIT)
    page.get_by_role("option", name=UNIT).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Place here").wait_for(timeout=PATIENCE)
    page.get_by_label("Reason").first.fill("near its chain")
    page.get_by_role("button", name="Place here").click()
    page.get_by_text("is placed in 1 units").wait_for(timeout=PATIENCE)
    placed = reserved(store_path)
    assert list(placed["reason"]) == ["near its chain"]
    begin = placed["valid_from"].iloc[0].date().isoformat()
    assert frame.evaluate("window.map.firstOne === true"), "the map was drawn anew"

    # 3 vacancy has changed on that day
    opened(page, f"{server}/vacancy?lang=en&day={begin}&level=zone")
    after = metric(page, "Vacant area")

    # 4 undo, and vacancy is as it was
    opened(page, f"{server}/map?lang=en")
    page.get_by_role("button", name="Undo the last act").click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('button')].some(b => b.innerText.includes('Redo') && !b.disabled)",
        timeout=PATIENCE,
    )
    assert reserved(store_path).empty
    opened(page, f"{server}/vacancy?lang=en&day={begin}&level=zone")
    before = metric(page, "Vacant area")
    assert int(re.sub(r"\D", "", before)) > int(re.sub(r"\D", "", after))

    # 5 the report
    opened(page, f"{server}/reports?lang=en")
    page.get_by_role("button", name="Make the report").click()
    with page.expect_download(timeout=PATIENCE) as waited:
        page.get_by_role("button", name=re.compile(r"Download parks-.*-en\.xlsx")).click(timeout=PATIENCE)
    file = tmp_path / "report.xlsx"
    waited.value.save_as(file)
    with zipfile.ZipFile(file) as book:
        assert any(name.startswith("xl/charts/") for name in book.namelist())
    with page.expect_download(timeout=PATIENCE) as waited:
        page.get_by_role("button", name="Download the map").click()
    chart = tmp_path / "map.html"
    waited.value.save_as(chart)
    page.goto(chart.as_uri())
    page.wait_for_selector(".leaflet-container[data-buildings]", timeout=PATIENCE)
    assert "Illustrative" in page.inner_text("body")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_draws_offline_and_within_its_width(page, server, lang):
    for path in ("", "map", "vacancy", "tenants", "scenarios", "programme", "policy", "reports", "data", "audit"):
        page.set_viewport_size({"width": 1440, "height": 900})
        opened(page, f"{server}/{path}?lang={lang}")
        notice = "示例数据" if lang == "zh" else "Illustrative data"
        page.get_by_text(notice).first.wait_for(timeout=PATIENCE)
        for width in (1440, 1024, 820):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("width => window.innerWidth === width", arg=width, timeout=PATIENCE)
            page.wait_for_timeout(300)  # what is drawn anew for the width has its time
            wide = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth")
            assert wide <= width, f"{path} is {wide} px wide"


def test_on_a_tablet_the_map_stands_above_the_panel_as_wide_as_the_page(page, server):
    page.set_viewport_size({"width": 820, "height": 1180})
    opened(page, f"{server}/map?lang=en")
    layers_of(page)
    chart = page.locator("iframe").bounding_box()
    panel = page.get_by_role("button", name="Undo the last act").bounding_box()
    assert panel["y"] >= chart["y"] + chart["height"]
    assert chart["width"] > 700


def test_language_switch_stays_in_the_link(page, server):
    opened(page, f"{server}/vacancy")
    page.get_by_role("radio", name="English").click()
    page.get_by_text("Totals by").wait_for(timeout=PATIENCE)
    assert "lang=en" in page.url
    page.reload()
    settled(page)
    page.get_by_text("Totals by").wait_for(timeout=PATIENCE)


def test_the_open_tab_stays_open_in_the_other_language_and_after_another_page(page, server):
    opened(page, f"{server}/programme?lang=en")
    page.get_by_role("tab", name="Behind plan").click()
    page.get_by_role("tabpanel").get_by_test_id("stDataFrame").wait_for(timeout=PATIENCE)
    page.get_by_role("radio", name="中文").click()
    chosen = page.get_by_role("tab", selected=True)
    behind = words.translator("zh")("Behind plan")
    expect(chosen).to_have_text(re.compile(behind), timeout=PATIENCE)
    page.get_by_test_id("stTopNavLink").nth(2).click()
    expect(chosen).to_have_count(0, timeout=PATIENCE)
    page.go_back()
    expect(chosen).to_have_text(re.compile(behind), timeout=PATIENCE)


def test_a_name_with_markup_is_text_everywhere(page, serve, hostile):
    server = serve("app.py", PARKS_STORE=hostile)
    for path in ("map?tenant=A004", "tenants?tenant=A004", "scenarios", "vacancy", "reports", "data", ""):
        opened(page, f"{server}/{path}{'&' if '?' in path else '?'}lang=en")
        page.wait_for_timeout(500)
        assert page.evaluate("window.hacked") is None, path
        assert page.locator("img[src=x]").count() == 0, path
    frame = None
    opened(page, f"{server}/map?lang=en&tenant=A004")
    frame = layers_of(page)
    assert frame.evaluate("window.hacked") is None
    assert frame.locator("img[src=x]").count() == 0
    page.locator("[data-testid=stMainBlockContainer]").get_by_text("<img src=x").first.wait_for(timeout=PATIENCE)
    frame.evaluate("window.Streamlit.setComponentValue({picked: {kind: 'building', id: 'P033-C4'}})")
    page.wait_for_selector(".st-key-stack_P033-C4", timeout=PATIENCE)
    page.locator("h3").filter(has_text="<img src=x").first.wait_for(timeout=PATIENCE)
    settled(page)
    assert page.locator("img[src*=example]").count() == 0
