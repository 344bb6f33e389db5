"""The headings of a ledger, matched to the columns of our tables."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

from parks import schema
from parks.intake.values import measures, periods, signs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CERTAINTIES = ("remembered", "exact", "synonym", "likely", "none")
"""How sure a match is, surest first. Only the first three are taken without asking."""
OURS, SYNONYM, PART = 3, 2, 1
"""How a heading names a column: by our own name, by another, or by a part of it."""
ASIDE = schema.DECISIONS | {"facilities", "requests", "localisations", "outlines"}
"""Tables that speak of the places and companies of the others."""
PROVENANCE = ("source", "source_date", "standing")
"""Columns that every table has: they tell no table from another, and users' ledgers seldom have them."""
DOUBTFUL = frozenset({"序号", "面积", "area", "floorarea", "建设规模", "建筑规模", "单价"})
"""Words for more than one thing (序号 is mostly the line number): asked about, unless a unit tells which is meant."""
TO_SAY = ("CNY/m²/day", "months")
"""Units that offices leave out though they vary: rents by the day and by the month, terms in months and in years."""
LONGEST = 60
"""Signs of a heading; anything longer is a note."""
LIKE = 0.75
"""From this likeness on (share of equal signs) a name is proposed."""
HELD = 0.4
"""A name inside another is proposed when it makes up this share: 企业 in 企业联系电话 says nothing."""
PROPOSALS = 5
BRACKETS = re.compile(r"[(\[{<【〔「]([^()\[\]{}<>【】〔〕「」]*)[)\]}>】〕」]")
UNIT_SAID = re.compile(r"(?:计量)?(?:单位|unit)\s*[:：]?\s*", re.IGNORECASE)
NUMBERED = re.compile(r"^(?:\(?[0-9]{1,2}\)|[0-9]{1,2}[.、](?![0-9])|[一二三四五六七八九十]+、)\s*")
HARMLESS = re.compile(
    r"(?:必填项?|选填|可选|如有|若有|全称|下拉(?:选择)?|单选|示例|required|optional|if any"
    r"|(?:格式|format)?[:：]?\s*[ymd年月日\-/. ]{2,}|是/否|有/无|y/n|yes/no)?",
    re.IGNORECASE,
)
"""Notes in brackets that change no meaning; 不含公摊 does."""
IDLE = re.compile(r"[\s_\-*★☆:：,.·“”\"'/]+")
"""Signs that make no difference between headings."""


@dataclass(frozen=True, slots=True)
class Match:
    """What one heading was matched to.

    Parameters
    ----------
    position
        Its place in the row, from 0.
    heading
        As the file has it.
    column
        Our column; None when it is not ours, or not surely.
    unit
        What the heading says about its figures: code of a unit (``data/schema/measures.csv``), or
        `periods.LAST_DAY` for days that are the last ones. None when it says nothing.
    certainty
        One of `CERTAINTIES`.
    candidates
        Columns to propose where none is taken, best first.
    """

    position: int
    heading: str
    column: str | None
    unit: str | None
    certainty: str
    candidates: tuple[str, ...] = ()


class _Said(NamedTuple):
    """A heading taken apart: its words, the unit in its brackets, whether they hold a note that may matter."""

    words: str
    unit: str | None
    noted: bool


class _Found(NamedTuple):
    """A column with the rank of the name that a heading gives it (`OURS` …), and what the heading says beside."""

    column: schema.Column
    rank: int
    unit: str | None
    noted: bool


def match(headings: Sequence[str], table: str, remembered: Mapping[str, str] | None = None) -> tuple[Match, ...]:
    """Return what each heading of a ledger is in `table`.

    Case, blanks, line breaks, full-width signs, marks of required columns, numbering and units make no difference.
    Headings under headings, joined with ``/``, match as a whole, then joined (面积/可租 is 可租面积), then by the last.
    A word is only proposed when it means several things (`DOUBTFUL`), lacks a unit that varies (`TO_SAY`), bears a
    note or a unit that does not fit, or is merely like one of ours. No two headings get one column: the surer one
    has it, and neither when they are alike. Our own template, with all columns of the table, is taken as it is.

    Parameters
    ----------
    headings
        As the file has them; empty ones are nothing.
    table
        One of `schema.TABLES`.
    remembered
        Heading → column, as a person has confirmed it for this source; a column "" means that it is not ours.
    """
    confirmed = {_bare(heading): column for heading, column in (remembered or {}).items()}
    columns = schema.columns(table)
    found = [_find(heading, table) for heading in headings]
    named = {one.column.name for one in found if one is not None and one.rank == OURS}
    template = named >= {name for name, column in columns.items() if not column.is_geometry}
    matches = []
    for position, (heading, one) in enumerate(zip(headings, found, strict=True)):
        known = confirmed.get(_bare(heading))
        if known == "" or known in columns:
            matches.append(_confirmed(position, heading, known or None, one))
        else:
            matches.append(_judged(position, heading, one, table, template=template))
    ranks = {position: one.rank if one else 0 for position, one in enumerate(found)}
    return tuple(_alone(matches, ranks))


@lru_cache(65536)
def is_known(heading: str, table: str) -> bool:
    """Return whether a cell reads like the heading of a column of `table`, taken or proposed for its doubts."""
    return _find(heading, table) is not None


def table_of(headings: Sequence[str]) -> list[tuple[str, float]]:
    """Return which tables a row of headings looks like, best first.

    Returns
    -------
    list
        Table and likeness from 0 to 1: the harmonic mean of how much of the table the headings fill and how many of
        them it explains. A column counts for more when few tables have it, and double when it is required. Ties are
        in the order of `schema.TABLES`; tables with nothing in common are left out.
    """
    given = [heading for heading in headings if _bare(heading)]
    scores = [(table, _likeness(given, table)) for table in schema.TABLES]
    return sorted(((table, score) for table, score in scores if score), key=lambda pair: -pair[1])


def _likeness(headings: Sequence[str], table: str) -> float:
    found = [_find(heading, table) for heading in headings]
    weights = _weights(table)
    filled = sum(weights[name] for name in {one.column.name for one in found if one is not None})
    wanted = sum(weights[name] for name, column in schema.columns(table).items() if column.required)
    explained = sum(one is not None for one in found) / max(len(headings), 1)
    share = min(filled / wanted, 1.0)
    return round(2 * share * explained / (share + explained), 4) if share and explained else 0.0


@cache
def _weights(table: str) -> dict[str, float]:
    """Return what each column tells about its table; those of the provenance tell nothing.

    Tables `ASIDE` name places and companies too. That makes a ledger of these no less likely to be one.
    """
    others = [other for other in schema.TABLES if table in ASIDE or other not in ASIDE]
    having = {name: sum(name in schema.columns(other) for other in others) for name in schema.columns(table)}
    return {
        name: 0.0 if name in PROVENANCE else (2.0 if column.required else 1.0) / having[name]
        for name, column in schema.columns(table).items()
    }


def _confirmed(position: int, heading: str, column: str | None, found: _Found | None) -> Match:
    unit = found.unit if found else _apart(heading).unit
    if column == "valid_to" and unit is None and not (found and found.rank == OURS):
        unit = periods.LAST_DAY
    return Match(position, heading, column, unit, "remembered")


def _judged(position: int, heading: str, found: _Found | None, table: str, *, template: bool) -> Match:
    """Return the match of a heading that nobody has confirmed."""
    if found is None:
        unit = _apart(heading).unit
        near = _alike(heading, table, unit)
        return Match(position, heading, None, unit, "likely" if near else "none", near)
    column, unit = found.column, found.unit
    if column.is_geometry:
        return Match(position, heading, None, unit, "none", (column.name,))
    if not template and _is_doubtful(heading, found):
        others = (name for name in _alike(heading, table, unit) if name != column.name)
        return Match(position, heading, None, unit, "likely", (column.name, *others)[:PROPOSALS])
    if column.name == "valid_to" and found.rank != OURS:
        unit = periods.LAST_DAY
    return Match(position, heading, column.name, unit, "exact" if found.rank == OURS else "synonym")


def _is_doubtful(heading: str, found: _Found) -> bool:
    column, bare = found.column, _bare(_apart(heading).words)
    if found.noted:
        return True
    if found.unit is not None:
        return not measures.measuring(found.unit, column.unit)
    return bare != _bare(column.name) and (bare in DOUBTFUL or column.unit in TO_SAY)


def _alone(matches: Sequence[Match], ranks: Mapping[int, int]) -> list[Match]:
    """Return the matches with each column given once: to the surest heading, to none where two are as sure."""
    claims: dict[str, list[Match]] = defaultdict(list)
    for one in matches:
        if one.column is not None:
            claims[one.column].append(one)

    def sureness(one: Match) -> tuple[bool, int]:
        return one.certainty == "remembered", ranks[one.position]

    lost = set()
    for rivals in claims.values():
        best = max(map(sureness, rivals))
        winners = [one.position for one in rivals if sureness(one) == best]
        lost |= {one.position for one in rivals if [one.position] != winners}
    return [
        replace(one, column=None, certainty="none", candidates=(one.column or "",)) if one.position in lost else one
        for one in matches
    ]


@lru_cache(65536)
def _find(heading: str, table: str) -> _Found | None:
    """Return the column that a heading names, with or without doubt; None when it names none."""
    names = _names(table)
    if len(heading) > LONGEST or not _bare(heading):
        return None
    if _bare(heading) in names:
        return _Found(*names[_bare(heading)], None, noted=False)
    said = _apart(heading)
    found = _nested(said.words, table)
    if found is not None:
        return _Found(*found, said.unit, said.noted)
    for cut in range(len(said.words) - 1, 0, -1) if said.unit is None else ():
        unit = measures.named(said.words[cut:])
        found = _nested(said.words[:cut], table) if unit is not None else None
        if unit is not None and found is not None and measures.measuring(unit, found[0].unit):
            return _Found(*found, unit, said.noted)
    return None


def _nested(words: str, table: str) -> tuple[schema.Column, int] | None:
    """Return the column that the words of a heading name, under other headings or alone."""
    names = _names(table)
    if _bare(words) in names:
        return names[_bare(words)]
    parts = [part for part in map(_bare, words.split("/")) if part]
    joined = ["".join(pair) for pair in permutations(parts[-2:], 2)] if len(parts) > 1 else []
    found = next((names[name] for name in [*joined, *parts[-1:]] if name in names), None)
    return None if found is None else (found[0], PART)


@lru_cache(65536)
def _apart(heading: str) -> _Said:
    """Return the words of a heading, the unit in its brackets, and whether a note in them may change its meaning."""
    text = NUMBERED.sub("", signs.plain(heading))
    unit, noted = None, False
    for content in BRACKETS.findall(text):
        said = UNIT_SAID.sub("", content).strip()
        if measures.named(said):
            unit = measures.named(said)
        elif not HARMLESS.fullmatch(said):
            noted = True
    words = BRACKETS.sub("", text)
    for behind in UNIT_SAID.finditer(words):
        if behind.start() and measures.named(words[behind.end() :]):
            unit, words = measures.named(words[behind.end() :]), words[: behind.start()]
            break
    return _Said(words.strip(), unit, noted)


@cache
def _names(table: str) -> dict[str, tuple[schema.Column, int]]:
    """Return every name of a column, as `_bare` makes it, with its column and rank."""
    columns = schema.columns(table).values()
    synonyms = {_bare(name): (column, SYNONYM) for column in columns for name in column.headings}
    return synonyms | {
        _bare(name): (column, OURS) for column in columns for name in (column.en, column.zh, column.name)
    }


@lru_cache(65536)
def _bare(heading: str) -> str:
    """Return a heading as it is compared: half-width, lower case, without idle signs."""
    return IDLE.sub("", signs.plain(heading).casefold())


def _alike(heading: str, table: str, unit: str | None) -> tuple[str, ...]:
    """Return the columns that a heading may mean: it holds one of their names or the reverse, or is much like it."""
    if len(heading) > LONGEST:
        return ()
    bare = _bare(_apart(heading).words)
    parts = {part for part in (bare, *map(_bare, _apart(heading).words.split("/"))) if _is_telling(part)}
    scores: dict[str, float] = defaultdict(float)
    for name, (column, _) in _names(table).items():
        fits = unit is None or measures.measuring(unit, column.unit)
        if fits and not column.is_geometry and _is_telling(name):
            likeness = max((_likely(part, name) for part in parts), default=0.0)
            scores[column.name] = max(scores[column.name], likeness)
    found = sorted((name for name, score in scores.items() if score), key=lambda name: -scores[name])
    return tuple(found[:PROPOSALS])


def _is_telling(name: str) -> bool:
    """Return whether a name is long enough to be found inside another: two Chinese signs, or four letters."""
    return len(name) >= (4 if name.isascii() else 2)


def _likely(one: str, other: str) -> float:
    share = min(len(one), len(other)) / max(len(one), len(other))
    if one in other or other in one:
        return (1 + share) / 2 if share >= HELD else 0.0
    likeness = difflib.SequenceMatcher(None, one, other).ratio()
    return likeness if likeness >= LIKE else 0.0
