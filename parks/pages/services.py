"""The investment team's desk round its companies: pipeline, growth, lists of the notice, requests, facilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from parks import demand
from parks.checks import advice
from parks.output import charts, figures
from parks.pages import session, tables
from parks.status import growth, localisation, requests, support

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parks.pages.session import Session
    from parks.words import Translate

VIEWS = ("pipeline", "growth", "localisation", "requests", "support")
SHOWN = 200
"""Companies of the pipeline shown at most."""


def titles(t: Translate) -> dict[str, str]:
    """Return the name of each view."""
    names = (t("Pipeline"), t("Growth path"), t("Foreign and localised"), t("Requests"), t("Supporting functions"))
    return dict(zip(VIEWS, names, strict=True))


def show(view: str, s: Session) -> None:
    """Draw one of `VIEWS`."""
    {
        "pipeline": _pipeline,
        "growth": _growth,
        "localisation": _localisation,
        "requests": _requests,
        "support": _support,
    }[view](s)


def _pipeline(s: Session) -> None:
    """List who asks for space, how far the team has come and what it does next."""
    t, park = s.t, s.park
    waits = park.needs[demand.waiting(park)].groupby("tenant_id")[["area_min_m2", "area_max_m2"]].sum(min_count=1)
    frame = park.tenants.merge(waits, left_on="tenant_id", right_index=True, how="inner")
    if frame.empty:
        st.info(t("No company waits for space. Bring companies and needs on the page Data."))
        return
    nobody = t("nobody yet")
    owners = sorted({nobody if pd.isna(one) else str(one) for one in frame["owner"]})
    left, right = st.columns([2, 1])
    chosen = left.multiselect(t("In charge"), owners, key="owners", placeholder=t("all"))
    due = right.toggle(t("Only what is due"), key="due_only")
    if chosen:
        frame = frame[frame["owner"].fillna(nobody).isin(chosen)]
    overdue = (frame["next_on"] <= pd.Timestamp(park.day)).fillna(value=False)
    st.caption(
        t(
            "{all} companies wait for space; the next step of {due} is due, {none} have none.",
            all=len(frame),
            due=int(overdue.sum()),
            none=int(frame["next_on"].isna().sum()),
        )
    )
    frame = frame[overdue] if due else frame
    frame = frame.sort_values(["next_on", "tenant_id"], na_position="last").head(SHOWN)
    own = ["tenant_id", s.names, "pipeline", "owner", "next_step", "next_on", "area_min_m2", "area_max_m2"]
    more = ["foreign_invested", "source", "source_date", "standing"]
    told = frame["pipeline"].map({code: figures.pipeline(code, t) for code in frame["pipeline"].dropna().unique()})
    frame = frame.assign(pipeline=told)
    heads = {"area_min_m2": t("Least m²"), "area_max_m2": t("Most m²")}
    tables.show(frame[[*own, *more]], s, key="pipeline", table="tenants", titles=heads, height=420)
    alike = list(advice.alike(park, t))
    with st.expander(t("Companies that may be one and the same ({count})", count=len(alike))):
        session.listed([f"{issue.row}: {issue.message} {issue.mend}" for issue in alike])


def _growth(s: Session) -> None:
    t = s.t
    found = growth.expected(s.park, s.space, s.rules)
    st.caption(
        t(
            "Illustrative: shares and factors are assumptions of this product (page Policy, data/policy). "
            "Counted are companies that hold space at a known stage; {unknown} are left out: stage or area unknown.",
            unknown=growth.unknown(s.park, s.space),
        )
    )
    st.altair_chart(charts.growth(found, s.lang), width="stretch")
    heads = {"year": t("Year"), "stage": t("Stage"), "asked_m2": t("Expected demand m²"), "left_m2": t("Space left m²")}
    areas = {name: found[name].round() for name in ("asked_m2", "left_m2")}
    tables.show(found.assign(year=found["year"].astype("string"), **areas), s, key="growth", titles=heads)
    used = s.rules.assumptions[s.rules.assumptions["name"].str.startswith("growth.")]
    with st.expander(t("Assumptions")):
        tables.show(used, s, key="growth_assumptions")


def _localisation(s: Session) -> None:
    t, park = s.t, s.park
    if park.localisations.empty:
        st.info(t("No foreign project or product is on record. Bring the list on the page Data."))
        return
    found = localisation.by_target(park, s.rules)
    phrases = s.rules.targets.set_index("target_id")["phrase_zh" if s.lang == "zh" else "name_en"]
    for cell, row in zip(st.columns(max(2, len(found))), found.to_dict("records"), strict=False):
        cell.metric(
            session.plain(phrases[row["target_id"]]),
            t("{done} done", done=row["done"]),
            t(
                "{under_way} under way, {agreed} agreed, {listed} listed",
                **{step: row[step] for step in localisation.STEPS[:3]},
            ),
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    st.caption(t("Items that count to no target: {count}.", count=localisation.uncounted(park)))
    own = ["localisation_id", "kind", s.names, "tenant_id", "zone_id", "way", "progress", "done_on", "counts_to"]
    frame = localisation.items(park)[[*own, "source", "source_date", "standing"]]
    frame = frame.assign(
        counts_to=frame["counts_to"].map(phrases),
        **{name: [figures.localised(code, t) for code in frame[name]] for name in ("kind", "progress")},
    )
    tables.show(frame, s, key="localisations", table="localisations", height=420)


def _requests(s: Session) -> None:
    t, told = s.t, requests.loop(s.park)
    if told.empty:
        st.info(t("No request is on record. Bring the list on the page Data."))
        return
    counts = requests.by_state(told).set_index("state")["requests"]
    names = {state: figures.answered(state, t) for state in requests.STATES}
    for cell, (state, name) in zip(st.columns(3), names.items(), strict=True):
        cell.metric(name, figures.number(counts[state], s.lang), border=True)
    state = session.switch(t("Show"), list(names), "loop", names.__getitem__)
    rows = told[told["state"] == state]
    own = ["request_id", "tenant_id", "subject", "owner", "zone_id", "building_id", "unit_id", "found_on"]
    more = {
        "found": ["days_open"],
        "solved": ["solved_on", "days_open"],
        "answered": ["solved_on", "answered_on", "days_to_solve"],
    }
    heads = {"days_open": t("Days open"), "days_to_solve": t("Days to solve"), "zone_id": t("Zone")}
    shown = rows[[*own, *more[state], "standing"]]
    tables.show(shown, s, key="requests", table="requests", titles=heads, height=360)
    st.markdown(t("**By who is in charge**"))
    heads = {
        **names,
        "owner": t("In charge"),
        "median_days": t("Days to solve, median"),
        "unknown_days": t("Days unknown"),
    }
    tables.show(requests.by_owner(told), s, key="requests_by_owner", titles=heads)


def _support(s: Session) -> None:
    t, park = s.t, s.park
    if park.facilities.empty:
        st.info(t("No supporting facility is on record. Bring the list on the page Data."))
        return
    near = nearest(s)
    found = support.coverage(s.space, near, s.counted_in)
    st.markdown(t("**Lettable area in reach**, as the crow flies; how far each kind serves is an assumption"))
    found = found.assign(kind=[figures.facility(code, t) for code in found["kind"]])
    heads = {
        "kind": t("Kind"),
        "reach_m": t("Reach m"),
        "known_m2": t("Lettable m², known"),
        "covered_m2": t("In reach m²"),
        "share": t("Share in reach"),
    }
    tables.show(found, s, key="coverage", titles=heads, height=330)
    st.markdown(t("**What the facilities offer**"))
    offers = support.capacity(park, s.counted_in)
    offers = offers.assign(kind=[figures.facility(code, t) for code in offers["kind"]])
    heads = {
        "kind": t("Kind"),
        "capacity_unit": t("Capacity counted in"),
        "facilities": t("Facilities"),
        "capacity": t("Capacity"),
        "unknown_facilities": t("Of unknown capacity"),
    }
    tables.show(offers, s, key="capacity", titles=heads)
    with st.expander(t("Every facility")):
        frame = pd.DataFrame(park.facilities.drop(columns="geometry"))
        frame = frame.assign(kind=[figures.facility(code, t) for code in frame["kind"]])
        tables.show(frame, s, key="facilities_list", table="facilities", height=360)


def beside(unit: str, s: Session) -> None:
    """Say how far a unit is from the nearest facility of each kind."""
    t = s.t
    building = s.space.set_index("unit_id")["building_id"].get(unit)
    own = nearest(s)
    said = []
    for row in own[own["building_id"] == building].to_dict("records"):
        kind = figures.facility(row["kind"], t)
        if pd.isna(row["distance_m"]):
            said.append(t("{kind}: not known", kind=kind))
            continue
        facts = {"kind": kind, "name": _name(row, s), "distance": figures.number(row["distance_m"], s.lang)}
        reach = figures.number(row["reach_m"], s.lang)
        sentence = t("{kind}: {name}, {distance} m", **facts)
        beyond = t("{kind}: {name}, {distance} m, beyond {reach} m", reach=reach, **facts)
        said.append(sentence if row["within"] else beyond)
    if said and not s.park.facilities.empty:
        st.caption(t("Nearest, as the crow flies") + "  \n" + "  \n".join(said))


def nearest(s: Session) -> pd.DataFrame:
    """Return the nearest facilities of every building, as `support.nearest` gives them."""
    return _nearest(s, s.key)


@st.cache_resource(show_spinner=False, max_entries=16)
def _nearest(_s: Session, key: tuple[object, ...]) -> pd.DataFrame:
    del key  # the session itself is not hashed
    return support.nearest(_s.park, _s.rules)


def _name(row: Mapping[Any, object], s: Session) -> str:
    return s.name(row["name_en"], row["name_zh"])
