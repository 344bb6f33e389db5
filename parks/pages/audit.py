"""Audit: who changed what, when and why, what stood before and what after; each change to be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks import schema
from parks.pages import attempts, session, start, tables
from parks.store import audit as records

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from parks.pages.session import Session

EVERYWHERE = "everywhere"
LIMIT = 500
"""Most changes shown at once; the filters find the others."""


def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    if not s.store.version:
        start.empty(s)
        return
    asked = _asked(s)
    changes = s.store.audit(asked)
    if changes.empty:
        st.info(t("No change answers these filters. Widen them."))
        return
    if len(changes) == LIMIT:
        st.caption(t("The newest {count} changes; narrow the filters to find older ones.", count=LIMIT))
    columns = ["change_id", "recorded_at", "who", "what", "subject", "before", "after", "reason", "scenario", "source"]
    shown = changes[[*columns, "rows", "undone"]]
    shown = shown.assign(
        scenario=shown["scenario"].replace("", t("The record")),
        subject=[schema.title(name, t) if name in schema.TABLES else name for name in shown["subject"]],
    )
    picked = tables.show(shown, s, key="audit", titles=tables.history(t), pick=True, height=420)
    _export(s, changes)
    if picked is None:
        st.caption(t("Choose a row to see every row that it changed, and to take it back."))
        return
    _entry(s, changes.iloc[picked])


def _asked(s: Session) -> records.Asked:
    """Draw the filters; return what they ask for."""
    t = s.t
    every = s.store.audit(records.Asked(limit=None))
    who, what, where = st.columns([2, 3, 2])
    since, until, text = st.columns([2, 2, 3])
    name = who.selectbox(t("Who"), _used(every, "who"), index=None, placeholder=t("everybody"), key="audit_who")
    code = what.selectbox(
        t("What"),
        _used(every, "what"),
        index=None,
        placeholder=t("every act"),
        format_func=lambda code: tables.act(code, t),
        key="audit_what",
    )
    place = where.selectbox(
        t("Where"),
        [EVERYWHERE, "", *(name for name in _used(every, "scenario") if name)],
        format_func=lambda name: {EVERYWHERE: t("everywhere"), "": t("The record")}.get(name, name),
        key="audit_where",
    )
    first: dt.date | None = since.date_input(t("From"), None, format="YYYY-MM-DD", key="audit_since")
    last: dt.date | None = until.date_input(t("To"), None, format="YYYY-MM-DD", key="audit_until")
    words = text.text_input(
        t("Contains"), key="audit_text", placeholder=t("company, unit, reason, source"), max_chars=100
    )
    return records.Asked(
        limit=LIMIT,
        who=name,
        what=code,
        scenario=None if place == EVERYWHERE else place,
        since=first,
        until=last,
        text=words.strip() or None,
    )


def _used(changes: pd.DataFrame, column: str) -> list[str]:
    return sorted(changes[column].unique())


def _export(s: Session, changes: pd.DataFrame) -> None:
    """Offer every row that these changes touched, before and after, as a file."""
    tables.download(
        s,
        lambda: s.store.entries(list(changes["change_id"])),
        label=s.t("Every row changed, before and after (CSV)"),
        file="audit-rows",
        key="audit_rows",
    )


def _entry(s: Session, change: pd.Series) -> None:
    """Show one change whole, and offer to take it back."""
    t = s.t
    number = int(change["change_id"])
    st.subheader(t("Change {number}: {what}", number=number, what=tables.act(change["what"], t)), anchor=False)
    who, when = session.plain(change["who"]), change["recorded_at"].strftime("%Y-%m-%d %H:%M:%S")
    st.markdown(t("{who}, {when} (UTC): {subject}", who=who, when=when, subject=session.plain(change["subject"])))
    st.markdown(t("Why: {reason}", reason=session.plain(change["reason"] or "–")))
    rows = s.store.entries([number])
    if rows.empty:
        st.caption(t("It changed no rows of the ledgers."))
    else:
        kinds = {"new": t("new"), "gone": t("gone"), "changed": t("changed")}
        shown = rows[["table", "key", "valid_from", "kind", "before", "after"]].assign(
            table=[schema.title(name, t) if name in schema.TABLES else t("Scenario") for name in rows["table"]],
            kind=rows["kind"].map(kinds),
        )
        tables.show(shown, s, key=f"entry_{number}", titles=tables.lines(t))
    if change["undone"]:
        st.info(t("This change has been taken back."))
        return
    with st.form("take_back", border=False):
        reason = st.text_input(t("Reason"), max_chars=200)
        asked = st.form_submit_button(t("Take this change back"), icon=":material/undo:")
    if asked and not reason.strip():
        st.error(t("Say why: the reason is kept with the act."))
    elif asked and attempts.attempt(s, lambda _: s.store.take_back(number, by=s.who, reason=reason)):
        st.rerun()
