"""The workbooks that are filled in and imported, with the codes that are known in their drop-downs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from parks import snapshot
from parks.intake import templates
from parks.output import tables
from parks.verbs import files, importing, printing

if TYPE_CHECKING:
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
    """Return the codes that are known, of an absent store those of the policy."""
    with importing.opened(session) as held:
        park = held.as_of(session.day(held)) if held else snapshot.of(dt.datetime.now(tz=dt.UTC).date(), {})
    return templates.codes(session.options.table, park, session.rules(), session.lang)
