"""Data: what is stored, where it comes from, what is wrong with it, and what was believed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks import checks, schema
from parks.pages import beliefs, imports, previews, session, start, tables

if TYPE_CHECKING:
    from collections.abc import Hashable

    from parks.issues import Issue
    from parks.pages.session import Session


def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    rooms = {
        t("Import"): lambda: _bring(s),
        t("Imports so far"): lambda: _imports(s),
        t("What is stored"): lambda: _provenance(s),
        t("Health"): lambda: _health(s),
        t("Then and now"): lambda: beliefs.show(s),
        t("Table rows"): lambda: _rows(s),
    }
    session.tabs("data_tab", s.lang, rooms)


def _bring(s: Session) -> None:
    """Offer the sample where there is nothing yet, and the way of a file."""
    if s.park.units.empty:
        start.empty(s, own=False)
    imports.show(s)


def _imports(s: Session) -> None:
    """List what files have brought, and offer to take one back."""
    t = s.t
    found = s.store.receipts()
    if found.empty:
        st.info(t("No file was imported yet. Bring one in under “Import”: it is listed here with what it changed."))
        return
    found["table_name"] = [schema.title(name, t) for name in found["table_name"]]
    found["recorded_at"] = pd.to_datetime(found["recorded_at"]).dt.floor("s")
    titles = tables.history(t) | {
        "change": t("No."),
        "file": t("File"),
        "part": t("Sheet or layer"),
        "table_name": t("Table"),
        "lines": t("Lines"),
        "new": t("New"),
        "changed": t("Changed"),
        "ended": t("Ended"),
        "unchanged": t("Unchanged"),
        "rejected": t("Rejected"),
        "not_data": t("No data"),
        "digest": "SHA-256",
    }
    tables.show(found, s, key="imports", titles=titles, height=420)
    st.caption(t("The audit page shows every row of an import, and takes it back."))


def _provenance(s: Session) -> None:
    """Count the rows of each table by standing and name their sources."""
    t = s.t
    counted = pd.DataFrame(
        [
            {
                "table": schema.title(name, t),
                "rows": len(s.park.table(name)),
                **s.park.table(name)["standing"].value_counts().reindex(list(schema.STANDINGS), fill_value=0).to_dict(),
            }
            for name in schema.TABLES
        ]
    )
    st.markdown(t("Rows by standing on {day}", day=s.park.day.isoformat()))
    names = {code: tables.SAID["standing"](code, t) for code in schema.STANDINGS}
    tables.show(counted, s, key="provenance", titles=names)
    sources = pd.concat(
        [
            s.park.table(name)
            .groupby(["source", "source_date", "standing"], dropna=False)
            .size()
            .rename("rows")
            .reset_index()
            .assign(table=schema.title(name, t))
            for name in schema.TABLES
        ]
    )
    with st.expander(t("Sources")):
        tables.show(sources[["table", "source", "source_date", "standing", "rows"]], s, key="sources", height=420)


def _health(s: Session) -> None:
    """List what is wrong over the whole store, each with its mend."""
    found = _found(s, (*s.key, s.park.known_on, s.lang))
    if not found:
        st.success(s.t("No fault was found in any table."))
        return
    st.warning(s.t("{count} findings", count=len(found)))
    tables.show(previews.told(s, found), s, key="health", titles=previews.titles(s), height=460)


@st.cache_resource(show_spinner=False, max_entries=16)
def _found(_s: Session, key: Hashable) -> list[Issue]:
    del key  # the session itself is not hashed
    return checks.check_all(_s.park, _s.rules, _s.t)


def _rows(s: Session) -> None:
    """Show one table whole."""
    table = st.selectbox(
        s.t("Table"), schema.TABLES, format_func=lambda code: schema.title(code, s.t), key="rows_table"
    )
    tables.show(s.park.table(table), s, key=f"rows_{table}", table=table, height=520)
