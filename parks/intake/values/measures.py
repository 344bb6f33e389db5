"""Units as offices write them, and their exact size in the units of the schema."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache, lru_cache
from typing import NamedTuple

from parks import reader, schema
from parks.intake.values import signs
from parks.issues import InvalidData, Issue

PATH = schema.FOLDER / "measures.csv"
COLUMNS = {
    name: reader.Column(name, kind, "", "", required=kind == "key", choices=())
    for name, kind in {
        "unit": "key",
        "of": "text",
        "factor": "text",
        "least": "number",
        "most": "number",
        "names": "text",
        "description": "text",
    }.items()
}
JOINTS = re.compile(r"[/·・•‧∙.*×()\[\]-]|per|每")
"""What stands between the parts of a unit: 元/㎡/天, 元/㎡·天, 元每平方米每天, CNY per m² per day."""
TIMES = ("day", "month", "quarter", "year")


class Measure(NamedTuple):
    """One unit.

    Parameters
    ----------
    unit
        Its code, such as ``wan_m2`` or ``CNY/m2/day``.
    of
        Units of schema columns that it can be turned into.
    factor
        How many of those it is, exactly; None when that needs more than the unit (the power factor).
    least, most
        Where it is a schema's own unit: outside these a figure is taken for one in another unit unless it is said.
    symbol
        How it is shown.
    names
        How it is written, as `_spelling` makes it.
    """

    unit: str
    of: tuple[str, ...]
    factor: Fraction | None
    least: float
    most: float
    symbol: str
    names: tuple[str, ...]


@cache
def measures() -> dict[str, Measure]:
    """Return every unit by its code, from `data/schema/measures.csv`.

    Raises
    ------
    InvalidData
        When that file is at fault.
    """
    sheet = reader.sheet(PATH, COLUMNS)
    issues = [*sheet.issues, *reader.faults(sheet, {})]
    found: dict[str, Measure] = {}
    for line, row in sheet.cells.astype(object).where(sheet.cells.notna(), "").iterrows() if not issues else ():
        names = tuple(_spelling(name) for name in row["names"].split("|") if name)
        try:
            factor = Fraction(row["factor"]) if row["factor"] else None
        except (ValueError, ZeroDivisionError):
            issues.append(_fault(line, "factor", row["factor"], "This is not a number."))
            continue
        taken = {name for measure in found.values() for name in measure.names}
        issues += [_fault(line, "names", name, "This stands here twice.") for name in names if name in taken]
        limits = float(row["least"] or "-inf"), float(row["most"] or "inf")
        of = tuple(part for part in row["of"].split("|") if part)
        symbol = row["names"].partition("|")[0]
        found[row["unit"]] = Measure(row["unit"], of, factor, *limits, symbol, names)
    if issues:
        raise InvalidData(issues)
    return found


@lru_cache(4096)
def named(text: str) -> str | None:
    """Return the code of the unit that a plain `text` names, or None when any part of it is no unit.

    Parts may stand in any order after the first (元/天/㎡ is 元/㎡/天). A compound that `measures` does not list,
    such as 元/月, is returned all the same: it is a unit, though of nothing that we hold.
    """
    parts = _split(_spelling(text))
    if not parts:
        return None
    first, *rest = dict.fromkeys(parts)
    return "/".join([first, *sorted(rest, key=lambda part: (part in TIMES, part))])


def shown(code: str) -> str:
    """Return how the unit `code` is shown: ``wan_m2`` as 万m², ``CNY/m2/month`` as 元/m²/月."""
    known = measures()
    return "/".join(known[part].symbol if part in known else part for part in code.split("/"))


@cache
def own(unit: str) -> Measure | None:
    """Return the measure that is the schema's own `unit` (such as ``m²``); None where the schema has none."""
    return next((one for one in measures().values() if unit in one.of and one.factor == 1), None)


def measuring(code: str, unit: str) -> bool:
    """Return whether figures in the unit `code` can stand in a schema column with `unit`, as they are or converted."""
    measure = measures().get(code)
    return measure is not None and unit in measure.of


def _spelling(text: str) -> str:
    """Return the written form of a unit that is compared: half-width, lower case, without blanks."""
    return signs.plain(text).casefold().replace(" ", "")


def _split(text: str) -> list[str]:
    """Return the codes of the units that `text` is made of, longest names first; none when a part is no unit."""
    found, place = [], 0
    while place < len(text):
        name = _names().match(text, place)
        token = name or JOINTS.match(text, place)
        if token is None:
            return []
        found += [_codes()[name[0]]] if name else []
        place = token.end()
    return found


@cache
def _codes() -> dict[str, str]:
    return {name: measure.unit for measure in measures().values() for name in measure.names}


@cache
def _names() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name) for name in sorted(_codes(), key=len, reverse=True)))


def _fault(line: object, column: str, value: str, message: str) -> Issue:
    return Issue(PATH.name, str(line), column, value, "schema", message, "Restore it from the release.")
