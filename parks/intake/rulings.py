"""What keeps the rows of a ledger out of the record: by themselves, beside the other tables, beside the same file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from parks import checks, policy, schema, snapshot
from parks.intake import natures, references
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from parks.intake.changes import Outcome
    from parks.intake.endings import Endings
    from parks.intake.ledgers import Ledger
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Mask = NDArray[np.bool_]
    Clashes = Callable[[pd.DataFrame], Sequence[Issue]]

SIBLINGS = {"leases": "unit_id", "milestones": "project_id"}
"""Table whose rows can put another row of it at fault → what the two have in common."""


class Ruling(NamedTuple):
    """What is to be judged, and by what.

    Parameters
    ----------
    ledger
        With codes and keys.
    whole
        Its rows with what is known where it says nothing.
    moved
        Which of them say something new.
    park, rules
        What is known, with what came before in the same file; and the policy.
    beside
        What came before in the same file.
    t
        Says the sentences.
    """

    ledger: Ledger
    whole: pd.DataFrame
    moved: Mask
    park: Snapshot
    rules: Policy
    beside: Sequence[Outcome]
    t: Translate


def rejected(issues: Collection[Issue], whole: pd.DataFrame) -> Mask:
    """Return which rows the issues reject; one without a row rejects all."""
    if any(not issue.row for issue in issues):
        return np.ones(len(whole), dtype=bool)
    return whole.index.isin({int(issue.row) for issue in issues})


def alone(case: Ruling) -> list[Issue]:
    """Return what is wrong with rows by themselves, beyond what the ledger's issues say already.

    A row that says what is known is not to blame for it, unless its key stands in the file twice. Where the ledger as
    a whole is at fault nothing more is said.
    """
    ledger, key = case.ledger, schema.key(case.ledger.table)
    looked = case.whole[case.moved | case.whole[key].duplicated(keep=False).to_numpy()]
    said = {(issue.row, issue.column) for issue in ledger.issues}
    if ("", "") in said:
        return []
    lines = set(map(str, case.whole.index[case.moved]))
    known = checks.codes(case.park, case.rules)
    lost = _lost(case.beside)
    found = [*_doubled(case)]
    for issue in checks.check(ledger.table, looked, known, bounds=policy.bounds(case.rules), t=case.t):
        told = (issue.row, ledger.heading(issue.column)) in said
        told |= issue.kind == "missing" and (issue.row, "") in said  # whose row it is decides what is missing
        if not told and (issue.kind == "doubled" or issue.row in lines):
            found.append(_headed(_orphan(issue, lost, ledger.table, case.t), ledger))
    return found


def together(case: Ruling, bad: Mask, leaving: Endings, clashes: Clashes | None) -> tuple[list[Issue], list[Issue]]:
    """Return what is wrong between the tables once rows are written and was not before, and what is only advice.

    A row that is rejected may be what another one leans on: they are looked at until no more fall.

    Parameters
    ----------
    case
        What is judged.
    bad
        Rows that are rejected already.
    leaving
        What the file ends.
    clashes
        Whole leases → why the store would refuse them; None asks nobody.
    """
    faults: list[Issue] = []
    advice: list[Issue] = []
    before: set[Issue] | None = None
    while (kept := case.whole[case.moved & ~(bad | rejected(faults, case.whole))]).shape[0]:
        before = set(checks.together(case.park, case.rules, case.t)) if before is None else before
        after = written(case.park, case.ledger.table, kept, leaving)
        found = [one for one in checks.together(after, case.rules, case.t) if one not in before]
        wrong, advice = _sorted(case, kept, found, _refused(case, kept, leaving, clashes))
        if not wrong:
            break
        faults += wrong
        advice = []
    return faults, advice


def written(park: Snapshot, table: str, rows: pd.DataFrame, leaving: Endings | None = None) -> Snapshot:
    """Return the record with `rows` in place of those of their keys, and without what ends."""
    old, key = park.table(table), schema.key(table)
    gone, left = (leaving.keys, leaving.left) if leaving else ((), rows[:0])
    replaced = {*rows[key], *gone}.__contains__
    # Not `isin`, which makes a scalar of each of a hundred thousand keys.
    stands = old[~np.fromiter(map(replaced, old[key]), bool, len(old))]
    made: dict[str, Any] = {table: schema.typed(table, _joined([stands, rows, left], old))}
    return replace(park, **made)


def _joined(pieces: Sequence[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of several frames, of none the empty one; empty frames among them would change dtypes."""
    filled = [piece for piece in pieces if len(piece)]
    return pd.concat(filled) if filled else empty[:0]


def _headed(issue: Issue, ledger: Ledger) -> Issue:
    """Return an issue with the user's heading in place of our column."""
    return replace(issue, column=ledger.heading(issue.column)) if issue.column else issue


def _doubled(case: Ruling) -> Iterator[Issue]:
    """Tell of keys for which another part of the file says otherwise."""
    table, key, t = case.ledger.table, schema.key(case.ledger.table), case.t
    others = {
        one: outcome.ledger.part.name
        for outcome in case.beside
        if outcome.ledger.table == table
        for one in outcome.ledger.frame[key].dropna()
    }
    mend = t("Remove the row or give it another key.")
    rows = case.whole[case.moved & case.whole[key].isin(others.keys()).to_numpy()]
    for line, one in zip(rows.index, rows[key], strict=True):
        message = t("The part “{part}” of the file says otherwise of this key.", part=others[one])
        yield Issue(table, str(line), case.ledger.heading(key), one, "doubled", message, mend)


def _lost(beside: Sequence[Outcome]) -> dict[str, dict[str, str]]:
    """Return table → key or bare name of the rows of the same file that are rejected → where they stand."""
    found: dict[str, dict[str, str]] = {}
    for outcome in beside:
        rows = outcome.ledger.frame.loc[list(outcome.rejected)]
        for column in (schema.key(outcome.ledger.table), *references.NAMED):
            for line, said in rows[column].dropna().items() if column in rows else ():
                told = found.setdefault(outcome.ledger.table, {})
                told[natures.bare(said)] = f"{outcome.ledger.part.name} {line}"
    return found


def _orphan(issue: Issue, lost: Mapping[str, Mapping[str, str]], table: str, t: Translate) -> Issue:
    """Return an issue with a better sentence where it names a row that the file brings and that is rejected."""
    if issue.kind != "unknown_reference":
        return issue
    refers_to = schema.columns(table)[issue.column].refers_to
    place = lost.get(refers_to, {}).get(natures.bare(issue.value))
    if place is None:
        return issue
    message = t("The row that it names stands in this file, but is rejected: {place}.", place=place)
    return replace(issue, message=message, mend=t("Mend that row first."))


def _refused(case: Ruling, kept: pd.DataFrame, leaving: Endings, clashes: Clashes | None) -> list[Issue]:
    """Return why the store would refuse the leases, told of those that are `kept`.

    It is told of all that the file does: a lease that it ends or moves holds its unit no more.
    """
    if clashes is None or case.ledger.table != "leases":
        return []
    earlier = [outcome.rows for outcome in case.beside if outcome.ledger.table == "leases"]
    found = clashes(_joined([*earlier, kept, leaving.left], kept))
    keys = set(kept["lease_id"])
    return [one for one in found if one.row in keys]


def _sorted(
    case: Ruling, kept: pd.DataFrame, found: Sequence[Issue], refused: Sequence[Issue]
) -> tuple[list[Issue], list[Issue]]:
    """Return which findings reject which lines, and which are only advice."""
    ledger = case.ledger
    line = dict(zip(kept[schema.key(ledger.table)], map(str, kept.index), strict=True))
    faults = [_headed(replace(one, row=line[one.row]), ledger) for one in refused]
    held = {one.value for one in refused}
    advice: list[Issue] = []
    elsewhere: list[Issue] = []
    for one in found:
        own = one.table == ledger.table
        told = _headed(replace(one, row=line.get(one.row, one.row)), ledger) if own else one
        if not own or one.kind in checks.ADVICE:
            advice.append(told)
        elif one.kind != "overlap" or one.value not in held:
            (faults if one.row in line else elsewhere).append(told if one.row in line else one)
    blamed = _blamed(case, kept, elsewhere)
    faults += [issue for issues in blamed.values() for issue in issues]
    advice += [_headed(one, ledger) for one in elsewhere if one not in blamed]
    return list(dict.fromkeys(faults)), list(dict.fromkeys(advice))


def _blamed(case: Ruling, kept: pd.DataFrame, findings: Sequence[Issue]) -> dict[Issue, list[Issue]]:
    """Return finding on a row of the record → an issue for each row of the file that alone puts it at fault.

    The rows are tried side by side, one of each kin (`SIBLINGS`) at a time.
    """
    table, key, column = case.ledger.table, schema.key(case.ledger.table), SIBLINGS.get(case.ledger.table)
    blamed: dict[Issue, list[Issue]] = {}
    if column is None or not findings:
        return blamed
    old = case.park.table(table)
    kin = dict(zip(old[key], old[column], strict=True))
    shared = {kin[one.row] for one in findings}
    few = snapshot.of(case.park.day, {table: old[old[column].isin(shared)]})
    rows = kept[kept[column].isin(shared)]
    for _, some in rows.groupby(rows.groupby(column).cumcount()):
        line = dict(zip(some[column], some.index, strict=True))
        found = {(one.row, one.kind, one.column) for one in checks.together(written(few, table, some), case.rules)}
        for one in findings:
            if kin[one.row] in line and (one.row, one.kind, one.column) in found:
                message = case.t("With this row, {key} is at fault: {message}", key=one.row, message=one.message)
                place = (table, str(line[kin[one.row]]), case.ledger.heading(one.column))
                blamed.setdefault(one, []).append(Issue(*place, "", one.kind, message, one.mend))
    return blamed
