"""What tells rows apart where a ledger has no keys of ours: by it a known row is found again, or a key is made."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import schema
from parks.intake.values import signs

if TYPE_CHECKING:
    from collections.abc import Sequence

NATURAL = {
    "parks": ("name_zh",),
    "buildings": ("park_id", "name_zh"),
    "floors": ("building_id", "level"),
    "units": ("building_id", "floor_id", "name"),
    "tenants": ("name_zh",),
    "needs": ("tenant_id", "stage"),
    "leases": ("unit_id", "valid_from"),
    "projects": ("name_zh",),
    "milestones": ("project_id", "event"),
    "published_figures": ("park_id", "subject", "metric", "period"),
    "waivers": ("tenant_id", "unit_id", "building_id", "rule", "day"),
    "pins": ("sense", "need_id", "tenant_id", "unit_id", "building_id"),
    "quotas": ("zone_id", "sectors", "sense"),
    "weights": ("criterion",),
    "target_splits": ("target_id", "zone_id", "year"),
    "facilities": ("kind", "name_zh"),
    "requests": ("tenant_id", "found_on", "subject"),
    "localisations": ("kind", "name_zh"),
    "outlines": ("kind", "zone_id", "park_id", "name_zh"),
}
"""Table → the columns that tell its rows apart where a ledger has no key of ours."""
IDLE = {
    "units": frozenset({"floor_id"}),
    "published_figures": frozenset({"park_id", "period"}),
    "waivers": frozenset({"unit_id", "building_id"}),
    "pins": frozenset({"need_id", "tenant_id", "unit_id", "building_id"}),
    "target_splits": frozenset({"zone_id", "year"}),
    "outlines": frozenset({"zone_id", "park_id", "name_zh"}),
}
"""Table → columns of `NATURAL` without which the others still tell its rows apart."""
NAMES = ("parks", "tenants", "projects")
"""Tables whose rows are told apart by their name alone: a key is made of it without spelling it out."""
SIGNS = re.compile(r"(?<=\d)([\W_]+)(?=\d)|[\W_]+")
DIGITS = 12
"""Hexadecimal digits of a key that is made of a name: the chance that two of a million names get one is 1 in 500."""
NONE: frozenset[str] = frozenset()


def bare(name: str) -> str:
    """Return a name as it is compared: half-width, lower case, letters and digits only.

    Signs between digits stay as one hyphen: the units 1-11 and 11-1 are two.
    """
    return SIGNS.sub(lambda found: "-" if found[1] else "", signs.plain(name).casefold())


def lacking(table: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns that rows lack to be told apart."""
    return [part for part in NATURAL[table] if part not in frame and part not in IDLE.get(table, NONE)]


def known(table: str, rows: pd.DataFrame, old: pd.DataFrame) -> list[frozenset[str]]:
    """Return of each row the keys of the rows of `old` that are the same by nature.

    A row that leaves out what is idle (`IDLE`) is sought as it stands, then by the rest alone.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    rows
        As a ledger has them, with codes; some columns may be missing, but none of `lacking`.
    old
        The table as it is known.
    """
    parts = tuple(part for part in NATURAL[table] if part in rows)
    idle = IDLE.get(table, NONE)
    indexes: dict[tuple[str, ...], dict[tuple[str, ...], frozenset[str]]] = {}
    found = []
    for cells in zip(*(rows[part] for part in parts), strict=True):
        nature = tuple(map(_cell, cells))
        filled = tuple(part for part, cell in zip(parts, nature, strict=True) if cell or part not in idle)
        same = NONE
        for chosen in dict.fromkeys((parts, filled)):
            if chosen not in indexes:
                indexes[chosen] = _index(table, old, chosen)
            told = tuple(cell for part, cell in zip(parts, nature, strict=True) if part in chosen)
            same = same or indexes[chosen].get(told, NONE)
        found.append(same)
    return found


def key(table: str, cells: Sequence[Any]) -> str | None:
    """Return a key made of what tells a row apart: the same row gets the same; None where it lacks something.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    cells
        Those of `NATURAL`; None is empty.
    """
    said = [_plain(cell) for cell in cells]
    idle = IDLE.get(table, NONE)
    if any(not text for text, part in zip(said, NATURAL[table], strict=True) if part not in idle):
        return None
    if table in NAMES:
        return f"{table[0].upper()}-{hashlib.sha256(bare(said[0]).encode()).hexdigest()[:DIGITS]}"
    return "-".join(filter(None, said))


def _index(table: str, old: pd.DataFrame, parts: tuple[str, ...]) -> dict[tuple[str, ...], frozenset[str]]:
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for one, *cells in zip(old[schema.key(table)], *(old[part] for part in parts), strict=True):
        found[tuple(map(_cell, cells))].add(one)
    return {nature: frozenset(keys) for nature, keys in found.items()}


def _cell(value: object) -> str:
    return bare(value) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:  # noqa: ANN401 - a cell
    """Return a cell as text: days as ISO, whole numbers without a point, nothing as nothing."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, dt.date):  # a timestamp is one
        return value.strftime("%Y-%m-%d")
    return str(int(value))
