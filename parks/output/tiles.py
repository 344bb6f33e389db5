"""Buildings cut into tiles that a browser fetches when they come into view, their colours apart from their shapes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from parks import crs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    Numbers = npt.NDArray[Any]
    Level = tuple[Numbers, Numbers, Numbers]

SIZE: Final = 1024
"""Buildings in a tile, the last one apart."""
BITS: Final = 30
"""The world is 2**30 steps wide and high in Web Mercator: a step is 4 cm at the equator."""
FIRST, LAST = 12, 17
"""Zooms between which buildings begin to be drawn one by one; below the first each is smaller than a pixel."""
WINDOW, MOST = 1200, 8000
"""Pixels of a window, and the most buildings drawn one by one in a window of that width and height."""
CELL, BLOCK = 3, 6
"""Zoomed out, buildings are counted in cells 2**3 pixels wide, which are fetched in blocks of 2**6 by 2**6."""
ABSENT: Final = 255
FACTS: Final = ("shade", "share", "vacant_m2", "fitting")
"""What is known of each building: see `Shades`."""
FOUND: Final = 12
"""Answers of a search."""
CORNERS: Final = 3
"""The fewest points of a ring that holds anything."""
TEXT: Final = 200
"""Bytes of memory that id, name and park of a building take, about."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """Buildings in the order of their tiles: neighbours lie together (sort-tile-recursive packing).

    Parameters
    ----------
    digest
        Hash of all that follows.
    ids, names, parks
        Of each building.
    boxes
        West, north, east, south of each building, in steps of the world (`BITS`) from its north-west corner.
    first
        Building → its first ring; one more than there are buildings.
    starts
        Ring → its first point; one more than there are rings.
    points
        East and south of each point, in steps.
    """

    digest: str
    ids: Numbers
    names: Numbers
    parks: Numbers
    boxes: Numbers
    first: Numbers
    starts: Numbers
    points: Numbers

    @property
    def size(self) -> int:
        """Bytes held, about."""
        numbers = (self.boxes, self.first, self.starts, self.points)
        return sum(each.nbytes for each in numbers) + TEXT * len(self.ids)

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return -(-len(self.ids) // SIZE)

    @cached_property
    def close(self) -> int:
        """The zoom from which buildings are drawn one by one: the first at which no window of a grid holds too many."""
        return next((zoom for zoom in range(FIRST, LAST) if self._fullest(zoom) <= MOST), LAST)

    @cached_property
    def centres(self) -> Numbers:
        """East and south of the middle of each building, in steps."""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) // 2

    def manifest(self) -> dict[str, Any]:
        """Return what a browser must know before it fetches: how many, the box of each tile, from which zoom."""
        ends = range(0, len(self.ids), SIZE)
        tops = [self.boxes[a : a + SIZE, :2].min(axis=0).tolist() for a in ends]
        bottoms = [self.boxes[a : a + SIZE, 2:].max(axis=0).tolist() for a in ends]
        boxes = [top + bottom for top, bottom in zip(tops, bottoms, strict=True)]
        return {"count": len(self.ids), "size": SIZE, "close": self.close, "first": FIRST, "boxes": boxes}

    def part(self, name: str, asked: Mapping[str, str]) -> bytes | None:
        """Return what is served under a name: ``<tile>.bin``, ``find.json?q=<words>``; None when there is no such."""
        if name == "find.json":
            return json.dumps(self.find(asked.get("q", "")), ensure_ascii=False).encode()
        number = _number(name, self.count)
        return None if number is None else self.tile(number)

    def tile(self, number: int) -> bytes:
        """Return one tile: length of the head, head (JSON), then little-endian numbers of four bytes.

        The numbers are, for each building, the end of its rings; for each ring, the end of its points; the steps from
        point to point eastwards, then southwards, the first from the corner of the world.
        """
        a, b = number * SIZE, min((number + 1) * SIZE, len(self.ids))
        r, s = self.first[a], self.first[b]
        p, q = self.starts[r], self.starts[s]
        head = {"ids": self.ids[a:b].tolist(), "names": self.names[a:b].tolist(), "parks": self.parks[a:b].tolist()}
        said = json.dumps(head | {"rings": int(s - r), "points": int(q - p)}, separators=(",", ":")).encode()
        said += b" " * (-len(said) % 4)
        steps = np.diff(self.points[p:q], axis=0, prepend=0)
        parts = (self.first[a + 1 : b + 1] - r, self.starts[r + 1 : s + 1] - p, steps[:, 0], steps[:, 1])
        return b"".join((_packed([len(said)], "<u4"), said, *(_packed(part, "<i4") for part in parts)))

    def box(self, kind: str, code: str) -> list[int] | None:
        """Return the box of a building or of a park's buildings, in steps; None when there is none."""
        rows = np.flatnonzero((self.ids if kind == "building" else self.parks) == code)
        if kind not in {"building", "park"} or not len(rows):
            return None
        return [*self.boxes[rows, :2].min(axis=0).tolist(), *self.boxes[rows, 2:].max(axis=0).tolist()]

    def within(self, ring: npt.ArrayLike) -> list[str]:
        """Return the ids of the buildings whose middle lies within a ring on the map (longitude, latitude [°])."""
        if len(np.atleast_1d(ring)) < CORNERS:
            return []
        area = shapely.Polygon(_steps(np.asarray(ring, dtype=float)))
        inside = shapely.contains_xy(shapely.make_valid(area), self.centres)
        return sorted(self.ids[inside].tolist())

    def find(self, words: str) -> list[dict[str, Any]]:
        """Return the buildings whose id or name holds `words`, those that begin with them first."""
        wanted = words.strip().casefold()
        if not wanted:
            return []
        ids, names = self._said
        begins = ids.str.startswith(wanted) | names.str.startswith(wanted)
        holds = ids.str.contains(wanted, regex=False) | names.str.contains(wanted, regex=False)
        rows = np.concatenate([np.flatnonzero(begins), np.flatnonzero(holds & ~begins)])[:FOUND]
        return [
            {"kind": "building", "id": self.ids[row], "name": self.names[row], "box": self.boxes[row].tolist()}
            for row in rows
        ]

    @cached_property
    def _said(self) -> tuple[pd.Series[Any], pd.Series[Any]]:
        ids, names = (pd.Series(each, dtype="string").str.casefold() for each in (self.ids, self.names))
        return ids, names

    def _fullest(self, zoom: int) -> int:
        """Return the most buildings in a window, when the world is parted into windows at a zoom."""
        places = self.centres // int(WINDOW * 2.0 ** (BITS - 8 - zoom))
        return int(np.unique(places, axis=0, return_counts=True)[1].max(initial=0))


@dataclass(frozen=True, eq=False)
class Shades:
    """The class of each building of some tiles, in their order, with what the pointer says of it.

    Parameters
    ----------
    digest
        Hash of the tiles and all that follows.
    tiles
        The buildings.
    shade
        Index into the legend (uint8); `ABSENT` where a building is not there.
    share, vacant_m2
        Vacancy and vacant area [m²] (float32); NaN is unknown.
    fitting
        Units that fit the chosen tenant (int32); -1 where none is chosen.
    """

    digest: str
    tiles: Tiles
    shade: Numbers
    share: Numbers
    vacant_m2: Numbers
    fitting: Numbers

    @property
    def size(self) -> int:
        """Bytes held, about: with the counts of cells."""
        return 64 * len(self.shade)

    @cached_property
    def _levels(self) -> dict[int, Level]:
        return {}

    def part(self, name: str, asked: Mapping[str, str]) -> bytes | None:
        """Return what is served under a name, ``<tile>.bin`` or ``<zoom>-<column>-<row>.bin``; else None."""
        del asked
        if block := re.fullmatch(r"(\d{1,2})-(\d{1,9})-(\d{1,9})\.bin", name):
            zoom, column, row = map(int, block.groups())
            return self.block(zoom, column, row) if zoom < self.tiles.close else None
        number = _number(name, self.tiles.count)
        return None if number is None else self.tile(number)

    def tile(self, number: int) -> bytes:
        """Return the colours of one tile: shares, areas, counts of four bytes each, then classes of one."""
        rows = slice(number * SIZE, (number + 1) * SIZE)
        wide = ((self.share, "<f4"), (self.vacant_m2, "<f4"), (self.fitting, "<i4"), (self.shade, "u1"))
        return b"".join(_packed(values[rows], kind) for values, kind in wide)

    def block(self, zoom: int, column: int, row: int) -> bytes:
        """Return the cells of one block: how many, buildings in each, its place in the block, its commonest class."""
        places, shade, count = self._level(zoom)
        across = 1 << max(zoom + 8 - CELL - BLOCK, 0)
        key = (row * across + column) << 2 * BLOCK
        rows = slice(*np.searchsorted(places, [key, key + (1 << 2 * BLOCK)]))
        within = places[rows] - key
        return b"".join(
            (
                _packed([len(within)], "<u4"),
                _packed(count[rows], "<u4"),
                _packed(within, "<u2"),
                _packed(shade[rows], "u1"),
            )
        )

    def _level(self, zoom: int) -> Level:
        """Return the cells of a zoom in the order of their blocks: place, commonest class, buildings."""
        if zoom not in self._levels:
            there = self.shade != ABSENT
            cells, shade = self.tiles.centres[there] >> (BITS - 8 - zoom + CELL), self.shade[there]
            across, inside = 1 << max(zoom + 8 - CELL - BLOCK, 0), (1 << BLOCK) - 1
            blocks = (cells[:, 1] >> BLOCK) * across + (cells[:, 0] >> BLOCK)
            keys = (blocks << 2 * BLOCK) + ((cells[:, 1] & inside) << BLOCK) + (cells[:, 0] & inside)
            places, cell = np.unique(keys, return_inverse=True)
            kinds = int(shade.max(initial=0)) + 1
            counts = np.bincount(cell * kinds + shade, minlength=len(places) * kinds).reshape(-1, kinds)
            self._levels[zoom] = places, counts.argmax(axis=1), counts.sum(axis=1)
        return self._levels[zoom]


def cut(frame: gpd.GeoDataFrame) -> Tiles:
    """Return the buildings that have an outline, cut into tiles.

    Parameters
    ----------
    frame
        ``id name park`` (text) and polygons in EPSG:4326; a row without one is left out.
    """
    shapes = np.asarray(frame.geometry.array, dtype=object)
    drawn = np.isin(shapely.get_type_id(shapes), [3, 6]) & ~shapely.is_empty(shapes)
    frame, shapes = frame[drawn], shapes[drawn]
    boxes = np.reshape(_steps(shapely.bounds(shapes).reshape(-1, 2)), (-1, 4))[:, [0, 3, 2, 1]]
    order = _order((boxes[:, :2] + boxes[:, 2:]) // 2)
    parts, owner = shapely.get_parts(shapes[order], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    texts = {f"{name}s": frame[name].to_numpy(dtype=object)[order] for name in ("id", "name", "park")}
    numbers = {
        "boxes": boxes[order],
        "first": np.searchsorted(owner[part], np.arange(len(order) + 1)),
        "starts": np.searchsorted(ring, np.arange(len(rings) + 1)),
        "points": _steps(points),
    }
    said = ("\n".join(text.tolist()).encode() for text in texts.values())
    return Tiles(_digest(*said, *numbers.values()), **texts, **numbers)


def shaded(tiles: Tiles, frame: pd.DataFrame) -> Shades:
    """Return the colours of `tiles`.

    Parameters
    ----------
    tiles
        The buildings.
    frame
        Their ids as index; `FACTS`, unknown as NA. Buildings that are not in it are `ABSENT`: they are of another day.
    """
    rows = frame.reindex(tiles.ids)
    values = (
        rows["shade"].fillna(ABSENT).to_numpy(dtype=np.uint8),
        rows["share"].to_numpy(dtype=np.float32, na_value=np.nan),
        rows["vacant_m2"].to_numpy(dtype=np.float32, na_value=np.nan),
        rows["fitting"].to_numpy(dtype=np.int32, na_value=-1),
    )
    return Shades(_digest(tiles.digest.encode(), *values), tiles, *values)


def inline(held: Tiles | Shades) -> list[str]:
    """Return all tiles as text (base64), for a file that opens by itself."""
    count = (held.tiles if isinstance(held, Shades) else held).count
    return [base64.b64encode(held.tile(number)).decode() for number in range(count)]


def _order(centres: Numbers) -> Numbers:
    """Return the rows so that each run of `SIZE` lies together: slabs from west to east, each from north to south."""
    count = -(-len(centres) // SIZE)
    tall = -(-count // max(int(np.ceil(np.sqrt(count))), 1)) * SIZE
    slab = np.empty(len(centres), dtype=np.int64)
    slab[np.argsort(centres[:, 0], kind="stable")] = np.arange(len(centres)) // max(tall, 1)
    return np.lexsort((centres[:, 1], slab))


def _steps(places: Numbers) -> Numbers:
    """Return longitude and latitude [°] as steps of the world from its north-west corner."""
    east, north = crs.mercator(places[:, 0], places[:, 1])
    whole = np.stack([crs.HALF_WORLD_M + east, crs.HALF_WORLD_M - north], axis=1)
    steps: Numbers = np.rint(whole * (2**BITS / (2 * crs.HALF_WORLD_M))).astype(np.int64)
    return steps


def _packed(values: npt.ArrayLike, kind: str) -> bytes:
    return np.ascontiguousarray(values, dtype=kind).tobytes()


def _digest(*parts: Any) -> str:  # noqa: ANN401 - bytes or any array of numbers
    said = hashlib.sha256()
    for part in parts:
        said.update(part if isinstance(part, bytes) else np.ascontiguousarray(part).tobytes())
    return said.hexdigest()


def _number(name: str, count: int) -> int | None:
    found = re.fullmatch(r"(\d{1,9})\.bin", name)
    return int(found[1]) if found and int(found[1]) < count else None
