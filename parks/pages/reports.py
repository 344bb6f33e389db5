"""Reports: choose languages, formats, chapters and plan; make, look at and download them. Single tables as files."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from parks import schema, words
from parks.output import maps, placements, prints, reports, tables
from parks.pages import jobs, plans, session, start
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parks.output.reports import Draft
    from parks.pages.session import Session

MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html",
    "csv": "text/csv",
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "zip": "application/zip",
}
TABLE_FORMS = ("xlsx", "csv", "gpkg", "geojson", "parquet")
NAMES = {"zh": "中文", "en": "English"}
JOB, MADE = "report_job", "report_made"
FOUND = "found"
"""How the plan found last, and not yet accepted, is chosen."""
TALL = 900
"""Height of the preview [px]."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for; equal ones give the same files.

    Parameters
    ----------
    key
        Store, version, day and scenario.
    known
        Day of the belief.
    langs, forms, chapters
        In the order of the choices.
    rule, basis
        How the programmes are counted.
    plan
        Whether with the plan.
    """

    key: tuple[object, ...]
    known: object
    langs: tuple[str, ...]
    forms: tuple[str, ...]
    chapters: tuple[str, ...]
    rule: str
    basis: str
    plan: str


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The files of a report.

    Parameters
    ----------
    asked
        What they answer.
    found
        The plan found last when they were made.
    draft
        The figures that they tell.
    files
        Name → content, in the order of languages and formats.
    pack
        Name and content of one file that holds them all.
    pages
        The pages of the first language as pictures; empty when there is no PDF among the files.
    """

    asked: Asked
    found: object
    draft: Draft
    files: dict[str, bytes]
    pack: tuple[str, bytes]
    pages: list[bytes]

    def serves(self, asked: Asked, found: object) -> bool:
        """Return whether the figures answer this too: only formats differ, or languages where no reason is told."""
        alike = replace(self.asked, forms=asked.forms, langs=self.asked.langs if asked.plan else asked.langs)
        return alike == asked and (asked.plan != FOUND or self.found is found)


@start.needs("units")
def show(s: Session) -> None:
    """Draw the page."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        asked = _choices(s)
        _capacity(s, asked)
        st.divider()
        _tables(s)
    with right:
        _preview(s, asked)


def _choices(s: Session) -> Asked:
    """Draw what can be chosen; return what is."""
    t = s.t
    st.subheader(t("Capacity report"))
    day = s.park.day.isoformat()
    st.caption(t("Cover, both programmes, space, demand, plan, maps, sources and definitions, as of {day}.", day=day))
    langs = st.pills(
        t("Languages of the report"),
        words.LANGUAGES,
        default=[s.lang],
        selection_mode="multi",
        format_func=NAMES.__getitem__,
        key=f"report_langs_{s.lang}",
    )
    forms = st.pills(
        t("Formats"), reports.FORMS, default=["xlsx", "pdf"], selection_mode="multi", format_func=str.upper, key="forms"
    )
    plan = _plan(s)
    titles = _titles(s)
    with st.expander(t("Chapters and counting")):
        offered = [code for code in reports.CHAPTERS if code != "plan" or plan]
        chapters = st.pills(
            t("Chapters"),
            offered,
            default=offered,
            selection_mode="multi",
            format_func=titles.__getitem__,
            key=f"report_chapters_{bool(plan)}",
        )
        rules = dict(zip(s.rules.counting["rule_id"], s.rules.counting[s.names], strict=True))
        rule = st.segmented_control(
            t("Counting rule"),
            list(rules),
            default="completed",
            required=True,
            format_func=lambda code: str(rules[code]),
            key="report_rule",
        )
        bases = dict(zip(s.rules.bases["basis"], s.rules.bases[s.names], strict=True))
        basis = st.segmented_control(
            t("Area basis"),
            list(bases),
            default="gross",
            required=True,
            format_func=lambda code: str(bases[code]),
            key="report_basis",
        )
    return Asked(
        s.key,
        s.park.known_on,
        langs=_kept(words.LANGUAGES, langs),
        forms=_kept(reports.FORMS, forms),
        chapters=_kept(list(reports.CHAPTERS), chapters),
        rule=rule,
        basis=basis,
        plan=plan,
    )


def _kept(every: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """Return what was chosen, in the order of the choices."""
    return tuple(item for item in every if item in chosen)


def _titles(s: Session) -> dict[str, str]:
    """Return what each chapter is called."""
    t = s.t
    return {
        "summary": t("Summary"),
        "new_build": t("New-build ledger"),
        "renewal": t("Renewal ledger"),
        "zones": t("Vacancy by zone"),
        "parks": t("Vacancy by park"),
        "buildings": t("Vacancy by building"),
        "rollover": t("Rollover"),
        "contiguous": t("Contiguous space"),
        "demand": t("Unplaced demand"),
        "requests": t("Requests"),
        "growth": t("Growth path"),
        "localised": t("Foreign and localised"),
        "support": t("Supporting functions"),
        "plan": t("Allocation plan"),
        "maps": t("Maps"),
        "papers": t("Figures of the papers"),
        "published": t("Published figures"),
        "mending": t("To be mended"),
        "register": t("Register of figures"),
        "sources": t("Sources"),
        "definitions": t("Definitions"),
    }


def _plan(s: Session) -> str:
    """Let a plan be chosen, where there is one; return which: ``found``, ``scenario`` or none."""
    t, found = s.t, st.session_state.get(plans.FOUND)
    offered = {"": t("No plan")}
    if s.scenario is not None:
        offered["scenario"] = t("What the scenario places")
    if isinstance(found, plans.Found) and found.is_of(s):
        offered[FOUND] = t("The plan found last, not yet accepted")
    if len(offered) == 1:
        return ""
    chosen: str = st.selectbox(
        t("Allocation plan"), list(offered), index=1, format_func=offered.__getitem__, key=f"report_plan_{len(offered)}"
    )
    return chosen


def _capacity(s: Session, asked: Asked) -> None:
    """Make the set asked for, and offer its files; the map is a file of its own."""
    t = s.t
    empty = not (asked.langs and asked.forms and asked.chapters)
    if empty:
        st.info(t("Choose at least one language, one format and one chapter."))
    if st.button(
        t("Make the report"), type="primary", icon=":material/description:", disabled=empty, key="report_make"
    ):
        _begin(s, asked)
    job = jobs.wait(JOB, t("Making the report …"), t)
    if job is not None and job.fault is not None:
        session.refusals(job.fault, t)
    if job is not None and isinstance(job.result, Made):
        st.session_state[MADE] = job.result
        del st.session_state[JOB]
    made: Made | None = st.session_state.get(MADE)
    if made is not None:
        _downloads(s, made, asked)
    st.download_button(
        t("Download the map (HTML, opens without a network)"),
        lambda: maps.standalone(s.park, s.rules, s.space, lang=s.lang).encode(),
        file_name=reports.name(s.park, s.lang, "html").removesuffix(".html") + "-map.html",
        mime=MIME["html"],
        icon=":material/map:",
        on_click="ignore",
        key="report_html",
    )


def _downloads(s: Session, made: Made, asked: Asked) -> None:
    t = s.t
    if made.asked != asked:
        st.info(t("What is chosen has changed since: make the report again."), icon=":material/update:")
    for name, content in made.files.items():
        form = name.rpartition(".")[2]
        st.download_button(
            t("Download {name}", name=name),
            content,
            file_name=name,
            mime=MIME[form],
            icon=":material/download:",
            on_click="ignore",
            key=f"report_get_{name}",
        )
    if len(made.files) > 1:
        name, content = made.pack
        st.download_button(
            t("Download all as one file (ZIP)"),
            content,
            file_name=name,
            mime=MIME["zip"],
            icon=":material/folder_zip:",
            on_click="ignore",
            key="report_zip",
        )


def _begin(s: Session, asked: Asked) -> None:
    """Begin to make the files beside the session; other formats of what was made last are drawn from the same draft."""
    found, last, t = st.session_state.get(plans.FOUND), st.session_state.get(MADE), s.t

    def work(tell: jobs.Tell) -> Made:
        tell(0.0, t("Working out the figures …"))
        draft = last.draft if isinstance(last, Made) and last.serves(asked, found) else _draft(s, asked, found)
        with tempfile.TemporaryDirectory() as folder:
            places = {
                (lang, form): Path(folder) / reports.name(s.park, lang, form)
                for lang in asked.langs
                for form in asked.forms
            }
            reports.files(draft, places, tell=lambda share, said: tell(0.2 + share * 0.7, said))
            pack = Path(folder) / reports.name(s.park, "", "zip")
            reports.zipped(list(places.values()), pack)
            tell(0.95, t("Drawing the preview …"))
            pages = prints.pages(draft.report(asked.langs[0])) if "pdf" in asked.forms else []
            files = {path.name: path.read_bytes() for path in places.values()}
            return Made(asked, found, draft, files, (pack.name, pack.read_bytes()), pages)

    jobs.begin(JOB, work)


def _draft(s: Session, asked: Asked, found: plans.Found | None) -> Draft:
    """Return the figures, with the plan chosen and its reasons."""
    wanted = reports.Wanted(rule=asked.rule, basis=asked.basis, chapters=asked.chapters)
    if asked.plan == FOUND and found is not None:
        basis = found.basis
        before, space, case, plan = basis.park, basis.space, found.case, found.plan
        sealed = reports.sealed(s.park, s.rules, wanted, plan.assignments)
    else:
        record = s.store.as_of(s.park.day, None, s.park.known_on)
        own = placements.added(record, s.park) if asked.plan else s.park.leases.iloc[:0]
        sealed = reports.sealed(s.park, s.rules, wanted, None if own.empty else own)
        if not sealed.plan:
            return reports.draft(s.park, s.rules, space=s.space, given=sealed)
        before, case, plan = placements.of_scenario(record, s.park, s.rules)
        space = vacancy.by_unit(before)
    why = {lang: placements.reasons(before, s.rules, space, case, plan, lang) for lang in asked.langs}
    return reports.draft(s.park, s.rules, space=s.space, plan=plan, reasons=why, given=sealed)


def _preview(s: Session, asked: Asked) -> None:
    """Show what was made: its pages, and the web page when it is among the files."""
    t = s.t
    st.subheader(t("Preview"))
    made: Made | None = st.session_state.get(MADE)
    if made is None:
        st.info(t("Make the report to see it here."))
        return
    if made.asked.key != asked.key:
        st.caption(t("Made for another day or scenario."))
    webs = [name for name in made.files if name.endswith(".html")]
    ways = ([t("Pages")] if made.pages else []) + ([t("Web page")] if webs else [])
    if not ways:
        st.info(t("PDF and HTML can be looked at here; the other formats are downloaded."))
        return
    way = st.segmented_control(t("Look at"), ways, default=ways[0], required=True, key=f"report_way_{len(ways)}")
    if way == t("Web page"):
        st.iframe(made.files[webs[0]].decode(), height=TALL)
        return
    number = 1
    if len(made.pages) > 1:
        number = st.number_input(t("Page of {all}", all=len(made.pages)), 1, len(made.pages), 1, key="report_page")
    with st.container(border=True):
        st.image(made.pages[int(number) - 1], width="stretch")


def _tables(s: Session) -> None:
    """Offer each table of the snapshot as a file."""
    t = s.t
    st.subheader(t("One table"))
    table = st.selectbox(t("Table"), schema.TABLES, format_func=lambda code: schema.title(code, t), key="export_table")
    kinds = [kind for kind in TABLE_FORMS if schema.geometry(table) or kind != "geojson"]
    kind = st.segmented_control(
        t("Format"),
        kinds,
        default="csv",
        required=True,
        format_func=str.upper,
        key=f"export_{bool(schema.geometry(table))}",
    )
    st.download_button(
        t("Download the table"),
        lambda: _file(kind, lambda path: tables.write(path, s.park.table(table), table=table)),
        file_name=f"{table}-{s.park.day.isoformat()}.{kind}",
        mime=MIME[kind],
        icon=":material/download:",
        on_click="ignore",
        key="export_download",
    )


def _file(kind: str, write: Callable[[Path], object]) -> bytes:
    """Return the bytes of the file that `write` makes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"parks.{kind}"
        write(path)
        return path.read_bytes()
