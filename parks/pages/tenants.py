"""Tenants: companies and applicants, their needs, and for one of them the ranked places with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.matching import explanation, fit
from parks.output import charts, figures
from parks.pages import decisions, services, session, start, tables, weighing

if TYPE_CHECKING:
    from parks.pages.session import Session

EVERYONE = "all"
SHOWN = 30
"""Ranked places shown at first."""


@start.needs("tenants")
def show(s: Session) -> None:
    """Draw the page."""
    views = {"places": s.t("Ranked places"), **services.titles(s.t)}
    view = session.switch(s.t("View"), list(views), "view", views.__getitem__)
    if view != "places":
        services.show(view, s)
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        tenant = choose(s)
        _ledger(s)
    with right:
        if tenant is None:
            st.info(s.t("Choose a company with an open need to see where it fits."))
        else:
            _card(tenant, s)
            _places(tenant, s)


def choose(s: Session) -> str | None:
    """Draw the choice of a company with an open need; return its id, None when none has one."""
    t = s.t
    ids = list(s.park.needs["tenant_id"].drop_duplicates().sort_values())
    if not ids:
        return None
    names = tables.names(s, "tenants")
    return session.choice(
        t("Company with an open need"), ids, "tenant", lambda code: f"{names.get(code, code)} · {code}"
    )


def _ledger(s: Session) -> None:
    """List all companies with what is known of their place."""
    t = s.t
    kinds = {EVERYONE: t("All"), "tenant": t("Tenants"), "applicant": t("Applicants")}
    kind = session.switch(t("Show"), list(kinds), "kind", kinds.__getitem__)
    frame = s.park.tenants if kind == EVERYONE else s.park.tenants[s.park.tenants["kind"] == kind]
    held = s.space.groupby("tenant_id")["lettable_m2"].sum(min_count=1)
    frame = frame.assign(area_m2=frame["tenant_id"].map(held))
    columns = [
        "tenant_id",
        s.names,
        "kind",
        "sector_code",
        "stage",
        "area_m2",
        "zone_id",
        "standing",
    ]
    tables.show(frame[columns], s, key="tenants", table="tenants", height=520)
    st.caption(
        t(
            "Companies whose standing is “reported” are public facts: their floor area and unit are mostly not "
            "published and stay empty."
        )
    )


def _card(tenant: str, s: Session) -> None:
    """Say who the company is and what it needs."""
    t = s.t
    row = s.park.tenants.set_index("tenant_id").loc[tenant]
    st.subheader(s.name(row["name_en"], row["name_zh"]))
    need = s.park.needs[s.park.needs["tenant_id"] == tenant].iloc[0]
    sector = tables.names(s, "sectors").get(str(row["sector_code"]), t("sector unknown"))
    st.markdown(
        t(
            "{sector} · {stage} · {least} to {most}",
            sector=session.plain(sector),
            stage=figures.stage(need["stage"], t),
            least=figures.number(need["area_min_m2"], s.lang),
            most=figures.area(need["area_max_m2"], s.lang),
        )
    )
    wanted = need.drop(
        ["need_id", "tenant_id", "stage", "area_min_m2", "area_max_m2", "source", "source_date", "standing"]
    ).dropna()
    asked = [
        f"{tables.heading(str(column), s, 'needs')}: **{session.plain(_cell(value, s))}**"
        for column, value in wanted.items()
    ]
    st.caption(" · ".join(asked))


def _cell(value: object, s: Session) -> str:
    if pd.api.types.is_bool(value):
        return s.t("yes") if value else s.t("no")
    if isinstance(value, int | float):
        return figures.number(value, s.lang, 0 if float(value).is_integer() else 1)
    return str(value).removesuffix(" 00:00:00")


def _places(tenant: str, s: Session) -> None:
    """Draw the ranked places; for the one picked, every rule."""
    t = s.t
    weighed = weighing.sliders(_assessed(s, tenant, s.key), tenant, s)
    ranked = fit.rank(weighed)
    counts = ranked["verdict"].value_counts()
    st.markdown(
        t(
            "**{fits}** units fit, for **{unknown}** something is not known, **{unfit}** do not fit.",
            fits=figures.number(counts.get("fits", 0), s.lang),
            unknown=figures.number(counts.get("unknown", 0), s.lang),
            unfit=figures.number(counts.get("unfit", 0), s.lang),
        )
    )
    failed = ranked.loc[ranked["verdict"] == "unfit", "failed"].explode().dropna().value_counts()
    names = fit.rule_names(s.rules, s.lang)
    if len(failed):
        with st.expander(t("Why the others do not fit"), icon=":material/block:"):
            st.altair_chart(
                charts.failed(failed.rename(index=lambda code: names.get(code, code)), s.lang), width="stretch"
            )
    weighing.weak(ranked, s)
    weighing.find_out(weighed, s)
    head = ranked.head(SHOWN)
    lists = {
        column: [", ".join(names.get(code, code) for code in codes) for codes in head[column]]
        for column in ("weak", "failed", "unknown")
    }
    spoken = head.assign(**lists)
    spoken["standing"] = spoken["unit_id"].map(s.space.set_index("unit_id")["standing"])
    columns = ["unit_id", "verdict", "score", "building_id", "zone_id", "failed", "unknown", "weak", "standing"]
    picked = tables.show(spoken[columns], s, key=f"places_{tenant}", pick=True, height=330, file=f"fit-{tenant}")
    st.caption(t("Pick a row to see every rule."))
    if picked is not None:
        reasons(tenant, str(head["unit_id"].iloc[picked]), s)


@st.cache_resource(show_spinner=False, max_entries=4)
def _desk(_s: Session, key: tuple[object, ...]) -> fit.Desk:
    del key  # the session itself is not hashed
    return fit.desk(_s.park, _s.rules, _s.space)


@st.cache_resource(show_spinner=False, max_entries=16)
def _assessed(_s: Session, tenant: str, key: tuple[object, ...]) -> pd.DataFrame:
    return fit.against(_desk(_s, key), _s.park, tenant)


@st.cache_resource(show_spinner=False, max_entries=256)
def _ranked(_s: Session, tenant: str, key: tuple[object, ...]) -> pd.DataFrame:
    del key  # the session itself is not hashed
    return fit.rank(_assessed(_s, tenant, _s.key))


def ranking(tenant: str, s: Session) -> pd.DataFrame:
    """Return the ranked places of a company, as `fit.rank` gives them."""
    return _ranked(s, tenant, s.key)


def reasons(tenant: str, unit: str, s: Session) -> None:
    """List every rule for one company and one unit, the failed first."""
    marks = {
        "unfit": ":red[:material/close:]",
        "waived": ":violet[:material/gavel:]",
        "unknown": ":orange[:material/question_mark:]",
        "fits": ":green[:material/check:]",
    }
    order = list(marks)
    rows = explanation.place(s.park, s.rules, s.space, tenant, unit, s.t)
    for told in sorted(rows, key=lambda row: order.index(row.verdict)):
        place = st.container(horizontal=True, vertical_alignment="center")
        place.markdown(f"{marks[told.verdict]} **{session.plain(told.rule)}** {session.plain(told.sentence)}")
        if told.verdict == "waived":
            with place:
                decisions.unwaive(s, tenant, unit, told.barring)
        elif told.barring:
            with place:
                decisions.waive(s, tenant, unit, told.barring, told.rule)
    services.beside(unit, s)
