"""What a report was made from, as one number: the hash of its inputs, and how a file carries it."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from parks import schema
from parks.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from parks.snapshot import Snapshot

MARK = re.compile(rb"sha256:([0-9a-f]{64})/([0-9a-f]{16})")
"""How a file says what it was made from and how: hash of the inputs, hash of the making."""
CORE = "docProps/core.xml"
"""Part of an office file that carries it."""


def of(park: Snapshot, rules: Any, *told: object) -> str:  # noqa: ANN401 - the Policy
    """Return the SHA-256 of the snapshot's tables, the policy and `told`: alike on every machine.

    Parameters
    ----------
    park, rules
        Snapshot and Policy. Each table is hashed as text: columns by name, rows as they stand (by key), numbers as
        the shortest text that gives them back, days as ISO, geometries as WKB, empty where unknown.
    told
        What else the figures depend on: counting rule, area basis, a plan's assignments.
    """
    made = hashlib.sha256()
    heads = (park.day, park.scenario, park.known_on, *(part for part in told if not isinstance(part, pd.DataFrame)))
    made.update("\n".join(map(str, heads)).encode())
    for name in schema.TABLES:
        made.update(canonical(name, park.table(name)))
    for name in sorted(Policy.__slots__):
        made.update(canonical(name, getattr(rules, name, pd.DataFrame())))
    for part in told:
        if isinstance(part, pd.DataFrame):
            made.update(canonical("told", part))
    return made.hexdigest()


def canonical(name: str, frame: pd.DataFrame) -> bytes:
    """Return a table as text that is the same on every machine: its columns by name, each cell or null in order."""
    plain = {str(column): _texts(frame[column]) for column in sorted(frame.columns, key=str)}
    held = {column: [None if pd.isna(cell) else str(cell) for cell in cells] for column, cells in plain.items()}
    return json.dumps([name, held], ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def making(parts: Iterable[bytes]) -> str:
    """Return 16 digits that say how a file was made: its language, chapters, templates, edition."""
    made = hashlib.sha256()
    for part in parts:
        made.update(hashlib.sha256(part).digest())
    return made.hexdigest()[:16]


def mark(seal: str, made: str) -> str:
    """Return what a file carries; `read` finds it."""
    return f"sha256:{seal}/{made}"


def read(path: Path) -> str:
    """Return what the file at `path` carries; empty where there is no file, or none of ours."""
    if not path.is_file():
        return ""
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as office:
            content = office.read(CORE) if CORE in office.namelist() else b""
    found = MARK.search(content)
    return found[0].decode() if found else ""


def _texts(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column, gpd.GeoSeries):
        shapes = shapely.to_wkb(column.to_numpy(), hex=True, byte_order=1)
        return pd.Series(shapes, index=column.index, dtype=object)
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.Series(column.dt.strftime("%Y-%m-%d"))
    if pd.api.types.is_bool_dtype(column):
        return pd.Series(column.astype("string"))
    if pd.api.types.is_numeric_dtype(column):
        return pd.Series(column.map(lambda value: repr(float(value)), na_action="ignore").astype("object"))
    return pd.Series(column.astype("string"))
