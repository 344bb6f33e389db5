"""From a figure of the papers to its clause, its task and what feeds it, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.output import figures
from parks.pages import session
from parks.status import measured as measuring

if TYPE_CHECKING:
    from parks.pages.session import Session


def measured(s: Session) -> pd.DataFrame:
    """Return what is measured of each figure, as `measured.by_figure` gives it, counted as on the page Programme."""
    counted = {name: str(value) for name in ("rule", "basis") if (value := st.session_state.get(name))}
    return _measured(s, counted, s.key)


@st.cache_resource(show_spinner=False, max_entries=16)
def _measured(_s: Session, counted: dict[str, str], key: tuple[object, ...]) -> pd.DataFrame:
    del key  # the session itself is not hashed
    return measuring.by_figure(_s.park, _s.rules, **counted)


def figure(target_id: str, s: Session) -> None:
    """Say where a figure stands, whose it is, and what of it is measured."""
    t, row = s.t, s.rules.targets.set_index("target_id").loc[target_id]
    paper = s.rules.documents.set_index("document_id").loc[row["document_id"]]
    with st.container(border=True):
        st.markdown(f"**{session.plain(row['phrase_zh'])}**")
        lines = [t("Paper: {paper} {number}", paper=paper[f"title_{s.lang}"], number=_or_empty(paper["number"]))]
        if pd.notna(row["clause"]):
            lines.append(t("Clause: {clause}", clause=row["clause"]))
        if pd.notna(row["task_no"]):
            lines.append(t("Task {number}: {title}", number=row["task_no"], title=_task(str(row["task_no"]), s)))
        if pd.notna(row[f"units_{s.lang}"]):
            lines.append(t("Responsible units: {units}", units=row[f"units_{s.lang}"]))
        lines += [_value(target_id, s), _feeds(target_id, s)]
        lines.append(t("Standing: {standing}", standing=figures.standing(row["standing"], t)))
        session.listed(lines)


def task(number: str, s: Session) -> None:
    """Show the figures that rest on a task, each with what is measured of it."""
    t, every = s.t, s.rules.targets
    own = every[(every["task_no"] == number).fillna(value=False)]
    with st.container(border=True):
        st.markdown(f"**{session.plain(t('Task {number}: {title}', number=number, title=_task(number, s)))}**")
        if own.empty:
            st.caption(t("The papers give no figure for this task."))
        for row in own.to_dict("records"):
            session.listed([f"{row['target_id']} {row['phrase_zh']}: {_value(row['target_id'], s)}"])


def _value(target_id: str, s: Session) -> str:
    t, row = s.t, measured(s).set_index("target_id").loc[target_id]
    unit = s.rules.targets.set_index("target_id").loc[target_id, "unit"]
    if pd.isna(row["value"]):
        return t("Measured: no data")
    said = s.area(row["value"]) if unit == "m2" else f"{figures.number(row['value'], s.lang)} {_or_empty(unit)}"
    share = figures.share(row["share"], s.lang)
    return t("Measured: {value}, {share} of the least", value=said.strip(), share=share)


def _feeds(target_id: str, s: Session) -> str:
    t, park = s.t, s.park
    projects = int((park.projects["counts_to"] == target_id).sum())
    items = int((park.localisations["counts_to"] == target_id).sum())
    if projects:
        return t("Fed by {count} projects (page Programme)", count=projects)
    if items:
        return t("Fed by {count} items (page Tenants, foreign and localised)", count=items)
    return t("Nothing on record counts to it")


def _task(number: str, s: Session) -> str:
    titles = s.rules.tasks.set_index("task_no")[f"title_{s.lang}"]
    return str(titles.loc[number])


def _or_empty(value: object) -> str:
    return "" if figures.missing(value) else str(value)
