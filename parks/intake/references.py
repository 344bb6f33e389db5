"""Codes given by name, and keys that a ledger does not give: found in what is known, or made of the row itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from parks import policy, schema, words
from parks.intake import headings, natures
from parks.intake.values import cells
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parks.intake.ledgers import Ledger
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Homes = Sequence[frozenset[str] | None]

NAMED = ("name_zh", "name_en", "name")
"""Columns that hold names."""
ENGLISH = words.translator("en")
"""Says what nobody reads: only the value of a cell is asked for."""
HOME = {"buildings": "park_id", "floors": "building_id", "units": "building_id"}
"""Table whose names are told apart by where its rows lie → the column that says it."""
SHOWN = 5
"""Most keys that a sentence names."""


class Names(NamedTuple):
    """What rows of a table are called.

    Parameters
    ----------
    keys
        Their keys.
    called
        Name (`natures.bare`) → keys; of floors the level.
    inside
        Where it lies (`HOME`) and name → keys.
    """

    keys: frozenset[str]
    called: Mapping[str, frozenset[str]]
    inside: Mapping[tuple[str, str], frozenset[str]]


class Told(NamedTuple):
    """Codes or keys of all rows, what is wrong with them, and what is told of them."""

    cells: pd.Series
    issues: list[Issue]
    notes: list[Issue]


def resolve(ledger: Ledger, park: Snapshot, rules: Policy, t: Translate) -> Ledger:
    """Return the ledger with codes in place of names, and with a key for every row that can have one.

    Names of buildings are looked for in the park that the row names, floors and units in its building; so they are
    where the ledger has a column for it that the table has not (园区 in a ledger of units, 楼栋 in one of leases).

    Parameters
    ----------
    ledger
        As read.
    park
        What is known, and what came before in the same file.
    rules
        Zones, sectors and targets.
    t
        Says the sentences.

    Returns
    -------
    Ledger
        With issues for names that more than one row bears, and notes for what was put in.
    """
    finder = _Finder(ledger, ledger.frame.copy(), park, rules)
    issues, notes = [*ledger.issues], [*ledger.notes]
    for column in schema.columns(ledger.table).values():
        if column.refers_to and column.name in finder.frame:
            codes = finder.codes(column, t)
            finder.frame[column.name] = codes.cells
            issues += codes.issues
            notes += codes.notes
    frame, key = finder.frame, schema.key(ledger.table)
    if key not in frame:
        keys = _keys(ledger, frame, park, t)
        frame[key] = keys.cells
        issues += keys.issues
        notes += keys.notes
    silent = ledger.silent | {key: frame[key].isna().to_numpy()}
    notes = [note for note in notes if note.kind != "heading_unread" or note.column not in finder.used]
    issues.sort(key=lambda issue: int(issue.row or 0))
    return replace(ledger, frame=frame, silent=silent, issues=tuple(issues), notes=tuple(notes))


def names(table: str, park: Snapshot, rules: Policy) -> Names:
    """Return what the rows that a code can refer to are called; `table` is one of the schema's or the policy's."""
    frame = getattr(rules, table) if table in policy.LISTS else park.table(table)
    keys = frame[policy.LISTS.get(table) or schema.key(table)].tolist()
    homes = frame[HOME[table]].tolist() if table in HOME else [""] * len(frame)
    called: dict[str, set[str]] = defaultdict(set)
    inside: dict[tuple[str, str], set[str]] = defaultdict(set)
    for column in ("level",) if table == "floors" else [name for name in NAMED if name in frame]:
        for key, home, name in zip(keys, homes, frame[column].tolist(), strict=True):
            if not pd.isna(name) and (text := natures.bare(name) if isinstance(name, str) else str(name)):
                called[text].add(key)
                inside[home, text].add(key)
    return Names(
        frozenset(keys),
        {name: frozenset(found) for name, found in called.items()},
        {spot: frozenset(found) for spot, found in inside.items()},
    )


class _Finder:
    """What the codes of one ledger are found by; `used` are the headings of other tables that say where rows lie."""

    def __init__(self, ledger: Ledger, frame: pd.DataFrame, park: Snapshot, rules: Policy) -> None:
        self.ledger, self.frame, self.park, self.rules = ledger, frame, park, rules
        self.used: set[str] = set()

    def codes(self, column: schema.Column, t: Translate) -> Told:
        """Return the codes of a column, what is ambiguous, and one note on all that were given by name."""
        ledger, given = self.ledger, self.frame[column.name].tolist()
        keys, issues, named = self.keys(column.refers_to, given), [], []
        for at, (text, found) in enumerate(zip(given, keys, strict=True)):
            if found is None or found == {text}:
                continue
            if len(found) == 1:
                (given[at],) = found
                named.append(f"{text} → {given[at]}")
            elif found:
                place = (ledger.table, str(self.frame.index[at]), ledger.heading(column.name), text)
                issues.append(_ambiguous(place, found, t))
        codes = pd.Series(given, index=self.frame.index, dtype="object")
        if not named:
            return Told(codes, issues, [])
        message = t("{count} cells name the row instead of its code: {first} …", count=len(named), first=named[0])
        mend = t("Nothing is needed.")
        return Told(codes, issues, [Issue(ledger.table, "", ledger.heading(column.name), "", "by_name", message, mend)])

    def keys(self, table: str, texts: Sequence[Any]) -> Homes:
        """Return the keys of the rows of `table` that each text may mean; None where it says nothing."""
        known = names(table, self.park, self.rules)
        if known.keys.issuperset(set(texts) - {None}):
            return [None if text is None else frozenset([text]) for text in texts]
        homes = self.homes(table) or [None] * len(texts)
        meant: dict[tuple[Any, frozenset[str] | None], frozenset[str] | None] = {(None, home): None for home in homes}
        found = []
        for spot in zip(texts, homes, strict=True):
            if spot not in meant:
                meant[spot] = _meant(spot[0], spot[1], table, known)
            found.append(meant[spot])
        return found

    def homes(self, table: str) -> Homes | None:
        """Return in which rows those named in each line lie, as far as it says so; None where the ledger does not."""
        column = HOME.get(table)
        if column is None:
            return None
        above = schema.columns(table)[column].refers_to
        said: Homes = [None] * len(self.frame)
        if column in self.frame:
            said = [None if key is None else frozenset([key]) for key in self.frame[column].tolist()]
        else:
            place = next((one for one in self.ledger.matches if one.column is None and _says(one.heading, table)), None)
            if place is not None:
                self.used.add(place.heading)
                raws = [record.cells[place.position] for record in self.ledger.part.records]
                said = self.keys(above, cells.parse_all(raws, schema.columns(table)[column], None, ENGLISH)[0])
        key = schema.key(self.ledger.table)
        if (self.ledger.table, table) == ("units", "floors") and key in self.frame:
            held = dict(zip(self.park.units[key], self.park.units[column], strict=True))
            known = [held.get(one) for one in self.frame[key].tolist()]
            said = [one or (frozenset([old]) if old else None) for one, old in zip(said, known, strict=True)]
        return said


def _says(heading: str, table: str) -> bool:
    """Return whether a heading says where the rows of a table lie."""
    return headings.match([heading], table)[0].column == HOME[table]


def _meant(text: str, home: frozenset[str] | None, table: str, known: Names) -> frozenset[str]:
    """Return the keys of the rows that a text may mean: one that has it for a key, else those so called."""
    if text in known.keys:
        return frozenset([text])
    if table == "floors":
        level = cells.parse(text, schema.columns("floors")["level"], None, ENGLISH).value
        name, home = str(level), home or natures.NONE
    else:
        name = natures.bare(text)
    if home is None:
        return known.called.get(name, natures.NONE)
    return natures.NONE.union(*(known.inside.get((one, name), natures.NONE) for one in home))


def _ambiguous(place: tuple[str, str, str, str], keys: frozenset[str], t: Translate) -> Issue:
    message = t("Several rows are called so: {keys}.", keys=", ".join(sorted(keys)[:SHOWN]))
    return Issue(*place, "ambiguous", message, t("Write the code of the one that is meant."))


def _keys(ledger: Ledger, frame: pd.DataFrame, park: Snapshot, t: Translate) -> Told:
    """Return a key for every row: that of the known row that is the same by nature, else one made of the row."""
    table, key = ledger.table, schema.key(ledger.table)
    column, parts = schema.columns(table)[key], natures.NATURAL[table]
    name = f"{column.zh} / {column.en}"
    lacking = natures.lacking(table, frame)
    if lacking or frame.empty:
        named = ", ".join(ledger.named(part) for part in lacking)
        message = t(
            "The ledger has no column for {key}, nor for {parts} from which it could be told.", key=name, parts=named
        )
        fault = Issue(table, "", "", "", "no_key", message, t("Add the column, or say which one it is."))
        return Told(pd.Series(None, index=frame.index, dtype="object"), [] if frame.empty else [fault], [])
    cells_of = zip(*(frame[part].tolist() if part in frame else [None] * len(frame) for part in parts), strict=True)
    found: list[str | None] = []
    issues, made = [], 0
    for line, same, cells_here in zip(
        frame.index, natures.known(table, frame, park.table(table)), cells_of, strict=True
    ):
        if len(same) > 1:
            shown = " · ".join(str(cell) for cell in cells_here if cell is not None)
            issues.append(_ambiguous((table, str(line), "", shown), same, t))
            found.append(None)
            continue
        found.append(next(iter(same), None) or natures.key(table, cells_here))
        made += not same and found[-1] is not None
    message = t("The ledger has no column for {key}: {made} keys are made, {known} known ones found by {parts}.",
                key=name, made=made, known=sum(one is not None for one in found) - made,
                parts=", ".join(ledger.named(part) for part in parts if part in frame))  # fmt: skip
    note = Issue(table, "", key, "", "keys_made", message, t("Nothing is needed."))
    return Told(pd.Series(found, index=frame.index, dtype="object"), issues, [note])
