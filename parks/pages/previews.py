"""What a file would change, before anything is written: counts, cells before and after, what is rejected and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from shapely.geometry.base import BaseGeometry

from parks import schema
from parks.intake import changes, imports, rejects
from parks.output import figures
from parks.pages import session, tables

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parks.intake.changes import Outcome
    from parks.intake.maps.outlines import Flaw
    from parks.issues import Issue
    from parks.pages.session import Session

FEW = 3
"""Issues told in words; more go into a table."""
TALL = 320
"""Height of a table of many rows [px]."""
MOST = 5_000
"""Rows of a preview shown; the download has all."""


def titles(s: Session) -> dict[str, str]:
    """Return the headings of issues."""
    t = s.t
    return {
        "table": t("Table"),
        "row": t("Row"),
        "column": t("Column"),
        "value": t("Value"),
        "kind": t("Kind"),
        "message": t("What is wrong"),
        "mend": t("How to mend it"),
    }


def issues(s: Session, found: Collection[Issue]) -> None:
    """Tell what the user should know: a few in words, many as a table behind a click."""
    if not found:
        return
    if len(found) <= FEW:
        for issue in found:
            where = s.t("line {line}: ", line=issue.row) if issue.row else ""
            st.warning(session.plain(f"{where}{issue.message} {issue.mend}"), icon=":material/info:")
        return
    with st.expander(s.t("{count} remarks", count=len(found))):
        st.dataframe(told(s, list(found)), hide_index=True, column_config=titles(s))


def flaws(s: Session, found: Sequence[Flaw], key: str) -> frozenset[str]:
    """Show the flaws of shapes and ask which mends are accepted; return their ids."""
    t = s.t
    if not found:
        return frozenset()
    mendable = [flaw for flaw in found if flaw.can_be_mended]
    st.markdown(
        t("**Flaws of shapes: {count}**; with a mend to accept: {mends}", count=len(found), mends=len(mendable))
    )
    every = st.checkbox(t("Accept all mends"), key=f"import_mends_{key}", disabled=not mendable)
    rows = pd.DataFrame(
        {
            "accept": [flaw.can_be_mended and every for flaw in found],
            "row": [flaw.issue.row for flaw in found],
            "message": [flaw.issue.message for flaw in found],
            "mend": [flaw.issue.mend for flaw in found],
        }
    )
    edited = st.data_editor(
        rows,
        key=f"import_flaws_{key}_{every}",
        hide_index=True,
        disabled=["row", "message", "mend"],
        column_config=titles(s) | {"accept": st.column_config.CheckboxColumn(t("Accept"))},
    )
    return frozenset(
        flaw.id for flaw, accept in zip(found, edited["accept"], strict=True) if accept and flaw.can_be_mended
    )


def show(s: Session, outcomes: Sequence[Outcome], file: str) -> None:
    """Draw what each part of a file would do to the record."""
    t = s.t
    st.subheader(t("What would change"), anchor=False)
    for number, outcome in enumerate(outcomes):
        table, counted = outcome.ledger.table, outcome.counts
        name = f"{session.plain(outcome.ledger.part.name)} → {schema.title(table, t)}"
        st.markdown(f"**{name}**")
        said = {
            t("New"): counted["new"],
            t("Changed"): counted["changed"],
            t("Ended"): counted["ended"],
            t("Unchanged"): counted["unchanged"],
            t("Rejected"): counted["rejected"],
            t("No data"): counted["not_data"],
        }
        for place, (label, count) in zip(st.columns(len(said)), said.items(), strict=True):
            place.metric(label, figures.number(count, s.lang), border=True)
        _areas(s, outcome, f"{number}_{table}")
        _details(s, outcome, f"{number}_{table}", file)


def _areas(s: Session, outcome: Outcome, key: str) -> None:
    """Draw the certified ground areas beside those that the outlines of a layer measure."""
    t, table = s.t, outcome.ledger.table
    if outcome.ledger.part.shapes is None or imports.CERTIFIED not in outcome.rows or outcome.rows.empty:
        return
    measured, _ = imports.areas(outcome, t)
    measured.insert(0, "key", outcome.rows[schema.key(table)])
    own = {
        "key": t("Row"),
        "certified_m2": t("Certified area m²"),
        "computed_m2": t("Measured on the ellipsoid m²"),
        "difference": t("Difference"),
    }
    with st.expander(t("Ground areas: certified and measured")):
        tables.show(measured.head(MOST), s, key=f"areas_{key}", titles=own, height=240)
        st.caption(t("The certified area is the one of record. Floor area is never taken from an outline."))


def _details(s: Session, outcome: Outcome, key: str, file: str) -> None:
    """Draw the rows behind the counts, each kind behind a tab."""
    t, table = s.t, outcome.ledger.table
    column = schema.key(table)
    fresh = outcome.rows[outcome.rows[column].isin(set(outcome.new))]
    given = [name for name in schema.columns(table) if name in outcome.ledger.frame or name == column]
    parts = {
        t("Rejected"): len(outcome.rejected),
        t("Changed"): len(outcome.changed),
        t("New"): len(fresh),
        t("Ended"): len(outcome.ended),
        t("Remarks"): len(outcome.advice),
        t("No data"): sum(aside.kind not in {"blank", "heading"} for aside in outcome.ledger.part.asides),
    }
    shown = [label for label, count in parts.items() if count]
    if not shown:
        return
    for label, place in zip(shown, st.tabs(shown), strict=True):
        with place:
            if label == t("Rejected"):
                _rejected(s, outcome, key, file)
            elif label == t("Changed"):
                _changed(s, outcome, key)
            elif label == t("New"):
                tables.show(fresh[given].head(MOST), s, key=f"new_{key}", table=table, height=TALL)
            elif label == t("Ended"):
                old = s.park.table(table)
                tables.show(old[old[column].isin(set(outcome.ended))], s, key=f"ended_{key}", table=table, height=TALL)
            elif label == t("Remarks"):
                tables.show(told(s, outcome.advice), s, key=f"advice_{key}", titles=titles(s), height=TALL)
            else:
                _asides(s, outcome, key)


def _rejected(s: Session, outcome: Outcome, key: str, file: str) -> None:
    """Draw why rows are rejected, and offer them as a file of the user's own to mend."""
    t = s.t
    tables.show(told(s, outcome.issues), s, key=f"rejected_{key}", titles=titles(s), height=TALL)
    lines = set(outcome.rejected)
    part = outcome.ledger.part
    given = rejects.Rejects(part.headings, [one for one in part.records if one.line in lines], outcome.issues)
    tables.workbook(
        t("Download the rejected rows to mend (Excel)"),
        lambda path: rejects.write(path, given, s.lang),
        file=f"{Path(file).stem}-{t('rejected')}",
        key=f"rejects_{key}",
    )
    st.caption(t("Your own rows and columns, with what is wrong beside them. Mended, drop that file here."))


def _changed(s: Session, outcome: Outcome, key: str) -> None:
    """Draw each cell that differs, before and after."""
    t, table = s.t, outcome.ledger.table
    told = outcome.changed["column"].isin(changes.TOLD)  # where a row comes from is told once, above
    cells = outcome.changed[~told].head(MOST)
    shown = cells.assign(
        column=[schema.columns(table)[name].heading(s.lang) for name in cells["column"]],
        before=[_cell(value) for value in cells["before"]],
        after=[_cell(value) for value in cells["after"]],
    )
    own = {"row": t("Line"), "key": t("Row"), "column": t("Column"), "before": t("Before"), "after": t("After")}
    tables.show(shown, s, key=f"changed_{key}", titles=own, height=TALL)


def _cell(value: object) -> str:
    """Return a cell as text; – when it is unknown."""
    if figures.missing(value):
        return "–"
    if isinstance(value, BaseGeometry):
        centre = value.representative_point()
        return f"{value.geom_type} {centre.x:.5f}, {centre.y:.5f}"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)[:80]


def _asides(s: Session, outcome: Outcome, key: str) -> None:
    """Draw the lines that are no rows, and what they were taken for."""
    t = s.t
    kinds = {
        "total": t("total"),
        "subtotal": t("subtotal"),
        "title": t("title"),
        "note": t("note"),
        "repeated": t("headings again"),
        "unread": t("not read"),
    }
    lines = [aside for aside in outcome.ledger.part.asides if aside.kind in kinds]
    frame = pd.DataFrame(
        {
            "row": [aside.line for aside in lines],
            "kind": [kinds[aside.kind] for aside in lines],
            "text": [aside.text for aside in lines],
        }
    )
    own = {"row": t("Line"), "kind": t("Taken for"), "text": t("Text")}
    tables.show(frame, s, key=f"asides_{key}", titles=own, height=240)


def told(s: Session, found: Sequence[Issue]) -> pd.DataFrame:
    """Return issues as a table, with tables and columns as the reader calls them."""
    rows = [issue.as_dict() for issue in found[:MOST]]
    frame = pd.DataFrame(rows, columns=["table", "row", "column", "value", "kind", "message", "mend"])
    frame["column"] = [_heading(issue, s) for issue in found[:MOST]]
    frame["table"] = [schema.title(name, s.t) if name in schema.TABLES else name for name in frame["table"]]
    return frame.drop(columns="kind")


def _heading(issue: Issue, s: Session) -> str:
    """Return how the column of an issue is headed; one that the schema does not know stays as it is."""
    known = schema.columns(issue.table) if issue.table in schema.TABLES else {}
    return known[issue.column].heading(s.lang) if issue.column in known else issue.column
