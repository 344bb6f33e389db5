"""What follows from a plan: quotas, what changed since the last, what pins cost, what more space would be worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.matching import changes, costs, worth
from parks.output import figures
from parks.pages import jobs, session, tables

if TYPE_CHECKING:
    from parks.matching.allocation import Plan
    from parks.pages.plans import Found
    from parks.pages.session import Session

SIZES = (1_000, 2_000, 5_000, 10_000)
"""Areas [m²] that may be added in one piece: most companies ask for more than 1,000 m² together."""
SECONDS = 60.0
"""For what more space would be worth."""
COSTS = 20.0
"""Seconds for what pins and quotas cost, all together."""


def quotas(s: Session, plan: Plan) -> None:
    """Show how the plan keeps each quota."""
    t, frame = s.t, plan.quotas
    if frame.empty:
        return
    st.markdown(t("**Quotas**"))
    kept = frame["missing_m2"] <= 0
    forced = frame["forced"].fillna(value=False).astype(bool)
    words = pd.Series(t("kept"), index=frame.index).mask(~kept, t("not kept")).mask(forced, t("cannot be kept"))
    titles = {
        "quota_id": t("Quota"),
        "sectors": t("Sectors"),
        "asked_m2": t("Asked m²"),
        "held_m2": t("In the plan m²"),
        "missing_m2": t("Missing or too much m²"),
        "unknown_m2": t("Sector unknown m²"),
        "note": t("How it is kept"),
    }
    shown = frame.assign(note=words)[["quota_id", "zone_id", *list(titles)[1:]]]
    tables.show(shown, s, key="plan_quotas", titles=titles)


def changed(s: Session, found: Found) -> None:
    """Say what changed since the plan before of the same case."""
    t = s.t
    if found.last is None or found.last.value == found.plan.value:
        return
    basis, names = found.basis, (t("the plan before"), t("this plan"))
    rows = changes.between(found.last, found.plan, basis.park, found.case)
    told = changes.summary(rows, found.last, found.plan, basis.park)
    with st.expander(t("What changed since the plan before"), icon=":material/compare_arrows:", expanded=True):
        session.listed(changes.sentences(rows, told, basis.park, basis.rules, t, names=names))


def show(s: Session, found: Found) -> None:
    """Offer what takes a while: the cost of each pin and quota, and the worth of more space."""
    t, plan = s.t, found.plan
    if plan.pinned or len(plan.quotas):
        with st.expander(t("What each pin and quota costs"), icon=":material/payments:"):
            _costs(s, found)
    with st.expander(t("What 1,000 m² more would be worth"), icon=":material/add_home_work:"):
        _worth(s, found)


def _costs(s: Session, found: Found) -> None:
    t, basis = s.t, found.basis

    def work(tell: jobs.Tell) -> tuple[Found, pd.DataFrame]:
        tell(0.0, "")
        return found, costs.of(basis.park, basis.rules, basis.space, found.plan, found.case, {}, budget=COSTS)

    result = _asked("costs", t("Work it out"), t("Solving without each of them …"), work, found, s)
    if result is None:
        return
    kinds = {"pin": t("Pin"), "quota": t("Quota")}
    tenants = found.basis.park.needs.set_index("need_id")["tenant_id"].map(tables.names(s, "tenants"))
    shown = result.assign(kind=result["kind"].map(kinds), name=result["name"].map(tenants).fillna(result["name"]))
    titles = {
        "kind": t("Kind"),
        "name": t("Of"),
        "cost": t("Cost (weighted m²)"),
        "least": t("At least"),
        "most": t("At most"),
    }
    tables.show(shown, s, key="costs_table", titles=titles)
    st.caption(t("The plan solved anew without it, less the plan with it; the true cost lies between the two limits."))


def _worth(s: Session, found: Found) -> None:
    t, basis = s.t, found.basis

    st.caption(
        t(
            "A floor like one that stands in the zone is added, free from the first day of the quarter, and the whole "
            "plan is solved anew: what it gains, scaled to 1,000 m²."
        )
    )
    size = st.select_slider(
        t("Added in one piece of about, m²"),
        SIZES,
        SIZES[2],
        format_func=lambda area: figures.number(area, s.lang),
        key="worth_size",
    )

    def work(tell: jobs.Tell) -> tuple[Found, pd.DataFrame]:
        def progress(known: int, every: int) -> bool:
            return bool(tell(known / max(every, 1), t("{known} of {every}", known=known, every=every)))

        tell(0.0, "")
        options = basis.park, basis.rules, basis.space, found.plan, found.case, t
        return found, worth.of(*options, size_m2=float(size), budget=SECONDS, progress=progress)

    result = _asked("worth", t("Work it out"), t("Solving with more space …"), work, found, s)
    if result is None:
        return
    best = result[result["worth"].notna()].sort_values("worth", ascending=False).head(5)
    session.listed([str(one) for one in best["sentence"]])
    titles = {
        "kind": t("Kind of building"),
        "quarter": t("From quarter"),
        "worth": t("Worth of 1,000 m²"),
        "least": t("At least"),
        "most": t("At most"),
        "area_m2": t("Area of the floor m²"),
    }
    shown = result.assign(kind=[figures.stage(kind, t) for kind in result["kind"]])
    columns = ["zone_id", "kind", "quarter", "worth", "least", "most", "building_id", "area_m2"]
    tables.show(shown[columns], s, key="worth_table", titles=titles, height=360)


def _asked(key: str, label: str, doing: str, work: jobs.Work, found: Found, s: Session) -> pd.DataFrame | None:
    """Draw a button that begins work beside the session; return what came of it for this plan."""
    if st.button(label, key=f"{key}_go", icon=":material/play_arrow:"):
        jobs.begin(key, work, keeps=True)
    job = jobs.wait(key, doing, s.t)
    if job is None or job.result is None or job.result[0] is not found:
        return None
    frame: pd.DataFrame = job.result[1]
    return frame
