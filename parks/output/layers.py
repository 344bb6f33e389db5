"""Layers, their parts and static files that the map fetches from our own process, each under a hash of its content."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import pandas as pd
import shapely
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from xstatic.pkg import leaflet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt
    from starlette.requests import Request

LIMIT: Final = 512 * 2**20
"""Bytes that the shelf holds before the layer longest unused makes room."""
PART_LEVEL: Final = 4
"""How hard parts are packed: they are made while somebody waits."""
DECIMALS: Final = 6
"""Decimals of a coordinate in degrees: about 0.1 m."""
OURS: Final = Path(__file__).parent
LEAFLET: Final = Path(leaflet.BASE_DIR)
PICTURES: Final = ("images/layers.png", "images/layers-2x.png", "images/marker-icon.png")
SCRIPTS: Final = (
    "tiles",
    "buildings",
    "names",
    "beneath",
    "search",
    "times",
    "pen",
    "shaper",
    "picture",
    "tools",
    "lasso",
    "outlines",
    "cards",
    "map",
)
"""The map's scripts, each after those that it needs."""
FILES: Final = {
    "leaflet.js": (LEAFLET / "leaflet.js",),
    "leaflet.css": (LEAFLET / "leaflet.css",),
    "parks.js": (
        LEAFLET / "leaflet.js",
        *(OURS / f"{name}.js" for name in SCRIPTS),
    ),
    "parks.css": (LEAFLET / "leaflet.css", OURS / "map.css"),
    **{name: (LEAFLET / name,) for name in PICTURES},
}
"""Static file → what it is put together from. A page fetches one script after another, so ours come as one."""
TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".json": "application/json",
    ".bin": "application/octet-stream",
}
FOR_EVER: Final = "private, max-age=31536000, immutable"
"""The address is a hash of the content, so what it names never changes."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Content ready to be served: its name, the hash of its bytes, and the bytes packed with gzip."""

    name: str
    digest: str
    packed: bytes

    @property
    def url(self) -> str:
        """The address, relative to the root of the app. Only who was given it can know it."""
        return f"{address(self)}/{self.name}.json"

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.packed)


class Parted(Protocol):
    """Content that is served in parts, each made when it is first asked for: see `parks.output.tiles`."""

    @property
    def digest(self) -> str:
        """Hash of the content."""

    @property
    def size(self) -> int:
        """Bytes held, about."""

    def part(self, name: str, asked: Mapping[str, str]) -> bytes | None:
        """Return the part of this name; `asked` is what followed it in the address. None when there is no such."""


class Shelf:
    """Layers by hash, safe for threads; the one longest unused leaves when the limit is passed.

    Parameters
    ----------
    limit
        Bytes it may hold. The newest layer stays even if it alone is larger.
    """

    def __init__(self, limit: int) -> None:
        """Hold nothing yet."""
        self._limit = limit
        self._held: OrderedDict[str, Layer | Parted] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, layer: Layer | Parted) -> None:
        """Hold `layer`, as the one used last."""
        with self._lock:
            old = self._held.pop(layer.digest, None)
            self._bytes += layer.size - (old.size if old else 0)
            self._held[layer.digest] = layer
            while self._bytes > self._limit and len(self._held) > 1:
                _, gone = self._held.popitem(last=False)
                self._bytes -= gone.size

    def get(self, digest: str) -> Layer | Parted | None:
        """Return the layer with this hash, None when it is not held."""
        with self._lock:
            if digest in self._held:
                self._held.move_to_end(digest)
            return self._held.get(digest)


SHELF: Final = Shelf(LIMIT)


def pack(name: str, content: bytes) -> Layer:
    """Return `content` (JSON) packed under the hash of its bytes.

    Raises
    ------
    ValueError
        When the name is not made of small letters, digits, ``-`` and ``_``.
    """
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        message = f"not a name for a layer: {name!r}"
        raise ValueError(message)
    return Layer(name, hashlib.sha256(content).hexdigest(), gzip.compress(content, 6, mtime=0))


def unpack(layer: Layer) -> bytes:
    """Return the content of a layer as it was before packing."""
    return gzip.decompress(layer.packed)


def keep(layer: Layer | Parted) -> str:
    """Hold `layer` (again, when it had to make room) and return its address; that of parts goes before their names."""
    SHELF.put(layer)
    return layer.url if isinstance(layer, Layer) else address(layer)


def address(layer: Layer | Parted) -> str:
    """Return where a layer's parts are found, relative to the root of the app."""
    return f"parks/layers/{layer.digest}"


def publish(name: str, content: bytes) -> str:
    """Pack `content`, hold it, and return its address relative to the root of the app."""
    return keep(pack(name, content))


def geojson(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> bytes:
    """Return a layer as compact GeoJSON (RFC 7946) in the order of its rows.

    Parameters
    ----------
    frame
        Shapes in EPSG:4326; a row without a shape keeps its place with ``null``.
    columns
        Columns to carry as properties: text, numbers, yes/no. Unknown becomes ``null``.

    Raises
    ------
    ValueError
        When the layer is not in EPSG:4326.
    """
    if frame.crs is None or frame.crs.to_epsg() != 4326:  # noqa: PLR2004 - the EPSG code of WGS 84
        message = f"a layer is served in EPSG:4326, not in {frame.crs}"
        raise ValueError(message)
    texts = shapely.to_geojson(_rounded(np.asarray(frame.geometry.array, dtype=object)))
    shapes = ["null" if text is None else text for text in texts.tolist()]
    keys = [json.dumps(column) for column in columns]
    values = [_encoded(frame[column]) for column in columns]
    rows = zip(*values, strict=True) if values else ((),) * len(frame)
    parts = (
        f'{{"type":"Feature","geometry":{shape},"properties":{{{",".join(map(_pair, keys, row))}}}}}'
        for shape, row in zip(shapes, rows, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(parts)}]}}'.encode()


def asset(name: str) -> Layer:
    """Return one of the static files, packed."""
    return _assets()[1][name]


def asset_url(name: str) -> str:
    """Return the address of a static file, relative to the root of the app; a release changes it."""
    asset(name)
    return f"parks/assets/{_assets()[0]}/{name}"


def routes() -> list[Route]:
    """Return the routes of layers and static files, with and without a base path before them."""
    return [
        Route(f"{base}/parks/{path}", endpoint)
        for base in ("", "/{base:path}")
        for path, endpoint in (("layers/{digest}/{name}", _layer), ("assets/{release}/{name:path}", _asset))
    ]


def _layer(request: Request) -> Response:
    """Answer in a thread of its own: a part that is made anew keeps nobody waiting."""
    digest, name = request.path_params["digest"], request.path_params["name"]
    held = SHELF.get(digest)
    layer = held if held is None or isinstance(held, Layer) else _part(held, name, request.query_params)
    if layer is None or name != _file(layer):
        return PlainTextResponse("This layer is not held any more: reload the page.\n", 404)
    return _answer(request, layer, TYPES[Path(name).suffix])


def _part(held: Parted, name: str, asked: Mapping[str, str]) -> Layer | None:
    """Return one part, packed; it is kept beside the whole, so that the next who asks gets it at once."""
    said = "&".join(f"{key}={value}" for key, value in sorted(asked.items()))
    key = hashlib.sha256(f"{held.digest}/{name}?{said}".encode()).hexdigest()
    known = SHELF.get(key)
    if isinstance(known, Layer):
        return known
    content = held.part(name, asked)
    if content is None:
        return None
    made = Layer(name, key, gzip.compress(content, PART_LEVEL, mtime=0))
    SHELF.put(made)
    return made


def _file(layer: Layer) -> str:
    """Return the last piece of a layer's address."""
    return layer.name if "." in layer.name else f"{layer.name}.json"


async def _asset(request: Request) -> Response:
    release, files = _assets()
    name = request.path_params["name"]
    if request.path_params["release"] != release or name not in files:
        return PlainTextResponse("There is no such file in this release: reload the page.\n", 404)
    return _answer(request, files[name], TYPES[Path(name).suffix])


def _answer(request: Request, layer: Layer, media_type: str) -> Response:
    """Return the bytes packed or plain, or 304 when the browser has them."""
    tag = f'"{layer.digest}"'
    headers = {
        "Cache-Control": FOR_EVER,
        "ETag": tag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(layer.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=media_type)
    return Response(unpack(layer), headers=headers, media_type=media_type)


@cache
def _assets() -> tuple[str, dict[str, Layer]]:
    """Return the hash of all static files together, and each file by its name."""
    read = {name: b"\n".join(path.read_bytes() for path in parts) for name, parts in FILES.items()}
    files = {
        name: Layer(name, hashlib.sha256(content).hexdigest(), gzip.compress(content, mtime=0))
        for name, content in read.items()
    }
    return hashlib.sha256("".join(layer.digest for layer in files.values()).encode()).hexdigest()[:16], files


def _rounded(shapes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the shapes in two dimensions, rounded, their rings wound as RFC 7946 asks."""
    flat = shapely.transform(shapely.force_2d(shapes), lambda points: np.round(points, DECIMALS))
    return np.asarray(shapely.orient_polygons(flat), dtype=object)


def _encoded(values: pd.Series[Any]) -> Iterable[str]:
    """Return each value as JSON."""
    plain: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    if isinstance(values.dtype, pd.StringDtype):
        quote = json.encoder.encode_basestring_ascii
        return ["null" if value is None else quote(value) for value in plain]
    return ["null" if value is None else json.dumps(value) for value in plain]


def _pair(key: str, value: str) -> str:
    return f"{key}:{value}"
