"""What became of a file, line by line accounted for: the object that programs read, the table and the sentences."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from parks import schema
from parks.intake import imports
from parks.issues import Issue
from parks.verbs import printing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from parks.intake.changes import Outcome
    from parks.intake.maps.outlines import Flaw
    from parks.verbs.session import Session
    from parks.verbs.sorting import Left
    from parks.words import Translate

MOST = 1000
"""Most rows or cells of the preview in the object; their number is told beside."""
SHOWN = 20
"""Most cells of the preview on a screen."""
TOLD = 50
"""Most issues in sentences; JSON and CSV have them all."""
COUNTS = ("lines", "new", "changed", "ended", "unchanged", "rejected", "not_data")


class Told(NamedTuple):
    """An issue, the part that it is about (None is the whole file), and the id of the flaw that it tells."""

    issue: Issue
    part: str | None = None
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a file.

    Parameters
    ----------
    file, digest
        Its name and the SHA-256 of its content; no digest when it could not be read.
    names
        Its parts, in the order of the file.
    outcomes, left
        What became of each part.
    flaws
        Layer → everything that is wrong with its shapes.
    issues
        Why all of it is refused.
    advice
        What is told of the file as a whole.
    rejects
        Part → file with its rejected rows.
    change
        Number of the change that wrote it, None when nothing was written.
    """

    file: str
    digest: str | None = None
    names: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    left: tuple[Left, ...] = ()
    flaws: Mapping[str, tuple[Flaw, ...]] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    advice: tuple[Issue, ...] = ()
    rejects: Mapping[str, Path] = field(default_factory=dict)
    change: int | None = None

    @property
    def is_fine(self) -> bool:
        """Whether no row was rejected and nothing refused."""
        return not (self.issues or any(one.rejected for one in self.outcomes) or any(one.refused for one in self.left))


def tell(account: Account, session: Session) -> int:
    """Print the account in the format asked for; return 0 when every row is fine, else 1."""
    t, form = session.t, session.form
    faults, advice = list(_faults(account, t)), list(_advice(account, t))
    if form == "json":
        printing.fields(_object(account, faults, advice, dry_run=session.options.dry_run), form, t)
    elif form == "csv":
        session.out(pd.DataFrame(map(_row, faults), columns=[*Issue.__dataclass_fields__, "part", "flaw"]))
    elif account.names:
        _screen(account, session)
    _say(faults, account, t)
    if form == "table":
        _say(advice, account, t)
    printing.say(*_ending(account, session))
    return 0 if account.is_fine else 1


def reasons(outcome: Outcome) -> tuple[Issue, ...]:
    """Return why rows of a part are rejected, each by its line: what is wrong with all of them is told of each."""
    return tuple(
        replace(issue, row=str(line))
        for issue in outcome.issues
        for line in ([issue.row] if issue.row else outcome.rejected)
    )


def _faults(account: Account, t: Translate) -> Iterator[Told]:
    yield from (Told(issue) for issue in account.issues)
    for left in account.left:
        yield from (Told(issue, left.part.name) for issue in left.issues if left.refused)
    for outcome in account.outcomes:
        yield from _flawed(outcome.issues, outcome.ledger.part.name, account, t)


def _advice(account: Account, t: Translate) -> Iterator[Told]:
    yield from (Told(issue) for issue in account.advice)
    for left in account.left:
        yield from (Told(issue, left.part.name) for issue in left.issues if not left.refused)
    for outcome in account.outcomes:
        part = outcome.ledger.part
        yield from _flawed((*part.issues, *outcome.advice), part.name, account, t)


def _flawed(issues: Iterable[Issue], part: str, account: Account, t: Translate) -> Iterator[Told]:
    """Yield issues, those of flaws with their id and with how their mend is accepted."""
    flaws = {flaw.issue: flaw for flaw in account.flaws.get(part, ())}
    for issue in issues:
        flaw = flaws.get(issue)
        if flaw is None:
            yield Told(issue, part)
        elif flaw.can_be_mended:
            mend = t("{mend} To accept it: --mend {id}", mend=issue.mend, id=flaw.id)
            yield Told(replace(issue, mend=mend), part, flaw.id)
        else:
            yield Told(issue, part, flaw.id)


def _mended(outcome: Outcome, account: Account) -> list[str]:
    """Return the ids of the flaws of a layer whose mends were made."""
    part = outcome.ledger.part
    still = {*part.issues, *part.faults}
    return [flaw.id for flaw in account.flaws.get(part.name, ()) if flaw.issue not in still]


def _object(account: Account, faults: list[Told], advice: list[Told], *, dry_run: bool) -> dict[str, Any]:
    """Return the account as programs read it."""
    new = list(_new(account))
    cells = _cells(account)
    gone = [{"table": one.ledger.table, "key": key} for one in account.outcomes for key in one.ended]
    return {
        **_totals(account),
        "issues": [_row(one) for one in faults],
        "file": account.file,
        "digest": account.digest,
        "change": account.change,
        "ended": len(gone),
        "dry_run": dry_run,
        "advice": [_row(one) for one in advice],
        "parts": _parts(account),
        "new": new[:MOST],
        "new_total": len(new),
        "changed": cells[:MOST],
        "changed_total": len(cells),
        "left_out": gone[:MOST],
        "rejects": next((str(path) for path in account.rejects.values()), None),
    }


def _row(told: Told) -> dict[str, Any]:
    return {**told.issue.as_dict(), "part": told.part, "flaw": told.flaw}


def _totals(account: Account) -> dict[str, int]:
    """Return what became of all lines: read = written + unchanged + rejected + not_data."""
    totals = imports.counts(account.outcomes)
    for one in map(_left_counts, account.left):
        totals["read"] += one["lines"]
        totals["rejected"] += one["rejected"]
        totals["not_data"] += one["not_data"]
    return totals


def _left_counts(left: Left) -> dict[str, int]:
    """Return what became of the lines of a part that was not weighed."""
    rows = len(left.part.records) if left.refused else 0
    counted = {"lines": left.part.lines, "rejected": rows, "not_data": left.part.lines - rows}
    return dict.fromkeys(COUNTS, 0) | counted


def _parts(account: Account) -> list[dict[str, Any]]:
    """Return what became of each part, in the order of the file; `why` says why one was not weighed."""
    found: dict[str, dict[str, Any]] = {
        one.part.name: {"part": one.part.name, "table": None, **_left_counts(one), "why": one.issues[-1].kind}
        | {"mended": [], "rejects": None}
        for one in account.left
    }
    for one in account.outcomes:
        name = one.ledger.part.name
        path = account.rejects.get(name)
        found[name] = {"part": name, "table": one.ledger.table, **one.counts, "why": None}
        found[name] |= {"mended": _mended(one, account), "rejects": None if path is None else str(path)}
    return [found[name] for name in account.names]


def _new(account: Account) -> Iterator[dict[str, Any]]:
    """Yield the rows that the record does not have: table, row, key."""
    for one in account.outcomes:
        table, keys = one.ledger.table, set(one.new)
        for line, key in zip(one.rows.index, one.rows[schema.key(table)], strict=True):
            if key in keys:
                yield {"table": table, "row": str(line), "key": key}


def _cells(account: Account) -> list[dict[str, Any]]:
    """Return the cells that change: table, row, key, column, before, after; shapes as WKT."""
    return [
        {"table": one.ledger.table, **{str(name): cell for name, cell in row.items()}, "row": str(row["row"])}
        | {name: shapely.to_wkt(row[name]) for name in ("before", "after") if isinstance(row[name], BaseGeometry)}
        for one in account.outcomes
        for row in one.changed.to_dict("records")
    ]


def _screen(account: Account, session: Session) -> None:
    """Print what became of each part, and the first cells that change."""
    parts = pd.DataFrame(_parts(account))
    session.out(parts.assign(table=parts["table"].fillna(printing.NONE))[["part", "table", *COUNTS]])
    cells = _cells(account)
    if cells:
        sys.stdout.write("\n")
        session.out(pd.DataFrame(cells[:SHOWN]))
    if len(cells) > SHOWN:
        printing.say(_more(len(cells) - SHOWN, session.t))


def _say(found: list[Told], account: Account, t: Translate) -> None:
    """Print the first of the issues, each with the part that it is about where there are several."""
    for issue, part, _ in found[:TOLD]:
        named = len(account.names) > 1 and part is not None and part != issue.table
        printing.say(_line(f"{part} · {issue}" if named else str(issue)))
    if len(found) > TOLD:
        printing.say(_more(len(found) - TOLD, t))


def _more(count: int, t: Translate) -> str:
    return t("… and {count} more: see them with --format json.", count=f"{count:,}")


def _line(text: str) -> str:
    """Return a sentence on one line, without signs that would move the cursor: cells and sheets are the user's."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _ending(account: Account, session: Session) -> Iterator[str]:
    """Yield the sentences that sum up."""
    t, totals, options = session.t, _totals(account), session.options
    for one in account.outcomes:
        if mended := _mended(one, account):
            yield t("{count} flaws were mended as you accept: {ids}", count=len(mended), ids=", ".join(mended[:TOLD]))
    if account.names:
        yield t(
            "{read} lines read: {written} to write, {unchanged} unchanged, {rejected} rejected, {not_data} no data.",
            **{name: f"{count:,}" for name, count in totals.items()},
        )
    ended = sum(len(one.ended) for one in account.outcomes)
    if ended:
        yield t("{count} rows that the file leaves out have ended.", count=f"{ended:,}")
    for part, path in account.rejects.items():
        yield t("The rejected rows of {part} are in {path}.", part=_line(part), path=path)
    if any(one.rejected for one in account.outcomes) and not account.rejects:
        yield t("To have the rejected rows in a file, add --rejects FILE.")
    if options.dry_run:
        yield t("This was a trial: nothing was written to the store.")
    elif account.change is not None:
        yield t("Written as change {change}.", change=account.change)
    else:
        yield t("Nothing was written to the store.")
