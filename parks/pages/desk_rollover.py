"""Rollover and demand: when leases end by place and quarter, and what that gives against the demand counted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.output import desk_charts, stacks
from parks.pages import session, tables
from parks.status import rollover

if TYPE_CHECKING:
    from collections.abc import Hashable

    from parks.pages.desk import Desk
    from parks.pages.session import Session

LEVELS = ("zone", "park", "building")
AHEAD = 4
"""Quarters after the present one up to which the balance by zone is added up at first."""
MOST = 20
"""Bars of the chart at most: the places with the most let area."""


def show(made: Desk) -> None:
    """Draw the rollover, the open-ended leases, and the balance against demand."""
    s, t = made.s, made.s.t
    titles = dict(zip(LEVELS, (t("Zone"), t("Park"), t("Building")), strict=True))
    level = session.switch(t("By"), LEVELS, "ending_by", titles.__getitem__)
    frame = rollover.by(made.space, level, counted_in=s.counted_in)
    if frame.empty:
        st.info(t("Nothing is let under this definition. Choose another, or look at “Free space”."))
    else:
        most = frame.sort_values("let_m2", ascending=False, kind="stable").head(MOST)
        st.altair_chart(desk_charts.rollover(tables.named(most, s), s.lang), width="stretch")
        if len(frame) > MOST:
            st.caption(t("Drawn are the {count} places with the most let area; the table holds all.", count=MOST))
        made.show(frame, key=f"rollover_{level}", titles=_titles(s))
        _quarters(made)
    _balance(made)


def _quarters(made: Desk) -> None:
    s, t = made.s, made.s.t
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(t("**Ending by quarter**"))
        frame = rollover.by_quarter(made.space)
        st.altair_chart(desk_charts.quarters(frame, s.lang), width="stretch")
        said = frame.assign(quarter=frame["quarter"].fillna(t("no end on record")))
        made.show(said, key="ending_quarters", titles={"leases": t("Leases")})
    with right:
        st.markdown(t("**Leases without an end**"))
        ends = made.space[(made.space["state"] == "let") & made.space["until"].isna()]
        if ends.empty:
            st.caption(t("Every lease has an end on record."))
        else:
            st.caption(t("They are counted apart. Ask for their ends and import them: see “To mend”."))
            made.show(ends[["unit_id", "building_id", "tenant_id", "lettable_m2"]], key="open_ended", titles=_titles(s))


def _balance(made: Desk) -> None:
    """Draw what can be had against the demand, on lettable areas, with what is in no sum."""
    s, t = made.s, made.s.t
    st.subheader(t("Against the demand in the pipeline"))
    frame, zones, out = _balanced(s, made.counts, (*s.key, s.park.known_on))
    st.altair_chart(desk_charts.balance(frame, s.lang), width="stretch")
    st.caption(
        t(
            "In no sum: {open_leases} leases without an end, {unknown_areas} units of unknown area, "
            "{undated_units} units to come without a day or an area, {unweighted_needs} needs of no known stage.",
            **out,
        )
    )
    st.caption(t("Whole district, lettable area. Each need counts with its least area times the weight of its stage."))
    tables.show(frame, s, key="balance", titles=_titles(s))
    _by_zone(s, zones, list(frame["quarter"]))
    with st.expander(t("Open needs and their weights"), icon=":material/balance:"):
        st.caption(t("The weights are illustrative assumptions: replace them in data/policy/assumptions.csv."))
        weights = s.rules.assumptions[s.rules.assumptions["name"].str.startswith("pipeline.")]
        tables.show(weights, s, key="weights")
        needs = rollover.demand(s.park, s.rules)
        stages = _stages(s)
        needs = needs.assign(pipeline=[stages.get(str(code), t("unknown")) for code in needs["pipeline"]])
        tables.show(needs, s, key="needs", height=420, titles=_titles(s))


@st.cache_resource(show_spinner=False, max_entries=16)
def _balanced(_s: Session, counts: str, key: Hashable) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """Return the balance of the district, the balance by zone, and what is in no sum."""
    del key  # the session itself is not hashed
    park, rules = _s.park, _s.rules
    space = session.space(park.version, park.day, _s.scenario, park.known_on, counts=counts)
    zones = rollover.balance_by_zone(park, rules, space, _s.counted_in)
    return rollover.balance(park, rules, space), zones, rollover.left_out(park, rules, space)


def _by_zone(s: Session, zones: pd.DataFrame, quarters: list[str]) -> None:
    """Draw the balance zone by zone, added up to the end of a quarter; the last row is the district."""
    t = s.t
    st.markdown(t("**Balance by zone**"))
    quarter = session.choice(t("Up to the end of"), quarters, "balance_to", str, default=quarters[AHEAD])
    lines = rollover.until(zones, quarter)
    names = tables.names(s, "zones")
    called = {rollover.SEVERAL: t("One of several zones"), rollover.NONE: t("No zone known")}
    said = [
        called[line] if line in called else str(names.get(zone, zone))
        for line, zone in zip(lines["line"], lines["zone_id"], strict=True)
    ]
    whole = lines.drop(columns=["line", "zone_id", "shared_total_m2"]).sum().to_frame().T
    shown = pd.concat([lines.drop(columns=["line", "zone_id"]), whole], ignore_index=True)
    shown.insert(0, "line", pd.Series([*said, t("Total")], dtype="string"))
    first = ["line", "balance_m2", "supply_total_m2", "demand_total_m2", "shared_total_m2"]
    parts = ["vacant_m2", "ending_m2", "coming_m2", "demand_max_m2"]
    titles = _titles(s) | {"line": t("Zone"), "shared_total_m2": t("May come from “one of several zones” m²")}
    tables.show(shown[[*first, *parts]], s, key="balance_zones", titles=titles)
    st.caption(
        t(
            "A need counts in the zone that is core for its sector and stage, else in the one that supports it. Where "
            "several are, it stands once under “One of several zones” and is spread over none; how much of it may "
            "come to each zone stands beside and is in no sum."
        )
    )


def _stages(s: Session) -> dict[str, str]:
    t = s.t
    return {
        "lead": t("Lead"),
        "contact": t("Contact"),
        "visit": t("Visit"),
        "negotiation": t("Negotiation"),
        "signed": t("Signed"),
    }


def _titles(s: Session) -> dict[str, str]:
    t = s.t
    bands = {f"end_{band}_m2": t("{name}, m²", name=name) for band, name in stacks.expiry_names(t).items()}
    return bands | {
        "leases": t("Leases"),
        "open_leases": t("Leases without an end"),
        "ending_m2": t("Leases that end m²"),
        "coming_m2": t("New and renewed m²"),
        "demand_min_m2": t("Demand, least m²"),
        "demand_max_m2": t("Demand, most m²"),
        "supply_total_m2": t("Space, added up m²"),
        "demand_total_m2": t("Demand, added up m²"),
        "balance_m2": t("Space less demand m²"),
        "weight": t("Weight"),
        "weighted_min_m2": t("Least area × weight m²"),
        "weighted_max_m2": t("Most area × weight m²"),
        "unit_id": t("Unit"),
    }
