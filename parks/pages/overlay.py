"""One scenario against the record: what it changes, bringing it up to the record, approving it into the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.output import wording
from parks.pages import attempts, session, tables

if TYPE_CHECKING:
    from parks.pages.session import Session

SHOWN = 20
"""Differences said at once; the others behind a click."""
SIDES = ("mine", "theirs")


def show(s: Session) -> None:
    """Draw what the scenario that is laid over the record changes, and the ways to go on with it."""
    t = s.t
    if s.scenario is None:
        st.info(t("Choose a scenario at the top, or create one: here stands what it would change in the record."))
        return
    held = s.store.scenarios()
    row = held[held["name"] == s.scenario].iloc[0]
    differences = s.store.differences(s.scenario)
    _differences(s, differences)
    if pd.notna(row["approved"]):
        st.success(
            t("Approved into the record by change {change}.", change=int(row["approved"])), icon=":material/verified:"
        )
        return
    conflicts = s.store.conflicts(s.scenario)
    _rebase(s, int(row["behind"]), conflicts)
    if not differences.empty and conflicts.empty:
        _approve(s)


def _differences(s: Session, differences: pd.DataFrame) -> None:
    """Say each difference from the record in one sentence; all rows to download."""
    t = s.t
    if differences.empty:
        st.info(t("The scenario changes nothing yet: place companies on the map, or accept a plan."))
        return
    sentences = wording.differences(differences, s.park, t, s.lang)
    st.markdown(t("**What it changes in the record** ({count})", count=len(sentences)))
    session.listed(sentences[:SHOWN])
    if sentences[SHOWN:]:
        with st.expander(t("{count} more", count=len(sentences) - SHOWN)):
            session.listed(sentences[SHOWN:])
    tables.download(s, lambda: differences, file=f"differences-{s.scenario}", key="differences")


def _rebase(s: Session, behind: int, conflicts: pd.DataFrame) -> None:
    """Offer to lay the scenario over the record as it is now; each conflict is decided by the user."""
    t = s.t
    if not behind:
        st.caption(t("It lies over the record as it is now."), help=t("Nothing was changed there since."))
        return
    st.markdown(t("**The record has moved on**"))
    st.caption(t("{count} changes of the record since the scenario was laid over it.", count=behind))
    choices, still_open = _choices(s, conflicts)
    asked = st.button(
        t("Bring up to the record"),
        icon=":material/sync:",
        disabled=still_open,
        help=t("Decide each conflict first.") if still_open else None,
    )
    if asked and attempts.attempt(
        s,
        lambda seen: s.store.rebase(str(s.scenario), by=s.who, choices=choices, seen=seen),
        t("It lies over the record as it is now."),
    ):
        st.rerun()


def _choices(s: Session, conflicts: pd.DataFrame) -> tuple[dict[str, str], bool]:
    """Let the user decide each conflict, those that a choice brings about too; return them, and whether one is open."""
    t = s.t
    choices: dict[str, str] = {}
    shown: set[str] = set()
    while not (new := conflicts[~conflicts["conflict"].isin(shown)]).empty:
        for sentence, conflict in zip(wording.conflicts(new, s.park, t, s.lang), new["conflict"], strict=True):
            shown.add(conflict)
            with st.container(border=True):
                st.markdown(session.plain(sentence))
                chosen = st.segmented_control(
                    t("Keep"),
                    SIDES,
                    format_func=lambda side: {"mine": t("the scenario's"), "theirs": t("the record's")}[side],
                    key=f"choice_{s.scenario}_{conflict}",
                )
            if chosen:
                choices[conflict] = chosen
        conflicts = s.store.conflicts(str(s.scenario), choices)
    return choices, not conflicts.empty


def _approve(s: Session) -> None:
    """Offer to write what the scenario changes into the record, with a reason."""
    t = s.t
    given = s.store.rights()
    named = sorted(given.loc[given["may"] == "approve", "who"])
    if named and s.who not in named:
        st.caption(t("Only {names} may approve a scenario into the record.", names=session.plain(", ".join(named))))
        return
    with st.form("approve", border=True):
        reason = st.text_input(t("Why it is approved"), max_chars=200)
        asked = st.form_submit_button(t("Approve into the record"), icon=":material/verified:")
    if asked and not reason.strip():
        st.error(t("Say why: the reason is kept with the act."))
    elif asked and attempts.attempt(
        s,
        lambda seen: s.store.approve(str(s.scenario), by=s.who, reason=reason, seen=seen),
        t("The scenario is approved; its placements stand in the record now."),
    ):
        st.rerun()
