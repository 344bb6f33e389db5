"""The workbooks that are filled in and imported, with the codes that are known in their drop-downs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from parks import schema, snapshot
from parks.intake import references, templates
from parks.output import figures, tables
from parks.verbs import files, importing, printing

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from parks.verbs.session import Session


def template(session: Session) -> int:
    """Write the workbook of a table that is to be filled in, with the codes that are known in its drop-downs."""
    path, t = files.free(session), session.t
    if path.suffix.lower() != ".xlsx":
        message, mend = t("A template is an Excel workbook."), t("Let its name end in .xlsx.")
        raise session.refuse(message, mend, option="-o", value=path)
    table, codes = session.options.table, _codes(session)
    tables.whole(path, lambda part: templates.write(part, table, session.lang, codes))
    printing.say(t("Written: {path}", path=path))
    return 0


def _codes(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Return list → the codes that the columns of a table may name, each with its name in the language asked for."""
    wanted = {column.refers_to for column in schema.columns(session.options.table).values() if column.refers_to}
    rules = session.rules()
    with importing.opened(session) as held:
        park = held.as_of(session.day(held)) if held else snapshot.of(dt.datetime.now(tz=dt.UTC).date(), {})
    found = {}
    for name in sorted(wanted):
        policy = name in references.LIST
        frame = getattr(rules, name) if policy else park.table(name)
        key = references.LIST[name] if policy else schema.key(name)
        found[name] = [(str(row[key]), _name(row, session.lang)) for row in frame.to_dict("records")]
    return found


def _name(row: Mapping[Hashable, Any], lang: str) -> str:
    """Return what a row is called, in the language asked for where it has a name in it."""
    names = (f"name_{lang}", "name", f"phrase_{lang}", "name_zh", "name_en", "level")
    known = (row[name] for name in names if name in row and not figures.missing(row[name]))
    return str(next(known, ""))
