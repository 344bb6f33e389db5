"""Opens map files in a process of its own: whatever is wrong with one, the application and its store go on.

GDAL reads copies in a folder of their own, with every driver but the one meant taken away. It never runs in the
process that holds the store: a second SQLite library there would drop the store's locks.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pyogrio
import pyogrio.raw
import shapely

from parks.intake.grids import airlock, safety
from parks.intake.maps import features, placemarks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from parks.intake.maps.features import Json

FEATURES = 200_000
"""Most features of one file: ten times the buildings of a large district, and twice what the map was tried with."""
DRIVERS = {"shp": "ESRI Shapefile", "gpkg": "GPKG", "dxf": "DXF"}
"""Kind → what reads it. GeoJSON and KML we read ourselves."""
ENDS = {"shp": "layer.shp", "gpkg": "layer.gpkg", "dxf": "layer.dxf", "geojson": "layer.geojson", "kml": "layer.kml"}
"""Kind → name of the copy that is opened."""
BYTES = "ISO-8859-1"
"""Encoding in which every byte is a sign: texts come as their bytes and are decoded where all can be seen."""
SETTINGS = {
    "DXF_ENCODING": BYTES,
    "SHAPE_RESTORE_SHX": "YES",
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_HTTP_TIMEOUT": "1",
    "CPL_LOG": os.devnull,
}


class Found(NamedTuple):
    """One layer as its reader hands it over.

    Parameters
    ----------
    name
        Its name in the file; empty when it has none.
    fields
        Names of the attributes.
    columns
        Cells by field. A day or a time is a text (ISO 8601).
    days
        For each field ``date``, ``datetime`` or empty.
    codes
        Shapes as well-known binary.
    crs
        What the file says about its system: a name or WKT; None when it says nothing.
    told
        Kinds of what the reader should know.
    """

    name: str
    fields: list[str]
    columns: list[list[Any]]
    days: list[str]
    codes: list[bytes | None]
    crs: str | None
    told: list[str]


def layers(kind: str, parts: Mapping[str, bytes]) -> Iterator[Found]:
    """Return the layers of a map file, from a process that can be lost.

    Parameters
    ----------
    kind
        One of `ENDS`.
    parts
        The end of each file's name (``.shp``, ``.dbf`` …) → its bytes.

    Raises
    ------
    Refused
        `safety.EXHAUSTED` when the process ran out of memory or time, `safety.GIANT` over `FEATURES`,
        `safety.ENTITIES`, `safety.DAMAGED` when it broke down otherwise.
    """
    folder = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory(prefix="layer-") as place:
        for end, data in parts.items():
            Path(place, f"layer{end}").write_bytes(data)
        with subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", __name__, kind, place],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **SETTINGS, "OGR_SKIP": skipped(kind), "PYTHONPATH": path},
        ) as child:
            try:
                yield from _received(child)
            finally:
                child.kill()


def skipped(kind: str) -> str:
    """Return the drivers that must not be there when a file of this kind is read, as GDAL's setting names them."""
    return ",".join(sorted(pyogrio.list_drivers().keys() - {DRIVERS.get(kind, "")}))


def _received(child: subprocess.Popen[bytes]) -> Iterator[Found]:
    try:
        for _, said in airlock.heard(cast("IO[bytes]", child.stdout)):
            yield Found(*said)
    except (EOFError, ValueError, TypeError) as fault:
        # Killed by a signal: out of memory or of time. An exit is a fault of the file.
        raise safety.Refused(safety.EXHAUSTED if child.wait() < 0 else safety.DAMAGED) from fault


def pieces(kind: str, folder: Path) -> Iterator[Found]:
    """Return the layers of the copy in `folder`, one after the other.

    Raises
    ------
    Refused
        `safety.GIANT`, `safety.ENTITIES` or `safety.DAMAGED`.
    """
    path = folder / ENDS[kind]
    try:
        if kind == "geojson":
            yield _handed(features.read(path.read_bytes()))
        elif kind == "kml":
            yield from map(_handed, placemarks.read(path.read_bytes()))
        else:
            yield from _opened(path, kind)
    except placemarks.Entities as fault:
        raise safety.Refused(safety.ENTITIES) from fault
    except (ValueError, RuntimeError, OverflowError) as fault:
        raise safety.Refused(safety.DAMAGED) from fault


def _handed(table: features.Table) -> Found:
    _require_fewer(len(table.rows))
    codes = [None if shape is None else cast("bytes", shapely.to_wkb(shape)) for shape in table.shapes]
    columns = [list(column) for column in zip(*table.rows, strict=True)] or [[] for _ in table.fields]
    return Found(table.name, table.fields, columns, [""] * len(columns), codes, table.crs, table.told)


def _require_fewer(count: int) -> None:
    if count > FEATURES:
        raise safety.Refused(safety.GIANT)


def _opened(path: Path, kind: str) -> Iterator[Found]:
    encoding = BYTES if kind == "shp" else None
    left = FEATURES
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what GDAL remarks is found again in the shapes
        for name, geometry in pyogrio.list_layers(path):
            if geometry is None:
                yield Found(str(name), [], [], [], [], None, ["table"])
                continue
            meta, _, codes, columns = pyogrio.raw.read(path, layer=name, encoding=encoding, max_features=left + 1)
            left -= len(codes)
            _require_fewer(FEATURES - left)
            cells = [_cells(column, said) for column, said in zip(columns, meta["ogr_types"], strict=True)]
            days = [day for _, day in cells]
            fields = list(map(str, meta["fields"]))
            yield Found(str(name), fields, [each for each, _ in cells], days, codes.tolist(), meta["crs"], [])


def _cells(column: NDArray[Any], said: str) -> tuple[list[Json], str]:
    """Return the cells of a column as plain values, and whether they are days or times."""
    if column.dtype.kind == "M":
        unknown = np.isnat(column)
        texts = np.datetime_as_string(column, unit="D" if said == "OFTDate" else "s").tolist()
        cells = [None if none else text for text, none in zip(texts, unknown.tolist(), strict=True)]
        return cells, "date" if said == "OFTDate" else "datetime"
    whole = said.startswith("OFTInteger") and column.dtype.kind == "f"
    return [_cell(value, whole=whole) for value in column.tolist()], ""


def _cell(value: Json, *, whole: bool) -> Json:
    if isinstance(value, float):
        if not np.isfinite(value):
            return None
        return int(value) if whole else value
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def main(kind: str, folder: str, target: IO[bytes]) -> None:
    """Read the copy in `folder`, write its layers to `target`."""
    import marshal

    def say(kind: str, said: object) -> None:
        packed = marshal.dumps((kind, said))  # type: ignore[arg-type]
        target.write(len(packed).to_bytes(8))
        target.write(packed)

    try:
        for found in pieces(kind, Path(folder)):
            say("layer", tuple(found))
        say("end", None)
    except safety.Refused as refused:
        say("refused", (refused.kind, refused.fields))
    except MemoryError:
        say("refused", (safety.EXHAUSTED, {}))


if __name__ == "__main__":
    gc.disable()  # cells make no circles; looking for them takes as long as reading
    airlock.limit()
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)  # what anybody prints must not get into it
        main(sys.argv[1], sys.argv[2], answer)
