"""Tables on the screen: headings in words, names instead of codes, and every table to download."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import streamlit as st

from parks import schema
from parks.output import figures, tables
from parks.store import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.elements.arrow import DataframeState
    from streamlit.elements.lib.column_types import ColumnConfig

    from parks.pages.session import Session
    from parks.words import Translate

ROW, SHORT = 36, 14
"""Height of one row [px]; rows up to which a table is shown whole."""
DIGIT = 8
"""Width of one digit [px]."""
LONGEST = 24
"""Width of a text up to which its column is made wide enough, in digits."""
MOST = 10_000
"""Rows of a table that are sent to the browser; the download holds all."""
LOOKED_AT = 1000
"""Different texts of a column looked at for its width."""
SHARES = {
    *("vacancy", "score", "share", "dropout", "chance", "swing"),
    *("probability", "probability_with", "probability_without"),
}
NAMED = {
    "zone_id": "zones",
    "park_id": "parks",
    "building_id": "buildings",
    "tenant_id": "tenants",
    "sector_code": "sectors",
}


def headings(t: Translate) -> dict[str, str]:
    """Return the heading of every computed column; columns of the schema bring their own."""
    return {
        "lettable_m2": t("Lettable m²"),
        "let_m2": t("Let m²"),
        "vacant_m2": t("Vacant m²"),
        "reserved_m2": t("Reserved m²"),
        "intended_m2": t("Intended m²"),
        "fitting_out_m2": t("Fitting out m²"),
        "locked_m2": t("Locked m²"),
        "renovation_m2": t("Under renovation m²"),
        "not_built_m2": t("Not yet built m²"),
        "unknown_m2": t("State unknown m²"),
        "vacancy": t("Vacancy"),
        "units": t("Units"),
        "unknown_units": t("Unknown units"),
        "area_m2": t("Area m²"),
        "available_on": t("Available on"),
        "until": t("Until"),
        "standing": t("Standing"),
        "score": t("Score"),
        "verdict": t("Verdict"),
        "failed": t("Rules not met"),
        "unknown": t("Not known"),
        "weak": t("Weak in"),
        "state": t("State"),
        "quarter": t("Quarter"),
        "done_m2": t("Done m²"),
        "under_way_m2": t("Under way m²"),
        "planned_m2": t("Planned m²"),
        "target_m2": t("Target m²"),
        "unknown_projects": t("Projects of unknown area"),
        "days_late": t("Days late"),
        "rows": t("Rows"),
        "table": t("Table"),
        "projects": t("Projects"),
        "due_on": t("Deadline"),
        "target_id": t("Figure"),
        "unit_ids": t("Lettable units"),
        "unknown_leases": t("Leases of unknown area"),
        "largest": t("Largest of its floor"),
        "seed": t("Seed"),
    }


SHARED: dict[tuple[str, str], Callable[[object, Translate], str]] = {
    ("projects", "kind"): figures.kind,
    ("facilities", "kind"): figures.facility,
    ("localisations", "kind"): figures.localised,
    ("outlines", "kind"): figures.outlined,
    ("localisations", "progress"): figures.localised,
    ("tenants", "pipeline"): figures.pipeline,
    ("tenants", "stage"): figures.stage,
}
"""Table and column of the schema → how the codes that it allows are said."""


def said(code: object, t: Translate) -> str:
    """Return how a code is said; those that reports show too stand in `output.figures`."""
    for (table, column), says in SHARED.items():
        if code in schema.columns(table)[column].values:  # noqa: PD011 - a column of the schema
            return says(code, t)
    names = {
        "fits": t("fits"),
        "unfit": t("unfit"),
        "unknown": t("unknown"),
        "waived": t("waived"),
        "core": t("Innovation core"),
        "bearing": t("Bearing area"),
        "linked": t("Linked area"),
        "outside": t("Outside the layout"),
        "tenant": t("Tenant"),
        "applicant": t("Applicant"),
        "hard": t("hard"),
        "soft": t("soft"),
        "review": t("for a person to decide"),
        "campus": t("Campus"),
        "park_area": t("Park area"),
        "building": t("Building"),
        "project": t("Project"),
        "incubator": t("Incubator"),
        "plan_area": t("Area of a plan"),
        "portfolio": t("Portfolio"),
        "schematic": t("Schematic"),
        "surveyed": t("Surveyed"),
        "built": t("Built"),
        "under_construction": t("Under construction"),
        "planned": t("Planned"),
        "warehouse": t("Warehouse"),
        "high": t("high"),
        "medium": t("medium"),
        "low": t("low"),
    }
    return names.get(str(code), str(code))


def stages(cell: str, s: Session) -> str:
    """Return a list of stages (``research;pilot``) in words, as the policy names them."""
    frame = s.rules.stages
    names = dict(zip(frame["stage"], frame[s.names], strict=True))
    return " · ".join(str(names.get(code, code)) for code in cell.split(";") if code)


def act(code: object, t: Translate) -> str:
    """Return how the history says what was done."""
    return writing.said(str(code), t)


SAID: dict[str, Callable[[object, Translate], str]] = {
    "standing": figures.standing,
    "state": figures.state,
    "stage": figures.stage,
    "event": figures.event,
    "sense": figures.sense,
    "verdict": said,
    "role": said,
    "kind": said,
    "hardness": said,
    "record_type": said,
    "placement": said,
    "use_type": said,
    "status": said,
    "pipeline": said,
    "progress": said,
    "confidence": said,
    "what": act,
}
"""Column → how its codes are said."""


def names(s: Session, kind: str) -> pd.Series:
    """Return code → name in the reader's language for zones, sectors, or one of the store's tables."""
    if kind in {"zones", "sectors"}:
        frame, code = (s.rules.zones, "zone_id") if kind == "zones" else (s.rules.sectors, "sector_code")
    else:
        frame, code = s.park.table(kind), schema.key(kind)
    return figures.names(frame, s.lang).set_axis(frame[code])


def named(frame: pd.DataFrame, s: Session) -> pd.DataFrame:
    """Return `frame` with names and words in place of codes; the shape stays."""
    ids = _ids(frame)
    other = "name_en" if s.lang == "zh" else "name_zh"
    unwanted = [other] if {"name_zh", "name_en"} <= set(frame.columns) else []
    out = pd.DataFrame(frame.drop(columns=["geometry", *unwanted], errors="ignore")).copy()
    for column in out.columns:
        if column in NAMED and column not in ids:
            out[column] = out[column].map(names(s, NAMED[column]))
        elif column in SAID:
            out[column] = [None if pd.isna(code) else SAID[column](code, s.t) for code in out[column]]
        elif pd.api.types.is_datetime64_any_dtype(out[column]):
            out[column] = out[column].dt.tz_localize(None)  # the heading says that it is UTC
            days = out[column].dt.normalize().eq(out[column]) | out[column].isna()
            out[column] = out[column].dt.date if days.all() else out[column]
    return out


def _ids(frame: pd.DataFrame) -> set[str]:
    """Return the column that stays a code because the names stand beside it."""
    return {str(frame.columns[0])} if {"name_zh", "name_en"} & set(frame.columns) else set()


def heading(column: str, s: Session, table: str | None = None, *, named: bool = False) -> str:
    """Return the heading of a column: the schema's of `table`, else ours, else any schema's; of names, not of codes."""
    if named:
        t = s.t
        return {
            "zone_id": t("Zone"),
            "park_id": t("Park"),
            "building_id": t("Building"),
            "tenant_id": t("Company"),
            "sector_code": t("Sector"),
        }[column]
    ours = headings(s.t)
    column = "name_zh" if column == "name_en" else column  # the one name that is shown is simply the name
    for name in [table] if table else []:
        if column in schema.columns(name):
            return schema.columns(name)[column].heading(s.lang)
    if column in ours:
        return ours[column]
    found = next((schema.columns(name)[column] for name in schema.TABLES if column in schema.columns(name)), None)
    return found.heading(s.lang) if found else column


def show(
    frame: pd.DataFrame,
    s: Session,
    *,
    key: str,
    table: str | None = None,
    titles: dict[str, str] | None = None,
    pick: bool = False,
    height: int | None = None,
    file: str | None = None,
) -> int | None:
    """Show a table with its download; return the position of the row picked, None when none is.

    Parameters
    ----------
    frame
        What to show, codes and all.
    s
        The session.
    key
        Name of the widget, unique on its page.
    table
        Table of the schema whose headings hold, where one does.
    titles
        Headings of columns that only this page knows.
    pick
        Whether one row can be picked.
    height
        Most height in pixels; by default as many rows as fit.
    file
        Name of the download without its ending; by default `key`.
    """
    head = frame.head(MOST)
    shown = named(head, s)
    own = titles or {}
    spoken = {
        column: own.get(column) or heading(column, s, table, named=column in NAMED and column not in _ids(head))
        for column in map(str, shown.columns)
    }
    if shown.empty:
        st.caption(s.t("Nothing to list here yet."))
        return None
    config = {column: _column(head[column], shown[column], title) for column, title in spoken.items()}
    event = st.dataframe(
        shown,
        key=key,
        hide_index=True,
        column_config=config,
        height="content" if len(shown) <= SHORT else height if height and len(shown) * ROW > height else "auto",
        on_select="rerun" if pick else "ignore",
        selection_mode="single-row",
        placeholder="–",
    )
    if len(frame) > MOST:
        first, every = (figures.number(count, s.lang) for count in (MOST, len(frame)))
        st.caption(s.t("Shown are the first {shown} of {all} rows; the download holds all.", shown=first, all=every))
    download(s, lambda: frame, file=file or key, key=f"{key}_download")
    rows: Sequence[int] = cast("DataframeState", event)["selection"]["rows"] if pick else []
    return rows[0] if rows else None


def _column(cells: pd.Series[Any], told: pd.Series[Any], title: str) -> ColumnConfig:
    """Return how a column is drawn: numbers in full, shares in per cent, texts as wide as the longest.

    The browser measures the first rows only; where some cells are empty it would cut those that follow.
    """
    if pd.api.types.is_bool_dtype(cells):
        return st.column_config.Column(title)
    if not pd.api.types.is_numeric_dtype(cells):
        texts = told.dropna().astype("string").unique()[:LOOKED_AT]
        if len(texts) == 0 or told.notna().all():
            return st.column_config.Column(title)
        widest = min(LONGEST, max(map(figures.width, texts)))
        return st.column_config.Column(title, width=max(widest, figures.width(title)) * DIGIT + 24)
    if cells.name in SHARES:
        return st.column_config.NumberColumn(title, format="percent")
    largest = cells.abs().max()
    digits = 1 if pd.isna(largest) else len(f"{largest:,.1f}")
    return st.column_config.NumberColumn(
        title, format="localized", width=max(digits, figures.width(title)) * DIGIT + 24
    )


def download(s: Session, frame: Callable[[], pd.DataFrame], *, file: str, key: str, label: str | None = None) -> None:
    """Offer what `frame` gives, once it is asked for, as a CSV file that spreadsheets open without mojibake."""
    st.download_button(
        label or s.t("Download (CSV)"),
        lambda: tables.csv(frame()),
        file_name=f"{file}-{s.park.day.isoformat()}.csv",
        mime="text/csv",
        key=key,
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )


def workbook(label: str, write: Callable[[Path], None], *, file: str, key: str) -> None:
    """Offer the workbook that `write` makes, once it is asked for; `file` is its name without the ending."""

    def made() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "made.xlsx"
            tables.whole(path, write)
            return path.read_bytes()

    st.download_button(
        label,
        made,
        file_name=f"{file}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=key,
        on_click="ignore",
        icon=":material/download:",
    )


def history(t: Translate) -> dict[str, str]:
    """Return the headings of the history of changes."""
    return {
        "change_id": t("No."),
        "recorded_at": t("Recorded (UTC)"),
        "who": t("Who"),
        "what": t("What"),
        "subject": t("Subject"),
        "rows": t("Rows"),
        "reason": t("Reason"),
        "source": t("Source"),
        "scenario": t("Scenario"),
        "data_day": t("Data date"),
        "undoes": t("Undoes"),
        "undone": t("Undone"),
        "before": t("Before"),
        "after": t("After"),
    }


def lines(t: Translate) -> dict[str, str]:
    """Return the headings of rows before and after."""
    return {
        "table": t("Table"),
        "key": t("Row"),
        "column": t("Column"),
        "valid_from": t("So from"),
        "kind": t("Kind"),
        "before": t("Before"),
        "after": t("After"),
    }


def figure(code: str, t: Translate) -> str:
    """Return how a figure (``vacancy.let_m2``) is said: what it is of, and its heading."""
    part, _, name = code.partition(".")
    of = {"vacancy": t("Vacant space"), "progress": t("Programme"), "needs": t("Open needs")}
    return f"{of.get(part, part)}: {headings(t).get(name, name)}"
