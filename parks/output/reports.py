"""The report that a bureau files: one set of figures, from which every format and language is drawn."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from parks import schema, words
from parks.output import (
    annexes,
    atlas,
    chapters,
    content,
    documents,
    figures,
    geopackages,
    map_pages,
    maps,
    mending,
    placements,
    prints,
    register,
    rollover,
    seals,
    services,
    sheets,
    tables,
    webpages,
)
from parks.output.chapters import Material
from parks.status import forecast, progress, vacancy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from parks.matching.allocation import Plan
    from parks.output.content import Chapter, Report
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Tell = Callable[[float, str], object]
    """Told how far the work is (0 to 1), and what comes next."""

RUNS = 2000
"""Simulated futures behind the probability."""
FORMS: Final = ("xlsx", "docx", "pdf", "html", "gpkg")
EDITION: Final = "2"
"""Raised when the same inputs make another report: files made before are then made anew."""
CHAPTERS: Final[Mapping[str, Callable[[Material], Chapter]]] = {
    "summary": chapters.summary,
    "new_build": lambda made: chapters.ledger(made, "new_build"),
    "renewal": lambda made: chapters.ledger(made, "renewal"),
    "zones": lambda made: annexes.space(made, "zone"),
    "parks": lambda made: annexes.space(made, "park"),
    "buildings": lambda made: annexes.space(made, "building"),
    "rollover": rollover.chapter,
    "contiguous": rollover.contiguous,
    "demand": annexes.demand,
    "requests": services.requests,
    "growth": services.growing,
    "localised": services.localised,
    "support": services.supporting,
    "plan": placements.chapter,
    "maps": map_pages.chapter,
    "papers": annexes.papers,
    "published": annexes.published,
    "mending": mending.chapter,
    "register": register.chapter,
    "sources": annexes.sources,
    "definitions": annexes.definitions,
}
"""Code of a chapter → what makes it, in the order of the report."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a report is wanted, and how.

    Parameters
    ----------
    rule, basis
        How the programmes are counted: ``started completed recognised``, ``gross far``.
    chapters
        Codes of `CHAPTERS`; None for all, that on the plan only where there is a plan.
    templates
        Folder of the templates.
    context
        The base map's file.
    """

    rule: str = "completed"
    basis: str = "gross"
    chapters: Sequence[str] | None = None
    templates: Path = prints.TEMPLATES
    context: Path = maps.CONTEXT

    def codes(self, *, plan: bool) -> list[str]:
        """Return the chapters in their order; `plan` says whether there is one.

        Raises
        ------
        KeyError
            When there is no such chapter.
        """
        every = set(CHAPTERS) - (set() if plan else {"plan"})
        asked = every if self.chapters is None else set(self.chapters)
        for code in sorted(asked - set(CHAPTERS)):
            raise KeyError(code)
        return [code for code in CHAPTERS if code in asked]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a report is made from and how, as hashes: known before any of its figures is.

    Parameters
    ----------
    seal
        Hash of the inputs (`seals.of`).
    wanted
        What of the report is wanted.
    plan
        Whether it tells a plan.
    """

    seal: str
    wanted: Wanted
    plan: bool = False

    def codes(self) -> list[str]:
        """Return the codes of the chapters, in their order."""
        return self.wanted.codes(plan=self.plan)

    def mark(self, lang: str, form: str) -> str:
        """Return what a file of this report carries: equal when the same inputs are made the same way."""
        own = {"docx": (documents.TEMPLATE,), "pdf": (prints.TEMPLATE,), "html": (webpages.TEMPLATE, webpages.STYLE)}
        looks = [(self.wanted.templates / name).read_bytes() for name in own.get(form, ())]
        said = [EDITION, lang, form, *self.codes()]
        return seals.mark(self.seal, seals.making([*(word.encode() for word in said), *looks]))

    def due(self, places: Mapping[tuple[str, str], Path]) -> dict[tuple[str, str], Path]:
        """Return those of the files ((language, form) → path) that are not there, or were made otherwise."""
        return {key: path for key, path in places.items() if self.mark(*key) != seals.read(path)}


def sealed(park: Snapshot, rules: Policy, wanted: Wanted | None = None, plan: pd.DataFrame | None = None) -> Sealed:
    """Return the hashes of a report.

    Parameters
    ----------
    park, rules, wanted
        As in `draft`.
    plan
        The rows that its plan follows from: what a scenario adds (`placements.added`), or a plan's assignments.
    """
    asked = wanted or Wanted()
    parts = [] if plan is None else [plan]
    return Sealed(seals.of(park, rules, asked.rule, asked.basis, *parts), asked, plan is not None)


@dataclass(frozen=True, slots=True)
class Draft:
    """The figures of a report, worked out once for all languages and formats.

    Parameters
    ----------
    made
        The figures, speaking English.
    sealed
        What they were made from, and what of them is wanted.
    said
        The reports made of them so far, by language: each is made once.
    """

    made: Material
    sealed: Sealed
    said: dict[str, Report] = field(default_factory=dict)

    def report(self, lang: str, tell: Tell | None = None) -> Report:
        """Return the report in one language: the same figures, other words."""
        if lang not in self.said:
            self.said[lang] = self._report(lang, tell)
        return self.said[lang]

    def _report(self, lang: str, tell: Tell | None) -> Report:
        made, codes = self.made.speaking(lang), self.sealed.codes()
        t, parts = made.t, []
        for number, code in enumerate(codes):
            _told(tell, number / len(codes), t("chapter {number} of {all}", number=number + 1, all=len(codes)))
            one = CHAPTERS[code](made)
            parts.append(content.Chapter(one.name, one.title, one.blocks, one.lines, one_page=one.one_page, code=code))
        return content.Report(
            lang=lang,
            title=t("Space capacity report"),
            district=_district(made),
            facts=_facts(made),
            notice=notice(made.park, t),
            chapters=tuple(parts),
            day=made.park.day,
            seal=made.seal,
        )


def draft(
    park: Snapshot,
    rules: Policy,
    *,
    wanted: Wanted | None = None,
    space: pd.DataFrame | None = None,
    plan: Plan | None = None,
    reasons: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    given: Sealed | None = None,
) -> Draft:
    """Return the figures of the report.

    Parameters
    ----------
    park, rules
        Snapshot and Policy.
    wanted
        Which chapters, how counted, from which templates; None is all as usual.
    space
        `vacancy.by_unit(park)`, when it is at hand.
    plan
        A plan: the report tells who goes where, and its unplaced needs in place of all open ones.
    reasons
        Language → need → sentences that say why (`placements.reasons`).
    given
        The hashes, when they are at hand; `wanted` is then theirs.
    """
    hashes = given or sealed(park, rules, wanted, None if plan is None else plan.assignments)
    rule, basis = hashes.wanted.rule, hashes.wanted.basis
    made = Material(
        park=park,
        rules=rules,
        space=vacancy.by_unit(park) if space is None else space,
        done=progress.by_target(park, rules, rule, basis),
        projects=progress.entries(park, rules, rule, basis),
        forecast=forecast.by_target(park, rules, rule=rule, basis=basis, runs=RUNS),
        plan=plan,
        reasons=reasons or {},
        rule=rule,
        basis=basis,
        seal=hashes.seal,
        base=atlas.ground(hashes.wanted.context),
        lang="en",
        t=words.translator("en"),
    )
    return Draft(made, hashes)


def write(
    path: Path | str,
    park: Snapshot,
    rules: Policy,
    *,
    lang: str = "en",
    wanted: Wanted | None = None,
    space: pd.DataFrame | None = None,
    plan: Plan | None = None,
) -> Path:
    """Write the report in the format of the file's ending (`FORMS`); the same inputs give the same bytes.

    Parameters
    ----------
    path
        Where to write; a file that is there is replaced, when the new one is whole.
    park, rules, wanted, space, plan
        As in `draft`.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Path
        `path`.
    """
    held = draft(park, rules, wanted=wanted, space=space, plan=plan)
    target = Path(path)
    put(target, held, held.report(lang), target.suffix.lower().removeprefix("."))
    return target


def put(target: Path, held: Draft, said: Report, form: str) -> None:
    """Write a report in one format, whole or not at all."""
    mark = held.sealed.mark(said.lang, form)
    tables.whole(target, lambda part: _write(part, held, said, form, mark))


def files(held: Draft, places: Mapping[tuple[str, str], Path], *, tell: Tell | None = None) -> None:
    """Write a set of reports.

    Parameters
    ----------
    held
        The figures.
    places
        (language, form) → where to write: all, or what is due (`Sealed.due`).
    tell
        Told how far it is; it may raise to stop.
    """
    for number, ((lang, form), path) in enumerate(places.items()):
        share = number / len(places)
        said = held.report(lang, None if tell is None else _part(tell, share, 0.5 / len(places)))
        _told(tell, (number + 0.5) / len(places), path.name)
        put(path, held, said, form)
    _told(tell, 1.0, "")


def name(park: Snapshot, lang: str, form: str) -> str:
    """Return what a report's file is called: its day, and its scenario and language where it has them."""
    laid = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in park.scenario or "")
    return "-".join(filter(None, ["parks", park.day.isoformat(), laid, lang])) + f".{form}"


def zipped(paths: Sequence[Path], target: Path) -> None:
    """Pack files into one; the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for path in paths:
            entry = zipfile.ZipInfo(path.name, documents.STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(entry, path.read_bytes())


def notice(park: Snapshot, t: Translate) -> str:
    """Return the line that every page carries when some of the data are made up; else nothing."""
    return t("Illustrative data: what is marked so is made up.") if is_illustrative(park) else ""


def is_illustrative(park: Snapshot) -> bool:
    """Return whether any row of the snapshot is made up: then every page of the report says so."""
    return any(park.table(table)["standing"].eq("illustrative").any() for table in schema.TABLES)


def _write(part: Path, held: Draft, said: Report, form: str, mark: str) -> None:
    if form == "xlsx":
        told = {"title": said.title, "author": said.district, "keywords": mark}
        held_sheets = [_cover(said), *(sheet for chapter in said.chapters for sheet in content.sheets_of(chapter))]
        sheets.write(part, held_sheets, lang=said.lang, notice=said.notice, day=said.day, told=told)
    elif form == "docx":
        part.write_bytes(documents.docx_bytes(said, mark, templates=held.sealed.wanted.templates))
    elif form == "pdf":
        part.write_bytes(prints.pdf(said, mark, templates=held.sealed.wanted.templates))
    elif form == "html":
        part.write_text(webpages.page(said, mark, templates=held.sealed.wanted.templates), encoding="utf-8")
    elif form == "gpkg":
        geopackages.write(part, held.made.speaking(said.lang), said, mark)
    else:
        message = f"no report is written as {form!r}; the forms are {', '.join(FORMS)}"
        raise ValueError(message)


def _cover(said: Report) -> Chapter:
    """Return the cover as a sheet of a workbook."""
    t = words.translator(said.lang)
    columns = (content.Column(t("About this report")), content.Column(t("Value")))
    return content.Chapter(t("Cover"), said.title, (content.Block("", columns, said.facts),), lines=(said.district,))


def _facts(made: Material) -> tuple[tuple[str, str], ...]:
    """Return what the cover says of the report."""
    t, park = made.t, made.park
    known = t("the newest") if park.known_on is None else figures.day(park.known_on, made.lang)
    counting = made.counting()[1:]
    facts = [
        (t("District"), _district(made)),
        (t("Data date"), figures.day(park.day, made.lang)),
        (t("Belief date"), known),
        (t("Scenario"), park.scenario or t("the record itself")),
        (t("Counting of the programmes"), ("；" if made.lang == "zh" else " ").join(counting) or t("no target")),
        (t("Rows by standing"), _standings(made)),
        (t("Hash of the inputs (SHA-256)"), made.seal),
    ]
    return tuple(facts)


def _standings(made: Material) -> str:
    """Return how many rows of the snapshot have each standing."""
    rows = pd.concat([made.park.table(table)["standing"] for table in schema.TABLES])
    counts = rows.value_counts().reindex(schema.STANDINGS, fill_value=0)
    parts = [f"{figures.standing(code, made.t)} {int(counts[code]):,}" for code in schema.STANDINGS]
    return ("、" if made.lang == "zh" else ", ").join(parts)


def _district(made: Material) -> str:
    """Return the name of the district, as the base map has it."""
    rows = made.base[made.base["kind"] == "district"]
    return str(rows[f"name_{made.lang}"].iloc[0]) if len(rows) else made.t("The district")


def _part(tell: Tell, share: float, length: float) -> Tell:
    return lambda done, said: tell(share + done * length, said)


def _told(tell: Tell | None, share: float, said: str) -> None:
    if tell is not None:
        tell(share, said)
