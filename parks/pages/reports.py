"""Reports: choose date, language and format; preview; download."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from parks import schema, words
from parks.output import maps, reports, tables
from parks.pages import programme, start
from parks.pages import tables as screen
from parks.status import progress, vacancy

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.pages.session import Session

MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "csv": "text/csv",
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
}


@start.needs("units")
def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    left, right = st.columns([2, 3], gap="large")
    with left:
        _capacity(s)
        st.divider()
        _tables(s)
    with right:
        st.subheader(t("Preview"))
        st.markdown(t("**Both ledgers**, counted by completion, gross floor area"))
        done = progress.by_target(s.park, s.rules)
        screen.show(done[programme.LEDGER], s, key="preview_progress")
        st.markdown(t("**Vacancy by zone**"))
        columns = ["zone_id", "lettable_m2", "let_m2", "vacant_m2", "vacancy", "unknown_units", "standing"]
        screen.show(vacancy.by(s.space, "zone", counted_in=s.counted_in)[columns], s, key="preview_vacancy")


def _capacity(s: Session) -> None:
    """Offer the capacity report and the map as files."""
    t = s.t
    st.subheader(t("Capacity report"))
    st.caption(
        t(
            "Both ledgers, vacancy by zone and park, unplaced demand, sources and definitions, as of {day}.",
            day=s.park.day.isoformat(),
        )
    )
    lang = st.segmented_control(
        t("Language of the report"),
        words.LANGUAGES,
        default=s.lang,
        required=True,
        format_func=lambda code: {"zh": "中文", "en": "English"}[code],
        key=f"report_lang_{s.lang}",
    )
    name = f"parks-{s.park.day.isoformat()}-{lang}"
    st.download_button(
        t("Download the report (XLSX)"),
        lambda: _file("xlsx", lambda path: reports.write(path, s.park, s.rules, lang=lang)),
        file_name=f"{name}.xlsx",
        mime=MIME["xlsx"],
        icon=":material/description:",
        type="primary",
        on_click="ignore",
        key="report_xlsx",
    )
    st.download_button(
        t("Download the map (HTML, opens without a network)"),
        lambda: maps.standalone(s.park, s.rules, s.space, lang=lang).encode(),
        file_name=f"{name}.html",
        mime=MIME["html"],
        icon=":material/map:",
        on_click="ignore",
        key="report_html",
    )


def _tables(s: Session) -> None:
    """Offer each table of the snapshot as a file."""
    t = s.t
    st.subheader(t("One table"))
    table = st.selectbox(t("Table"), schema.TABLES, format_func=lambda code: schema.title(code, t), key="export_table")
    kinds = [kind for kind in MIME if kind != "html" and (schema.geometry(table) or kind != "geojson")]
    kind = st.segmented_control(
        t("Format"),
        kinds,
        default="csv",
        required=True,
        format_func=str.upper,
        key=f"export_{bool(schema.geometry(table))}",
    )
    st.download_button(
        t("Download the table"),
        lambda: _file(kind, lambda path: tables.write(path, s.park.table(table), table=table)),
        file_name=f"{table}-{s.park.day.isoformat()}.{kind}",
        mime=MIME[kind],
        icon=":material/download:",
        on_click="ignore",
        key="export_download",
    )


def _file(kind: str, write: Callable[[Path], object]) -> bytes:
    """Return the bytes of the file that `write` makes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"parks.{kind}"
        write(path)
        return path.read_bytes()
