"""Two visitors of one server, in turn on page after page: neither is shown anything of the other's."""

import datetime as dt
import difflib

import pytest
from test_main_job import settled
from test_planner import PATIENCE, Planner

from parks import store

pytestmark = pytest.mark.xdist_group("browser")
PAGES = ("vacancy", "tenants", "scenarios", "reports", "", "map")
SCENARIO, MINE, REASON = "方案甲", "A004", "甲的理由"
BUILDING, UNIT = "P033-C4", "P033-C4-F01-1"
OTHERS, OTHER_BUILDING, OTHER_UNIT = "A012", "P025-B1", "P025-B1-F01-1"
TOLD = """() => {
    const walk = document.createTreeWalker(document.querySelector("[data-testid=stApp]"), NodeFilter.SHOW_TEXT);
    const aside = "svg, canvas, iframe, style, script, .st-key-waiting", said = [];
    while (walk.nextNode()) {
        const text = walk.currentNode.textContent.trim(), within = walk.currentNode.parentElement;
        if (text && !within.closest(aside)) { said.push(within.closest("button:disabled") ? `(${text})` : text); }
    }
    const fields = [...document.querySelectorAll("[data-testid=stMain] :is(input, textarea)")];
    const value = (field) => field.type === "checkbox" ? field.checked : field.value;
    const chosen = fields.map((field) => `${field.ariaLabel}: ${value(field)}`);
    return [document.title, document.documentElement.lang, ...said, ...chosen].join("\\n");
}"""
"""Every word of the page, those on buttons that cannot be pressed in brackets, and what stands in its fields."""
DRAWN = """() => {
    const box = document.querySelector(".leaflet-container"), held = box.dataset, centre = window.map.getCenter();
    const lang = document.documentElement.lang, said = [held.picked, held.classes, held.facilities, held.quarter];
    const bars = [...document.querySelectorAll(".parks-legend, .parks-bar, .parks-notice")].map((bar) => bar.innerText);
    const tools = [...document.querySelectorAll("button")].map((tool) => tool.ariaLabel);
    said.push(box.ariaLabel, lang, ...bars, ...tools);
    return [...said, window.map.getZoom(), centre.lat.toFixed(4), centre.lng.toFixed(4)].join("\\n");
}"""
"""What the map shows: selection, colours, facilities, days, place, and its words."""


class Visitor(Planner):
    """One of two at the same server."""

    def seen(self):
        """Return all that stands on the page, once it is drawn."""
        settled(self.page)
        self.page.locator(".st-key-waiting [data-testid=stSpinner]").wait_for(state="detached", timeout=PATIENCE)
        if "/map" not in self.page.url:
            return self.page.evaluate(TOLD)
        self.page.wait_for_selector("iframe", timeout=PATIENCE)
        self.frame = self.page.frame(url=lambda url: "streamlit_folium" in url)
        self.until("[data-zones][data-classes][data-waiting='0']")
        return f"{self.page.evaluate(TOLD)}\n{self.frame.evaluate(DRAWN)}"

    def go(self, path):
        """Go to another page in the same session, by the bar above."""
        before = self.page.title()
        link = self.page.locator(f"a[data-testid=stTopNavLink][href$='/{path}']")
        if link.evaluate("node => node.ariaCurrent") != "page":
            link.click()
            self.page.wait_for_function("before => document.title !== before", arg=before, timeout=PATIENCE)

    def walk(self, pages=PAGES):
        """Return what each page shows, when it shows the same twice."""
        found = {}
        for path in pages:
            self.go(path)
            found[path] = ""
            while found[path] != (now := self.seen()):
                found[path] = now
                self.page.wait_for_timeout(300)
        return found

    def still(self, before):
        """Fail unless each page comes to show again what it showed before."""
        for path in before:
            self.go(path)
            for _ in range(40):
                if (now := self.seen()) == before[path]:
                    break
                self.page.wait_for_timeout(250)
            else:
                changed = difflib.unified_diff(before[path].splitlines(), now.splitlines(), "before", "now", n=1)
                pytest.fail(f"{self.lang} {path or 'overview'}:\n" + "\n".join(changed))

    def call(self, name):
        """Say under which name the acts are done."""
        self.button("Name").click()
        field = self.page.get_by_label(self.t("Your name, as the history shall tell it"), exact=True)
        field.fill(name)
        field.press("Enter")
        self.page.get_by_role("button", name=name).wait_for(timeout=PATIENCE)
        self.page.keyboard.press("Escape")

    def place(self, unit, reason):
        """Place the chosen company in a unit of the chosen building."""
        field = self.page.get_by_label(self.t("Reason")).first
        self.choose("Units chosen (click them in the stack, or choose here)", unit, field)
        field.fill(reason)
        field.press("Tab")
        self.press(self.button("Place here"))
        self.able("Undo the last act")

    def back(self, sentence, then):
        """Undo or redo, and wait until the opposite can be done."""
        self.go("map")
        self.seen()
        self.press(self.button(sentence))
        self.able(then)


@pytest.fixture
def own(own):
    """Return the path of a store with two scenarios, and the address of the app on it."""
    with store.open(own[0]) as held:
        held.create_scenario(SCENARIO, by="test")
        held.create_scenario("闲置方案", by="test")  # the last by name: the page of scenarios compares with it
    return own


def placed(path, tenant, scenario=None):
    """Return the units that a company holds on the day from which it wants them."""
    with store.open(path) as held:
        leases = held.as_of(dt.date(2029, 1, 1), scenario).leases
    return sorted(leases.loc[(leases["tenant_id"] == tenant) & (leases["state"] == "reserved"), "unit_id"])


def test_neither_is_shown_anything_of_the_other(page, second, own):
    path, server = own
    bea, jia = Visitor(page, server, "en", mouse=True), Visitor(second, server, "zh", mouse=True)

    # Two states side by side for the one; the other comes with a scenario, a company, colours and facilities.
    bea.open(f"{server}/map?lang=en&moment=compare&other_day=2027-12-31&colour=availability&pick=park,P033")
    bea.call("Bea")
    sides = {"map": bea.seen()}
    assert "2027-12-31" in sides["map"]
    jia.open(f"{server}/map?lang=zh&scenario={SCENARIO}&tenant={MINE}&pick=building,{BUILDING}")
    jia.call("甲")
    jia.page.get_by_text(jia.t("Stops, rental housing, platforms and CDMO capacity")).click()
    jia.until("[data-facilities][data-classes='fit']")
    bea.still(sides)

    # The one chooses a company and a building too, and looks round; the other places in its scenario.
    bea.choose("Company with an open need", OTHERS, bea.map("[data-classes='fit']"))
    bea.find(OTHER_BUILDING, f"building {OTHER_BUILDING}")
    hers = bea.walk()
    assert not any(word in said for said in hers.values() for word in ("甲的", UNIT))
    assert all(SCENARIO not in hers[name] for name in PAGES if name != "scenarios")
    jia.place(UNIT, REASON)
    assert (placed(path, MINE, SCENARIO), placed(path, MINE)) == ([UNIT], [])
    bea.still(hers)
    his = jia.walk()
    assert all(SCENARIO in said for said in his.values())

    # The one places on the record, and both take back and do again, in turn: each its own act.
    bea.go("map")
    bea.seen()
    bea.place(OTHER_UNIT, "her reason")
    assert (placed(path, OTHERS, SCENARIO), placed(path, OTHERS)) == ([], [OTHER_UNIT])
    jia.still({name: said for name, said in his.items() if name != "scenarios"})  # that tells how the record moved on
    hers = bea.walk(("vacancy", "map"))
    jia.back("Undo the last act", "Redo")
    bea.still(hers)
    assert (placed(path, MINE, SCENARIO), placed(path, OTHERS)) == ([], [OTHER_UNIT])
    bea.back("Undo the last act", "Redo")
    jia.back("Redo", "Undo the last act")
    jia.still({name: his[name] for name in ("vacancy", "map")})
    assert (placed(path, MINE, SCENARIO), placed(path, OTHERS)) == ([UNIT], [])
