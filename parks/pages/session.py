"""What one browser session looks at: language, day, scenario; and the shared data behind it."""

from __future__ import annotations

import datetime as dt
import gc
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from parks import outlines, policy, schema, store, words
from parks.output import figures
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from streamlit.delta_generator import DeltaGenerator

    from parks.issues import InvalidData
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.store import Store
    from parks.words import Translate

MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$^&])")
"""Signs that Markdown, its colours and formulas, or HTML read as more than themselves."""
RECORD = "record"
"""How a link says that no scenario is laid over the record."""
LINKS = "links"
"""Where the frame keeps its pages: link → page."""
PLANNER = "planner"
"""Who acts, when nobody has given a name. There is no login: names are the users' own word."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a page needs to show itself: nothing here belongs to another user's session.

    Parameters
    ----------
    t
        Says a sentence in the chosen language.
    lang
        ``zh`` or ``en``.
    store
        The open store, shared by all sessions of the process.
    park
        The snapshot of the chosen day and scenario.
    rules
        The policy in force, with the outlines on record.
    space
        One row a unit, `vacancy.by_unit(park)`.
    who
        Who acts, as the history names them.
    """

    t: Translate
    lang: str
    store: Store
    park: Snapshot
    rules: Policy
    space: pd.DataFrame
    who: str = PLANNER

    @property
    def key(self) -> tuple[object, ...]:
        """What all figures depend on, whatever the language: store, its version, day and scenario. A cache key."""
        return (self.store.address, self.park.version, self.park.day, self.park.scenario)

    @property
    def scenario(self) -> str | None:
        """The scenario laid over the record, None for the record itself."""
        return self.park.scenario

    def name(self, english: object, chinese: object) -> str:
        """Return the name in the chosen language, as plain text; where it is unknown, the other one."""
        first, second = (chinese, english) if self.lang == "zh" else (english, chinese)
        return plain(first if isinstance(first, str) and first else second)

    def area(self, value: object) -> str:
        """Return an area [m²] as a headline says it: in Chinese 万平方米, in English m²."""
        return figures.area(value, self.lang, "wan" if self.lang == "zh" else "m2")

    @property
    def counted_in(self) -> dict[str, str]:
        """Zone → the zone that totals count it in."""
        return dict(zip(self.rules.zones["zone_id"], self.rules.zones["counted_in"], strict=True))

    @property
    def names(self) -> str:
        """The column that holds names in the chosen language."""
        return f"name_{self.lang}"


@st.cache_resource(show_spinner=False)
def _store(url: str, _lang: str = words.LANGUAGES[0]) -> Store:
    return store.open(url, lang=_lang)


@st.cache_resource(show_spinner=False)
def _rules() -> Policy:
    return policy.load()


@st.cache_resource(show_spinner=False, max_entries=16)
def _space(
    url: str,
    version: int,
    day: dt.date,
    scenario: str | None,
    known_on: dt.date | None,
    counts: str,
    base: str,
) -> pd.DataFrame:
    del version  # part of the cache key: a change of the store makes a new frame
    made = vacancy.by_unit(_store(url).as_of(day, scenario, known_on), counts, base)
    gc.collect()
    gc.freeze()  # the collector runs after each script run and would walk these frames every time
    return made


def plain(text: object) -> str:
    """Return text from the data so that no sign of it is markup: no emphasis, no link, no picture from elsewhere.

    Everything that is imported goes through here before it stands in a sentence, a heading or on a button.
    """
    return MARKUP.sub(r"\\\1", str(text))


def listed(sentences: Sequence[str]) -> None:
    """Draw sentences as a list."""
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))


def title(scenario: str, t: Translate) -> str:
    """Return how a scenario is called on the screen; the record is one of the choices."""
    return t("The record (no scenario)") if scenario == RECORD else scenario


def space(
    version: int,
    day: dt.date,
    scenario: str | None,
    known_on: dt.date | None = None,
    *,
    counts: str = "begun",
    base: str = "lettable",
) -> pd.DataFrame:
    """Return `vacancy.by_unit` of the store's `version` on a day in a scenario, worked out once for all visitors."""
    return _space(store_url(), version, day, scenario, known_on, counts, base)


def store_url() -> str:
    """Return the store's address: `PARKS_STORE`, else the file beside the data."""
    return os.environ.get("PARKS_STORE") or str(schema.DATA / "store.db")


def opened(lang: str = words.LANGUAGES[0]) -> tuple[Store, Policy]:
    """Return the store and the policy, opened once for the process; a refusal is said in `lang`.

    Raises
    ------
    InvalidData
        When one of them cannot be used: the frame shows the issues and what to do.
    """
    return _store(store_url(), lang), _rules()


def begin(
    lang: str, day: dt.date, scenario: str | None, known_on: dt.date | None = None, who: str = PLANNER
) -> Session:
    """Return what the pages of this run show."""
    held, rules = opened(lang)
    held = held.speaking(lang)
    park = held.as_of(day, scenario, known_on)
    seen = space(park.version, day, scenario, known_on)
    return Session(words.translator(lang), lang, held, park, outlines.laid(rules, park), seen, who)


def at(s: Session, day: dt.date, scenario: str | None) -> Session:
    """Return the same visitor's view of another day or scenario."""
    return begin(s.lang, day, scenario, s.park.known_on, s.who)


def switch(
    label: str,
    options: Sequence[str],
    key: str,
    says: Callable[[str], str],
    place: DeltaGenerator | None = None,
    default: str | None = None,
) -> str:
    """Draw a row of buttons of which one is down; the link keeps which.

    Parameters
    ----------
    label
        What is chosen.
    options
        Codes, at least one.
    key
        Name in the link.
    says
        Code → what stands on its button.
    place
        Where to draw it; None is here.
    default
        The code that is down at first; None is the first.
    """
    remembered(key, default or options[0], options)
    (place or st.container()).segmented_control(
        label, options, key=key, required=True, format_func=says, persist_state="session"
    )
    return remember(key, default or options[0])


def choice(
    label: str,
    options: Sequence[str],
    key: str,
    says: Callable[[str], str],
    place: DeltaGenerator | None = None,
    default: str | None = None,
) -> str:
    """Draw a list to choose one from; otherwise as `switch`."""
    remembered(key, default or options[0], options)
    (place or st.container()).selectbox(label, options, key=key, format_func=says, persist_state="session")
    return remember(key, default or options[0])


def remembered(key: str, default: str, options: Sequence[str]) -> str:
    """Put the link's value of `key` into the session once, so that the widget with that key begins with it; return it.

    What is not among the options becomes the default: nothing from a link is evaluated.
    """
    value = st.session_state[key] if key in st.session_state else st.query_params.get(key, default)
    st.session_state[key] = value if value in options else default
    return str(st.session_state[key])


def remember(key: str, default: str) -> str:
    """Write the value of `key` into the link, so that the link opens this view again; return it."""
    value = str(st.session_state[key])
    link(key, value, default)
    return value


def link(key: str, value: str, default: str) -> None:
    """Let the link say `value` under `key`, or nothing when it is the default."""
    if value != default:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]


def tabs(key: str, lang: str, rooms: Mapping[str, Callable[[], object]]) -> None:
    """Draw tabs of which only the open one is worked out; the session keeps its number, in either language.

    Parameters
    ----------
    key
        Name in the session.
    lang
        ``zh`` or ``en``.
    rooms
        Title → what draws the tab.
    """
    first = list(rooms)[st.session_state.setdefault(key, 0)]
    places = st.tabs(list(rooms), key=f"{key}_{lang}", default=first, on_change="rerun")
    for number, (place, draw) in enumerate(zip(places, rooms.values(), strict=True)):
        if place.open:
            st.session_state[key] = number
            with place:
                draw()


def chosen_day(
    label: str,
    key: str,
    default: dt.date | None,
    place: DeltaGenerator,
    *,
    latest: dt.date | None = None,
    help: str | None = None,  # noqa: A002 - Streamlit's own word
) -> dt.date | None:
    """Draw the choice of a day; the link keeps it.

    Parameters
    ----------
    label, key, place
        What it is called, its name in the link, where to draw it.
    default
        The day when none is chosen; None leaves it empty.
    latest
        The last day that can be chosen.
    help
        What a click on the question mark says.
    """
    remembered_day(key, default, latest)
    chosen: dt.date | None = place.date_input(
        label,
        key=key,
        format="YYYY-MM-DD",
        persist_state="session",
        max_value=latest,
        help=help,
    )
    day = chosen or default
    link(key, day.isoformat() if day else "", default.isoformat() if default else "")
    return day


def remembered_day(key: str, default: dt.date | None, latest: dt.date | None = None) -> dt.date | None:
    """Put the link's day of `key` into the session once, as `remembered`; return the day that the session has."""
    if key not in st.session_state:
        try:
            asked = dt.date.fromisoformat(st.query_params.get(key, ""))
            st.session_state[key] = asked if latest is None else min(asked, latest)
        except ValueError:
            st.session_state[key] = default
    return st.session_state[key] or default


def go(path: str) -> None:
    """Open another page of this session, by its link."""
    st.switch_page(st.session_state[LINKS][path])


def refusals(fault: InvalidData, t: Translate) -> None:
    """Show what was refused, one box an issue: what is wrong and what to do."""
    for issue in fault.issues:
        where = " · ".join(part for part in (issue.table, issue.row, issue.column) if part not in ("", "store"))
        st.error(plain(f"{issue.message} {issue.mend}"), icon=":material/error:")
        if where:
            st.caption(t("Where: {where}", where=plain(where)))


def silent(fault: InvalidData, t: Translate, key: str) -> None:
    """Show what kept the page, or the part of it called `key`, from being drawn, and offer another try."""
    refusals(fault, t)
    st.button(t("Try again"), key=f"again_{key}", icon=":material/refresh:")  # each click draws it anew
