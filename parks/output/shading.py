"""Which class of colour each building and each park has on the map, and the legend that says so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from parks import words
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

MODES: Final = ("vacancy", "quantile", "availability", "fit", "role")
DAILY: Final = ("fit", "quantile")
"""Modes whose classes hold for one day alone: nothing of another day can be laid beside them."""
LEVELS: Final = {"buildings": "building_id", "parks": "park_id"}
ROLES: Final = ("core", "bearing", "linked", "outside")
ROLE_COLOURS: Final = {"core": "#D55E00", "bearing": "#0072B2", "linked": "#009E73", "outside": "#7B8794"}
EDGES: Final = (0.0, 0.10, 0.25, 0.50)
"""Upper edges of the classes of vacancy; what lies above the last is a class of its own."""
RAMP: Final = ("#FCEFC7", "#FDC86B", "#EF8A2E", "#B8480F", "#6B2106")
"""From no vacancy to much: rising in darkness, so that no sense of colour is needed."""
UNKNOWN: Final = "#AEB6BF"
PLAIN, HATCHED, OUTLINED = "plain", "hatched", "outlined"


@dataclass(frozen=True, slots=True)
class Shade:
    """One class: how the legend says it, its colour, and how an area is filled with it."""

    label: str
    colour: str
    fill: str = PLAIN


@dataclass(frozen=True, slots=True, eq=False)
class Shading:
    """The class of every building and park in one mode of colour.

    Parameters
    ----------
    by, title
        The mode, and what it is called.
    shades
        The classes.
    buildings, parks
        Id (index) → ``shade`` (index into `shades`), ``share`` (vacancy), ``vacant_m2`` and ``fitting`` (units that fit
        the chosen tenant; NA where none is chosen), in the order of their table. Unknown is NA.
    """

    by: str
    title: str
    shades: tuple[Shade, ...]
    buildings: pd.DataFrame
    parks: pd.DataFrame

    def legend(self) -> list[dict[str, Any]]:
        """Return ``label colour fill count`` of each class, the count in buildings; ready for JSON."""
        counts = np.bincount(self.buildings["shade"], minlength=len(self.shades)).tolist()
        return [asdict(shade) | {"count": count} for shade, count in zip(self.shades, counts, strict=True)]


def classes(
    park: Snapshot,
    space: pd.DataFrame,
    *,
    rules: Policy,
    by: str,
    fits: pd.DataFrame | None = None,
    lang: str,
) -> Shading:
    """Return the class of every building and park, with the figures that the pointer shows.

    Parameters
    ----------
    park
        The snapshot.
    space
        `vacancy.by_unit(park)`.
    rules
        The policy: the zones' roles.
    by
        One of `MODES`.
    fits
        For ``fit``: verdicts on the chosen tenant, one row a unit or one a unit and rule (``unit_id verdict`` and,
        where soft rules are among them, ``hardness``). A soft rule refuses nobody.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    ValueError
        When `by` is not one of `MODES`, or ``fit`` is asked for without verdicts.
    """
    t = words.translator(lang)
    if by not in MODES or (by == "fit" and fits is None):
        message = f"no colours for {by!r}" if by not in MODES else "colours by fit need the verdicts on a tenant"
        raise ValueError(message)
    units = _verdicts(space, fits) if by == "fit" and fits is not None else space
    edges = _quartiles(units) if by == "quantile" else EDGES
    levels = {
        name: _facts(units, column, park.table(name)[column]).assign(shade=_class(by, park, units, rules, name, edges))
        for name, column in LEVELS.items()
    }
    return Shading(by, titles(t)[by], _quantiles(edges, t) if by == "quantile" else legend(by, t), **levels)


def titles(t: Translate) -> dict[str, str]:
    """Return the name of each mode of colour."""
    return {
        "vacancy": t("Vacancy"),
        "quantile": t("Vacancy, as many buildings in each class"),
        "availability": t("Availability"),
        "fit": t("Fit for the tenant"),
        "role": t("Role in the layout"),
    }


def legend(by: str, t: Translate) -> tuple[Shade, ...]:
    """Return the classes of a mode in the order of their indices; those of ``quantile`` follow from the data."""
    shades = {
        "role": (
            Shade(t("Innovation core"), ROLE_COLOURS["core"]),
            Shade(t("Bearing area"), ROLE_COLOURS["bearing"]),
            Shade(t("Linked area"), ROLE_COLOURS["linked"]),
            Shade(t("Outside the layout"), ROLE_COLOURS["outside"], HATCHED),
        ),
        "vacancy": (
            Shade(t("No vacant space"), RAMP[0]),
            Shade(t("Up to 10 %"), RAMP[1]),
            Shade(t("10 to 25 %"), RAMP[2]),
            Shade(t("25 to 50 %"), RAMP[3]),
            Shade(t("Over 50 %"), RAMP[4]),
            *_without(t),
        ),
        "availability": (
            Shade(t("Vacant now"), "#084C8D"),
            Shade(t("Within 12 months"), "#3F93CF"),
            Shade(t("Later, date known"), "#AFD3EC"),
            Shade(t("Unknown"), UNKNOWN, HATCHED),
            Shade(t("No end in sight"), "#D9D3C7"),
        ),
        "fit": (
            Shade(t("Has space that fits"), "#0072B2"),
            Shade(t("Not known whether it fits"), "#E9B44C", HATCHED),
            Shade(t("Does not fit"), "#CBD0D5"),
            Shade(t("Not assessed"), "#8796A5", OUTLINED),
        ),
    }
    return shades[by]


def _without(t: Translate) -> tuple[Shade, Shade]:
    """Return the classes of what has no vacancy."""
    return Shade(t("Unknown"), UNKNOWN, HATCHED), Shade(t("Not built or under renovation"), "#8796A5", OUTLINED)


def _quantiles(edges: Sequence[float], t: Translate) -> tuple[Shade, ...]:
    """Return the classes of vacancy between edges that follow from the data."""
    said = [f"{edge:.1%}"[:-1] for edge in edges[1:]]
    labels = [t("Up to {share} %", share=said[0])] if said else [t("Some vacant space")]
    labels += [t("{low} to {high} %", low=low, high=high) for low, high in pairwise(said)]
    labels += [t("Over {share} %", share=share) for share in said[-1:]]
    colours = [RAMP[1:][place * (len(RAMP) - 2) // max(len(labels) - 1, 1)] for place in range(len(labels))]
    shades = (Shade(label, colour) for label, colour in zip(labels, colours, strict=True))
    return Shade(t("No vacant space"), RAMP[0]), *shades, *_without(t)


def _quartiles(units: pd.DataFrame) -> tuple[float, ...]:
    """Return 0 and the quartiles of the buildings' vacancy, of those that have any, each to a tenth of a percent."""
    share = _sums(units, "building_id")["vacancy"].to_numpy(dtype=float, na_value=np.nan)
    some = share[share > 0]
    edges = np.unique(np.round(np.quantile(some, (0.25, 0.5, 0.75)), 3)) if len(some) else np.zeros(0)
    return 0.0, *edges[edges > 0].tolist()


def _class(
    by: str, park: Snapshot, units: pd.DataFrame, rules: Policy, level: str, edges: Sequence[float]
) -> pd.Series[int]:
    """Return the class of each building or park by its id, in the order of its table."""
    column = LEVELS[level]
    ids = park.table(level)[column]
    if by == "role":
        return _by_role(park, rules, level).set_axis(ids)
    # A building or park without units: its state is unknown, it was not assessed.
    if by in {"availability", "fit"}:
        way = _by_availability if by == "availability" else _by_fit
        return way(units, column, park).reindex(ids, fill_value=3).astype(int)
    return _by_vacancy(units, column, edges).reindex(ids, fill_value=len(edges) + 1).astype(int)


def _by_role(park: Snapshot, rules: Policy, level: str) -> pd.Series[int]:
    role = dict(zip(rules.zones["zone_id"], rules.zones["role"], strict=True))
    zone = dict(zip(park.parks["park_id"], park.parks["zone_id"], strict=True))
    places = park.table(level)["park_id"].map(zone).map(role)
    return places.map({name: index for index, name in enumerate(ROLES)}).fillna(ROLES.index("outside")).astype(int)


def _by_vacancy(space: pd.DataFrame, column: str, edges: Sequence[float] = EDGES) -> pd.Series[int]:
    """Return the class between edges; after those the class of the unknown, then that of what cannot be let yet."""
    sums = _sums(space, column)
    share = sums["vacancy"].to_numpy(dtype=float, na_value=np.nan)
    waiting = (sums["not_built_m2"].fillna(0) + sums["renovation_m2"].fillna(0)).to_numpy(dtype=float) > 0
    found: npt.NDArray[Any] = np.searchsorted(edges, share, side="left")
    found = np.where(np.isnan(share), len(edges) + 1 + waiting, found)
    return pd.Series(found, index=sums.index)


def _by_availability(space: pd.DataFrame, column: str, park: Snapshot) -> pd.Series[int]:
    soon = pd.Timestamp(park.day) + pd.DateOffset(years=1)
    date, state = space["available_on"], space["state"]
    rank = np.select(
        [
            (state == "vacant").fillna(value=False),
            (state == "unknown").fillna(value=True) | ((state == "not_built") & date.isna()),
            (date > pd.Timestamp(park.day)) & (date <= soon),
            date > soon,
        ],
        [0, 3, 1, 2],
        default=4,
    )
    return pd.Series(rank, index=space.index).groupby(space[column]).min()


def _by_fit(space: pd.DataFrame, column: str, park: Snapshot) -> pd.Series[int]:
    del park
    rank = space["verdict"].map({"fits": 0, "unknown": 1, "unfit": 2}).fillna(3).astype(int)
    return rank.groupby(space[column]).min()


def _verdicts(space: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """Return `space` with one verdict a unit: the worst of its hard rules, NA where it was not assessed."""
    hard = fits[fits["hardness"] == "hard"] if "hardness" in fits else fits
    rank = hard["verdict"].map({"fits": 0, "unknown": 1, "unfit": 2}).groupby(hard["unit_id"]).max()
    # A unit that only soft rules speak of is refused by none.
    rank = rank.reindex(pd.Index(fits["unit_id"].unique()), fill_value=0)
    said = rank.map({0: "fits", 1: "unknown", 2: "unfit"}).astype("string")
    return space.assign(verdict=space["unit_id"].map(said))


def _facts(space: pd.DataFrame, column: str, ids: pd.Series[Any]) -> pd.DataFrame:
    """Return vacancy, vacant area and how many units fit of each building or park, in the order of `ids`."""
    facts = _sums(space, column)[["vacancy", "vacant_m2"]].rename(columns={"vacancy": "share"})
    fitting = pd.Series(pd.NA, index=facts.index, dtype="Int64")
    if "verdict" in space:
        fitting = (space["verdict"] == "fits").fillna(value=False).groupby(space[column]).sum().astype("Int64")
    return facts.assign(fitting=fitting).reindex(pd.Index(ids))


def _sums(space: pd.DataFrame, column: str) -> pd.DataFrame:
    return vacancy.by(space, column.removesuffix("_id")).dropna(subset=[column]).set_index(column)
