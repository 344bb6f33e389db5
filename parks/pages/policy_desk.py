"""Policy: the two papers' figures, the tasks and their units, zone by sector, and the rules with their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import charts
from parks.pages import clauses, session, tables

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.session import Session
    from parks.words import Translate

TALL = 560


def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    rooms = {
        t("Figures"): lambda: _targets(s),
        t("Tasks"): lambda: _tasks(s),
        t("Zone × sector"): lambda: _fit(s),
        t("Requirements"): lambda: _requirements(s),
        t("Conflicts"): lambda: _conflicts(s),
        t("Published figures"): lambda: _published(s),
    }
    session.tabs("policy_tab", s.lang, rooms)


def _requirements(s: Session) -> None:
    """List what the sectors need at their stages."""
    t = s.t
    st.caption(
        t(
            "What a sector needs at a stage, from published specifications, standards and our own inference: "
            "the standing says which."
        )
    )
    own = ["sector", "stage", s.names, f"value_{s.lang}", "rule_type", "source", "confidence", "standing"]
    asked, sectors = s.rules.requirements, tables.names(s, "sectors").to_dict() | {"ALL": t("every sector")}
    named = asked.assign(value_en=asked["value"], sector=asked["sector_code"].map(sectors))
    _table(s, named, own, "requirements")


def _conflicts(s: Session) -> None:
    """List the uses that may not share a building, a floor or a neighbourhood."""
    st.caption(
        s.t(
            "Uses that may not share a building, a floor or a neighbourhood. "
            "A planner can waive a hard rule with a written reason."
        )
    )
    frame = s.rules.conflicts.rename(columns={"use_a": "use_a_en", "use_b": "use_b_en"})
    own = [f"use_a_{s.lang}", f"use_b_{s.lang}", "scope", f"rule_{s.lang}", "hardness", f"untold_{s.lang}"]
    own += ["source", "standing"]
    _table(s, frame, own, "conflicts")


def _published(s: Session) -> None:
    """List the figures that agencies and parks have published."""
    st.caption(
        s.t("Kept as published, with publisher and date; they stand in no sum of ours, and agencies are not mixed.")
    )
    own = ["subject", "metric", "value", "text", "unit", "basis", "period", "publisher", "source_date", "standing"]
    _table(s, s.park.published_figures, own, "published_figures", table="published_figures")


def _table(
    s: Session, frame: pd.DataFrame, columns: list[str], key: str, table: str | None = None, *, pick: bool = False
) -> int | None:
    """Show these columns, with codes said in words; return the position of the row picked, if one can be."""
    shown, said = frame[columns].copy(), codes(s.t)
    for column in {"comparator", "scope", "fit_level", "basis", "confidence", "rule_type"} & set(columns):
        shown[column] = [said.get(str(code), code) for code in shown[column]]
    if "unit" in shown:
        shown["unit"] = shown["unit"].replace("m2", "m²")
    if "metric" in shown:
        shown = as_published(shown, s)
    if "stages" in shown:
        shown["stages"] = [tables.stages(cell, s) for cell in shown["stages"].fillna("")]
    return tables.show(shown, s, key=key, table=table, titles={} if table else _titles(s), height=TALL, pick=pick)


def as_published(frame: pd.DataFrame, s: Session) -> pd.DataFrame:
    """Return published figures with their usual words in the chosen language."""
    said = published(s.t)
    columns = ("metric", "text", "unit", "source_date")
    return frame.assign(**{column: [said.get(str(cell), cell) for cell in frame[column]] for column in columns})


def codes(t: Translate) -> dict[str, str]:
    """Return how the codes of the policy's tables are said."""
    return {
        "range": t("between"),
        "x": "×",
        "~": "≈",
        ">=": "≥",
        "<=": "≤",
        "pattern": t("layout"),
        "per year": t("per year"),
        "building": t("same building"),
        "floor": t("same floor"),
        "neighbouring": t("next door"),
        "adjacent": t("adjoining"),
        "distance": t("distance"),
        "zone": t("zone"),
        "site": t("site"),
        "hvac": t("air handling"),
        "core": t("core"),
        "supported": t("supported"),
        "neutral": t("neutral"),
        "unsuitable": t("unsuitable"),
        "stated": t("Stated"),
        "stated_class": t("Stated for the class"),
        "stated_join": t("Stated in two places"),
        "inferred": t("Inferred"),
        "high": t("high"),
        "medium": t("medium"),
        "low": t("low"),
        "minimum": t("at least"),
        "maximum": t("at most"),
        "typical": t("typical"),
        "category": t("in words"),
        "class": t("class"),
        "case": t("one case"),
        "threshold": t("threshold"),
        "formula": t("formula"),
        "lower bound seen": t("lowest seen"),
    }


def published(t: Translate) -> dict[str, str]:
    """Return how the usual words of published figures are said; others stay as the publisher has them."""
    return {
        "status": t("Status"),
        "start": t("Begun"),
        "completion": t("Completion"),
        "floor area": t("Floor area"),
        "land area": t("Land area"),
        "floor area of a company": t("Floor area of a company"),
        "land area of a company": t("Land area of a company"),
        "floor area above ground": t("Floor area above ground"),
        "floor area below ground": t("Floor area below ground"),
        "occupancy": t("Occupancy"),
        "vacancy": t("Vacancy"),
        "floors": t("Floors"),
        "buildings": t("Buildings"),
        "rent": t("Rent"),
        "rent change": t("Change of rent"),
        "net absorption": t("Net absorption"),
        "new supply": t("New supply"),
        "plot ratio": t("Plot ratio"),
        "ratio": t("ratio"),
        "lettable portfolio": t("Lettable portfolio"),
        "output target": t("Output aimed at"),
        "incubation area": t("Incubation area"),
        "institutions": t("Institutions"),
        "stock": t("Stock"),
        "floor area started": t("Floor area started"),
        "floor area completed": t("Floor area completed"),
        "biomedical firms": t("Biomedical firms"),
        "floor height": t("Floor height"),
        "floor load": t("Floor load"),
        "firms": t("firms"),
        "operating": t("operating"),
        "under construction": t("under construction"),
        "planned": t("planned"),
        "completed": t("completed"),
        "undated": t("undated"),
        "excerpt undated": t("excerpt, undated"),
    }


def _titles(s: Session) -> dict[str, str]:
    t = s.t
    return {
        "target_id": t("No."),
        "sector": t("Sector"),
        "task_no": t("Task no."),
        "value": t("Measured"),
        "share": t("Share of the least"),
        "phrase_zh": t("As the paper says it"),
        "name_en": t("In English"),
        "name_zh": t("Requirement"),
        "comparator": t("Sign"),
        "value_min": t("Least"),
        "value_max": t("Most"),
        "unit": t("Measured in"),
        "deadline": t("Deadline"),
        f"units_{s.lang}": t("Responsible units"),
        f"title_{s.lang}": t("Task"),
        f"section_{s.lang}": t("Section"),
        f"summary_{s.lang}": t("Summary"),
        "zones": t("Zones"),
        f"value_{s.lang}": t("Value"),
        "rule_type": t("Kind of rule"),
        f"use_a_{s.lang}": t("Use"),
        f"use_b_{s.lang}": t("beside"),
        "scope": t("Where"),
        f"rule_{s.lang}": t("Rule"),
        "hardness": t("Weight"),
        f"untold_{s.lang}": t("Why a person has to tell"),
        "confidence": t("Confidence"),
        "stages": t("Stages"),
        "fit_level": t("Fit"),
        "basis": t("Basis"),
        "clause_zh": t("Clause"),
        f"reason_{s.lang}": t("Reason"),
    }


def _targets(s: Session) -> None:
    """Show the figures of the two papers, never on one heap."""
    t, documents = s.t, s.rules.documents.set_index("document_id")
    papers = list(s.rules.targets["document_id"].drop_duplicates())
    paper = session.switch(t("Paper"), papers, "paper", lambda code: str(documents.loc[code, f"title_{s.lang}"]))
    st.caption(t("The papers disagree in places; their figures are kept apart and never merged."))
    english = ["name_en"] if s.lang == "en" else []
    own = ["comparator", "value_min", "value_max", "unit", "deadline", "task_no", f"units_{s.lang}", "standing"]
    frame = s.rules.targets[s.rules.targets["document_id"] == paper].reset_index(drop=True)
    found = clauses.measured(s).set_index("target_id")
    frame = frame.assign(**{name: frame["target_id"].map(found[name]).astype("Float64") for name in ("value", "share")})
    told = ["target_id", "phrase_zh", *english, "value", "share", *own]
    picked = _table(s, frame, told, "targets", pick=True)
    st.caption(
        t(
            "Measured: what our data gives, counted as on the page Programme; empty where there is no data. "
            "Pick a row for its clause, its task and what feeds it."
        )
    )
    if picked is not None:
        clauses.figure(str(frame["target_id"].iloc[picked]), s)


def _tasks(s: Session) -> None:
    frame = s.rules.tasks.rename(columns={"section": "section_zh"})
    columns = [
        "task_no",
        f"title_{s.lang}",
        f"section_{s.lang}",
        f"summary_{s.lang}",
        f"units_{s.lang}",
        "zones",
        "standing",
    ]
    names = tables.names(s, "zones")
    zones = [", ".join(str(names.get(code, code)) for code in cell.split(";")) for cell in frame["zones"].fillna("")]
    picked = _table(s, frame.assign(zones=zones), columns, "tasks", pick=True)
    st.caption(s.t("Pick a row to see the figures that rest on the task."))
    if picked is not None:
        clauses.task(str(frame["task_no"].iloc[picked]), s)


def _fit(s: Session) -> None:
    """Show zone × sector as a picture, with what is stated marked off from what is inferred."""
    fit = s.rules.fit
    stated = int(fit["basis"].str.startswith("stated").sum())
    st.caption(
        s.t(
            "Only {stated} of {all} pairs rest on the papers' words; all others, and every “unsuitable”, are inferred. "
            "A ring marks the stated ones.",
            stated=stated,
            all=len(fit),
        )
    )
    st.altair_chart(charts.zone_fit(tables.named(fit, s), s.lang), width="stretch")
    frame = fit.rename(columns={"reason": "reason_en"})
    own = ["zone_id", "sector_code", "stages", "fit_level", "basis", "clause_zh", f"reason_{s.lang}", "standing"]
    _table(s, frame, own, "fit")
