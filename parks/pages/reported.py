"""What changed in the programme since the last report, in words, with its effect on the totals."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from parks.issues import InvalidData
from parks.output import figures
from parks.output import reported as words
from parks.pages import session, tables
from parks.status import since

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.session import Session
    from parks.snapshot import Snapshot

THEN, NOW = "then", "now"
PARTS = ["done_m2", "under_way_m2", "planned_m2"]
SAID = 12
"""Most projects said in sentences; the table has them all."""


def show(s: Session, rule: str, basis: str) -> None:
    """Draw the comparison with an earlier report."""
    t = s.t
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    last = _quarter_before(s.park.day)
    latest = s.park.day - dt.timedelta(days=1)
    day = session.chosen_day(t("Last report of"), "since", last, left, latest=latest) or last
    ways = {THEN: t("as it was known then"), NOW: t("as it is known now")}
    way = session.switch(t("That report"), list(ways), "since_known", ways.__getitem__, right)
    before = _known_then(s, day) if way == THEN else s.store.as_of(day, s.scenario, s.park.known_on)
    if before.projects.empty and way == THEN:
        st.info(
            t(
                "Nothing was on record by {day}. Shown is what is known now about that day.",
                day=figures.day(day, s.lang),
            )
        )
        before = s.store.as_of(day, s.scenario, s.park.known_on)
    elif before.scenario != s.scenario:
        st.info(t("The scenario was not made yet. It is compared with the record of that day."))
    key = (*s.key, before.version, before.day, before.scenario, rule, basis)
    _tell(s, _compared(s, before, rule, basis, key))


def _known_then(s: Session, day: dt.date) -> Snapshot:
    """Return a day as it was known on it; where the scenario was not made yet, the record."""
    try:
        return s.store.as_of(day, s.scenario, day)
    except InvalidData:
        return s.store.as_of(day, None, day)


def _quarter_before(day: dt.date) -> dt.date:
    """Return the last day of the quarter before."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - dt.timedelta(days=1)


@st.cache_resource(show_spinner=False, max_entries=8)
def _compared(_s: Session, _before: Snapshot, rule: str, basis: str, key: tuple[object, ...]) -> since.Since:
    del key  # the snapshots themselves are not hashed
    return since.compare(_before, _s.park, _s.rules, rule=rule, basis=basis)


def _tell(s: Session, found: since.Since) -> None:
    """Say the difference of the totals, then each project behind it."""
    t = s.t
    for target, rows in found.totals.groupby("target_id", sort=True):
        change = dict(zip(rows["figure"], rows["change"], strict=True))
        mine = found.projects[found.projects["target_id"] == target]
        said = t(
            "{kind}: done {done}, under way {under_way}, planned {planned}, by {count} projects.",
            kind=figures.kind(rows["kind"].iloc[0], t),
            done=words.signed(change["done_m2"], s.lang),
            under_way=words.signed(change["under_way_m2"], s.lang),
            planned=words.signed(change["planned_m2"], s.lang),
            count=len(mine),
        )
        st.markdown(f"- {session.plain(said)}")
    if found.projects.empty:
        st.success(t("Nothing changed."))
        return
    told = words.sentences(found, t, s.lang)
    frame = found.projects.assign(what=found.projects["project_id"].map(told))
    frame = frame.assign(effect=frame[PARTS].abs().sum(axis=1)).sort_values(
        ["effect", "project_id"], ascending=[False, True]
    )
    names = figures.names(frame, s.lang)
    lines = [f"{name}: {what}" for name, what in zip(names[:SAID], frame["what"].fillna("–"), strict=False)]
    session.listed(lines)
    known = frame[PARTS].mask(frame["unknown_m2"])
    shown = frame.assign(
        **{name: known[name] for name in PARTS},
        part_before=[words.part(code, t) for code in frame["part_before"]],
        part_after=[words.part(code, t) for code in frame["part_after"]],
    )
    titles = {
        "part_before": t("Before"),
        "part_after": t("Now"),
        "what": t("What changed"),
        "done_m2": t("Done, change m²"),
        "under_way_m2": t("Under way, change m²"),
        "planned_m2": t("Planned, change m²"),
    }
    columns = ["project_id", s.names, "zone_id", "part_before", "part_after", *PARTS, "what_changed"]
    shown = shown.rename(columns={"what": "what_changed"})[columns]
    titles["what_changed"] = titles.pop("what")
    tables.show(shown, s, key="since_projects", table="projects", titles=titles, height=420)
    _plain(s, found)


def _plain(s: Session, found: since.Since) -> None:
    """Offer every single change as a file."""
    whole: pd.DataFrame = found.changes
    tables.download(s, lambda: whole, file="changes", key="since_changes", label=s.t("Every single change (CSV)"))
