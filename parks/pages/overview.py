"""Overview: the two programmes, vacancy by zone, unplaced demand, and what needs attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.matching import allocation
from parks.output import charts, figures
from parks.pages import programme, start, tables
from parks.status import forecast, progress, vacancy

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.session import Session


def show(s: Session) -> None:
    """Draw the page."""
    if s.park.units.empty:
        start.empty(s)
        return
    _headline(s)
    left, right = st.columns([2, 3], gap="large")
    with left:
        _programme(s)
    with right:
        _vacancy(s)
    st.divider()
    left, right = st.columns([3, 2], gap="large")
    with left:
        _attention(s)
    with right:
        st.altair_chart(charts.layout(s.rules, s.park, s.lang), width="stretch")


def _headline(s: Session) -> None:
    """Draw the five figures that a head of office asks for first."""
    t, total = s.t, vacancy.total(s.space).iloc[0]
    waiting = _waiting(s)
    done = progress.by_target(s.park, s.rules).set_index("kind")
    cells = st.columns(5)
    cells[0].metric(
        t("Vacancy"),
        figures.share(total["vacancy"], s.lang),
        help=t("Vacant lettable area over lettable area of completed space; reserved space is not vacant."),
        border=True,
    )
    cells[1].metric(t("Vacant area"), s.area(total["vacant_m2"]), border=True)
    cells[2].metric(
        t("Unplaced demand"),
        t("{count} companies", count=waiting["tenant_id"].nunique()),
        delta=t("at least {area}", area=s.area(waiting["area_min_m2"].sum())),
        delta_color="off",
        delta_arrow="off",
        border=True,
    )
    for cell, kind, title in ((cells[3], "new_build", t("New-build done")), (cells[4], "renewal", t("Renewal done"))):
        if kind in done.index:
            row = done.loc[kind]
            cell.metric(
                title,
                figures.share(row["done_m2"] / row["target_m2"], s.lang),
                delta=s.area(row["done_m2"]),
                delta_color="off",
                delta_arrow="off",
                border=True,
            )


def _waiting(s: Session) -> pd.DataFrame:
    """Return the open needs: of applicants, and of companies here that ask for more."""
    return s.park.needs[s.park.needs["need_id"].isin(allocation.open_needs(s.park))]


def _programme(s: Session) -> None:
    t = s.t
    done, likely = progress.by_target(s.park, s.rules), forecast.by_target(s.park, s.rules)
    st.altair_chart(charts.programme(done, s.lang, forecast=likely), width="stretch")
    chance = likely.set_index("target_id")["probability"]
    said = " · ".join(
        f"{figures.kind(row['kind'], t)} **{figures.share(chance.get(row['target_id']), s.lang, 0)}**"
        for row in done.to_dict("records")
    )
    st.markdown(t("Probability of reaching the target by the end of 2027: {said}", said=said))
    st.caption(
        t(
            "Counted by completion, gross floor area. The notice does not say how it counts; switch the rule on "
            "the Programme page."
        )
    )


def _vacancy(s: Session) -> None:
    by_zone = vacancy.by(s.space, "zone", counted_in=s.counted_in)
    st.altair_chart(charts.vacancy(tables.named(by_zone, s), s.lang), width="stretch")


def _attention(s: Session) -> None:
    """List what needs somebody's attention, the most urgent first."""
    t = s.t
    st.subheader(t("Needs attention"))
    late, waiting = progress.late(s.park), _waiting(s)
    soon = vacancy.expiries(s.space, months=(12,), counted_in=s.counted_in)
    blank = int(s.space["lettable_m2"].isna().sum())
    lines = [
        (len(late), t("{count} projects are behind a milestone", count=late["project_id"].nunique()), "programme"),
        (
            len(soon),
            t(
                "{area} of let space falls vacant within 12 months",
                area=s.area(soon["area_m2"].sum()),
            ),
            "vacancy",
        ),
        (len(waiting), t("{count} companies have an open need", count=waiting["tenant_id"].nunique()), "tenants"),
        (blank, t("{count} units have an unknown area and are not in any sum", count=blank), "data"),
    ]
    for count, sentence, path in lines:
        if count:
            st.markdown(f"- [{sentence}](/{path}?lang={s.lang})")
    if len(late):
        tables.show(late[programme.LATE].head(8), s, key="late", table="projects")
