"""The best plan for everyone: found within a time, how good it is, accepted into a scenario, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks import schema
from parks.matching import allocation, explanation
from parks.output import figures
from parks.pages import attempts, session, tables

if TYPE_CHECKING:
    from parks.matching.allocation import Case, Plan
    from parks.pages.session import Session

MISSES = 5
"""Failed rules said at once; the others behind a click."""


def show(s: Session) -> None:
    """Offer to place everyone at once; show the last plan found for this day and scenario."""
    t = s.t
    st.markdown(
        t(
            "Finds the runs of free units that serve the most demand, every hard rule kept, and says how far "
            "from the best possible the plan can be at most."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        budget = st.slider(t("Seconds at most"), 5, 120, 20, step=5, key="budget", width=280)
        begun = st.button(t("Find the best plan"), type="primary", icon=":material/auto_awesome:", key="allocate")
    if begun:
        with st.spinner(t("Looking for the best plan …"), show_time=True):
            case = _case(s, s.key)
            st.session_state["found"] = (
                s.key,
                allocation.allocate(s.park, s.rules, s.space, budget=float(budget), given=case),
                allocation.first_come(s.park, s.rules, s.space, given=case),
            )
    kept = st.session_state.get("found")
    if kept is None or kept[0] != s.key:
        st.info(t("No plan yet for this day and scenario."))
        return
    _plan(s, kept[1], kept[2])


@st.cache_resource(show_spinner=False, max_entries=8)
def _case(_s: Session, key: tuple[object, ...]) -> Case:
    del key  # the session itself is not hashed
    return allocation.case(_s.park, _s.rules, _s.space)


def _plan(s: Session, plan: Plan, plain: Plan) -> None:
    """Draw a plan: how good it is, what it places, and the way to accept it."""
    t = s.t
    cells = st.columns(3)
    cells[0].metric(
        t("Value of the plan"),
        figures.number(plan.value, s.lang),
        delta=t("{share} over first come, first served", share=figures.share(plan.value / plain.value - 1, s.lang))
        if plain.value
        else None,
        border=True,
    )
    cells[1].metric(
        t("Best possible at most"),
        figures.number(plan.bound, s.lang),
        delta=t("proved the best") if plan.proved else t("gap {gap}", gap=figures.share(plan.gap, s.lang, 2)),
        delta_color="off",
        delta_arrow="off",
        border=True,
    )
    area = plan.assignments["area_m2"].sum()
    cells[2].metric(
        t("Companies placed"),
        t("{placed} of {all}", placed=len(plan.placed), all=len(plan.placed) + len(plan.unplaced)),
        delta=s.area(area),
        delta_color="off",
        delta_arrow="off",
        border=True,
    )
    if s.scenario is None:
        st.info(
            t("Choose or create a scenario to accept the plan into it. The record itself is not changed by a plan.")
        )
    else:
        kept = st.button(
            t("Accept all into “{name}”", name=session.plain(s.scenario)), icon=":material/check:", type="primary"
        )
        if kept and attempts.attempt(s, lambda seen: accept(s, plan.assignments, seen)):
            st.rerun()
    grouped = _by_tenant(s, plan)
    picked = tables.show(
        grouped, s, key="plan", pick=True, height=320, titles={"valid_from": t("From"), "units": t("Units")}
    )
    asked = st.selectbox(
        t("Explain a company, placed or not"),
        [*plan.placed, *plan.unplaced],
        index=None,
        format_func=lambda code: f"{tables.names(s, 'tenants').get(code, code)} · {code}",
        key="explained",
    )
    tenant = str(grouped["tenant_id"].iloc[picked]) if picked is not None else asked
    if tenant:
        _explain(s, plan, tenant)


def accept(s: Session, assignments: pd.DataFrame, seen: int) -> None:
    """Write the assignments of a plan into the scenario as one act that can be undone."""
    reason = s.t("Placed by the best plan")
    s.store.place_all(assignments, by=s.who, reason=reason, scenario=s.scenario, seen=seen)


def _by_tenant(s: Session, plan: Plan) -> pd.DataFrame:
    """Return one row a company placed: where, how many units, how much area, from when."""
    space = s.space.set_index("unit_id")
    where = {name: plan.assignments["unit_id"].map(space[name]) for name in ("building_id", "standing")}
    rows = plan.assignments.assign(**where)
    rows["standing"] = pd.Categorical(rows["standing"], schema.STANDINGS, ordered=True)  # the worst is the greatest
    return rows.groupby(["tenant_id", "building_id"], as_index=False).agg(
        units=("unit_id", "size"),
        area_m2=("area_m2", "sum"),
        valid_from=("valid_from", "min"),
        standing=("standing", "max"),
    )


def _explain(s: Session, plan: Plan, tenant: str) -> None:
    """Say why a company is where it is, or why nowhere."""
    t = s.t
    with st.spinner(t("Working out the reasons …")):
        said = explanation.explain(s.park, s.rules, s.space, plan, tenant, t, given=_case(s, s.key))
    st.markdown(f"**{session.plain(tables.names(s, 'tenants').get(tenant, tenant))}**")
    misses = [miss["sentence"] for miss in said["blocked_by"]]
    _list([*said["why"], *misses[:MISSES]])
    if misses[MISSES:]:
        with st.expander(t("{count} more rules", count=len(misses) - MISSES)):
            _list(misses[MISSES:])
    if said["cheapest_fix"]:
        st.success(session.plain(said["cheapest_fix"]["sentence"]), icon=":material/build:")
    if said["alternatives"]:
        st.markdown(t("**Next best places**"))
        _list([other["sentence"] for other in said["alternatives"]])


def _list(sentences: list[str]) -> None:
    st.markdown("\n".join(f"- {session.plain(sentence)}" for sentence in sentences))
