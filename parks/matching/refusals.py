"""Why a pin, a ban or a quota cannot be kept, as a code with ids and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from parks.matching import criteria, fit, verbs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.matching.criteria import Need
    from parks.matching.fit import Pairs
    from parks.matching.offers import Offers
    from parks.words import Translate

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line that the plan does not keep.

    Parameters
    ----------
    table
        ``pins``, ``bans`` or ``quotas``.
    row
        Its place in the table, from 0; the first of the lines that make one pin.
    name
        The need, company or quota as the line says it.
    kind
        ``who`` no such open need; ``which`` several open needs; ``place`` none said; ``where`` unknown place;
        ``apart`` the units lie outside the building said; ``run`` not adjoining; ``rules`` misses hard rules;
        ``parts`` of several buildings that do not go together; ``area``, ``time``, ``worth``, ``nowhere``; ``ban``;
        ``pins`` clashes with other pins; of quotas ``name``, ``twice``, ``zone``, ``sectors``, ``sense``, ``amount``,
        ``price``.
    against
        Ids of what it clashes with: rules, units, needs, zones or sectors.
    """

    table: str
    row: int
    name: str
    kind: str
    against: tuple[str, ...] = ()


class CannotError(Exception):
    """A line that cannot be kept: kind and ids as in `Refusal`."""

    def __init__(self, kind: str, against: tuple[str, ...]) -> None:
        """Note kind and ids."""
        super().__init__(kind)
        self.kind, self.against = kind, against


def refuse(kind: str, *against: str) -> NoReturn:
    """Raise that a line cannot be kept."""
    raise CannotError(kind, against)


def of_units(pairs: Pairs, row: int, units: Ints) -> NoReturn:
    """Raise why a need can never take exactly these units (their sorted numbers)."""
    need, offers = pairs.needs[row], pairs.desk.offers
    pieces = [units[offers.building[units] == building] for building in np.unique(offers.building[units])]
    if len(pieces) > criteria.buildings(need) or not all(_unbroken(offers, piece) for piece in pieces):
        refuse("run", *(str(name) for name in offers.frame["unit_id"].iloc[units]))
    missed = sorted(rule for rule, misses in _misses(pairs, need).items() if misses[units].any())
    if missed:
        refuse("rules", *missed)
    total = float(offers.area[units].sum())
    least, most = float(need["area_min_m2"]) * (1 - verbs.SLACK), float(need["area_max_m2"]) * (1 + verbs.SLACK)
    if not least <= total <= most:
        refuse("area")
    sizes = np.array([offers.area[piece].sum() for piece in pieces])
    small = sizes.min() < criteria.least_part(need) * (1 - verbs.SLACK)
    spread = len(np.unique(offers.park[units])) > 1 or (offers.park[units] < 0).any()
    if len(pieces) > 1 and (small or spread or total - sizes.min() >= least):
        refuse("parts")
    earliest = max(offers.day, criteria.day_of(need["wanted_from"], offers.day))
    start = np.array([max(earliest, float(offers.available[units].max()))])
    late = start[0] > criteria.day_of(need["wanted_to"], np.inf)
    held = criteria.ending(need, start)[0] > offers.until[units].min()
    refuse("time" if late or held else "worth")


def of_buildings(pairs: Pairs, row: int, units: Ints) -> NoReturn:
    """Raise why a need can take no run in buildings with these units: the rules that most of them miss, or no run."""
    misses = {rule: int(bad[units].sum()) for rule, bad in _misses(pairs, pairs.needs[row]).items()}
    if (pairs.of(row)[0][units] == verbs.FITS).any():
        refuse("nowhere")
    worst = max(misses.values())
    refuse("rules", *sorted(rule for rule, count in misses.items() if count == worst))


def _misses(pairs: Pairs, need: Need) -> dict[str, NDArray[np.bool_]]:
    """Return for each rule of a need which units miss it, or are not known to answer it, where it is hard."""
    read = fit.readings(need, pairs.desk)
    return {one.rule_id: one.hard & (one.verdict != verbs.FITS) for one in read}


def _unbroken(offers: Offers, units: Ints) -> bool:
    """Return whether units are a row on one floor, or whole floors one above another."""
    first, last = int(units[0]), int(units[-1])
    if last - first + 1 != len(units):
        return False
    if offers.adjoins[first + 1 : last + 1].all():
        return True
    low, high = np.searchsorted(offers.floor_first, [first, last + 1])
    whole = offers.floor_first[low] == first and offers.floor_first[high] == last + 1
    return bool(whole and offers.stacked[low + 1 : high].all())


def sentence(refusal: Refusal, names: Mapping[str, str], t: Translate) -> str:
    """Return a refusal in words.

    Parameters
    ----------
    refusal
        What is refused.
    names
        Names of rules by id (`fit.rule_names`), and of anything else that is better called by a name.
    t
        Says it in the reader's language.
    """
    against = ", ".join(names.get(one, one) for one in refusal.against)
    told = {
        "who": t("there is no such open need"),
        "which": t("the company has several open needs ({against}): say which", against=against),
        "place": t("it says no unit and no building"),
        "where": t("this place is not known: {against}", against=against),
        "apart": t("the units lie outside the building that it says"),
        "parts": t("the parts are not of one park, or one of them is too small or not needed for the least area"),
        "run": t("these units are neither a row on one floor nor whole floors: {against}", against=against),
        "rules": t("the place misses, or is not known to keep: {against}", against=against),
        "area": t("the area of the units is not between the least and the most that is asked"),
        "time": t("the units are not free together in the time asked for"),
        "worth": t("the place would count nothing in the plan: look at the priority of the need"),
        "nowhere": t("no unbroken space there has the area asked for and is free for the term"),
        "ban": t("a ban forbids the place"),
        "pins": t("it cannot stand together with the pins of {against}", against=against),
        "zone": t("this zone has no space: {against}", against=against),
        "sectors": t("these sectors are not known: {against}", against=against),
        "sense": t("it must say at_least or at_most"),
        "amount": t("it must say either a share between 0 and 1 or an area of 0 m² or more"),
        "price": t("the price must be above 0, or empty for a quota without exception"),
        "name": t("it has no id"),
        "twice": t("another quota has this id"),
    }[refusal.kind]
    return t("{name} is not kept: {reason}.", name=names.get(refusal.name, refusal.name), reason=told)
