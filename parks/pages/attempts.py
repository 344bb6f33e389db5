"""What a page lets the user do to the store: done, refused in words, or offered again on top of what others did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.errors import StreamlitAPIException

from parks.issues import InvalidData
from parks.pages import session

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.issues import Issue
    from parks.pages.session import Session

CHANGED = "changed"
"""Kind of the issues that tell what others did since the user looked."""
KEY = "pending"
SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Pending:
    """An act that was refused because somebody was faster.

    Parameters
    ----------
    act
        What was to be done; it takes the version that its user has seen.
    said
        What the page says when it is done.
    issues
        What the others did.
    scenario
        Where it was to be done.
    """

    act: Callable[[int], object]
    said: str
    issues: list[Issue]
    scenario: str | None


def attempt(s: Session, act: Callable[[int], object], said: str = "") -> bool:
    """Do an act of the store; where it is refused, say why and what to do. Return whether it was done.

    Parameters
    ----------
    s
        The session.
    act
        Takes the version of what is on the screen, for the store to tell whether somebody was faster.
    said
        What the next run says when it is done.
    """
    t = s.t
    if s.park.known_on is not None:
        st.error(t("This is what was believed then; it cannot be changed. Go back to now to act."))
        return False
    try:
        act(st.session_state.get(SEEN, s.park.version))
    except InvalidData as fault:
        others = [issue for issue in fault.issues if issue.kind == CHANGED]
        if others:
            st.session_state[KEY] = Pending(act, said, others, s.scenario)
            st.rerun()
        session.refusals(fault, t)
        return False
    if said:
        st.session_state["done"] = said
    return True


def again() -> None:
    """Draw anew what an act has changed: the part that draws itself where the act was done in one, else the page.

    A whole page that is drawn while the user already clicks in such a part breaks the part: the click would be answered
    by a part of a page that is only half there.
    """
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:  # the whole page is being drawn
        st.rerun()


def drawn(s: Session) -> None:
    """Remember which version is on the user's screen, once the page is drawn to its end.

    A click runs the page anew on the newest version; what the user decided on is the version drawn before.
    """
    st.session_state[SEEN] = s.park.version


def offer(s: Session) -> None:
    """Show what others did in the way of the last act, and offer to do it again on top of theirs."""
    pending: Pending | None = st.session_state.get(KEY)
    if pending is None:
        return
    if pending.scenario != s.scenario:
        del st.session_state[KEY]
        return
    t = s.t
    with st.container(border=True, key="changed"):
        st.warning(
            t("Somebody was faster: this changed since you looked. Nothing of yours was written."),
            icon=":material/group:",
        )
        session.listed([issue.message for issue in pending.issues])
        row = st.container(horizontal=True)
        again = row.button(t("Do mine on top"), type="primary", icon=":material/layers:", key="again")
        leave = row.button(t("Leave it as it is now"), key="leave")
    if again or leave:
        del st.session_state[KEY]
    if leave or (again and attempt(s, pending.act, pending.said)):
        st.session_state.pop("moving", None)  # a move that waited for its place is over either way
        st.rerun()


def back_and_forth(s: Session, key: str) -> None:
    """Offer to take the last act back, and to do again what was taken back."""
    t, who = s.t, s.who
    row = st.container(horizontal=True)
    try:
        undoable = s.store.undoable(by=who, scenario=s.scenario) is not None
        redoable = s.store.redoable(by=who, scenario=s.scenario) is not None
    except InvalidData as fault:  # a part that is drawn by itself has no page round it to say so
        session.silent(fault, t, key)
        return
    undo = row.button(t("Undo the last act"), icon=":material/undo:", key=f"undo_{key}", disabled=not undoable)
    redo = row.button(t("Redo"), icon=":material/redo:", key=f"redo_{key}", disabled=not redoable)
    if undo and attempt(s, lambda _: s.store.undo(by=who, scenario=s.scenario)):
        again()
    if redo and attempt(s, lambda _: s.store.redo(by=who, scenario=s.scenario)):
        again()
