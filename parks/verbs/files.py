"""Tables as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from parks.output import tables
from parks.verbs import printing

if TYPE_CHECKING:
    from parks.verbs.session import Session


def export(session: Session) -> int:
    """Write one table as it stood on the day."""
    table = session.options.table
    park, path = session.park(session.store()), free(session)
    tables.write(path, park.table(table), table=table, lang=session.lang, day=park.day)
    printing.say(session.t("Written: {path}", path=path))
    return 0


def free(session: Session, path: Path | None = None) -> Path:
    """Return the path to write (None: as the options say), unless it is the store itself."""
    path, t = path or Path(session.options.output), session.t
    if path.resolve() == Path(session.url.removeprefix("sqlite:///")).resolve():
        message = t("The file to write is the store itself.")
        raise session.refuse(message, t("Choose another name."), option="-o", value=path)
    return path
