"""What is wrong with the shapes of a layer, each with a mend to accept or not; and their areas beside the certified."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parks import crs
from parks.intake.maps import mends, neighbours, verdicts
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from parks.intake.maps.neighbours import Pair
    from parks.intake.maps.rings import Shape
    from parks.intake.maps.verdicts import Verdicts
    from parks.words import Translate

    Wanted = Literal["point", "polygon"]

DIFFERS = 0.01
"""Share of the certified area by which the computed one may differ before it is told."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with one or more shapes.

    Parameters
    ----------
    id
        Kind and lines, such as ``overlap:3:7``: the same for the same layer.
    issue
        What is said about it; its row is the line that a mend would change.
    lines
        The shapes concerned; what a mend changes or leaves out last.
    mended
        Line → shape (EPSG:4326) as the mend would make it. Empty, with `dropped`, when only a person can mend it.
    dropped
        Lines that the mend leaves out.
    width_m
        Widest gap that its mend fills [m].
    """

    id: str
    issue: Issue
    lines: tuple[int, ...]
    mended: dict[int, Any] = field(default_factory=dict)
    dropped: tuple[int, ...] = ()
    width_m: float = neighbours.GAP_M

    @property
    def kind(self) -> str:
        """Return its kind, as the issue has it."""
        return self.issue.kind

    @property
    def can_be_mended(self) -> bool:
        """Return whether there is a mend to accept."""
        return bool(self.mended or self.dropped)


class Mended(NamedTuple):
    """Shapes after the accepted mends.

    Parameters
    ----------
    shapes
        By line, EPSG:4326, without the lines left out.
    dropped
        Lines left out.
    skipped
        Ids of accepted flaws whose mend no longer applied after those before it, or that have none.
    """

    shapes: gpd.GeoSeries
    dropped: tuple[int, ...]
    skipped: tuple[str, ...]


def flaws(
    shapes: gpd.GeoSeries,
    kind: Wanted,
    t: Translate,
    *,
    ids: pd.Series[Any] | None = None,
    table: str = "layer",
    gap_m: float = neighbours.GAP_M,
) -> tuple[Flaw, ...]:
    """Return everything that is wrong with the shapes of a layer, by line.

    Parameters
    ----------
    shapes
        EPSG:4326, by line. Several points on one place are no fault: companies share a house.
    kind
        What is wanted: ``point`` or ``polygon``.
    t
        Says the sentences.
    ids
        The key of each shape by line, where the layer has one; NA is unknown.
    table
        Named in the issues.
    gap_m
        Widest gap between neighbours that is told [m]; 0 tells none.

    Returns
    -------
    tuple
        Kinds: ``missing``, ``empty``, ``wrong_kind``, ``ring``, ``self_crossing``, ``doubled_point``, ``sliver``,
        ``duplicate``, ``overlap``, ``gap``, ``doubled_id``. Neighbours are judged as they are once each shape is
        mended for itself.

    Raises
    ------
    InvalidData
        When the shapes are not in EPSG:4326.
    """
    crs.area_m2(shapes.iloc[:0])  # refuses another system
    lines = shapes.index.to_numpy()
    told = verdicts.Verdicts(table, t, kind)
    found = [_flaw(told, name, int(lines[at]), shape) for name, at, shape in _alone(shapes.to_numpy(), kind)]
    if kind == "polygon":
        sound = _sound(shapes.to_numpy(), lines, found)
        judged = neighbours.pairs(sound, gap_m)
        now = dict(zip(lines.tolist(), sound, strict=True))
        found += [_between(told, pair, lines, now, gap_m) for pair in judged.found]
        found += [Flaw("overlap", told.many(neighbours.PAIRS), ())] if judged.more else []
    if ids is not None:
        found += _doubled(told, ids)
    return tuple(sorted(found, key=lambda flaw: flaw.lines))


def mended(shapes: gpd.GeoSeries, found: Iterable[Flaw], accepted: Collection[str] | Literal["all"]) -> Mended:
    """Return shapes with the accepted mends made, in the order of `mends.STEPS` and of lines.

    Each mend is made anew on the shape as those before it left it, so that several of one shape go together.

    Parameters
    ----------
    shapes
        Those that were given to `flaws`; they stay as they are.
    found
        What `flaws` told.
    accepted
        Ids of flaws, or ``all``.
    """
    now: dict[int, Any] = dict(zip(shapes.index.tolist(), shapes.to_numpy(), strict=True))
    chosen = [flaw for flaw in found if accepted == "all" or flaw.id in accepted]
    skipped = [flaw.id for flaw in chosen if not flaw.can_be_mended and accepted != "all"]
    dropped: set[int] = set()
    for flaw in sorted((one for one in chosen if one.can_be_mended), key=_order):
        made = None
        if dropped.isdisjoint(flaw.lines):
            made = mends.mend(flaw.kind, flaw.lines, now, flaw.width_m)
        if made is None:
            skipped.append(flaw.id)
        else:
            now |= made[0]
            dropped |= set(made[1])
    kept = shapes.index[~shapes.index.isin(list(dropped))]
    values = np.array([*(now[line] for line in kept.tolist()), None], dtype=object)[:-1]
    series = gpd.GeoSeries(gpd.array.from_shapely(values, crs=shapes.crs), index=kept, name=shapes.name)
    return Mended(series, tuple(sorted(dropped)), tuple(skipped))


def areas(
    shapes: gpd.GeoSeries, certified: pd.Series[Any] | None, t: Translate, table: str = "layer", column: str = "area_m2"
) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    """Return the areas that shapes have beside those that are certified, and where the two differ.

    The certified area is the one of record. The computed one is geodesic on the ellipsoid (CGCS2000 and WGS 84 agree
    to 1e-9), never taken in a projection. It is the area of the plan: floor areas are never summed from it.

    Parameters
    ----------
    shapes
        EPSG:4326, by line.
    certified
        Area by line [m²], NA where unknown; None when the layer has none.
    t
        Says the sentences.
    table, column
        Named in the issues: where the certified area stands.

    Returns
    -------
    tuple
        By line ``certified_m2``, ``computed_m2`` [m²] and ``difference`` (share of the certified, more is positive),
        NA where unknown; and an issue ``area_differs`` for each over 1 %.
    """
    computed = crs.area_m2(shapes)
    given = pd.Series(pd.NA, index=shapes.index, dtype="Float64") if certified is None else certified
    given = given.reindex(shapes.index).astype("Float64")
    given = given.mask(given <= 0)
    share = computed / given - 1
    frame = pd.DataFrame({"certified_m2": given, "computed_m2": computed, "difference": share})
    issues = []
    for line, row in frame[share.abs().gt(DIFFERS).fillna(value=False)].iterrows():
        message = t(
            "The shape measures {computed} m², {certified} m² are certified: {percent} % apart.",
            computed=f"{row['computed_m2']:,.1f}",
            certified=f"{row['certified_m2']:,.1f}",
            percent=f"{row['difference'] * 100:+.1f}",
        )
        mend = t("The certified area counts. Check the shape, the unit, and which area the certificate means.")
        issues.append(Issue(table, str(line), column, f"{row['certified_m2']:g}", "area_differs", message, mend))
    return frame, tuple(issues)


def _order(flaw: Flaw) -> tuple[int, tuple[int, ...]]:
    return mends.STEPS.index(flaw.kind), tuple(sorted(flaw.lines))


def _flaw(told: Verdicts, kind: str, line: int, shape: Shape) -> Flaw:
    made = None if shape is None else mends.mend(kind, (line,), {line: shape}, 0.0)
    if made and told.wanted == "point" and not all(one.geom_type == "Point" for one in made[0].values()):
        made = None
    shown, dropped = made or ({}, ())
    return Flaw(f"{kind}:{line}", told.alone(kind, line, shape, mend=made is not None), (line,), shown, dropped)


def _between(told: Verdicts, pair: Pair, lines: NDArray[Any], now: Mapping[int, Any], width_m: float) -> Flaw:
    kept, changed = int(lines[pair.kept]), int(lines[pair.changed])
    kind = {"alike": "duplicate", "within": "overlap"}.get(pair.kind, pair.kind)
    made = None if pair.kind == "within" else mends.mend(kind, (kept, changed), now, width_m)
    shown, dropped = made or ({}, ())
    issue = told.pair(pair.kind, kept, changed, pair.area_m2, mend=made is not None)
    first, second = sorted((kept, changed))
    return Flaw(f"{kind}:{first}:{second}", issue, (kept, changed), shown, dropped, width_m)


def _doubled(told: Verdicts, ids: pd.Series[Any]) -> Iterator[Flaw]:
    known = ids.dropna()
    for key, group in known[known.duplicated(keep=False)].groupby(known, sort=True):
        lines = tuple(int(line) for line in sorted(group.index))
        name = ":".join(map(str, lines))
        yield Flaw(f"doubled_id:{name}", told.doubled(str(key), lines), lines)


def _alone(values: NDArray[Any], kind: Wanted) -> Iterator[tuple[str, int, Any]]:
    """Find what is wrong with each shape by itself: kind, position, and the shape that a mend begins with.

    A shape is judged as the mends before would leave it: a ring that is closed may cross itself.
    """
    missing, empty = shapely.is_missing(values), shapely.is_empty(values)
    yield from (("missing", int(at), None) for at in np.flatnonzero(missing))
    yield from (("empty", int(at), None) for at in np.flatnonzero(empty))
    types = shapely.get_type_id(values)
    wanted = {"point": [0], "polygon": [3, 6]}[kind]
    other = ~(missing | empty | np.isin(types, wanted))
    shaped = values.copy()
    shaped[missing | empty] = None
    for at in np.flatnonzero(other).tolist():
        line = kind == "polygon" and not all(mends.opening(one) == 0 for one in mends.parts_of(values[at])[1])
        yield "ring" if line else "wrong_kind", at, values[at]
        shaped[at] = mends.closed(values[at]) if kind == "polygon" else None
    if kind == "polygon":
        yield from _polygons(shaped)


def _polygons(shaped: NDArray[Any]) -> Iterator[tuple[str, int, Any]]:
    """Find what is wrong with polygons by themselves."""
    for at in np.flatnonzero(mends.repeated(shaped)).tolist():
        yield "doubled_point", at, shaped[at]
        shaped[at] = mends.thinned(shaped[at])
    known = ~shapely.is_missing(shaped)
    for at in np.flatnonzero(known & ~shapely.is_valid(shaped)).tolist():
        made = mends.valid(shaped[at])
        yield ("ring" if made is None else "self_crossing"), at, shaped[at]
        shaped[at] = made
    if shapely.is_missing(shaped).all():
        return
    parts, owner = shapely.get_parts(shaped, return_index=True)
    thin = mends.slivers(mends.plane(parts).metres(parts))
    for at in np.unique(owner[thin]).tolist():
        yield "sliver", at, shaped[at]


def _sound(values: NDArray[Any], lines: NDArray[Any], found: Iterable[Flaw]) -> NDArray[Any]:
    """Return the shapes as the mends of each for itself would leave them; None for what has no area."""
    now: dict[int, Any] = dict(zip(lines.tolist(), values, strict=True))
    for flaw in sorted((one for one in found if one.can_be_mended), key=_order):
        now |= (mends.mend(flaw.kind, flaw.lines, now, 0.0) or ({}, ()))[0]
        now |= dict.fromkeys(flaw.dropped)
    sound = np.array([*now.values(), None], dtype=object)[:-1]
    bad = ~np.isin(shapely.get_type_id(sound), (3, 6)) | ~shapely.is_valid(sound)
    sound[bad] = None
    return sound
