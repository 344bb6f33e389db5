"""Overview: the two programmes, vacancy by zone, unplaced demand, and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from parks import demand
from parks.output import charts, figures, marks
from parks.pages import ledgers, start, tables, vacancy_desk
from parks.status import forecast, progress, rollover, vacancy

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.session import Session

SHOWN = 8
"""Late projects shown."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the page says, worked out once for all visitors of the same day, scenario and language.

    Parameters
    ----------
    total
        `vacancy.total`, one row.
    done, likely
        Progress and forecast of the two programmes.
    waiting
        The open needs: of applicants, and of companies here that ask for more.
    late
        Milestones behind plan.
    soon
        Let area that ends within 12 months [m²], of what is known.
    drawn
        The charts as Vega-Lite.
    """

    total: pd.Series[Any]
    done: pd.DataFrame
    likely: pd.DataFrame
    waiting: pd.DataFrame
    late: pd.DataFrame
    soon: float
    drawn: dict[str, dict[str, Any]]


def prepared(s: Session) -> Prepared:
    """Return what the page says; the first visitor of a day, scenario and language waits for it."""
    return _prepared(s, (*s.key, s.lang))


@st.cache_resource(show_spinner=False, max_entries=16)
def _prepared(_s: Session, key: tuple[object, ...]) -> Prepared:
    del key  # the session itself is not hashed
    s = _s
    done, likely = progress.by_target(s.park, s.rules), forecast.by_target(s.park, s.rules)
    by_zone = vacancy.by(s.space, "zone", counted_in=s.counted_in)
    drawn = {
        "programme": charts.programme(done, s.lang, forecast=likely),
        "vacancy": marks.narrow(charts.vacancy(tables.named(by_zone, s), s.lang)),
        "layout": charts.layout(s.rules, s.park, s.lang),
    }
    return Prepared(
        total=vacancy.total(s.space).iloc[0],
        done=done,
        likely=likely,
        waiting=s.park.needs[demand.waiting(s.park)],
        late=progress.late(s.park),
        soon=rollover.by(s.space, "zone", counted_in=s.counted_in)["end_12_m2"].sum(),
        drawn={name: chart.to_dict() for name, chart in drawn.items()},
    )


@start.needs("units")
def show(s: Session) -> None:
    """Draw the page."""
    made = prepared(s)
    headline = st.container()
    left, right = st.columns([4, 5], gap="large")
    with left:
        _programme(s, made)
    right.vega_lite_chart(made.drawn["vacancy"], width="stretch")
    st.divider()
    left, right = st.columns([3, 2], gap="large")
    right.vega_lite_chart(made.drawn["layout"], width="stretch")
    with headline:
        _headline(s, made)
    with left:
        _attention(s, made)


def _headline(s: Session, made: Prepared) -> None:
    """Draw the five figures that a head of office asks for first."""
    t = s.t
    cells = st.columns(5)
    cells[0].metric(
        t("Vacancy"),
        figures.share(made.total["vacancy"], s.lang),
        help=t("Vacant lettable area over lettable area of completed space; reserved space is not vacant."),
        border=True,
        height="stretch",
    )
    cells[1].metric(t("Vacant area"), s.area(made.total["vacant_m2"]), border=True, height="stretch")
    cells[2].metric(
        t("Unplaced demand"),
        t("{count} companies", count=made.waiting["tenant_id"].nunique()),
        delta=t("at least {area}", area=s.area(made.waiting["area_min_m2"].sum())),
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )
    done = made.done.set_index("kind")
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
                height="stretch",
            )
    vacancy_desk.outside(s.space, s)


def _programme(s: Session, made: Prepared) -> None:
    t = s.t
    st.vega_lite_chart(made.drawn["programme"], width="stretch")
    said = " · ".join(
        f"{figures.kind(row['kind'], t)} **{figures.share(row['probability'], s.lang, 0)}**"
        for row in made.likely.to_dict("records")
    )
    st.markdown(t("Probability of reaching the target by the end of 2027: {said}", said=said))
    st.caption(
        t(
            "Counted by completion, gross floor area. The notice does not say how it counts; switch the rule on "
            "the Programme page."
        )
    )


def _attention(s: Session, made: Prepared) -> None:
    """List what needs somebody's attention, the most urgent first."""
    t = s.t
    st.subheader(t("Needs attention"))
    late, waiting = made.late["project_id"].nunique(), made.waiting["tenant_id"].nunique()
    blank, soon = int(s.space["lettable_m2"].isna().sum()), made.soon
    lines = [
        (late, t("{count} projects are behind a milestone", count=late), "programme"),
        (soon, t("{area} of let space falls vacant within 12 months", area=s.area(soon)), "vacancy"),
        (waiting, t("{count} companies have an open need", count=waiting), "tenants"),
        (blank, t("{count} units have an unknown area and are not in any sum", count=blank), "data"),
    ]
    st.markdown("\n".join(f"- [{sentence}](/{path}?lang={s.lang})" for count, sentence, path in lines if count))
    if late:
        tables.show(made.late[ledgers.LATE].head(SHOWN), s, key="late", table="projects")
