"""The best plan for everyone: searched for beside the session, how good it is, accepted whole or one by one."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from parks import schema
from parks.matching import allocation, fit, refusals
from parks.output import figures
from parks.pages import attempts, decisions, jobs, outlooks, reasons, session, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.matching.allocation import Case, Plan
    from parks.pages.session import Session
    from parks.policy import Policy
    from parks.snapshot import Snapshot

FOUND, JOB = "found", "plan_job"
DECIDED = ("pins", "quotas")
"""Tables that change what a plan must keep, but not where a company could go."""
AGAIN = 2.0
"""Seconds for a plan after one pin or release."""
STEPS = (100, 1_000, 10_000)
"""Choices of counted steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What the places of all companies depend on: equal while none of the tables is another object.

    Parameters
    ----------
    park, rules, space
        Snapshot, Policy, and the units of the snapshot.
    """

    park: Snapshot
    rules: Policy
    space: pd.DataFrame

    def _parts(self) -> tuple[object, ...]:
        tables_ = (self.park.table(name) for name in schema.TABLES if name not in DECIDED)
        return (self.park.day, id(self.rules), *map(id, tables_))

    def __eq__(self, other: object) -> bool:
        """Return whether both are of the same tables and day."""
        return isinstance(other, Basis) and self._parts() == other._parts()

    def __hash__(self) -> int:
        """Return a number that equal ones have in common."""
        return hash(self._parts())


@functools.lru_cache(maxsize=4)
def posed(basis: Basis) -> Case:
    """Return where every company with an open need could go; the same again while nothing touched it."""
    return allocation.case(basis.park, basis.rules, basis.space)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A plan with what it was made from.

    Parameters
    ----------
    basis, case
        Tables, and where every company could go.
    scenario, day
        Where it was made.
    plan, plain
        The plan, and that of first come, first served.
    last
        The plan before it of the same case, None when there is none.
    """

    basis: Basis
    case: Case
    scenario: str | None
    day: Any
    plan: Plan
    plain: Plan
    last: Plan | None

    def is_of(self, s: Session) -> bool:
        """Return whether it was made for the day and the scenario that are shown."""
        return (self.scenario, self.day) == (s.scenario, s.park.day)


def show(s: Session) -> None:
    """Offer to place everyone at once; show the last plan found for this day and scenario."""
    t = s.t
    st.markdown(
        t(
            "Finds the runs of free units that serve the most demand, every hard rule kept, and says how far "
            "from the best possible the plan can be at most."
        )
    )
    budget, steps = _budget(s)
    decisions.show(s)
    if st.button(t("Find the best plan"), type="primary", icon=":material/auto_awesome:", key="allocate"):
        begin(s, budget, steps)
    job = jobs.wait(JOB, t("Looking for the best plan …"), t)
    if job is not None and isinstance(job.result, Found):
        st.session_state[FOUND] = job.result
        del st.session_state[JOB]
    found: Found | None = st.session_state.get(FOUND)
    if found is None or not found.is_of(s):
        if JOB not in st.session_state:
            st.info(t("No plan yet for this day and scenario."))
        return
    _shown(s, found)


def _budget(s: Session) -> tuple[float, int | None]:
    """Draw the choice of how long to search; return seconds, and steps where those are counted."""
    t = s.t
    row = st.container(horizontal=True, vertical_alignment="bottom")
    ways = {"seconds": t("Seconds"), "steps": t("Counted steps")}
    way = row.segmented_control(
        t("Stop after"),
        list(ways),
        default="seconds",
        required=True,
        format_func=ways.__getitem__,
        key="budget_in",
        help=t("With counted steps the same data give the same plan on any machine."),
    )
    if way == "steps":
        return float("inf"), row.selectbox(t("Steps at most"), STEPS, index=1, key="steps", width=200)
    return float(row.slider(t("Seconds at most"), 5, 900, 20, step=5, key="budget", width=280)), None


def begin(s: Session, budget: float, steps: int | None = None) -> None:
    """Begin to look for a plan beside the session, from the last one where that is of the same case."""
    basis, last = Basis(s.park, s.rules, s.space), st.session_state.get(FOUND)
    language = s.t

    def work(tell: jobs.Tell) -> Found:
        tell(0.0, language("Reading who fits where …"))
        case, began = posed(basis), time.perf_counter()

        def progress(value: float, bound: float) -> bool:
            share = 0.0 if steps is not None else min(1.0, (time.perf_counter() - began) / budget)
            return bool(tell(share, _standing(value, bound, s)))

        before = last.plan if isinstance(last, Found) and last.case is case else None
        options: dict[str, Any] = {"budget": budget, "steps": steps, "progress": progress, "given": case}
        plan = allocation.allocate(basis.park, basis.rules, basis.space, before=before, **options)
        plain = allocation.first_come(basis.park, basis.rules, basis.space, given=case)
        return Found(basis, case, s.scenario, s.park.day, plan, plain, before)

    jobs.begin(JOB, work, keeps=True)


def _standing(value: float, bound: float, s: Session) -> str:
    """Return in words how good the plan is so far."""
    best = figures.number(bound, s.lang) if bound < float("inf") else "…"
    return s.t("value {value}, best possible at most {bound}", value=figures.number(value, s.lang), bound=best)


def _shown(s: Session, found: Found) -> None:
    """Draw a plan: how good it is, what it places, what was refused, and the ways to accept it."""
    t, plan = s.t, found.plan
    if found.basis != Basis(s.park, s.rules, s.space):
        st.warning(
            t("Places or companies have changed since this plan was made. Find it again to take that in."),
            icon=":material/update:",
        )
    _measures(s, found)
    names = fit.rule_names(s.rules, s.lang)
    names |= {str(code): str(name) for code, name in tables.names(s, "tenants").items()}
    for refused in plan.refused:
        st.warning(session.plain(refusals.sentence(refused, names, t)), icon=":material/block:")
    outlooks.quotas(s, plan)
    outlooks.changed(s, found)
    grouped = _by_tenant(s, found)
    picked = tables.show(
        grouped.drop(columns="need_id"),
        s,
        key="plan",
        pick=True,
        height=320,
        titles={"valid_from": t("From"), "units": t("Units"), "state": t("Taken over")},
    )
    chosen = None if picked is None else grouped.iloc[picked]
    _accept(s, found, chosen)
    reasons.show(s, found, None if chosen is None else str(chosen["tenant_id"]), _pinned(s))
    outlooks.show(s, found)


def _pinned(s: Session) -> Callable[[pd.DataFrame], None]:
    """Return what pins or bans places from the reasons, and looks for a new plan from the one at hand."""

    def keep(rows: pd.DataFrame) -> None:
        if decisions.keep(s, "pins", rows):
            st.session_state["again"] = True
            st.rerun()

    if st.session_state.pop("again", False):
        begin(s, AGAIN)
        st.rerun()
    return keep


def _measures(s: Session, found: Found) -> None:
    t, plan, plain = s.t, found.plan, found.plain
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
    cells[2].metric(
        t("Companies placed"),
        t("{placed} of {all}", placed=len(plan.placed), all=len(plan.placed) + len(plan.unplaced)),
        delta=s.area(plan.assignments["area_m2"].sum()),
        delta_color="off",
        delta_arrow="off",
        border=True,
    )


def _accept(s: Session, found: Found, chosen: pd.Series[Any] | None) -> None:
    """Offer to take over the plan into the scenario: all that is not there yet, or the one row chosen."""
    t = s.t
    if s.scenario is None:
        st.info(
            t("Choose or create a scenario to accept the plan into it. The record itself is not changed by a plan.")
        )
        return
    rows = found.plan.assignments
    left = rows[~_taken(s, rows)]
    row = st.container(horizontal=True)
    every = row.button(
        t("Accept all into “{name}”", name=session.plain(s.scenario)),
        icon=":material/done_all:",
        type="primary",
        disabled=left.empty,
    )
    own = left.iloc[:0] if chosen is None else left[left["need_id"] == chosen["need_id"]]
    one = row.button(t("Accept the chosen one"), icon=":material/check:", key="accept_one", disabled=own.empty)
    wanted = left if every else own
    if (every or one) and attempts.attempt(s, lambda seen: accept(s, wanted, seen)):
        st.rerun()


def accept(s: Session, assignments: pd.DataFrame, seen: int) -> None:
    """Write assignments of a plan into the scenario as one act that can be undone."""
    reason = s.t("Placed by the best plan")
    s.store.place_all(assignments, by=s.who, reason=reason, scenario=s.scenario, seen=seen)


def _taken(s: Session, rows: pd.DataFrame) -> pd.Series[bool]:
    """Return which assignments stand as leases in what is shown."""
    held = pd.MultiIndex.from_frame(s.park.leases[["tenant_id", "unit_id"]])
    return pd.Series(pd.MultiIndex.from_frame(rows[["tenant_id", "unit_id"]]).isin(held), index=rows.index)


def _by_tenant(s: Session, found: Found) -> pd.DataFrame:
    """Return one row a need placed and building: where, how many units, how much area, from when, whether accepted."""
    rows, space = found.plan.assignments, found.basis.space.set_index("unit_id")
    where = {name: rows["unit_id"].map(space[name]) for name in ("building_id", "standing")}
    rows = rows.assign(**where, taken=_taken(s, rows))
    rows["standing"] = pd.Categorical(rows["standing"], schema.STANDINGS, ordered=True)  # the worst is the greatest
    grouped = rows.groupby(["tenant_id", "need_id", "building_id"], as_index=False).agg(
        units=("unit_id", "size"),
        area_m2=("area_m2", "sum"),
        valid_from=("valid_from", "min"),
        taken=("taken", "all"),
        standing=("standing", "max"),
    )
    pinned = grouped["need_id"].isin(found.plan.pinned)
    words = pd.Series("", index=grouped.index).mask(pinned, s.t("pinned")).mask(grouped["taken"], s.t("accepted"))
    return grouped.assign(note=words).drop(columns="taken")
