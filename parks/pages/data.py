"""Data: what is stored, where it comes from, what is wrong with it, and what was believed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks import checks, schema
from parks.output import figures
from parks.pages import beliefs, start, tables

if TYPE_CHECKING:
    from parks.pages.session import Session


def show(s: Session) -> None:
    """Draw the page."""
    if s.park.units.empty:
        start.empty(s)
        if s.store.is_empty():
            return
    t = s.t
    stored, health, then, rows = st.tabs(
        [t("What is stored"), t("Health"), t("Then and now"), t("Table rows")],
        key=f"data_tab_{s.lang}",
        on_change="rerun",
    )
    with stored:
        _provenance(s)
    with health:
        _health(s)
    if then.open:  # two beliefs are compared only for those who look
        with then:
            beliefs.show(s)
    with rows:
        _rows(s)


def _titles(s: Session) -> dict[str, str]:
    t = s.t
    return {
        "row": t("Row"),
        "column": t("Column"),
        "value": t("Value"),
        "kind": t("Kind"),
        "message": t("What is wrong"),
        "mend": t("How to mend it"),
    }


def _provenance(s: Session) -> None:
    """Count the rows of each table by standing and name their sources."""
    t = s.t
    counted = pd.DataFrame(
        [
            {
                "table": figures.table(name, t),
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
            .assign(table=figures.table(name, t))
            for name in schema.TABLES
        ]
    )
    with st.expander(t("Sources")):
        tables.show(sources[["table", "source", "source_date", "standing", "rows"]], s, key="sources", height=420)


def _health(s: Session) -> None:
    """List what is wrong over the whole store, each with its mend."""
    found = pd.DataFrame([issue.as_dict() for issue in checks.check_all(s.park, s.rules, s.t)])
    if found.empty:
        st.success(s.t("No fault was found in any table."))
        return
    st.warning(s.t("{count} findings", count=len(found)))
    tables.show(found, s, key="health", titles=_titles(s), height=460)


def _rows(s: Session) -> None:
    """Show one table whole."""
    table = st.selectbox(
        s.t("Table"), schema.TABLES, format_func=lambda code: figures.table(code, s.t), key="rows_table"
    )
    tables.show(s.park.table(table), s, key=f"rows_{table}", table=table, height=520)
