"""Two beliefs of one day side by side: each figure that moved, the rows that moved it, and who wrote them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks import schema
from parks.output import figures
from parks.pages import session, tables
from parks.status import beliefs

if TYPE_CHECKING:
    from parks.pages.session import Session
    from parks.snapshot import Snapshot


def show(s: Session) -> None:
    """Draw the comparison of what was believed on two days about the day shown."""
    t = s.t
    now = dt.datetime.now().astimezone().date()
    st.markdown(
        t(
            "What was believed about {day} then and later: which figures moved, and which rows moved them.",
            day=s.park.day,
        )
    )
    first = s.store.changes(1, everywhere=True)
    left, right = st.columns(2)
    since: dt.date = left.date_input(
        t("Believed on"), now - dt.timedelta(days=1), max_value=now, format="YYYY-MM-DD", key="belief_first"
    )
    until: dt.date = right.date_input(
        t("Against what was believed on"), now, max_value=now, format="YYYY-MM-DD", key="belief_second"
    )
    if first.empty or since >= until:
        st.info(t("Choose two days, the earlier one first."))
        return
    known = (since, until)
    before, after = (s.store.as_of(s.park.day, s.scenario, day) for day in known)
    found = _compared(s, before, after, (s.store.address, s.park.day, s.scenario, before.version, after.version))
    if found.figures.empty:
        st.success(t("No figure of {day} moved between these beliefs.", day=s.park.day))
        return
    _figures(s, found, before.version, after.version)


@st.cache_resource(show_spinner=False, max_entries=8)
def _compared(_s: Session, _before: Snapshot, _after: Snapshot, key: tuple[object, ...]) -> beliefs.Comparison:
    del key  # the snapshots themselves are not hashed
    return beliefs.compare(_before, _after, _s.rules)


def _figures(s: Session, found: beliefs.Comparison, since: int, until: int) -> None:
    """Draw the figures that moved; below, what moved the one that is picked."""
    t = s.t
    shown = found.figures.assign(figure=[tables.figure(code, t) for code in found.figures["figure"]])
    shown["about"] = [_about(code, s) for code in found.figures["about"]]
    titles = {
        "figure": t("Figure"),
        "about": t("Of"),
        "before": t("Before"),
        "after": t("After"),
        "change": t("Change"),
    }
    picked = tables.show(shown, s, key="belief_figures", titles=titles, pick=True, height=320)
    if picked is None:
        st.caption(t("Choose a figure to see the rows that moved it."))
        return
    row = found.figures.iloc[picked]
    same = found.moves["figure"].eq(row["figure"]) & (
        found.moves["about"].isna() if pd.isna(row["about"]) else found.moves["about"].eq(row["about"])
    )
    moves = found.moves[same]
    st.markdown(f"**{session.plain(shown.iloc[picked]['figure'])} · {session.plain(shown.iloc[picked]['about'])}**")
    things = {
        "table": t("Table"),
        "key": t("Row"),
        "before": t("Before"),
        "after": t("After"),
        "change": t("Change"),
    }
    plain = moves[["table", "key", "before", "after", "change"]]
    tables.show(
        plain.assign(table=[schema.title(name, t) for name in plain["table"]]), s, key="belief_moves", titles=things
    )
    st.markdown(t("**Behind them, and who wrote it**"))
    tables.show(
        _causes(s, found, moves, since, until),
        s,
        key="belief_causes",
        titles=things | tables.history(t) | tables.lines(t),
    )


def _causes(s: Session, found: beliefs.Comparison, moves: pd.DataFrame, since: int, until: int) -> pd.DataFrame:
    """Return the differing rows behind `moves`, each with the change that wrote it last."""
    things = moves[["table", "key"]].rename(columns={"table": "thing_table", "key": "thing_key"}).drop_duplicates()
    causes = found.causes.merge(things, on=["thing_table", "thing_key"]).drop_duplicates(["table", "key", "column"])
    written = s.store.between(since, until, s.scenario)
    told = causes.merge(written, on=["table", "key"], how="left", suffixes=("", "_of_change"))
    columns = ["table", "key", "column", "before", "after", "change_id", "recorded_at", "who", "reason", "source"]
    return told[columns].assign(table=[schema.title(name, s.t) for name in told["table"]])


def _about(code: object, s: Session) -> str:
    """Return the name of the zone or target that a figure is about; the whole district when it is about none."""
    if figures.missing(code):
        return s.t("the district")
    if code == beliefs.NOWHERE:
        return s.t("place not known")
    targets = s.rules.targets.dropna(subset="project_kind")
    kinds = dict(zip(targets["target_id"], targets["project_kind"], strict=True))
    return figures.kind(kinds[code], s.t) if code in kinds else str(tables.names(s, "zones").get(code, code))
