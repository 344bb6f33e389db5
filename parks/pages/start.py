"""What a page shows while it has nothing to show: how to begin."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import streamlit as st

from parks import schema
from parks.intake import sample
from parks.issues import InvalidData
from parks.pages import session

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.pages.session import Session

    Page = Callable[[Session], None]


def needs(table: str) -> Callable[[Page], Page]:
    """Return a decorator of pages: where `table` holds no row on the day, the page offers a beginning instead."""

    def decorate(page: Page) -> Page:
        @functools.wraps(page)
        def show(s: Session) -> None:
            if s.park.table(table).empty:
                empty(s)
            else:
                page(s)

        return show

    return decorate


def empty(s: Session, *, own: bool = True) -> None:
    """Say that there is nothing to show yet, and offer the sample and, unless `own` is off, the page for ledgers."""
    t = s.t
    st.subheader(t("Nothing is stored for this day yet"))
    if not s.store.is_empty():
        if s.park.known_on:
            st.info(
                t(
                    "Nothing of {day} was known on {known}. Choose a later belief.",
                    day=s.park.day,
                    known=s.park.known_on,
                )
            )
        else:
            st.info(t("The store holds no units on {day}. Choose a later day.", day=s.park.day.isoformat()))
        return
    st.markdown(
        t(
            "Load the sample to try Parks: real zones, policy and published figures of Pudong, with a made-up "
            "inventory "
            "that says so on every screen. Your own ledgers can follow."
        )
    )
    row = st.container(horizontal=True)
    load = row.button(t("Load the sample"), type="primary", icon=":material/science:")
    if own and row.button(t("Bring your own ledgers"), icon=":material/upload:"):
        session.go("data")
    if load:
        try:
            with st.status(t("Loading the sample …")) as status:
                for table, count in sample.load(s.store.add, by=s.who, lang=s.lang):
                    st.write(t("{table}: {count} rows", table=schema.title(table, t), count=count))
                status.update(label=t("The sample is loaded."), state="complete")
        except InvalidData as fault:
            session.refusals(fault, t)
        else:
            st.session_state.pop("day", None)
            st.rerun()
