"""Scenarios: create, copy, drop; place everyone at once; read the plan and why; compare two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks import schema
from parks.matching import allocation, explanation
from parks.output import figures
from parks.pages import session, start, tables
from parks.status import vacancy

if TYPE_CHECKING:
    import datetime as dt

    from parks.matching.allocation import Case, Plan
    from parks.pages.session import Session


MISSES = 5
"""Failed rules said at once; the others behind a click."""


@start.needs("units")
def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    left, right = st.columns([2, 3], gap="large")
    with left:
        _ledger(s)
        _create(s)
        _care(s)
    with right:
        plan_tab, compare_tab, acts_tab = st.tabs([t("Place everyone at once"), t("Compare"), t("Acts")])
        with plan_tab:
            _optimise(s)
        with compare_tab:
            _compare(s)
        with acts_tab:
            _acts(s)


def _ledger(s: Session) -> None:
    t = s.t
    st.subheader(t("Scenarios"))
    held = s.store.scenarios()
    if held.empty:
        st.info(
            t(
                "There is no scenario yet. A scenario lays placements over the record without changing it: "
                "create the first one below."
            )
        )
        return
    columns = {
        "name": t("Scenario"),
        "note": t("Note"),
        "created_at": t("Created (UTC)"),
        "by": t("Created by"),
        "placements": t("Placements"),
    }
    tables.show(held[list(columns)], s, key="scenarios", titles=columns)


def _create(s: Session) -> None:
    t = s.t
    with st.form("create", border=False, clear_on_submit=True):
        name = st.text_input(t("New scenario"), placeholder=t("for example: Plan A"), max_chars=60)
        copied = st.selectbox(
            t("Begin with"), ["", *s.store.scenarios()["name"]], format_func=lambda code: code or t("nothing placed")
        )
        made = st.form_submit_button(t("Create"), icon=":material/add:")
        if made and session.attempt(s, lambda: _made(s, name.strip(), copied)):
            choose(name.strip())


def _made(s: Session, name: str, copied: str) -> None:
    if copied:
        s.store.copy_scenario(copied, name, by=session.PLANNER)
    else:
        s.store.create_scenario(name, by=session.PLANNER)


def choose(name: str) -> None:
    """Lay the scenario `name` over the record from the next run on."""
    st.session_state["scenario_next"] = name
    st.rerun()


def _care(s: Session) -> None:
    """Offer to drop the scenario that is laid over the record."""
    name = s.scenario
    if name is None:
        return
    gone = st.button(s.t("Drop scenario “{name}”", name=session.plain(name)), icon=":material/delete:")
    if gone and session.attempt(s, lambda: s.store.drop_scenario(name, by=session.PLANNER)):
        choose(session.RECORD)


def _optimise(s: Session) -> None:
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
        if kept and session.attempt(s, lambda: accept(s, plan.assignments)):
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


def accept(s: Session, assignments: pd.DataFrame) -> None:
    """Write the assignments of a plan into the scenario as one act that can be undone."""
    s.store.place_all(assignments, by=session.PLANNER, reason=s.t("Placed by the best plan"), scenario=s.scenario)


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


def _horizon(s: Session) -> dt.date:
    """Return the last day of the programme, or the day shown where that is later or there is none."""
    ends = s.rules.targets["due_on"].dropna()
    return max([s.park.day, *(pd.Timestamp(end).date() for end in ends)])


def _sums(s: Session, day: dt.date, name: str) -> pd.DataFrame:
    """Return vacancy by zone of a scenario on a day."""
    space = session.space(s.store.version, day, None if name == session.RECORD else name)
    return vacancy.by(space, "zone", counted_in=s.counted_in)


def _compare(s: Session) -> None:
    """Set two scenarios side by side on a day: what each zone would have vacant."""
    t = s.t
    options = [session.RECORD, *s.store.scenarios()["name"]]
    left, middle, right = st.columns(3)
    first = left.selectbox(t("First"), options, key="first", format_func=lambda name: session.title(name, t))
    second = middle.selectbox(
        t("Second"),
        options,
        index=options.index(s.scenario) if s.scenario in options else len(options) - 1,
        key=f"second_{len(options)}",
        format_func=lambda name: session.title(name, t),
    )
    day = right.date_input(
        t("On the day"), _horizon(s), format="YYYY-MM-DD", help=t("Placements begin later: compare on a day after.")
    )
    sums = [_sums(s, day, name)[["zone_id", "vacant_m2", "reserved_m2", "standing"]] for name in (first, second)]
    both = sums[0].merge(sums[1], on="zone_id", how="outer", suffixes=("_a", "_b"))
    both = both.drop(columns="standing_a").rename(columns={"standing_b": "standing"})
    both["change_m2"] = both["vacant_m2_b"] - both["vacant_m2_a"]
    titles = {
        "vacant_m2_a": t("Vacant m², first"),
        "vacant_m2_b": t("Vacant m², second"),
        "reserved_m2_a": t("Reserved m², first"),
        "reserved_m2_b": t("Reserved m², second"),
        "change_m2": t("Change of vacant m²"),
    }
    tables.show(both, s, key="compare", titles=titles)
    moved = both["change_m2"].sum()
    if moved:
        st.markdown(
            t("The second leaves {area} less vacant than the first.", area=figures.area(-moved, s.lang))
            if moved < 0
            else t("The second leaves {area} more vacant than the first.", area=figures.area(moved, s.lang))
        )
    else:
        st.markdown(t("Both leave the same area vacant in sum."))


def _acts(s: Session) -> None:
    """Show this scenario's acts, and take them back or do them again."""
    back_and_forth(s, "acts")
    tables.show(s.store.changes(100, scenario=s.scenario), s, key="acts", titles=tables.history(s.t), height=420)


def back_and_forth(s: Session, key: str) -> None:
    """Offer to take the last act back, and to do again what was taken back."""
    t, who = s.t, session.PLANNER
    row = st.container(horizontal=True)
    undoable = s.store.undoable(by=who, scenario=s.scenario) is not None
    redoable = s.store.redoable(by=who, scenario=s.scenario) is not None
    undo = row.button(t("Undo the last act"), icon=":material/undo:", key=f"undo_{key}", disabled=not undoable)
    redo = row.button(t("Redo"), icon=":material/redo:", key=f"redo_{key}", disabled=not redoable)
    if undo and session.attempt(s, lambda: s.store.undo(by=who, scenario=s.scenario)):
        st.rerun()
    if redo and session.attempt(s, lambda: s.store.redo(by=who, scenario=s.scenario)):
        st.rerun()
