"""What an empty store shows: two ways to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks import schema
from parks.intake import sample
from parks.issues import InvalidData
from parks.pages import session

if TYPE_CHECKING:
    from parks.pages.session import Session


def empty(s: Session) -> None:
    """Say that there is nothing to show yet, and offer the sample."""
    t = s.t
    st.subheader(t("Nothing is stored for this day yet"))
    if not s.store.is_empty():
        st.info(t("The store holds no units on {day}. Choose a later day.", day=s.park.day.isoformat()))
        return
    st.markdown(
        t(
            "Load the sample to try Parks: real zones, policy and published figures of Pudong, with a made-up "
            "inventory "
            "that says so on every screen. Your own ledgers can follow."
        )
    )
    if st.button(t("Load the sample"), type="primary", icon=":material/science:"):
        try:
            with st.status(t("Loading the sample …")) as status:
                load(s)
                status.update(label=t("The sample is loaded."), state="complete")
        except InvalidData as fault:
            session.refusals(fault, t)
        else:
            st.session_state.pop("day", None)
            st.rerun()


def load(s: Session) -> None:
    """Put the bundled sample into the store."""
    for name, frame in sample.read(schema.DATA / "sample").items():
        st.write(schema.TABLES.index(name) + 1, "/", len(schema.TABLES), name)
        s.store.add(name, frame, source="sample", by=session.PLANNER, reason="sample")
