"""Ledgers and map files on their way into the record: weighed, written, and every line accounted for."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from parks import schema, snapshot
from parks.intake import changes, imports, parts, rejects
from parks.intake.rejects import Rejects
from parks.issues import InvalidData, Issue
from parks.output import tables
from parks.store.intakes import File, Intake
from parks.verbs import accounts, meanings, printing, sorting
from parks.verbs.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from parks.intake.changes import Outcome
    from parks.snapshot import Snapshot
    from parks.store import Store
    from parks.verbs.session import Session
    from parks.words import Translate


def import_(session: Session) -> int:
    """Weigh what is in a file, write what is sound into the record, and tell what became of every line."""
    path, t = session.options.file, session.t
    try:
        _refuse_target(session)
        account = _imported(session, imports.opened(path, t))
    except InvalidData as fault:
        account = Account(path.name, issues=fault.issues)
    return accounts.tell(account, session)


def _refuse_target(session: Session) -> None:
    """Refuse to write rejected rows over the store or over the file that is read."""
    target, t = session.options.rejects, session.t
    if target is not None and _is_ours(target, session):
        message = t("The rejected rows would be written over the store or the file that is read.")
        raise session.refuse(message, t("Choose another name."), option="--rejects", value=target)


def _is_ours(path: Path, session: Session) -> bool:
    """Return whether a path is that of the store, or of the file that is read."""
    places = [Path(session.url.removeprefix("sqlite:///")), session.options.file]
    return path.resolve() in [place.resolve() for place in places]


def _imported(session: Session, brought: imports.Brought) -> Account:
    """Return what became of a file that could be opened."""
    options, t = session.options, session.t
    found = sorting.by_table(brought, session)
    rules = session.rules()
    if not any(one.refused for one in found.left):  # else a heading may be one of theirs
        meanings.refuse(found.orders, session)
    create, name = bool(found.orders) and not options.dry_run, options.scenario
    with session.store() if name else opened(session, create=create) as held:
        day = _day(held, session)
        park = held.whole(day, name) if held else snapshot.of(day, {})
        told = _before(held, brought, t) if held else ()
        orders, confirmed, recalled = meanings.meant(found.orders, held, session)
        clashes = partial(held.refused, scenario=name) if held else None
        weighed = imports.weigh(orders, park, rules, _terms(session), t, clashes=clashes, progress=_weighing(t))
        account = Account(
            file=brought.file,
            digest=brought.digest,
            names=(*(one.name for one in brought.parts), *(one.name for one in brought.layers)),
            outcomes=weighed,
            left=found.left,
            flaws=found.flaws,
            advice=(*told, *brought.issues, *recalled),
        )
        if held is None or options.dry_run:
            return _rejected(account, session)
        return _written(account, held, park, confirmed, session)


def _day(held: Store | None, session: Session) -> dt.date:
    """Return the day on which the record is weighed: as asked, else of the newest data, else of the file's."""
    options = session.options
    newest = held.data_day() if held else None
    found: dt.date = options.as_of or newest or options.source_date or dt.datetime.now(tz=dt.UTC).date()
    return found


def _terms(session: Session) -> changes.Terms:
    options = session.options
    return changes.Terms(
        source=options.source,
        source_date=options.source_date.isoformat() if options.source_date else "",
        standing=options.standing,
        complete=options.complete,
        since=options.since,
    )


@contextlib.contextmanager
def opened(session: Session, *, create: bool = False) -> Iterator[Store | None]:
    """Open the store, or tell by None that there is none and none was to be made."""
    try:
        held = session.store(create=create)
    except InvalidData as fault:
        if any(issue.kind != "missing" for issue in fault.issues):
            raise
        yield None
    else:
        with held:
            yield held


def _before(held: Store, brought: imports.Brought, t: Translate) -> tuple[Issue, ...]:
    """Tell that the same file was imported before, and when last."""
    receipts = held.receipts(brought.digest)
    if receipts.empty:
        return ()
    last = receipts.iloc[0]
    message = t(
        "The same file was imported before: on {day} (UTC) by {who}, as change {change}.",
        day=pd.Timestamp(last["recorded_at"]).strftime("%Y-%m-%d"),
        who=last["who"],
        change=last["change"],
    )
    return (Issue(brought.file, "", "", "", "imported_before", message, t("Nothing is needed.")),)


def _without(outcome: Outcome, faults: Sequence[Issue]) -> Outcome:
    """Return an outcome that rejects the rows whose keys `faults` name as well."""
    ledger, rows = outcome.ledger, outcome.rows
    key = schema.key(ledger.table)
    lines = {one: str(line) for line, one in zip(rows.index, rows[key], strict=True)}
    mine = [one for one in faults if one.table == ledger.table and one.row in lines]
    gone = {one.row for one in mine}
    said = [replace(one, row=lines[one.row], column=ledger.heading(one.column) if one.column else "") for one in mine]
    out = rows[key].isin(gone)
    return replace(
        outcome,
        rows=rows[~out],
        new=tuple(one for one in outcome.new if one not in gone),
        changed=outcome.changed[~outcome.changed["key"].isin(gone)],
        issues=(*outcome.issues, *said),
        rejected=tuple(sorted([*outcome.rejected, *rows.index[out]])),
    )


def _rejected(account: Account, session: Session) -> Account:
    """Write the rejected rows to a file where one is asked for; those of further parts to files beside it."""
    target = session.options.rejects
    bad = [one for one in account.outcomes if one.rejected and target is not None]
    paths = _beside(target, session)
    found: dict[str, Path] = {}
    for outcome in sorted(bad, key=lambda one: account.names.index(one.ledger.part.name)):
        part, lines = outcome.ledger.part, set(outcome.rejected)
        rows = [record for record in part.records if record.line in lines]
        path, held = next(paths), Rejects(part.headings, rows, accounts.reasons(outcome))
        tables.whole(path, partial(rejects.write, rejects=held, lang=session.lang))
        found[part.name] = path
    return replace(account, rejects=found)


def _beside(target: Path, session: Session) -> Iterator[Path]:
    """Return a path and numbered ones beside it, without those of the store and of the file that is read."""
    further = (target.with_stem(f"{target.stem}-{number}") for number in itertools.count(2))
    return itertools.chain([target], (path for path in further if not _is_ours(path, session)))


def _written(
    account: Account, held: Store, park: Snapshot, confirmed: Mapping[str, Mapping[str, str]], session: Session
) -> Account:
    """Write what is new, ended or otherwise now, and return the account of it.

    A row that the store refuses after all, since somebody has taken its unit meanwhile, is rejected and the others are
    tried once more; any other refusal is one of the whole file.
    """
    options = session.options
    file = File(account.file, account.digest or "", parts.family(options.source))
    again = False
    while True:
        account = _rejected(account, session)
        try:
            change = held.take_in(
                [_intake(one, confirmed) for one in account.outcomes],
                file,
                source=options.source,
                by=session.who,
                reason=options.reason,
                since=options.since or (park.day if options.complete else None),
                scenario=options.scenario,
                data_day=options.source_date,
                seen=park.version,
                progress=_writing(session.t),
            )
        except InvalidData as fault:
            if again or not _is_of_rows(account.outcomes, fault):
                return replace(account, outcomes=tuple(map(_withdrawn, account.outcomes)), issues=fault.issues)
            fewer, again = tuple(_without(one, fault.issues) for one in account.outcomes), True
            account = replace(account, outcomes=fewer)
        else:
            outcomes = account.outcomes if change else tuple(map(_unchanged, account.outcomes))
            return replace(account, outcomes=outcomes, change=change)


def _intake(outcome: Outcome, confirmed: Mapping[str, Mapping[str, str]]) -> Intake:
    part = outcome.ledger.part.name
    return Intake(
        outcome.ledger.table, outcome.rows, part, outcome.counts, ended=outcome.ended, headings=confirmed[part]
    )


def _is_of_rows(outcomes: Sequence[Outcome], refusal: InvalidData) -> bool:
    """Return whether each issue is of a row to write, and not of what somebody else did to it since."""
    keys = {(one.ledger.table, key) for one in outcomes for key in one.rows[schema.key(one.ledger.table)]}
    return all(issue.kind != "changed" and (issue.table, issue.row) in keys for issue in refusal.issues)


def _unchanged(outcome: Outcome) -> Outcome:
    """Return an outcome of which the record holds all from the day on that it would be so."""
    return replace(_emptied(outcome), unchanged=outcome.unchanged + len(outcome.rows))


def _withdrawn(outcome: Outcome) -> Outcome:
    """Return an outcome of which nothing is written, since the whole is refused."""
    return replace(_emptied(outcome), rejected=tuple(sorted([*outcome.rejected, *outcome.rows.index])))


def _emptied(outcome: Outcome) -> Outcome:
    return replace(outcome, rows=outcome.rows[:0], new=(), changed=outcome.changed[:0], ended=())


def _weighing(t: Translate) -> Callable[[float, str], object] | None:
    """Return what tells a person at a terminal which table is weighed; None where nobody looks."""
    if not sys.stderr.isatty():
        return None
    return lambda share, table: printing.say(
        t("Weighing: {table} ({percent} % done)", table=schema.title(table, t), percent=f"{share * 100:.0f}")
    )


def _writing(t: Translate) -> Callable[[int, int], None] | None:
    """Return what tells a person at a terminal how many rows are written; None where nobody looks."""
    if not sys.stderr.isatty():
        return None
    return lambda done, total: printing.say(t("Writing: {done} of {total} rows", done=f"{done:,}", total=f"{total:,}"))
