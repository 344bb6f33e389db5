"""Programme: both million-m² ledgers by counting rule, the S-curve, the projects and the forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import charts, figures
from parks.pages import session, start, tables
from parks.status import forecast, progress

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.session import Session

LEDGER = [
    "target_id",
    "kind",
    "target_m2",
    "done_m2",
    "under_way_m2",
    "planned_m2",
    "projects",
    "unknown_projects",
    "standing",
]
LATE = ["name_zh", "name_en", "kind", "zone_id", "event", "planned_on", "days_late", "standing"]
RULES = ("completed", "started", "recognised")


@start.needs("projects")
def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    rule, basis = _counting(s)
    done = progress.by_target(s.park, s.rules, rule=rule, basis=basis)
    likely = forecast.by_target(s.park, s.rules, rule=rule, basis=basis)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.altair_chart(charts.programme(done, s.lang, forecast=likely), width="stretch")
        tables.show(done[LEDGER], s, key="progress")
    with right:
        _forecast(s, likely)
    by_zone, by_quarter, projects, late = st.tabs([t("By zone"), t("By quarter"), t("Projects"), t("Behind plan")])
    with by_zone:
        st.caption(
            t(
                "The notice splits neither million by zone or year: this is the split of the projects on record, "
                "no target."
            )
        )
        shares = progress.by(s.park, s.rules, "zone", rule=rule, basis=basis)
        tables.show(
            shares[["zone_id", *(column for column in LEDGER if column != "target_m2")]],
            s,
            key="by_zone",
        )
    with by_quarter:
        st.altair_chart(charts.curve(progress.curve(s.park, s.rules, rule=rule, basis=basis), s.lang), width="stretch")
    with projects:
        _projects(s, progress.by(s.park, s.rules, "project", rule=rule, basis=basis))
    with late:
        behind = progress.late(s.park)
        if behind.empty:
            st.success(t("No project is behind a planned milestone on this day."))
        else:
            tables.show(behind[LATE], s, key="late", table="projects")


def _projects(s: Session, each: pd.DataFrame) -> None:
    """List the projects with what each has done, has under way and plans."""
    facts = s.park.projects[["project_id", "name_zh", "name_en", "zone_id", "developer"]]
    frame = each.drop(columns=["zone_id"], errors="ignore").merge(facts, on="project_id", how="left")
    own = ["project_id", s.names, "kind", "zone_id", "done_m2", "under_way_m2", "planned_m2", "developer", "standing"]
    tables.show(frame[own], s, key="projects", table="projects", height=480)


def _counting(s: Session) -> tuple[str, str]:
    """Draw the counting rule, with its words; return the event and the area basis."""
    t, rules = s.t, s.rules.counting.set_index("rule_id")
    bases = {"gross": t("Gross floor area"), "far": t("FAR-counted area")}
    row = st.container(horizontal=True)
    rule = session.switch(t("Counts when"), RULES, "rule", lambda code: str(rules.loc[code, s.names]), row)
    basis = session.switch(t("Area basis"), list(bases), "basis", bases.__getitem__, row)
    st.caption(str(rules.loc[rule, f"note_{s.lang}"]))
    return rule, basis


def _forecast(s: Session, likely: pd.DataFrame) -> None:
    """Draw how likely each target is, and on which assumptions."""
    t = s.t
    st.subheader(t("Forecast to the end of 2027"))
    for row in likely.to_dict("records"):
        st.metric(
            figures.kind(row["kind"], t),
            figures.share(row["probability"], s.lang, 0),
            delta=t(
                "{low} to {high}, middle {mid}",
                low=s.area(row["p10_m2"]),
                high=s.area(row["p90_m2"]),
                mid=s.area(row["p50_m2"]),
            ),
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    with st.expander(t("Assumptions")):
        tables.show(s.rules.assumptions, s, key="assumptions")
        st.caption(
            t(
                "2,000 seeded runs of whole projects with a common shock; one run in ten lies below the first "
                "area and one in ten above the second."
            )
        )
