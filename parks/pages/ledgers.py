"""The programme's ledgers: curves, levels, projects with their milestones, what is late, taken out, or missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import curves as drawings
from parks.output import figures
from parks.output import reported as words
from parks.pages import session, tables
from parks.status import gaps as lacks
from parks.status import milestones, progress, renewal, splits

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.session import Session

PARTS = ["done_m2", "under_way_m2", "planned_m2"]
LEVEL = ["kind", *PARTS, "gone_m2", "net_m2", "projects", "unknown_projects", "standing"]
LATE = ["name_zh", "name_en", "days_late", "event", "planned_on", "zone_id", "kind", "standing"]
EVERY = "all"
SHOWN = 40
"""Most projects drawn as a timeline."""


def curves(s: Session, rule: str, basis: str, ahead: pd.DataFrame) -> None:
    """Draw the S-curve of each programme with the range ahead."""
    quarters = progress.curve(s.park, s.rules, rule=rule, basis=basis)
    wanted = progress.targets(s.rules).set_index("target_id")["value_min"]
    kept = list(quarters["target_id"].drop_duplicates())
    if not kept:
        st.info(s.t("No target has a period: there is no curve."))
        return
    for target, place in zip(kept, st.columns(len(kept)), strict=True):
        value = wanted[target]
        chart = drawings.fan(
            quarters[quarters["target_id"] == target],
            ahead[ahead["target_id"] == target],
            s.lang,
            target_m2=None if figures.missing(value) else float(value),
        )
        place.altair_chart(chart, width="stretch", key=f"fan_{target}")
    tables.show(quarters.drop(columns="target_id"), s, key="curve", titles=_titles(s), height=320)


def level(s: Session, by: str, rule: str, basis: str) -> None:
    """Show one level's split, and beside it the user's own split of the targets."""
    t, key = s.t, progress.LEVELS[by]
    if by != "developer":
        st.caption(
            t(
                "The notice splits neither million by zone or year: this is the split of the projects on record, "
                "no target."
            )
        )
    frame = progress.by(s.park, s.rules, by, rule=rule, basis=basis)
    tables.show(frame[[key, *LEVEL]], s, key=f"by_{by}", table="projects", titles=_titles(s), height=420)
    if by != "developer":
        _assumed(s, by, splits.against(s.park, s.rules, rule=rule, basis=basis))


def _assumed(s: Session, by: str, frame: pd.DataFrame) -> None:
    """Show the user's own split by zone or year, said to be one."""
    t, column = s.t, "zone_id" if by == "zone" else "year"
    st.markdown(t("**The user’s own split: an assumption of the user, not of the notice**"))
    mine = frame[frame[column].notna()]
    if mine.empty:
        st.caption(t("None is on record. Import the table of splits of targets, or fill in its template."))
        return
    titles = _titles(s) | {"asked_m2": t("Assumed m²"), "missing_m2": t("Not yet in the ledger m²"), "year": t("Year")}
    columns = [column, "kind", "asked_m2", *PARTS, "missing_m2", "unknown_projects", "standing"]
    tables.show(mine[columns], s, key=f"split_{by}", titles=titles)


def projects(s: Session, rule: str, basis: str) -> None:
    """List the projects, and draw the milestones of those chosen."""
    t = s.t
    row = st.container(horizontal=True)
    kinds = [EVERY, "new_build", "renewal"]
    every = t("All")
    kind = session.switch(t("Kind"), kinds, "kind", lambda code: every if code == EVERY else figures.kind(code, t), row)
    names = tables.names(s, "zones")
    zones = [EVERY, *sorted(s.park.projects["zone_id"].dropna().unique())]
    zone = session.choice(
        t("Zone"), zones, "zone", lambda code: every if code == EVERY else str(names.get(code, code)), row
    )
    each = progress.by(s.park, s.rules, "project", rule=rule, basis=basis)
    facts = s.park.projects[["project_id", "name_zh", "name_en", "zone_id", "parcel", "developer", "phase_of"]]
    frame = facts.merge(each.drop(columns="kind"), on="project_id", how="inner").merge(
        s.park.projects[["project_id", "kind"]], on="project_id"
    )
    if kind != EVERY:
        frame = frame[frame["kind"] == kind]
    if zone != EVERY:
        frame = frame[frame["zone_id"] == zone]
    own = ["project_id", s.names, "kind", "zone_id", *PARTS, "gone_m2", "parcel", "developer", "phase_of", "standing"]
    tables.show(frame[own], s, key="projects", table="projects", titles=_titles(s), height=420)
    _timeline(s, frame)


def _timeline(s: Session, frame: pd.DataFrame) -> None:
    """Draw the milestones of the projects listed, and list them with their evidence."""
    t = s.t
    said = frame["project_id"] + " " + figures.names(frame, s.lang)
    called = said.set_axis(frame["project_id"])
    steps = milestones.timeline(s.park)
    steps = steps[steps["project_id"].isin(called.index)]
    steps = steps.assign(name=steps["project_id"].map(called))
    first = steps[steps["project_id"].isin(called.index[:SHOWN])]
    if first.empty:
        st.info(t("No milestone of these projects is on record."))
        return
    if len(called) > SHOWN:
        st.caption(t("Drawn are the first {shown} of {all} projects.", shown=SHOWN, all=len(called)))
    st.altair_chart(drawings.timeline(first, s.lang, today=s.park.day.isoformat()), width="stretch")
    columns = ["name", "event", "planned_on", "reached_on", "days_late", "evidence", "standing"]
    titles = {"name": t("Project"), "reached_on": t("Reached on")}
    tables.show(steps[columns], s, key="milestones", table="milestones", titles=titles, height=320)


def behind(s: Session) -> None:
    """List the milestones that are late."""
    late = progress.late(s.park)
    if late.empty:
        st.success(s.t("No project is behind a planned milestone on this day."))
    else:
        tables.show(late[LATE], s, key="late", table="projects", height=480)


def taken_out(s: Session) -> None:
    """Show the space that renewals have taken out, until it returns."""
    t = s.t
    st.caption(
        t(
            "Space that a renewal closes is gone from its start until its completion. Net is what is done less what "
            "is gone."
        )
    )
    titles = _titles(s)
    tables.show(renewal.taken_out(s.park, s.rules, "zone"), s, key="out_zone", titles=titles)
    tables.show(renewal.taken_out(s.park, s.rules, "quarter"), s, key="out_quarter", titles=titles, height=320)
    each = renewal.spaces(s.park, s.rules)
    each = each.assign(state=[words.state(code, t) for code in each["state"]])
    columns = ["project_id", s.names, "zone_id", "state", "closes_on", "returns_on", "taken_out_m2", "after_m2"]
    shown = each[[*columns, "standing"]].rename(columns={"state": "out_state"})
    tables.show(shown, s, key="out_projects", table="projects", titles=titles | {"out_state": t("State")}, height=420)


def gaps(s: Session, rule: str, basis: str) -> None:
    """List what is not known and would have to be."""
    t = s.t
    frame = lacks.of_programme(s.park, s.rules, rule=rule, basis=basis)
    if frame.empty:
        st.success(t("Nothing is missing of the projects that count and of the targets."))
        return
    st.caption(t("What is unknown is in no sum; it is counted beside it and listed here for mending."))
    called = {"projects": t("Projects"), "targets": t("Targets")}
    shown = frame.assign(table=frame["table"].map(called), missing=[words.gap(code, t) for code in frame["missing"]])
    columns = ["table", "key", s.names, "missing", "zone_id", "source", "standing"]
    titles = {"key": t("Row"), "missing": t("What is missing"), s.names: t("What it is called"), "source": t("Source")}
    tables.show(shown[columns], s, key="gaps", titles=titles, height=480)


def _titles(s: Session) -> dict[str, str]:
    """Return the headings of columns that only these rooms show."""
    t = s.t
    return {
        "gone_m2": t("Taken out m²"),
        "net_m2": t("Net m²"),
        "closed_m2": t("Closed m²"),
        "returned_m2": t("Back m²"),
        "dropped_m2": t("Of projects given up m²"),
        "closes_on": t("Closes on"),
        "returns_on": t("Returns on"),
        "taken_out_m2": t("Area before m²"),
        "after_m2": t("Area after m²"),
        "plan_total_m2": t("Planned, added up m²"),
        "done_total_m2": t("Done, added up m²"),
    }
