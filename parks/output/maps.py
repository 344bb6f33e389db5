"""The map of zones, parks and buildings: for a page, drawn from layers that our own process serves, and as one file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import folium
import geopandas as gpd
import jinja2
import numpy as np
import pandas as pd
import shapely
from branca.element import MacroElement

from parks import crs, demand, schema, words
from parks.issues import InvalidData, Issue
from parks.output import figures, layers, outlining, sayings, shading, tiles
from parks.status import support

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from parks.output.bases import Base
    from parks.output.layers import Layer
    from parks.output.shading import Shading
    from parks.output.tiles import Shades, Tiles
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

SCRIPT: Final = "parks.js"
STYLE: Final = "parks.css"
CREDIT: Final = "© OpenStreetMap contributors, ODbL 1.0"
CONTEXT: Final = schema.DATA / "geo" / "context.geojson"
MOST_RINGS: Final = 500
"""Buildings of a selection that are ringed on the map: a click must stay a small message."""
ROOT: Final = "../../"
"""From the map's frame, ``component/<name>/index.html``, to the root of the app, whatever its base path."""
WORLD: Final = [[-60.0, -170.0], [75.0, 170.0]]

classes = shading.classes
"""The class of every building and park in a mode of colour, with its legend: see `shading.classes`."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is drawn whatever the colours: base map, zones, parks and buildings, packed; fit for a cache.

    Parameters
    ----------
    layers
        ``context zones parks outlines buildings`` → the packed layer; that of the buildings says only how they are cut.
    tiles
        The buildings.
    datum
        What all of it stands on: that of the base map beneath.
    title
        The line above a picture of the map: day, scenario, and that data are made up where they are.
    """

    layers: Mapping[str, Layer]
    tiles: Tiles
    datum: str
    title: str


class ParkMap(folium.Map):
    """A folium map without tiles whose scripts and styles all come from our own process.

    Parameters
    ----------
    home
        South-west and north-east corner that it opens with (latitude, longitude; EPSG:4326).
    """

    def __init__(self, home: list[list[float]]) -> None:
        """Name our own files as the only ones, and start our script."""
        middle = np.mean(home, axis=0).tolist()
        super().__init__(location=middle, tiles=None, zoom_start=10, zoom_snap=0.5)
        self.default_js = [("parks", ROOT + layers.asset_url(SCRIPT))]
        self.default_css = [("parks_css", ROOT + layers.asset_url(STYLE))]
        self.add_child(_Mount(home))


class _Mount(MacroElement):
    """Hands the map to our script once it stands."""

    _template = jinja2.Template(
        "{% macro script(this, kwargs) %}"
        "window.parksMap.mount({{ this._parent.get_name() }}, {{ this.given }});"
        "{% endmacro %}"
    )

    def __init__(self, home: list[list[float]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca does not type it
        self._name = "Mount"
        self.given = _script({"root": ROOT, "home": home, "credit": CREDIT})


class _Show(MacroElement):
    """Tells our script what to show."""

    _template = jinja2.Template("{% macro script(this, kwargs) %}window.parksMap.show({{ this.given }});{% endmacro %}")

    def __init__(self, said: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca does not type it
        self._name = "Show"
        self.given = _script(said)


def ground(
    park: Snapshot,
    rules: Policy,
    *,
    lang: str,
    context: Path = CONTEXT,
    datum: str = "wgs84",
    also: gpd.GeoDataFrame | None = None,
) -> Ground:
    """Return base map, zones, parks and buildings as packed layers with names in `lang`.

    Parameters
    ----------
    park, rules
        The snapshot and the policy.
    lang
        ``zh`` or ``en``.
    context
        GeoJSON of the base map (EPSG:4326): features with ``kind`` (``district river metro expressway road``)
        and ``name_zh name_en``.
    datum
        What the base map beneath stands on: everything is moved there.
    also
        Buildings of other days (EPSG:4326): they are cut into the same tiles, and coloured on the days on which they
        stand.

    Raises
    ------
    InvalidData
        When the base map's file cannot be read.
    """
    every = park.buildings if also is None or also.empty else pd.concat([park.buildings, also])
    cut = tiles.cut(_on(datum, _buildings(every, lang)))
    parts = {
        "context": context_layer(context, lang, datum),
        "zones": layers.geojson(_on(datum, _zones(rules, lang)), ["id", "name", "role", "uncertainty_m"]),
        "parks": layers.geojson(_on(datum, _parks(park, lang)), ["id", "name", "schematic"]),
        "outlines": layers.geojson(_on(datum, outlining.drawn(park, lang)), outlining.COLUMNS),
        "buildings": _plain(cut.manifest() | {"tiles": layers.address(cut)}),
    }
    packed = {name: layers.pack(name, content) for name, content in parts.items()}
    return Ground(packed, cut, datum, _title(park, words.translator(lang), lang))


def _title(park: Snapshot, t: Translate, lang: str) -> str:
    day = t("Data as of {day}", day=figures.day(park.day, lang))
    return " · ".join(part for part in (t("Map of the parks"), day, park.scenario, _notice(park, t)) if part)


def park_map(rules: Policy) -> ParkMap:
    """Return the map for a page. Make it anew in each run; what it shows is said by `view`.

    It is the same whatever is shown, so that the browser keeps one map when colours, selection, day or tenant change.
    """
    return ParkMap(_home(rules))


@dataclass(frozen=True, slots=True)
class Colours:
    """One mode of colour, packed; fit for a cache.

    Parameters
    ----------
    layer
        Legend and parks, and where the buildings' colours are fetched.
    shades
        The buildings' colours.
    """

    layer: Layer
    shades: Shades


def colours(base: Ground, chosen: Shading) -> Colours:
    """Return the result of `classes` packed for the buildings of `base`."""
    shades = tiles.shaded(base.tiles, chosen.buildings)
    return Colours(layers.pack("classes", _plain(_said(chosen) | {"tiles": layers.address(shades)})), shades)


@dataclass(frozen=True, slots=True)
class Times:
    """Days to play through.

    Parameters
    ----------
    rows
        What each is called, and its colours.
    at
        Which of them is shown first.
    """

    rows: Sequence[tuple[str, Colours]]
    at: int


@dataclass(frozen=True, slots=True)
class Against:
    """What the map is compared with: what the two sides are called, and the colours of the other one."""

    here: str
    there: str
    colours: Colours


def _beneath(base: Base, t: Translate) -> dict[str, Any]:
    """Return what the browser needs of a base map: addresses of tiles, how close, and what stands in the corner."""
    approved = t("Map approval number {number}", number=base.approval) if base.approval else ""
    said = {"url": base.url, "names": base.names, "subdomains": base.subdomains, "zoom": base.most_zoom}
    return said | {"credit": " · ".join(part for part in (base.credit, approved) if part)}


def _times(moment: Times) -> dict[str, Any]:
    return {"at": moment.at, "rows": [{"label": label, "classes": _kept(each)} for label, each in moment.rows]}


def _against(moment: Against) -> dict[str, Any]:
    return {"here": moment.here, "there": moment.there, "classes": _kept(moment.colours)}


def _kept(shown: Colours) -> str:
    """Hold colours where the browser can fetch them; return the address of the legend, which names the others."""
    layers.keep(shown.shades)
    return layers.keep(shown.layer)


def _said(chosen: Shading) -> dict[str, Any]:
    """Return mode, title, legend, and for each park its class, vacancy, vacant area [m²] and units that fit."""
    parks = chosen.parks
    known = [parks[name].astype(object).where(parks[name].notna(), None) for name in tiles.FACTS]
    facts = dict(zip(parks.index, map(list, zip(*known, strict=True)), strict=True))
    return {"by": chosen.by, "title": chosen.title, "legend": chosen.legend(), "parks": facts}


def _plain(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def around(park: Snapshot, *, lang: str, datum: str = "wgs84") -> Layer:
    """Return the supporting facilities in use as a packed layer: what each is and offers, in `lang`; see `ground`."""
    t, used = words.translator(lang), support.in_use(park)
    used = used[used.geometry.notna()]
    offers = zip(used["kind"], used["capacity"], used["capacity_unit"], strict=True)
    facts = [f"{figures.facility(kind, t)} · {figures.capacity(amount, unit, lang)}" for kind, amount, unit in offers]
    frame = {"id": used["facility_id"], "name": figures.names(used, lang), "kind": used["kind"]}
    layer = gpd.GeoDataFrame(frame, geometry=used.geometry).assign(fact=pd.array(facts, dtype="string"))
    return layers.pack("facilities", layers.geojson(_on(datum, layer), ["id", "name", "kind", "fact"]))


def cards(park: Snapshot, *, lang: str) -> Layer:
    """Return the companies with an open need as a packed layer without places: name, stage and area of the need."""
    t, needs = words.translator(lang), park.needs[demand.waiting(park)].drop_duplicates("tenant_id")
    names = figures.names(park.tenants, lang).set_axis(park.tenants["tenant_id"])
    areas = [figures.area(value, lang) for value in needs["area_min_m2"]]
    facts = [f"{figures.stage(stage, t)} · {area}" for stage, area in zip(needs["stage"], areas, strict=True)]
    frame = {"id": needs["tenant_id"], "name": needs["tenant_id"].map(names).fillna(needs["tenant_id"])}
    layer = gpd.GeoDataFrame(frame, geometry=[None] * len(needs), crs=crs.WGS84)
    layer = layer.assign(fact=pd.array(facts, dtype="string")).sort_values("id")
    return layers.pack("cards", layers.geojson(layer, ["id", "name", "fact"]))


def view(
    base: Ground,
    shown: Colours,
    *,
    lang: str,
    picked: Mapping[str, Any] | None = None,
    focus: Mapping[str, Any] | None = None,
    more: Mapping[str, Layer] = MappingProxyType({}),
    moment: Times | Against | None = None,
    base_map: Base | None = None,
) -> folium.FeatureGroup:
    """Return what the map shall show, to be handed over beside it; the browser draws only what is other than before.

    Parameters
    ----------
    base
        The layers beneath. They and the colours are put where the browser can fetch them.
    shown
        The colours, of `colours`.
    lang
        ``zh`` or ``en``.
    picked
        What is selected: ``kind`` (``zone park parcel building``) and ``id``, or ``buildings`` and ``ids``; None clears
        it.
    focus
        Where to go: ``kind`` and ``id``, or ``at`` (zoom, latitude, longitude); and any ``n`` that is other when the
        map shall go there again.
    more
        Further layers: ``facilities`` (`around`), ``cards`` (`cards`), ``draft`` (`outlining.draft`).
    moment
        Days to play through instead of the colours `shown`; or other colours, right of a split that the user moves.
    base_map
        Tiles of a server instead of our own base; `base` was made for their datum.
    """
    given = {name: layers.keep(layer) for name, layer in {**base.layers, **more}.items()}
    layers.keep(base.tiles)
    said = {
        "layers": given | {"classes": _kept(shown)},
        "words": sayings.said(words.translator(lang)),
        "datum": base.datum,
        "title": base.title,
        "picked": {**picked, "ids": picked["ids"][:MOST_RINGS]} if picked and "ids" in picked else picked,
        "times": _times(moment) if isinstance(moment, Times) else None,
        "against": _against(moment) if isinstance(moment, Against) else None,
        "base": base_map and _beneath(base_map, words.translator(lang)),
    }
    if focus and "id" in focus and (box := base.tiles.box(focus["kind"], focus["id"])):
        focus = {**focus, "box": box}
    group = folium.FeatureGroup(name="view")
    group.add_child(_Show(said | {"focus": focus}))
    return group


def standalone(
    park: Snapshot,
    rules: Policy,
    space: pd.DataFrame,
    lang: str,
    notice: str | None = None,
    *,
    context: Path = CONTEXT,
) -> str:
    """Return the map as one HTML file that opens without a network; every name in it is escaped.

    Parameters
    ----------
    park, rules, space
        The snapshot, the policy, and `vacancy.by_unit(park)`.
    lang
        ``zh`` or ``en``.
    notice
        Line shown above the map; None says by itself when some of the data are illustrative.
    context
        As in `ground`.
    """
    t = words.translator(lang)
    base = ground(park, rules, lang=lang, context=context)
    modes = {by: classes(park, space, rules=rules, by=by, lang=lang) for by in ("vacancy", "availability", "role")}
    inside = {name: json.loads(layers.unpack(layer)) for name, layer in base.layers.items()}
    data = {
        "home": _home(rules),
        "credit": CREDIT,
        "words": sayings.said(t),
        "layers": inside | {"buildings": inside["buildings"] | {"tiles": tiles.inline(base.tiles)}},
        "modes": {
            by: _said(chosen) | {"tiles": tiles.inline(tiles.shaded(base.tiles, chosen.buildings))}
            for by, chosen in modes.items()
        },
    }
    return _template().render(
        lang={"zh": "zh-CN", "en": "en"}[lang],
        title=t("Map of the parks"),
        day=t("Data as of {day}", day=figures.day(park.day, lang)),
        notice=_notice(park, t) if notice is None else notice,
        colour=t("Colour by"),
        close=t("Close"),
        modes={by: chosen.title for by, chosen in modes.items()},
        style=_local(STYLE),
        script=_local(SCRIPT),
        data=_script(data),
    )


def _notice(park: Snapshot, t: Translate) -> str:
    made_up = any((park.table(name)["standing"] == "illustrative").any() for name in ("buildings", "units", "leases"))
    return t("Illustrative data: buildings, units and leases are made up.") if made_up else ""


def _on(datum: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(crs.moved(frame.geometry, datum))


def _zones(rules: Policy, lang: str) -> gpd.GeoDataFrame:
    """Return the zones that have an outline, the largest first."""
    zones = rules.zones[rules.zones.geometry.notna()]
    zones = zones.iloc[np.argsort(-shapely.area(zones.geometry.array), kind="stable")]
    return gpd.GeoDataFrame(
        {
            "id": zones["zone_id"],
            "name": figures.names(zones, lang),
            "role": zones["role"],
            "uncertainty_m": zones["uncertainty_m"],
        },
        geometry=zones.geometry,
    )


def _parks(park: Snapshot, lang: str) -> gpd.GeoDataFrame:
    frame = park.parks
    return gpd.GeoDataFrame(
        {"id": frame["park_id"], "name": figures.names(frame, lang), "schematic": frame["placement"] == "schematic"},
        geometry=frame.geometry,
    )


def _buildings(every: gpd.GeoDataFrame, lang: str) -> gpd.GeoDataFrame:
    frame = every[every.geometry.notna()]
    return gpd.GeoDataFrame(
        {
            "id": frame["building_id"],
            "name": figures.names(frame, lang).fillna(frame["building_id"]),
            "park": frame["park_id"].fillna(""),
        },
        geometry=frame.geometry,
    )


def context_layer(path: Path, lang: str, datum: str = "wgs84") -> bytes:
    """Return the base map with names in `lang`, see `ground`; of the rivers the first has the place of its name."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        found = [(feature["properties"], feature["geometry"]) for feature in read["features"]]
    except (OSError, ValueError, LookupError, TypeError) as fault:
        mend = "Restore the file from the release, or build it again with data/geo/build.py."
        issue = Issue(path.name, "", "", "", "unreadable", f"The base map cannot be read: {fault}.", mend)
        raise InvalidData([issue]) from fault
    features, labelled = [], False
    for properties, shape in found:
        geometry = _moved(shape, datum)
        kind = properties.get("kind")
        said = {"kind": kind, "name": properties.get(f"name_{lang}") or properties.get("name_zh")}
        if kind == "river" and not labelled:
            middle = shapely.point_on_surface(shapely.from_geojson(json.dumps(geometry)))
            said["label"], labelled = [middle.x, middle.y], True
        features.append({"type": "Feature", "geometry": geometry, "properties": said})
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()


def _moved(geometry: Mapping[str, Any], datum: str) -> Mapping[str, Any]:
    """Return GeoJSON moved onto a datum; as it is where nothing moves."""
    if datum not in crs.SHIFTED:
        return geometry
    shapes = gpd.GeoSeries([shapely.from_geojson(json.dumps(geometry))], crs=crs.WGS84)
    moved: Mapping[str, Any] = json.loads(shapely.to_geojson(crs.moved(shapes, datum).iloc[0]))
    return moved


def _home(rules: Policy) -> list[list[float]]:
    """Return the corners of all outlines together; the whole world when there is none."""
    west, south, east, north = (float(value) for value in rules.zones.total_bounds)
    return WORLD if np.isnan(west) else [[south, west], [north, east]]


def _script(value: Any) -> str:  # noqa: ANN401 - whatever JSON can say
    """Return JSON that may stand inside a script: no name in it can end the script or begin a tag."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        said = said.replace(sign, f"\\u{ord(sign):04x}")
    return said


def _local(name: str) -> str:
    """Return a static style or script in a form that asks for no other file."""
    text = layers.unpack(layers.asset(name)).decode()
    return re.sub(r"//# sourceMappingURL=\S+", "", re.sub(r"url\(images/[^)]*\)", "none", text))


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(layers.OURS)
    house = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    return house.get_template("map.html")
