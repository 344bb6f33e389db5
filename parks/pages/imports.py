"""Import: a file is read, understood and weighed against the record; nothing is written before its user has seen it."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from parks import schema
from parks.intake import changes, imports, parts, templates
from parks.output import figures
from parks.pages import attempts, brought, jobs, previews, session, tables
from parks.store.intakes import File, Intake

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from parks.intake.changes import Outcome, Terms
    from parks.intake.imports import Brought, Order
    from parks.pages.jobs import Job, Tell
    from parks.pages.session import Session
    from parks.words import Translate

ENDINGS = [
    "xlsx",
    "xls",
    "xlsm",
    "xlsb",
    "ods",
    "csv",
    "txt",
    "tsv",
    "zip",
    "gpkg",
    "geojson",
    "json",
    "kml",
    "kmz",
    "dxf",
]
OPEN, WEIGH, WRITE = "import_open", "import_weigh", "import_write"
"""Jobs of this page: reading the file, weighing it, writing it."""
MARK, ASKED, DONE = "import_mark", "import_asked", "import_done"
"""Which file is looked at, what it was weighed by, what was written last."""


def show(s: Session) -> None:
    """Draw the way of a file into the record, as far as its user has gone."""
    t = s.t
    if s.scenario is not None or s.park.known_on is not None:
        st.info(t("A file goes into the record as it is now: leave the scenario and the past belief first."))
        return
    _written(s)
    left, right = st.columns([3, 1], vertical_alignment="top")
    upload = left.file_uploader(
        t("A ledger (Excel, CSV) or a map layer (zipped shapefile, GeoPackage, GeoJSON, KML, DXF)"),
        type=ENDINGS,
        key="import_file",
    )
    st.html(_uploader(t))
    with right:
        _templates(s)
    if upload is None:
        st.caption(t("Nothing is written before you have seen what would change. The same file twice changes nothing."))
        return
    job = _opened(s, upload)
    if job is None:
        return
    if job.fault is not None:
        session.refusals(job.fault, t)
        return
    if WRITE in st.session_state:
        _finish(s)
    else:
        _weighed(s, job.result)


def _uploader(t: Translate) -> str:
    """Return the style that says the uploader's own English words in the reader's language."""
    box, size = "[data-testid=stFileUploaderDropzone]", st.get_option("server.maxUploadSize")
    said = {
        f"{box} button p": t("Choose a file"),
        f"{box} [data-testid=stFileUploaderDropzoneInstructions] span": t(
            "or drop it here; at most {size} MB", size=size
        ),
    }
    rules = (
        f'{place} {{font-size: 0}} {place}::after {{content: "{words}"; font-size: 0.9rem}}'
        for place, words in said.items()
    )
    return f"<style>{' '.join(rules)}</style>"


def _opened(s: Session, upload: UploadedFile) -> Job | None:
    """Return the job that reads the file, begun anew for another file or language; None while it works."""
    mark = (upload.file_id, s.lang)
    if st.session_state.get(MARK) != mark:
        for key in (OPEN, WEIGH, WRITE, ASKED):
            st.session_state.pop(key, None)
        st.session_state[MARK] = mark
        data, name, t = upload.getvalue(), upload.name, s.t

        def read(tell: Tell) -> Brought:
            tell(0.1, "")
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"file{Path(name).suffix}"
                path.write_bytes(data)
                return imports.opened(path, t, name=name)

        jobs.begin(OPEN, read)
    return jobs.wait(OPEN, s.t("Reading the file …"), s.t)


def _weighed(s: Session, file: Brought) -> None:
    """Ask what is to be known of the file, weigh it, and show what it would change."""
    t = s.t
    earlier = s.store.receipts(file.digest)
    if not earlier.empty and not earlier["undone"].iloc[0]:
        st.info(t("This very file was imported before: change {change}, by {who}.", change=earlier["change"].iloc[0],
                  who=session.plain(earlier["who"].iloc[0])), icon=":material/history:")  # fmt: skip
    previews.issues(s, file.issues)
    terms = _terms(s, file)
    orders, asked = brought.orders(s, file, parts.family(terms.source))
    if not orders:
        st.info(t("Choose for at least one part which table of ours it is, and for a layer where it lies."))
        return
    key = (st.session_state[MARK], asked, terms, s.key)
    if st.button(t("Check against the record"), type="primary", icon=":material/fact_check:", key="import_check"):
        st.session_state[ASKED] = key
        park, store, rules = s.store.whole(s.park.day), s.store, s.rules
        jobs.begin(
            WEIGH,
            lambda tell: imports.weigh(
                orders, park, rules, terms, t, clashes=store.refused,
                progress=lambda share, table: tell(share, schema.title(table, t)),
            ),
        )  # fmt: skip
    if st.session_state.get(ASKED) != key:
        st.caption(t("Something was changed since the last check: check again.") if ASKED in st.session_state else "")
        return
    job = jobs.wait(WEIGH, t("Checking …"), t)
    if job is None:
        return
    if job.fault is not None:
        session.refusals(job.fault, t)
    elif job.result is None:
        st.info(t("Stopped. Nothing was written."))
    else:
        previews.show(s, job.result, file.file)
        _write(s, file, job.result, orders, terms)


def _terms(s: Session, file: Brought) -> Terms:
    """Ask where the file comes from, from when it holds, and whether it is complete."""
    t = s.t
    st.subheader(t("Where it comes from"), anchor=False)
    first, second, third = st.columns([2, 1, 1])
    source = first.text_input(t("Source"), value=file.file, key=f"import_source_{file.digest[:12]}", max_chars=200)
    told: dt.date | None = second.date_input(
        t("Date of the data"),
        value=imports.day_of(file.file),
        format="YYYY-MM-DD",
        key=f"import_date_{file.digest[:12]}",
    )
    standing = third.selectbox(
        t("Standing"),
        schema.STANDINGS,
        index=1,
        format_func=lambda code: figures.standing(code, t),
        key="import_standing",
    )
    row = st.container(horizontal=True)
    complete = row.checkbox(
        t("The file is complete: what it leaves out of its buildings or parks has ended"),
        key="import_complete",
        help=t("Then what it changes holds since the date of the data, too."),
    )
    since = row.radio(
        t("What it changes has been so"),
        ["always", "since"],
        format_func=lambda code: {
            "always": t("always (a correction)"),
            "since": t("since the date of the data (something happened)"),
        }[code],
        horizontal=True,
        key="import_since",
        disabled=complete,
    )
    day = (told or s.park.day) if complete or since == "since" else None
    return changes.Terms(
        source=source.strip() or file.file,
        source_date=told.isoformat() if told else "",
        standing=standing,
        complete=complete,
        since=day,
    )


def _write(s: Session, file: Brought, outcomes: Sequence[Outcome], orders: Sequence[Order], terms: Terms) -> None:
    """Offer to write the good rows, and begin to write them as one act."""
    t, counted = s.t, imports.counts(outcomes)
    ended = sum(len(outcome.ended) for outcome in outcomes)
    if not counted["written"] and not ended:
        if counted["rejected"]:
            st.info(t("There is nothing to write: mend the rejected rows and bring them again."))
        else:
            st.success(t("There is nothing to write: the record says all of this already."))
        return
    label = t("Write {count} rows into the record", count=counted["written"] + ended)
    if not st.button(label, type="primary", icon=":material/save:", key="import_write_button"):
        return
    meant = {order.part.name: order.meant for order in orders}
    found = [intake(outcome, meant.get(outcome.ledger.part.name, {})) for outcome in outcomes]
    told = File(file.file, file.digest, parts.family(terms.source))
    store, who, seen = s.store, s.who, s.park.version
    day = dt.date.fromisoformat(terms.source_date) if terms.source_date else None

    def write(tell: Tell) -> tuple[int | None, dict[str, int]]:
        def heard(done: int, every: int) -> None:
            tell(done / max(every, 1), "")

        change = store.take_in(
            found, told, source=terms.source, by=who, since=terms.since, data_day=day, seen=seen, progress=heard
        )
        return change, counted

    jobs.begin(WRITE, write)
    st.rerun()


def _finish(s: Session) -> None:
    """Wait until the file is written; then say what was written, or why not."""
    t, job = s.t, jobs.wait(WRITE, s.t("Writing …"), s.t)
    if job is None:
        return
    del st.session_state[WRITE]
    if job.fault is None and job.result is None:
        st.info(t("Stopped. Nothing was written."))
        return
    if job.fault is None:
        st.session_state[DONE] = job.result
        st.session_state.pop(ASKED, None)
        st.rerun()
    session.refusals(job.fault, t)
    st.button(t("Back to the file"), key="import_again")


def intake(outcome: Outcome, meant: Mapping[str, str]) -> Intake:
    """Return what the store takes in of an outcome, with the headings that a person has confirmed."""
    ledger = outcome.ledger
    return Intake(ledger.table, outcome.rows, ledger.part.name, outcome.counts, outcome.ended, meant)


def _written(s: Session) -> None:
    """Say what was written last, and offer to take it back."""
    t, done = s.t, st.session_state.get(DONE)
    if done is None:
        return
    change, counted = done
    with st.container(border=True):
        st.success(
            t(
                "Written as change {change}: {written} rows; {unchanged} were known, {rejected} rejected.",
                change=change,
                written=counted["written"],
                unchanged=counted["unchanged"],
                rejected=counted["rejected"],
            ),
            icon=":material/check_circle:",
        )
        row = st.container(horizontal=True)
        back = row.button(t("Take the whole import back"), icon=":material/undo:", key="import_back")
        leave = row.button(t("Fine"), key="import_fine")
    reason = t("Import taken back")
    if leave or (back and attempts.attempt(s, lambda _: s.store.take_back(change, by=s.who, reason=reason))):
        del st.session_state[DONE]
        st.rerun()


def _templates(s: Session) -> None:
    """Offer an empty workbook of each table, with drop-downs and notes."""
    t = s.t
    with st.popover(t("Templates"), icon=":material/table_view:", width="stretch"):
        table = st.selectbox(
            t("Table"), schema.TABLES, format_func=lambda code: schema.title(code, t), key="template_table"
        )
        tables.workbook(
            t("Download the template"),
            lambda path: templates.write(path, table, s.lang, templates.codes(table, s.park, s.rules, s.lang)),
            file=schema.title(table, t),
            key="template_download",
        )
        st.caption(t("With drop-downs, notes and made-up examples on a sheet of their own."))
