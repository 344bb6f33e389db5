"""The report as files: which languages and formats, where they go, what is left alone, how far it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from parks import outlines
from parks.output import maps, placements, reports, tables
from parks.status import vacancy
from parks.verbs import files, printing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parks.output.reports import Draft, Sealed
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.verbs.session import Session

MAP = "map"
"""What writes the map that opens alone in place of the report."""
FIELDS = ("day", "lang", "form", "scenario")
"""What a path may leave open, in braces."""


def report(session: Session) -> int:
    """Write the report, or the map that opens alone, in the languages and formats asked for."""
    options = session.options
    park = session.park(session.store(), options.scenario)
    rules = outlines.laid(session.rules(), park)
    places = {key: files.free(session, path) for key, path in _places(session, park).items()}
    if options.form == MAP:
        for (lang, _), path in places.items():
            page = maps.standalone(park, rules, vacancy.by_unit(park), lang=lang)
            tables.whole(path, lambda part, page=page: part.write_text(page, encoding="utf-8"))  # type: ignore[misc]  # bound at once
        return _said(session, list(places.values()), [])
    record = park if park.scenario is None else session.park(session.store())
    own = placements.added(record, park)
    wanted = reports.Wanted(rule=options.rule, basis=options.basis, chapters=options.chapters)
    sealed = reports.sealed(park, rules, wanted, None if own.empty else own)
    due = sealed.due(places) if options.if_changed else places
    if due:
        reports.files(_draft(record, park, rules, sealed, {lang for lang, _ in due}), due, tell=_tell(session))
    return _said(session, list(due.values()), [path for key, path in places.items() if key not in due])


def _draft(record: Snapshot, park: Snapshot, rules: Policy, sealed: Sealed, languages: Collection[str]) -> Draft:
    """Return the figures asked for, with the plan that the scenario makes and why it is so, where it makes one."""
    if not sealed.plan:
        return reports.draft(park, rules, given=sealed)
    before, posed, plan = placements.of_scenario(record, park, rules)
    space = vacancy.by_unit(before)
    why = {lang: placements.reasons(before, rules, space, posed, plan, lang) for lang in languages}
    return reports.draft(park, rules, given=sealed, plan=plan, reasons=why)


def _places(session: Session, park: Snapshot) -> dict[tuple[str, str], Path]:
    """Return where each language and format goes."""
    options, t = session.options, session.t
    given = str(options.output)
    form = options.form or (suffix if (suffix := Path(given).suffix.lower()[1:]) in reports.FORMS else "xlsx")
    forms = reports.FORMS if form == "all" else (form,)
    keys = [(lang, form) for lang in options.languages for form in forms]
    if given.endswith(("/", "\\")) or Path(given).is_dir():
        named = {key: reports.name(park, *key) for key in keys}
        return {key: Path(given) / _ending(name) for key, name in named.items()}
    try:
        said = {
            (lang, form): given.format(
                day=park.day.isoformat(), lang=lang, form=form, scenario=park.scenario or "record"
            )
            for lang, form in keys
        }
    except (KeyError, ValueError, IndexError, AttributeError) as fault:
        mend = t("Only these may stand in braces: {fields}.", fields=" ".join(f"{{{name}}}" for name in FIELDS))
        raise session.refuse(t("The path has braces that say nothing."), mend, option="-o", value=given) from fault
    if len(set(said.values())) < len(keys):
        message = t("One file cannot hold {count} reports.", count=len(keys))
        mend = t("Name a folder (ending in /), or let the path say {fields}.", fields="{lang} {form}")
        raise session.refuse(message, mend, option="-o", value=given)
    return {key: Path(path) for key, path in said.items()}


def _ending(name: str) -> str:
    return name.removesuffix(f".{MAP}") + "-map.html" if name.endswith(f".{MAP}") else name


def _tell(session: Session) -> reports.Tell | None:
    """Return what says on standard error how far the work is; None when it shall be quiet."""
    if session.options.quiet:
        return None
    last = [-1]

    def tell(share: float, said: str) -> None:
        if said and int(share * 100) != last[0]:
            last[0] = int(share * 100)
            sys.stderr.write(f"{last[0]:3d} % {said}\n")

    return tell


def _said(session: Session, written: Sequence[Path], kept: Sequence[Path]) -> int:
    if not session.options.quiet:
        printing.say(*(session.t("Written: {path}", path=path) for path in written))
        printing.say(*(session.t("Unchanged: {path}", path=path) for path in kept))
    return 0
