"""What a ledger would change in the record: new, changed field by field, ended, unchanged; and what is rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from parks import schema
from parks.intake import endings, references, rulings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parks.intake.endings import Endings
    from parks.intake.ledgers import Ledger
    from parks.intake.rulings import Clashes, Ruling
    from parks.issues import Issue
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Mask = NDArray[np.bool_]

TOLD = ("source", "source_date", "standing")
"""Columns that say where a row comes from, not what is so."""
CHANGED = ["row", "key", "column", "before", "after"]
SAME_DEG = 1e-9
"""Corners nearer than this [°, 0.1 mm] stand where they stood."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of a file as a whole.

    Parameters
    ----------
    source, source_date, standing
        Of the rows that do not say it themselves (see `schema.STANDINGS`).
    complete
        Whether the file holds all rows of its scope (`endings.SCOPE`): those it leaves out have ended.
    since
        Day from which what it ends is gone; None is the day of the snapshot.
    """

    source: str
    source_date: str = ""
    standing: str = "reported"
    complete: bool = False
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table of a file would do to the record.

    Parameters
    ----------
    ledger
        As understood, with codes and keys.
    rows
        Whole rows to write, line → the columns of the table: what is new and what is changed.
    new
        Keys that the record does not have.
    changed
        Line, key, column, before, after of every cell that differs (`CHANGED`).
    ended
        Keys that the record has in the scope of the file and the file has not.
    unchanged
        How many rows say what is known.
    issues
        Why rows are rejected; one without a row rejects all.
    advice
        What does not keep a row out.
    rejected
        Lines of the rows that are not written.
    left
        Of leases that end what was so before.
    """

    ledger: Ledger
    rows: pd.DataFrame
    new: tuple[str, ...]
    changed: pd.DataFrame
    ended: tuple[str, ...]
    unchanged: int
    issues: tuple[Issue, ...]
    advice: tuple[Issue, ...]
    rejected: tuple[int, ...]
    left: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """What became of the lines: lines = new + changed + unchanged + rejected + not_data."""
        return {
            "lines": self.ledger.part.lines,
            "new": len(self.new),
            "changed": len(self.rows) - len(self.new),
            "ended": len(self.ended),
            "unchanged": self.unchanged,
            "rejected": len(self.rejected),
            "not_data": len(self.ledger.part.asides),
        }


def weigh(
    ledger: Ledger,
    park: Snapshot,
    rules: Policy,
    terms: Terms,
    t: Translate,
    clashes: Clashes | None = None,
    beside: Sequence[Outcome] = (),
) -> Outcome:
    """Return what a ledger would do to the record.

    Parameters
    ----------
    ledger
        As read (see `ledgers.read`).
    park
        The record, with the leases of all days, and with what came before in the same file.
    rules
        Zones, sectors, targets, and the district's bounds.
    terms
        What is said of the file as a whole; `complete` is for the last of its parts that are rows of one table.
    t
        Says the sentences.
    clashes
        Whole leases → why the store would refuse them; None asks nobody.
    beside
        What came before in the same file, in the record already as far as it is not rejected.
    """
    ledger = references.resolve(ledger, park, rules, t)
    table, key = ledger.table, schema.key(ledger.table)
    whole, before = _merged(ledger, park, terms)
    is_new = before[key].isna().to_numpy()
    differs = _differences(table, whole, before)
    moved = np.logical_or.reduce([*differs.values(), is_new])
    case = rulings.Ruling(ledger, whole, moved, park, rules, beside, t)
    faults = [*ledger.issues, *rulings.alone(case)]
    leaving = _leaving(case, faults, terms)
    while True:
        wrong, advice = rulings.together(case, rulings.rejected(faults, whole), leaving, clashes)
        faults += wrong
        known, leaving = leaving, _leaving(case, faults, terms)
        if leaving.keys == known.keys:  # else rows clash with what stays after all
            break
    bad = rulings.rejected(faults, whole)
    kept = ~bad & moved
    return Outcome(
        ledger=ledger,
        rows=whole[kept],
        new=tuple(whole.loc[kept & is_new, key]),
        changed=_changed(ledger, whole, before, {name: mask & kept & ~is_new for name, mask in differs.items()}),
        ended=leaving.keys,
        unchanged=int((~bad & ~moved).sum()),
        issues=tuple(sorted(faults, key=lambda issue: int(issue.row or 0))),
        advice=tuple(dict.fromkeys([*ledger.notes, *advice, *leaving.told])),
        left=leaving.left,
        rejected=tuple(whole.index[bad]),
    )


def after(park: Snapshot, outcome: Outcome) -> Snapshot:
    """Return the record as it would be: rows written, ended ones gone."""
    leaving = endings.Endings(outcome.ended, outcome.left, ())
    return rulings.written(park, outcome.ledger.table, outcome.rows, leaving)


def _leaving(case: Ruling, faults: Sequence[Issue], terms: Terms) -> Endings:
    """Return what a complete file ends when its faults are those."""
    table, bad = case.ledger.table, rulings.rejected(faults, case.whole)
    if not terms.complete:
        return endings.nothing(table, case.park)
    parts = [(one.ledger, one.rejected) for one in case.beside if one.ledger.table == table]
    parts.append((case.ledger, tuple(case.whole.index[bad])))
    written = rulings.written(case.park, table, case.whole[~bad & case.moved])
    return endings.ended(parts, case.park, written, terms.since or case.park.day, case.t)


def _merged(ledger: Ledger, park: Snapshot, terms: Terms) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows whole, with what is known where the ledger says nothing; and as they are known, by line."""
    table, key = ledger.table, schema.key(ledger.table)
    given = schema.cast(table, _usable(ledger))
    old = park.table(table)
    before = old.set_index(key, drop=False).reindex(given[key]).set_axis(given.index, axis=0)
    whole = before.copy()
    whole[key] = given[key]
    for column in schema.columns(table):
        if column in ledger.frame and column != key:
            silent = pd.Series(ledger.silent[column], index=given.index)
            whole[column] = given[column].where(~silent, before[column])
    moved = np.logical_or.reduce([*_differences(table, whole, before).values(), before[key].isna().to_numpy()])
    for column in TOLD:
        said = getattr(terms, column) or None
        unsaid = ledger.silent[column] if column in ledger.frame else np.ones(len(whole), dtype=bool)
        whole[column] = whole[column].mask(pd.Series(unsaid & moved, index=whole.index), said)
    return whole, before


def _usable(ledger: Ledger) -> pd.DataFrame:
    """Return the cells without those that cannot be taken."""
    ours = {match.heading: match.column for match in ledger.matches if match.column}
    lines: dict[str, list[int]] = {}
    for issue in ledger.issues:
        if issue.row and issue.column in ours:
            lines.setdefault(ours[issue.column], []).append(int(issue.row))
    frame = ledger.frame.copy()
    for column, rows in lines.items():
        frame.loc[rows, column] = None
    return frame


def _differences(table: str, whole: pd.DataFrame, before: pd.DataFrame) -> dict[str, Mask]:
    """Return column → whether each row says something else there than what is known.

    A shape that begins at another corner or is drawn the other way round is the same.
    """
    place = schema.geometry(table)
    found: dict[str, Mask] = {}
    for name in map(str, whole):
        one, other = whole[name], before[name]
        here, there = one.notna().to_numpy(), other.notna().to_numpy()
        if name == place:
            same = shapely.equals_exact(one.to_numpy(), other.to_numpy(), SAME_DEG, normalize=True)
            found[name] = (here | there) & ~same
        else:
            unlike = (one != other).fillna(value=False).to_numpy(dtype=bool)
            found[name] = (unlike & here & there) | (here != there)
    return found


def _changed(ledger: Ledger, whole: pd.DataFrame, before: pd.DataFrame, differs: Mapping[str, Mask]) -> pd.DataFrame:
    """Return the cells that differ, in the order of lines and columns."""
    key = schema.key(ledger.table)
    parts = [
        pd.DataFrame(
            {
                "row": whole.index[mask],
                "key": whole.loc[mask, key].to_numpy(),
                "column": name,
                "before": before.loc[mask, name].to_numpy(dtype=object),
                "after": whole.loc[mask, name].to_numpy(dtype=object),
            }
        )
        for name, mask in differs.items()
        if mask.any()
    ]
    if not parts:
        return pd.DataFrame(columns=CHANGED)
    return pd.concat(parts).sort_values("row", kind="stable").reset_index(drop=True)
