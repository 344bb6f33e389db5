"""Programme: both million-m² ledgers by counting rule, the S-curve, the projects and the forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import charts, figures
from parks.pages import session, start, tables
from parks.status import forecast, progress

if TYPE_CHECKING:
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
RULES = ("completed", "started", "recognised")


def show(s: Session) -> None:
    """Draw the page."""
    if s.park.projects.empty:
        start.empty(s)
        return
    t = s.t
    rule, basis = _counting(s)
    done = progress.by_target(s.park, s.rules, rule=rule, basis=basis)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.altair_chart(charts.programme(done, s.lang), width="stretch")
        tables.show(done[LEDGER], s, key="progress")
    with right:
        _forecast(s, rule, basis)
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
        each = progress.by(s.park, s.rules, "project", rule=rule, basis=basis)
        names = s.park.projects.set_index("project_id")[s.names if s.names in s.park.projects else "name_zh"]
        each.insert(0, "name", each["project_id"].map(names))
        tables.show(
            each.drop(columns=["target_m2", "rule", "basis", "unknown_projects"], errors="ignore"),
            s,
            key="projects",
            titles={"name": t("Project")},
            height=480,
        )
    with late:
        behind = progress.late(s.park)
        if behind.empty:
            st.success(t("No project is behind a planned milestone on this day."))
        else:
            tables.show(behind, s, key="late")


def _counting(s: Session) -> tuple[str, str]:
    """Draw the counting rule, with its words; return the event and the area basis."""
    t, rules = s.t, s.rules.counting.set_index("rule_id")
    bases = {"gross": t("Gross floor area"), "far": t("FAR-counted area")}
    row = st.container(horizontal=True)
    rule = session.switch(t("Counts when"), RULES, "rule", lambda code: str(rules.loc[code, s.names]), row)
    basis = session.switch(t("Area"), list(bases), "basis", bases.__getitem__, row)
    st.caption(str(rules.loc[rule, f"note_{s.lang}"]))
    return rule, basis


def _forecast(s: Session, rule: str, basis: str) -> None:
    """Draw how likely each target is, and on which assumptions."""
    t = s.t
    st.subheader(t("Forecast to the end of 2027"))
    for row in forecast.by_target(s.park, s.rules, rule=rule, basis=basis).to_dict("records"):
        kind = s.park.projects.loc[s.park.projects["counts_to"] == row["target_id"], "kind"].head(1)
        st.metric(
            figures.kind(kind.iloc[0], t) if len(kind) else row["target_id"],
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
