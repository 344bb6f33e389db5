"""A planner's fifteen acts on the map, in both languages, with the mouse and with the keyboard alone."""

import re

import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 - the browser's own

from parks import store, words

pytestmark = pytest.mark.xdist_group("browser")
PATIENCE = 60_000
COMPANY, PARK, BUILDING, UNIT = "A004", "P033", "P033-C4", "P033-C4-F01-1"
ABLE = """(words) => document.querySelector("[data-test-script-state=notRunning]")
    && [...document.querySelectorAll("button")].some((each) => each.innerText.includes(words) && !each.disabled)"""


class Planner:
    """One planner at one screen: what is done, whichever way the hand goes."""

    def __init__(self, page, server, lang, *, mouse):
        """Sit down before an empty page."""
        self.page, self.server, self.lang, self.mouse = page, server, lang, mouse
        self.t = words.translator(lang)
        self.frame = None

    def open(self, address):
        self.page.goto(address)
        self.page.wait_for_selector("iframe", timeout=PATIENCE)
        self.frame = self.page.frame(url=lambda url: "streamlit_folium" in url)
        self.until("[data-zones][data-classes][data-waiting='0']")

    def until(self, state):
        self.frame.wait_for_selector(f".leaflet-container{state}", timeout=PATIENCE)

    def press(self, place, key="Enter"):
        """Click a control; or reach it as the Tab key would, and press a key."""
        place.wait_for(timeout=PATIENCE)
        if self.mouse and key == "Enter":
            place.click()
            return
        assert place.evaluate("node => node.tabIndex >= 0"), "the Tab key does not reach it"
        place.focus()
        place.press(key)

    def tool(self, sentence):
        return self.frame.get_by_role("button", name=self.t(sentence))

    def button(self, sentence):
        return self.page.get_by_role("button", name=self.t(sentence)).first

    def able(self, sentence):
        """Wait until the page is drawn and a button can be pressed."""
        self.page.wait_for_function(ABLE, arg=self.t(sentence), timeout=PATIENCE)

    def centre(self):
        return self.frame.evaluate("[window.map.getCenter().lat, window.map.getCenter().lng]")

    def choose(self, label, option, seen, state="visible"):
        """Choose in a list of the page, again where a run that ended just then shut it; wait for what comes."""
        box = self.page.get_by_label(self.t(label), exact=True).first
        wanted = self.page.get_by_role("option").filter(has_text=option).first
        for _ in range(6):
            try:
                box.fill(option)
                wanted.wait_for(timeout=PATIENCE / 6)
                if self.mouse:
                    wanted.click(timeout=PATIENCE / 6)
                else:
                    box.press("Enter")
                seen.wait_for(state=state, timeout=PATIENCE / 3)
            except TimeoutError:
                box.press("Escape")
                continue
            return
        pytest.fail(f"{option} could not be chosen")

    def map(self, state):
        return self.frame.locator(f".leaflet-container{state}")

    def at(self, kind, name):
        """Return where a thing stands on the page."""
        at = self.frame.evaluate("([kind, id]) => window.parksMap.pointOf(kind, id)", [kind, name])
        box = self.page.locator("iframe").bounding_box()
        return box["x"] + at["x"], box["y"] + at["y"]

    def find(self, said, picked):
        """Search on the map and go there."""
        box = self.frame.get_by_role("combobox", name=self.t("Search by name or id"))
        box.fill(said)
        self.frame.locator("#parks-found [role=option]").filter(has_text=said).first.wait_for(timeout=PATIENCE)
        box.press("Enter")
        self.until(f"[data-picked='{picked}'][data-waiting='0']")

    def give(self):
        """Bring the company to the building: drag its card, or choose it while the building is selected."""
        cards = self.frame.locator(".parks-cards")
        if cards.get_attribute("open") is None:
            self.press(cards.locator("summary"))
        self.frame.get_by_role("searchbox", name=self.t("Filter by name or id")).fill(COMPANY)
        card = cards.locator("button").first
        if self.mouse:
            box, (x, y) = self.page.locator("iframe").bounding_box(), self.at("building", BUILDING)
            target = {"x": x - box["x"], "y": y - box["y"]}
            card.drag_to(self.frame.locator(".leaflet-container"), target_position=target)
        else:
            self.press(card)


def placed(path):
    """Return the units that the company holds by a planner's act."""
    with store.open(path) as held:
        leases = held.as_of(held.data_day()).leases
    return sorted(leases.loc[(leases["tenant_id"] == COMPANY) & (leases["reason"] == "planned"), "unit_id"])


@pytest.mark.parametrize("mouse", [True, False], ids=["mouse", "keyboard"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_fifteen_acts(page, own, lang, mouse):
    path, server = own
    hand = Planner(page, server, lang, mouse=mouse)
    look(hand)
    act(hand, path)
    keep(hand)


def look(hand):
    """Do what changes nothing: acts 1 to 8."""
    page, server, lang, t = hand.page, hand.server, hand.lang, hand.t
    # 1 the map opens, and stays the same map through all that follows
    hand.open(f"{server}/map?lang={lang}")
    hand.frame.evaluate("window.map.firstOne = true")
    # 2 a park is found by its id: its sums stand beside the map
    hand.find(PARK, f"park {PARK}")
    page.get_by_text(t("Lettable area")).first.wait_for(timeout=PATIENCE)
    # 3 all buildings of the park are selected at once
    every = re.escape(t("Select its {count} buildings")).replace(re.escape("{count}"), r"\d+")
    hand.press(page.get_by_role("button", name=re.compile(every)))
    hand.until(f"[data-picked*='{BUILDING}']")
    # 4 and let go
    hand.press(hand.button("Let the selection go"))
    hand.until("[data-picked='']")
    # 5 other colours
    hand.choose("Colour by", t("Availability"), hand.map("[data-classes='availability']"))
    # 6 the quarters of the programme, one after another
    hand.choose("Moment", t("Quarter by quarter"), hand.map("[data-quarter='2026-Q4']"))
    hand.press(hand.frame.get_by_role("slider", name=t("Quarter")), "ArrowRight")
    hand.until("[data-quarter='2027-Q1']")
    # 7 the end of the programme beside today
    asked = page.get_by_text(t("Choose another day or scenario for the right side."))
    hand.choose("Moment", t("Two side by side"), asked)
    page.get_by_label(t("Right side: as of")).first.get_by_role("spinbutton").first.focus()
    page.keyboard.type("20271231")
    page.keyboard.press("Tab")  # to the calendar's button
    page.keyboard.press("Tab")  # and out: now the day counts
    hand.frame.locator(".parks-bar.swipe", has_text="2027-12-31").wait_for(timeout=PATIENCE)
    hand.press(hand.frame.get_by_role("slider", name=t("Where the split between the two stands")), "ArrowLeft")
    # 8 back to one day
    hand.choose("Moment", t("One day"), hand.frame.locator(".parks-bar.swipe"), "detached")


def act(hand, path):
    """Place a company, undo it, do it again: acts 9 to 13."""
    page, t = hand.page, hand.t
    # 9 a building is found, its floor stack opens
    hand.find(BUILDING, f"building {BUILDING}")
    page.wait_for_selector(f".st-key-stack_{BUILDING}", timeout=PATIENCE)
    # 10 a company is brought to it: the map is coloured by fit
    hand.give()
    hand.until("[data-classes='fit']")
    # 11 it is placed there, in the unit that fits best, with a reason
    reason = page.get_by_label(t("Reason")).first
    if not hand.mouse:
        hand.choose("Units chosen (click them in the stack, or choose here)", UNIT, reason)
    reason.wait_for(timeout=PATIENCE)
    reason.fill("planned")
    reason.press("Tab")
    hand.press(hand.button("Place here"))
    hand.able("Undo the last act")
    (unit,) = placed(path)
    assert unit.startswith(BUILDING)
    # 12 undone, 13 done again
    hand.press(hand.button("Undo the last act"))
    hand.able("Redo")
    assert placed(path) == []
    hand.press(hand.button("Redo"))
    hand.able("Undo the last act")
    assert placed(path) == [unit]


def keep(hand):
    """Measure, and take the view along: acts 14 and 15."""
    page, t = hand.page, hand.t
    # 14 a line is measured
    hand.press(hand.tool("Measure length and area"))
    bar = hand.frame.locator(".parks-bar.pen")
    hand.press(bar.get_by_role("button", name=t("Point at the cross")))
    hand.frame.locator(".leaflet-container").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    told = "/[1-9]/.test(document.querySelector('.parks-bar.pen output').textContent)"
    hand.frame.wait_for_function(told, timeout=PATIENCE)
    page.keyboard.press("Escape")
    bar.wait_for(state="detached", timeout=PATIENCE)
    assert hand.frame.evaluate("window.map.firstOne === true"), "the map was drawn anew"
    # 15 the link opens this view: place, selection, company
    hand.press(hand.tool("A link to this view"))
    link = hand.frame.get_by_role("textbox", name=t("A link to this view")).input_value()
    centre = hand.centre()
    hand.open(link)
    hand.until(f"[data-picked='building {BUILDING}'][data-classes='fit'][data-waiting='0']")
    assert hand.centre() == pytest.approx(centre, abs=1e-3)
    page.wait_for_selector(f".st-key-stack_{BUILDING}", timeout=PATIENCE)
