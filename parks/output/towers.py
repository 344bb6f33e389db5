"""A park in three dimensions: each floor of each building a slice, coloured as its units are in the floor stack."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck
import shapely
from pydeck.bindings.json_tools import default_serialize

from parks import crs, words
from parks.output import figures, marks, slabs, stacks

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from parks.snapshot import Snapshot

ASSUMED_HEIGHT_M: Final = 4.5
"""Height of a storey of unknown height [m]: between an office's (about 4) and a workshop's (5 and more), so that
either looks plausible. It is for the drawing alone; no figure is made from it."""
ABSENT: Final = "unknown"
"""Code of a floor that no unit is on record for; both schemes of colour have it."""
SAID: Final = "{kind} {id}"
"""What a slice, or the ground, answers a click with. To deck.gl a text that begins with @@ is a formula: none does."""
PART: Final = "{level} {code}"
"""What a slice answers besides: its floor, and the code of its units; nothing where it has none. See `units`."""
PITCH, BEARING = 50, 20
"""How the park is looked at [°]."""
FIELD_PX: Final = (320, 400)
"""Width and height that the park shall have room in [px]: those of the panel on a screen of 1024 px."""
TILE_PX, CLOSEST = 512, 19
"""Width of the world on the screen at zoom 0, and the closest zoom to begin with."""
MARGIN_M: Final = 20
"""Ground round the outer buildings."""
BELT: Final = (0.36, 0.64)
"""From where to where on its height a storey of assumed height wears a white belt."""
BELT_OUT_M, RING_M = 0.3, (1.5, 4.5)
"""How far the belt stands out from the wall; from where to where the ring round what is picked reaches."""
PAPER, GROUND, EMPTY = [255, 255, 255], [236, 240, 243], [201, 211, 220]
FADED: Final = 0.35
"""How solid the other buildings are while one stands out."""
MATERIAL: Final = {"ambient": 0.85, "diffuse": 0.2, "shininess": 1, "specularColor": [0, 0, 0]}
"""Light that tells the sides apart and leaves the colours what they are."""


TIP: Final = {
    "transform": "none",
    "top": "8px",
    "left": "8px",
    "maxWidth": "75%",
    "color": "#22313A",
    "backgroundColor": "#FFFFFFE6",
    "border": "1px solid #D9E1E6",
    "borderRadius": "4px",
    "fontSize": "13px",
    "whiteSpace": "pre-line",
}
"""How a tip looks: in the corner, where it hides nothing that is pointed at and is not cut off by the edge."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn of a park, whatever is picked; fit for a cache.

    Parameters
    ----------
    edge
        Colour of the edges.
    missing
        Building → why it has no floors in the picture.
    notes
        What else the picture assumes or leaves out.
    slices
        One row a part of a floor: ``polygon`` (see `slabs.laid`), ``height`` [m], ``colour`` (red, green, blue),
        ``at`` (see `SAID`), ``part`` (see `PART`), ``tip`` (plain text). Empty when there is nothing to draw.
    belts, empty, ground
        What marks floors of assumed height; outlines of buildings without floors; the ground: polygons alike.
    rings
        Building → the ring that stands round it when it is picked.
    legend
        Name and colour of what is drawn, in the order of the floor stack's legend.
    view
        Where to look from.
    """

    edge: str
    missing: Mapping[str, str]
    notes: list[str]
    slices: marks.Rows = field(default_factory=list)
    belts: marks.Rows = field(default_factory=list)
    empty: marks.Rows = field(default_factory=list)
    ground: marks.Rows = field(default_factory=list)
    rings: Mapping[str, marks.Rows] = field(default_factory=dict)
    legend: list[tuple[str, str]] = field(default_factory=list)
    view: pydeck.ViewState | None = None


class Picture(pydeck.Deck):  # type: ignore[misc]  # pydeck does not type it
    """A deck that travels without blanks between its values."""

    def to_json(self) -> str:
        """Return the deck as JSON."""
        return json.dumps(self, default=default_serialize, ensure_ascii=False, separators=(",", ":"))


def scene(park: Snapshot, space: pd.DataFrame, park_id: str, by: str, lang: str) -> Scene:
    """Return the floors of a park as slices that stand on each other.

    A floor whose units differ is cut across the longer side of its building, in proportion to the area of each code
    and in the order of the legend: the same colours stand above each other, and the shares can be seen from outside.
    Where in its floor a unit lies is not told. Levels under the highest on record that are not on record themselves
    are drawn as one unknown slice. Basements are not drawn.

    Parameters
    ----------
    park, space
        The snapshot, and `vacancy.by_unit(park)`. Footprints in EPSG:4326.
    park_id
        The park.
    by
        What the colour tells, one of `stacks.COLOURS`.
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    buildings = park.buildings[park.buildings["park_id"] == park_id].sort_values("building_id")
    shapes = buildings.geometry.to_numpy()
    outlined = buildings[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    floors = park.floors[park.floors["building_id"].isin(outlined["building_id"])]
    storeys = _storeys(floors)
    bare = sorted(set(buildings["building_id"]) - set(outlined["building_id"]))
    low = sorted(set(outlined["building_id"]) - set(storeys["building_id"]))
    missing = dict.fromkeys(bare, t("no outline on record"))
    missing |= dict.fromkeys(low, t("no floor above ground on record"))
    shares = _shares(space[space["building_id"].isin(outlined["building_id"])], by, park, lang)
    drawn = Scene(edge=stacks.EDGES[by], missing=missing, notes=_notes(storeys, floors, shares, lang))
    if storeys.empty:
        return drawn
    origin, shapes = slabs.plane(gpd.GeoSeries(outlined.geometry))
    outlines = dict(zip(outlined["building_id"], shapes, strict=True))
    parts = _cut(storeys, shares, outlines)
    codes, shades = set(parts["code"]), stacks.coloured(by)
    parts = parts.assign(
        colour=parts["code"].map(lambda code: _rgb(shades[code])),
        at=[SAID.format(kind="building", id=name) for name in parts["building_id"]],
        part=[
            PART.format(level=level, code=code) if count else ""
            for level, code, count in zip(parts["level"], parts["code"], parts["units"], strict=True)
        ],
        tip=_tips(parts, _names(outlined, "building_id", lang), by, lang),
    )
    plot = shapely.buffer(shapely.convex_hull(shapely.union_all(shapes)), MARGIN_M)
    named = _names(park.parks, "park_id", lang).get(park_id, park_id)
    site = {"at": SAID.format(kind="park", id=park_id), "tip": f"{t('Park')} · {named}"}
    return replace(
        drawn,
        slices=_rows(origin, parts, ["height", "colour", "at", "part", "tip"]),
        belts=_belts(origin, storeys, outlines),
        empty=[row for name in low for row in _flat(origin, outlines[name])],
        ground=[row | site for row in _flat(origin, plot, -0.5)],
        rings={name: _ring(origin, outline) for name, outline in outlines.items()},
        legend=[(name, shades[code]) for code, name in stacks.named(by, t).items() if code in codes],
        view=_view(origin, plot, float((parts["foot"] + parts["height"]).max())),
    )


def units(space: pd.DataFrame, day: dt.date, building: str, by: str, part: str) -> list[str]:
    """Return the units that a slice stands for: those of its floor that have its code.

    Parameters
    ----------
    space, day
        `vacancy.by_unit(park)`, and the day of the park.
    building, by
        The building, and what the colours tell, as in `scene`.
    part
        What the slice answered (`PART`); what is made up names no unit.
    """
    own = space[space["building_id"] == building]
    codes = pd.Series(stacks.ending(own, day) if by == "expiry" else own["state"], index=own.index, dtype="string")
    named = own["level"].astype("string") + " " + codes
    return sorted(own.loc[(named == part).fillna(value=False), "unit_id"])


def picture(drawn: Scene, picked: str | None = None, turn: int = 0) -> Picture:
    """Return a scene as a deck without a base map: it asks nobody for anything.

    Parameters
    ----------
    drawn
        The scene.
    picked
        Building that stands out.
    turn
        Other after each click: the slices are then other ones to the page, which forgets that one was chosen.
    """
    chosen = None if picked is None else SAID.format(kind="building", id=picked)
    # From the top down: a faded slice then hides what is under it, and its colour does not mix with theirs.
    others = [row for row in reversed(drawn.slices) if row["at"] != chosen]
    layers = [
        _layer(f"ground {turn}", drawn.ground, get_fill_color=GROUND, pickable=True),
        _layer("empty", drawn.empty, get_fill_color=EMPTY),
        _layer("ring", drawn.rings.get(picked or "", []), get_fill_color=_rgb(stacks.CHOSEN)),
        _solid(f"chosen {turn}", [row for row in drawn.slices if row["at"] == chosen], stacks.CHOSEN),
        _solid(f"others {turn}", others, drawn.edge, opacity=1.0 if chosen is None else FADED),
        _layer("belts", drawn.belts, get_fill_color=PAPER, get_elevation="height", extruded=True, material=MATERIAL),
    ]
    # Plain text: a tip of HTML would have to trust the names in it. A layer of nothing makes the browser complain.
    told = [layer for layer in layers if layer.data]
    return Picture(told, map_provider=None, initial_view_state=drawn.view, tooltip={"text": "{tip}", "style": TIP})


def _layer(name: str, rows: marks.Rows, **told: object) -> pydeck.Layer:
    return pydeck.Layer("SolidPolygonLayer", rows, id=name, get_polygon="polygon", **{"pickable": False, **told})


def _solid(name: str, rows: marks.Rows, edge: str, **told: object) -> pydeck.Layer:
    """Return a layer of slices in their colours, with edges."""
    return _layer(
        name,
        rows,
        get_fill_color="colour",
        get_line_color=_rgb(edge),
        get_elevation="height",
        extruded=True,
        wireframe=True,
        material=MATERIAL,
        pickable=True,
        auto_highlight=True,
        parameters={"cullMode": "back"},
        **told,
    )


def _storeys(floors: pd.DataFrame) -> pd.DataFrame:
    """Return the storeys above ground, each building from the ground up.

    Returns
    -------
    DataFrame
        ``building_id level upto foot height assumed recorded``: heights [m]; levels that are not on record between
        others make one row from `level` to `upto`.
    """
    above = floors[floors["level"] > 0].assign(height=floors["floor_height_m"].where(floors["floor_height_m"] > 0))
    above = above.groupby(["building_id", "level"], as_index=False, sort=True).agg(height=("height", "max"))
    rows, at, foot = [], None, 0.0
    for row in marks.records(above):
        if row["building_id"] != at:
            at, upto, foot = row["building_id"], 0, 0.0
        known = row["height"] is not None
        heights = [(upto + 1, row["level"] - 1, None), (row["level"], row["level"], row["height"])]
        for first, last, said in heights:
            if first <= last:
                height = ASSUMED_HEIGHT_M * (last - first + 1) if said is None else round(float(said), 2)
                recorded = last == row["level"]
                rows.append((at, first, last, foot, height, not (recorded and known), recorded))
                foot += height
        upto = row["level"]
    columns = ["building_id", "level", "upto", "foot", "height", "assumed", "recorded"]
    return pd.DataFrame(rows, columns=columns).astype({"assumed": bool, "recorded": bool})


def _shares(space: pd.DataFrame, by: str, park: Snapshot, lang: str) -> pd.DataFrame:
    """Return of each floor what share of it each code has, in the order of the legend.

    Returns
    -------
    DataFrame
        ``building_id level code share area units unknown``: `area` [m²] of what is known, NA when nothing is;
        `unknown` counts the units of unknown area. `level` is NA where the floor is unknown.
    """
    order = list(stacks.named(by, words.translator(lang)))
    codes = stacks.ending(space, park.day) if by == "expiry" else space["state"]
    units = space[["building_id", "level", "lettable_m2"]].assign(code=pd.Categorical(codes, order))
    units["unknown"] = units["lettable_m2"].isna().astype(int)
    floor, share = ["building_id", "level"], np.zeros(len(units))
    areas = np.array([None if pd.isna(m2) else float(m2) for m2 in units["lettable_m2"]], dtype=object)
    for at in units.groupby(floor, dropna=False).indices.values():
        share[at] = stacks.widths(list(areas[at]))
    groups = units.assign(share=share).groupby([*floor, "code"], dropna=False, observed=True, as_index=False)
    sums = groups.agg(share=("share", "sum"), units=("code", "size"), unknown=("unknown", "sum"))
    return sums.assign(area=groups["lettable_m2"].sum(min_count=1)["lettable_m2"])


def _cut(storeys: pd.DataFrame, shares: pd.DataFrame, outlines: Mapping[str, shapely.Geometry]) -> pd.DataFrame:
    """Return one row a part of a storey: what `_storeys` and `_shares` say of it, and its ``shape`` [m]."""
    parts = storeys.merge(shares, on=["building_id", "level"], how="left")
    parts["code"] = parts["code"].astype(object).fillna(ABSENT)
    parts = parts.fillna({"share": 1.0, "units": 0, "unknown": 0})
    shapes: list[shapely.Geometry] = []
    for name, rows in parts.groupby("building_id", sort=False):
        floors = [list(floor) for _, floor in rows.groupby("level", sort=False)["share"]]
        shapes += [shape for floor in slabs.cut(outlines[str(name)], floors) for shape in floor]
    return parts.assign(shape=pd.Series(shapes, index=parts.index, dtype=object))


def _tips(parts: pd.DataFrame, names: Mapping[str, str], by: str, lang: str) -> list[str]:
    """Return what the pointer tells of each part: floor and building, what the colour says, area and height."""
    t = words.translator(lang)
    called, tips = stacks.named(by, t), []
    heights = {height: figures.number(height, lang, 1) for height in parts["height"].unique()}
    for row in marks.records(parts.drop(columns="shape")):
        floor = stacks.storey(row["level"])
        if row["upto"] > row["level"]:
            floor = f"{floor}–{stacks.storey(row['upto'])}"
        if not row["recorded"]:
            said = t("Not on record")
        elif not row["units"]:
            said = t("No unit of this floor is on record")
        else:
            said = f"{called[row['code']]}: {figures.area(row['area'], lang)}"
            if row["unknown"] and row["area"] is not None:
                said += " " + t("+ {count} of unknown area", count=int(row["unknown"]))
        height = heights[row["height"]]
        tall = t("Floor height unknown, drawn as {height} m") if row["assumed"] else t("Floor height {height} m")
        tips.append(f"{floor} · {names[row['building_id']]}\n{said}\n{tall.format(height=height)}")
    return tips


def _notes(storeys: pd.DataFrame, floors: pd.DataFrame, shares: pd.DataFrame, lang: str) -> list[str]:
    """Return what the picture assumes and leaves out, for the buildings that are drawn."""
    t, drawn = words.translator(lang), set(storeys["building_id"])
    known = storeys[storeys["recorded"]].set_index(["building_id", "level"]).index
    inside = shares[shares["building_id"].isin(drawn) & ~(shares["level"] < 0).fillna(value=False)]
    lost = inside.loc[~inside.set_index(["building_id", "level"]).index.isin(known), "units"].sum()
    counts = {
        t("Floors of unknown height, drawn {height} m high with a white belt: {count}"): int(
            (storeys["assumed"] & storeys["recorded"]).sum()
        ),
        t("Floors below ground, not drawn: {count}"): int(
            (floors["building_id"].isin(drawn) & (floors["level"] < 0)).sum()
        ),
        t("Units on an unknown floor, not drawn: {count}"): int(lost),
    }
    height = figures.number(ASSUMED_HEIGHT_M, lang, 1)
    return [said.format(count=count, height=height) for said, count in counts.items() if count]


def _rows(origin: slabs.Place, frame: pd.DataFrame, columns: list[str]) -> marks.Rows:
    """Return the shapes of a frame as polygons at their ``foot`` [m], each with `columns`."""
    if frame.empty:
        return []
    said: marks.Rows = frame[columns].to_dict("records")  # type: ignore[assignment]  # columns are named by text
    return [{"polygon": polygon, **said[at]} for at, polygon in slabs.laid(origin, list(frame["shape"]), frame["foot"])]


def _belts(origin: slabs.Place, storeys: pd.DataFrame, outlines: Mapping[str, shapely.Geometry]) -> marks.Rows:
    """Return the belts of the storeys that stand, but whose height is assumed."""
    assumed = storeys[storeys["assumed"] & storeys["recorded"]]
    walls = [shapely.buffer(outlines[name], BELT_OUT_M, join_style="mitre") for name in assumed["building_id"]]
    begin, end = (assumed["foot"] + assumed["height"] * at for at in BELT)
    belts = pd.DataFrame(
        {"foot": begin, "height": (end - begin).round(2), "shape": pd.Series(walls, assumed.index, object)}
    )
    return _rows(origin, belts, ["height"])


def _flat(origin: slabs.Place, shape: shapely.Geometry, foot: float = 0.0) -> marks.Rows:
    return [{"polygon": polygon} for _, polygon in slabs.laid(origin, [shape], [foot])]


def _ring(origin: slabs.Place, outline: shapely.Geometry) -> marks.Rows:
    inner, outer = (shapely.buffer(outline, out, join_style="mitre") for out in RING_M)
    return _flat(origin, shapely.difference(outer, inner))


def _names(frame: pd.DataFrame, key: str, lang: str) -> dict[str, str]:
    """Return id → name in `lang`; where it is unknown the Chinese original, and where that is unknown the id."""
    called = figures.names(frame, lang).fillna(frame[key])
    return dict(zip(frame[key], called, strict=True))


def _rgb(colour: str) -> list[int]:
    """Return ``#RRGGBB`` as three numbers."""
    return list(bytes.fromhex(colour.removeprefix("#")))


def _view(origin: slabs.Place, plot: shapely.Geometry, highest_m: float) -> pydeck.ViewState:
    """Return a view from the south that has room for the plot and its highest building."""
    turn, tilt = math.radians(BEARING), math.radians(PITCH)
    places = shapely.get_coordinates(plot) @ np.array(
        [[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]]
    )
    wide, deep = np.ptp(places, axis=0)
    metres = max(wide / FIELD_PX[0], (deep * math.cos(tilt) + highest_m * math.sin(tilt)) / FIELD_PX[1])
    zoom = math.log2(2 * crs.HALF_WORLD_M * math.cos(math.radians(origin[1])) / (TILE_PX * metres))
    return pydeck.ViewState(
        longitude=round(float(origin[0]), slabs.DECIMALS),
        latitude=round(float(origin[1]), slabs.DECIMALS),
        zoom=round(min(zoom, CLOSEST), 2),
        pitch=PITCH,
        bearing=BEARING,
        position=[0, 0, round(highest_m / 2, 1)],
    )
