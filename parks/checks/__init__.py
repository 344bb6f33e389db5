"""What a table must satisfy by itself, what the tables must satisfy together, and what is only advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks import policy, schema, words
from parks.checks import across, advice, cells

if TYPE_CHECKING:
    import pandas as pd

    from parks.checks.cells import Bounds, Known
    from parks.issues import Issue
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

ENGLISH = words.translator("en")
WORLD = (-180.0, -90.0, 180.0, 90.0)
ADVICE = frozenset({"alike", "shared", "stale", "published"})
"""Kinds of findings that are advice: proposals and marks. They are no faults and keep no row out."""


def check(
    table: str,
    frame: pd.DataFrame,
    known: Known,
    *,
    bounds: Bounds | None = None,
    t: Translate = ENGLISH,
) -> list[Issue]:
    """Return every fault of one table's rows.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    frame
        Raw or typed cells under our column names. A missing column counts as empty. Geometries in EPSG:4326.
        An index named ``row`` holds the user's line numbers; otherwise a row is named by its key.
    known
        Table or policy list (``zones``, ``sectors``, ``targets``) → its keys; ``rules`` that may be waived and
        ``criteria`` that have a weight → their ids. What is not given is not checked.
    bounds
        West, south, east, north [°] in which every place must lie (see `policy.bounds`); None is the whole world.
    t
        Says the sentences.
    """
    return [issue for part in cells.parts(table, frame, known, bounds or WORLD, t) for issue in part]


def together(park: Snapshot, rules: Policy, t: Translate = ENGLISH) -> list[Issue]:
    """Return every finding between the tables of a day, the advice last; each names its row by key.

    Parameters
    ----------
    park
        The tables: the record, or the record as it would be with rows to come.
    rules
        The policy in force.
    t
        Says the sentences.
    """
    return [*across.faults(park, rules, t), *advice.given(park, rules, t)]


def codes(park: Snapshot, rules: Policy) -> dict[str, set[str]]:
    """Return table or list of the policy → the codes that rows may name (see `check`)."""
    tables = {name: set(park.table(name)[schema.key(name)].to_numpy(dtype=object)) for name in schema.TABLES}
    lists = {name: set(getattr(rules, name)[key]) for name, key in policy.LISTS.items()}
    return tables | lists | {"rules": policy.hard_rules(rules), "criteria": policy.criteria(rules)}


def check_all(park: Snapshot, rules: Policy, t: Translate = ENGLISH) -> list[Issue]:
    """Return every finding in the tables of a day, each by itself and all together.

    Parameters
    ----------
    park
        The tables.
    rules
        The policy in force.
    t
        Says the sentences.
    """
    known = codes(park, rules)
    bounds = policy.bounds(rules)
    found = [issue for name in schema.TABLES for issue in check(name, park.table(name), known, bounds=bounds, t=t)]
    return found + together(park, rules, t)
