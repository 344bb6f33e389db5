"""Scenarios: create, copy, note, lock, drop; place everyone at once; bring into the record; compare two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.matching import changes
from parks.output import figures
from parks.pages import attempts, overlay, plans, session, start, tables
from parks.status import vacancy

if TYPE_CHECKING:
    import datetime as dt

    from parks.pages.session import Session
    from parks.words import Translate


@start.needs("units")
def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    left, right = st.columns([1, 2], gap="large")
    with left:
        _ledger(s)
        _create(s)
        _care(s)
    with right:
        if message := st.session_state.pop("done", None):
            st.success(message, icon=":material/check:")
        plan_tab, own_tab, compare_tab, acts_tab = st.tabs(
            [t("Place everyone at once"), t("Against the record"), t("Compare"), t("Acts")]
        )
        with plan_tab:
            plans.show(s)
        with own_tab:
            overlay.show(s)
        with compare_tab:
            _compare(s)
        with acts_tab:
            _acts(s)


def _ledger(s: Session) -> None:
    t = s.t
    st.subheader(t("Scenarios"))
    held = s.store.scenarios()
    if held.empty:
        st.info(
            t(
                "There is no scenario yet. A scenario lays placements over the record without changing it: "
                "create the first one below."
            )
        )
        return
    columns = {
        "name": t("Scenario"),
        "condition": t("Condition"),
        "placements": t("Placements"),
        "behind": t("Record moved on"),
        "note": t("Note"),
        "by": t("Created by"),
        "created_at": t("Created (UTC)"),
    }
    tables.show(_conditions(held, t)[list(columns)], s, key="scenarios", titles=columns)


def _conditions(held: pd.DataFrame, t: Translate) -> pd.DataFrame:
    """Return the scenarios with the condition that each is in, in words."""
    condition = pd.Series(t("in work"), index=held.index).mask(held["locked"], t("locked"))
    return held.assign(condition=condition.mask(held["approved"].notna(), t("approved")))


def _create(s: Session) -> None:
    t = s.t
    with st.form("create", border=False, clear_on_submit=True):
        name = st.text_input(t("New scenario"), placeholder=t("for example: Plan A"), max_chars=60)
        copied = st.selectbox(
            t("Begin with"), ["", *s.store.scenarios()["name"]], format_func=lambda code: code or t("nothing placed")
        )
        made = st.form_submit_button(t("Create"), icon=":material/add:")
        if made and attempts.attempt(s, lambda _: _made(s, name.strip(), copied)):
            choose(name.strip())


def _made(s: Session, name: str, copied: str) -> None:
    if copied:
        s.store.copy_scenario(copied, name, by=s.who)
    else:
        s.store.create_scenario(name, by=s.who)


def choose(name: str) -> None:
    """Lay the scenario `name` over the record from the next run on."""
    st.session_state["scenario_next"] = name
    st.rerun()


def _care(s: Session) -> None:
    """Offer to note, lock or drop the scenario that is laid over the record."""
    name, t = s.scenario, s.t
    if name is None:
        return
    every = s.store.scenarios()
    held = every[every["name"] == name].iloc[0]
    locked = bool(held["locked"])
    st.markdown(f"**{session.plain(name)}**")
    with st.form("describe", border=False):
        note = st.text_input(t("Note"), str(held["note"]), max_chars=200, key=f"note_{name}", disabled=locked)
        noted = st.form_submit_button(t("Keep the note"), disabled=locked)
    row = st.container(horizontal=True)
    says, icon = (t("Open for changes"), "lock_open") if locked else (t("Lock"), "lock")
    turned = row.button(says, icon=f":material/{icon}:", key="lock", disabled=bool(pd.notna(held["approved"])))
    gone = row.button(
        t("Drop scenario “{name}”", name=session.plain(name)),
        icon=":material/delete:",
        key="drop",
        disabled=locked and bool(pd.isna(held["approved"])),
    )
    if noted and attempts.attempt(s, lambda _: s.store.describe_scenario(name, note.strip(), by=s.who)):
        st.rerun()
    if turned and attempts.attempt(s, lambda _: s.store.lock_scenario(name, by=s.who, locked=not locked)):
        st.rerun()
    if gone and attempts.attempt(s, lambda seen: s.store.drop_scenario(name, by=s.who, seen=seen)):
        choose(session.RECORD)


def _horizon(s: Session) -> dt.date:
    """Return the last day of the programme, or the day shown where that is later or there is none."""
    ends = s.rules.targets["due_on"].dropna()
    return max([s.park.day, *(pd.Timestamp(end).date() for end in ends)])


def _sums(s: Session, day: dt.date, name: str) -> pd.DataFrame:
    """Return vacancy by zone of a scenario on a day."""
    space = session.space(s.store.version, day, None if name == session.RECORD else name, s.park.known_on)
    return vacancy.by(space, "zone", counted_in=s.counted_in)


def _compare(s: Session) -> None:
    """Set two scenarios side by side on a day: what each zone would have vacant."""
    t = s.t
    options = [session.RECORD, *s.store.scenarios()["name"]]
    if len(options) == 1:
        st.info(t("There is nothing to compare with the record yet: create a scenario at the left."))
        return
    left, middle, right = st.columns(3)
    first = left.selectbox(t("First"), options, key="first", format_func=lambda name: session.title(name, t))
    second = middle.selectbox(
        t("Second"),
        options,
        index=options.index(s.scenario) if s.scenario in options else len(options) - 1,
        key=f"second_{len(options)}",
        format_func=lambda name: session.title(name, t),
    )
    day = right.date_input(
        t("On the day"), _horizon(s), format="YYYY-MM-DD", help=t("Placements begin later: compare on a day after.")
    )
    sums = [_sums(s, day, name)[["zone_id", "vacant_m2", "reserved_m2", "standing"]] for name in (first, second)]
    both = sums[0].merge(sums[1], on="zone_id", how="outer", suffixes=("_a", "_b"))
    both = both.drop(columns="standing_a").rename(columns={"standing_b": "standing"})
    both["change_m2"] = both["vacant_m2_b"] - both["vacant_m2_a"]
    titles = {
        "vacant_m2_a": t("Vacant m², first"),
        "vacant_m2_b": t("Vacant m², second"),
        "reserved_m2_a": t("Reserved m², first"),
        "reserved_m2_b": t("Reserved m², second"),
        "change_m2": t("Change of vacant m²"),
    }
    tables.show(both, s, key="compare", titles=titles)
    _who(s, day, first, second)
    moved = both["change_m2"].sum()
    if moved:
        st.markdown(
            t("The second leaves {area} less vacant than the first.", area=figures.area(-moved, s.lang))
            if moved < 0
            else t("The second leaves {area} more vacant than the first.", area=figures.area(moved, s.lang))
        )
    else:
        st.markdown(t("Both leave the same area vacant in sum."))


def _who(s: Session, day: dt.date, first: str, second: str) -> None:
    """Say who goes where in one scenario and not in the other."""
    t, record = s.t, s.store.as_of(day)
    laid = [record if name == session.RECORD else s.store.as_of(day, name) for name in (first, second)]
    one, two = (changes.held(park, record) for park in laid)
    if one.assignments.empty and two.assignments.empty:
        return
    rows, names = changes.between(one, two, laid[1]), (session.title(first, t), session.title(second, t))
    told = changes.sentences(rows, changes.summary(rows, one, two, laid[1]), laid[1], s.rules, t, names=names)
    session.listed(told)


def _acts(s: Session) -> None:
    """Show this scenario's acts, and take them back or do them again."""
    attempts.back_and_forth(s, "acts")
    tables.show(s.store.changes(100, scenario=s.scenario), s, key="acts", titles=tables.history(s.t), height=420)
