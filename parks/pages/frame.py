"""The frame round every page: navigation, day, scenario, language, and the notice on illustrative data."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware

from parks import words
from parks.issues import InvalidData
from parks.output import webpages
from parks.pages import (
    attempts,
    audit,
    data,
    map_page,
    overview,
    policy_desk,
    programme,
    reports,
    scenarios,
    session,
    shell,
    tenants,
    vacancy_desk,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from parks.pages.session import Session
    from parks.store import Store
    from parks.words import Translate

    Chosen = tuple[dt.date, str | None, dt.date | None, str]

SCRIPT = Path(__file__).with_name("screen.py")
"""The script that draws the frame."""
NOW = "now"
FIRST = "overview"
EARLY = {FIRST, "map"}
"""Pages that are sent before the bar above them: where most visits begin, nobody waits for the bar first."""
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="118" height="32" viewBox="0 0 118 32">'
    '<rect x="1" y="13" width="8" height="16" rx="1" fill="#2f8cad"/>'
    '<rect x="11" y="5" width="8" height="24" rx="1" fill="#e0a030"/>'
    '<rect x="21" y="17" width="8" height="12" rx="1" fill="#4f9d69"/>'
    '<text x="37" y="26" font-family="sans-serif" font-size="24" font-weight="700" fill="#3f83a0">Parks</text></svg>'
)

# Streamlit leaves a hand's breadth above the page; a planner's screen has none to spare. Its white letters on the
# dark theme's pale primary colour would not be read. And it loses its place when a part that is drawn by itself is
# asked to begin anew before it has ended: undo and redo beside the map wait until the page is drawn.
STYLE = """<style>
[data-testid=stMainBlockContainer] {padding-top: 4.2rem; padding-bottom: 2rem}
[data-testid=stMetricValue] {font-size: clamp(1.05rem, 1.75vw, 1.7rem)}
[data-testid=stMetric] * {white-space: normal; overflow: visible; text-overflow: clip}
[data-testid=stMetricDelta] p {white-space: normal !important}
.stElementContainer:has(> .stHtml > script) {display: none}
.st-key-waiting {position: fixed; z-index: 1000; bottom: 1.2rem; left: 50%; transform: translateX(-50%); width: auto}
.st-key-waiting [data-testid=stSpinner] {padding: 0.3rem 1rem; border-radius: 1rem; box-shadow: 0 1px 6px #0006;
    background: light-dark(#ffffff, #1d272e)}
[data-testid=stBaseButton-primary]:enabled, [data-testid=stBaseButton-primaryFormSubmit]:enabled {
    color: light-dark(#ffffff, #0b1216)}
[data-testid=stApp]:not([data-test-script-state=notRunning]) :is(.st-key-undo_map, .st-key-redo_map) button {
    pointer-events: none}
@media (max-width: 1200px) {
    [data-testid=stMainBlockContainer] {padding-left: 1.5rem; padding-right: 1.5rem}
}
@media (max-width: 900px) {
    [data-testid=stHorizontalBlock]:has(iframe, .stVegaLiteChart) > [data-testid=stColumn] {
        flex: 1 1 100%; min-width: 100%}
}
</style>"""
SPOKEN = """<script>document.documentElement.lang = "%s"</script>"""
"""Streamlit has no setting for the language of a page, and says that all are English."""


@contextlib.asynccontextmanager
async def warmed(_app: st.App) -> AsyncIterator[None]:
    """Prepare the first page before the first visitor comes; what is wrong is said on the screen, not here."""
    shell.unhindered()
    with contextlib.suppress(InvalidData):
        held, _ = session.opened()
        for lang in words.LANGUAGES:
            first = session.begin(lang, _today(held), None)
            if not first.park.units.empty:
                overview.prepared(first)
    yield


def middleware() -> list[Middleware]:
    """Return what answers before Streamlit does."""
    return [Middleware(shell.Shell, pages=[path for *_, path in pages(words.translator(words.LANGUAGES[0]))])]


def _today(held: Store) -> dt.date:
    """Return the day shown at first: that of the newest data, else today."""
    return held.data_day() or dt.datetime.now(tz=dt.UTC).date()


def pages(t: Translate) -> list[tuple[Callable[[Session], None], str, str, str]]:
    """Return every page in the order of the navigation: what shows it, its title, icon and link."""
    return [
        (overview.show, t("Overview"), "dashboard", "overview"),
        (map_page.show, t("Map"), "map", "map"),
        (vacancy_desk.show, t("Vacant space"), "apartment", "vacancy"),
        (tenants.show, t("Tenants"), "groups", "tenants"),
        (scenarios.show, t("Scenarios"), "alt_route", "scenarios"),
        (programme.show, t("Programme"), "factory", "programme"),
        (policy_desk.show, t("Policy"), "gavel", "policy"),
        (reports.show, t("Reports"), "description", "reports"),
        (data.show, t("Data"), "database", "data"),
        (audit.show, t("Audit"), "history", "audit"),
    ]


def main() -> None:
    """Draw the frame, then the page that the link names."""
    st.set_page_config(page_icon=LOGO, layout="wide")
    session.remembered("lang", words.LANGUAGES[0], words.LANGUAGES)
    lang = st.session_state["lang"]
    t = words.translator(lang)
    st.logo(LOGO, size="large")
    st.html(STYLE)
    st.html(SPOKEN % webpages.TAGS[lang], unsafe_allow_javascript=True)
    shown: dict[str, Callable[[Session], None]] = {}
    links = {}
    for show, title, icon, path in pages(t):
        shown[path] = show
        links[path] = st.Page(_nothing, title=title, icon=f":material/{icon}:", url_path=path, default=path == FIRST)
    st.session_state[session.LINKS] = links
    chosen = st.navigation(list(links.values()), position="top")
    st.set_page_config(page_title=f"{chosen.title} · Parks")
    waiting = st.container(key="waiting")
    with waiting.spinner(t("Working out this page …")):
        path = chosen.url_path or FIRST
        _draw(t, lang, shown[path], early=path in EARLY)


def _draw(t: Translate, lang: str, show: Callable[[Session], None], *, early: bool) -> None:
    """Draw the bar and the page below it; where the store does not answer, say so and offer another try.

    Parameters
    ----------
    t, lang
        The language.
    show
        Draws the page.
    early
        Whether the page is sent before the bar.
    """
    bar, page = st.container(), st.container()
    try:
        held = session.opened(lang)[0].speaking(lang)
        today, names = _today(held), [session.RECORD, *held.scenarios()["name"]]
    except InvalidData as fault:
        _language(t, _places(bar)[-1])
        with page:
            session.silent(fault, t, "page")
        return
    chosen = _chosen(today, names)
    if not early:
        _bar(t, today, names, _places(bar))
    with page:
        _page(t, lang, chosen, show)
    if early:
        _bar(t, today, names, _places(bar))


def _page(t: Translate, lang: str, chosen: Chosen, show: Callable[[Session], None]) -> None:
    """Draw the page, and above it what is to be known of it."""
    try:
        current = session.begin(lang, *chosen)
        # What comes and goes has a place of its own: a map that is drawn anew by itself must find its own again.
        with st.container():
            _notice(current)
        with st.container():
            attempts.offer(current)
        show(current)
    except InvalidData as fault:
        session.silent(fault, t, "page")
    else:
        attempts.drawn(current)


def _nothing() -> None:
    """The frame draws the pages itself, since each needs the session."""


def _chosen(today: dt.date, names: Sequence[str]) -> Chosen:
    """Return day, scenario, belief (None is what is known now) and name, as the session has them before they are drawn.

    What a page chose after the widget of it was drawn is taken over first.
    """
    if "scenario_next" in st.session_state:
        st.session_state["scenario"] = st.session_state.pop("scenario_next")
    if st.session_state.pop("known_next", None) == NOW:
        st.session_state["known"] = None
    day = session.remembered_day("day", today) or today
    scenario = session.remembered("scenario", session.RECORD, names)
    now = _now()
    known = session.remembered_day("known", None, now)
    who = str(st.session_state.get("who") or "").strip()
    believed = known if known and known < now else None
    return day, None if scenario == session.RECORD else scenario, believed, who or _nameless()


def _now() -> dt.date:
    return dt.datetime.now().astimezone().date()


def _places(bar: DeltaGenerator) -> list[DeltaGenerator]:
    """Return the places in the bar: of the day, the scenario, the belief, and the row at the right."""
    return bar.columns([2, 3, 2, 4], vertical_alignment="bottom")


def _bar(t: Translate, today: dt.date, names: Sequence[str], places: list[DeltaGenerator]) -> None:
    """Draw day, scenario, belief, language and name; `_chosen` says what they stand at."""
    left, middle, then, right = places
    session.chosen_day(t("As of"), "day", today, left)
    session.choice(t("Scenario"), names, "scenario", lambda name: session.title(name, t), middle)
    session.chosen_day(
        t("As known on"),
        "known",
        None,
        then,
        latest=_now(),
        help=t("Empty is now. An earlier day shows what was believed then: every later correction is left out."),
    )
    _who(t, _language(t, right))


def _who(t: Translate, place: DeltaGenerator) -> None:
    """Draw the name under which the user acts."""
    with place.popover(st.session_state.get("who") or t("Name"), icon=":material/person:"):
        st.text_input(
            t("Your name, as the history shall tell it"),
            key="who",
            max_chars=40,
            persist_state="session",
            placeholder=_nameless(),
            help=t(
                "There is no login yet: everybody says their own name. It parts your acts from those of others. "
                "Without one, a mark of this browser does."
            ),
        )


def _nameless() -> str:
    """Return who acts while no name is given: one for each browser, so that none can undo what another did."""
    mark = st.context.cookies.get(shell.VISITOR, "")
    if not shell.MARK.fullmatch(mark):  # the browser keeps nothing: told apart until the page is loaded anew
        mark = st.session_state.setdefault(shell.VISITOR, shell.mark())
    return f"{session.PLANNER} {mark}"


def _language(t: Translate, place: DeltaGenerator) -> DeltaGenerator:
    """Draw the language switch at the right; return the row that it stands in."""
    right = place.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom")
    session.switch(t("Language"), words.LANGUAGES, "lang", {"zh": "中文", "en": "English"}.__getitem__, right)
    return right


def _notice(current: Session) -> None:
    """Say on every screen that made-up rows are made up, and that a past belief is past."""
    t, park = current.t, current.park
    if park.known_on is not None:
        row = st.container(horizontal=True, vertical_alignment="center")
        day = t("What was believed on {day}", day=park.known_on)
        row.markdown(f":blue-badge[:material/history: {day}]", width="content")
        if row.button(t("Back to now"), key="back_to_now", type="tertiary", icon=":material/update:"):
            st.session_state["known_next"] = NOW
            st.rerun()
    if any((park.table(name)["standing"] == "illustrative").any() for name in ("buildings", "units", "leases")):
        said = t("Illustrative data")
        why = t(
            "Buildings, units, companies and leases are made up to show the tool; zones, policy and published "
            "figures are real."
        )
        st.markdown(f":orange-badge[:material/science: {said}] :small[{why}]")
