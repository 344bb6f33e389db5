"""Figures as offices write them, with their signs and units, brought exactly to the unit of a schema column."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from parks.intake.values import measures, numerals
from parks.intake.values.parsed import Parsed, refused

if TYPE_CHECKING:
    from parks.schema import Column
    from parks.words import Translate

LIMIT = 10**15
"""Figures from here on are refused: a spreadsheet keeps 15 digits, and no district holds so much of anything."""
LONGEST = 60
"""Signs that a figure with its unit can have; anything longer is prose."""
FIGURE = re.compile(
    r"(?P<digits>[+-]?(?:"
    r"[0-9]{1,3}(?P<gap>[, ])[0-9]{3}(?:(?P=gap)[0-9]{3})*(?![0-9])(?:\.[0-9]*)?"  # 1,234.5 and 1 234.5
    r"|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?:e[+-]?[0-9]{1,2}(?![0-9]))?)"
)
BELOW_ZERO = re.compile(r"\(\s*([0-9][0-9., ]*)\)(.*)")
"""A bookkeeper's negative: (1,234)."""
PLAIN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,3})?")
"""What most figures look like; with so few digits the nearest float is what its decimals say."""
TWO = re.compile(rf".{{0,12}}?(?:[-~]+|至|到|to)\s*[+-]?[0-9.{numerals.SIGNS}].*")
"""What follows the first figure of a range: -5层, ~1500, m至6m."""
HEDGES = {
    "about": re.compile(r"(?:大约|大概|约|近|≈|~|(?:about|approx\.?|circa|ca\.?)(?=[ 0-9]))"),
    "least": re.compile(
        r"(?:≥|>=|=>|>|不少于|不低于|不小于|至少|最少|最低|大于等于|大于|超过|高于|at least|min\.?(?=[ 0-9]))"
    ),
    "most": re.compile(
        r"(?:≤|<=|=<|<|不超过|不大于|不高于|至多|最多|最高|小于等于|小于|低于|不足|up to|max\.?(?=[ 0-9]))"
    ),
}
"""Words before a figure that make it less than exact."""
AFTER = {
    hedge: re.compile(rf"(?:{words})\s*|\s*(?:{words})$")
    for hedge, words in {
        "about": "左右|上下|余|多|许",
        "least": r"及?以上|起|\+|or more|and above",
        "most": "及?以下|以内|or less",
    }.items()
}
"""The same right behind a figure, or at the end."""
CURRENCY = re.compile(r"(?:¥|rmb|cny|人民币)\s*(?=[0-9.])")
TIMES = {"万": 10**4, "亿": 10**8, "千": 10**3, "百": 10**2, "thousand": 10**3, "million": 10**6}
PREFIXES = {
    "storey": {"地下第": -1, "地下": -1, "负": -1, "b": -1, "第": 1, "f": 1, "l": 1},
    "level": {"bsl-": 1, "bsl": 1, "p": 1},
    "grade": {"第": 1, "grade": 1},
}
"""Schema unit → words before its figure, and the sign they give it: B1 and 地下一层 are −1, P2 is 2."""
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
WORDS = {"storey": {"首层": "1"}, "grade": ROMAN | {f"{roman}级": number for roman, number in ROMAN.items()}}
"""Schema unit → words that are figures."""
SAFE = ("m", "kN/m²", "kVA", "t", "level")
"""Units of what space offers: "at least" is on the safe side there, and what a need means anyway."""
ABSENT = ("freight_lift_t", "cleanroom_m2", "floors_below", "bsl")
"""Things that a place can be without: none of them is 0. There is no building without an area or a height."""


class Quantity(NamedTuple):
    """A figure as written: the number, the code of its unit, and whether it is ``about``, ``least`` or ``most``."""

    number: Decimal
    unit: str | None = None
    hedge: str = ""


class Fault(NamedTuple):
    """Why a text is no figure: kind, and the words at fault."""

    kind: str
    words: str = ""


UNREADABLE = Fault("not_a_number")


def parse(raw: str | float, column: Column, unit: str | None, t: Translate) -> Parsed:
    """Return a figure in the unit of `column`.

    A number from a spreadsheet is taken at the 15 digits that a spreadsheet keeps; one in signs or words is exact.
    Conversion is exact and rounded once, to the nearest float: rent by the month is × 12 / 365 a day, by the year
    / 365; 1 t/m² is 9.80665 kN/m²; kW is never turned into kVA. ``约`` is taken with a note; ``≥`` too where the
    column means "at least" or says what space offers; a range, or a limit anywhere else, is refused. A bare figure
    that its unit makes implausible (a clear height of 5400 m) is refused until the unit is said.

    Parameters
    ----------
    raw
        A number, or plain text (`signs.plain`).
    column
        An ``int`` or ``number`` column.
    unit
        Code of the unit that the heading says; None when it says none: then the schema's.
    t
        Says the sentences.
    """
    plain = _plain(raw, column, unit)
    if plain is not None:
        return plain
    read = _read(raw.casefold(), column.unit, unit) if isinstance(raw, str) else _number(raw)
    if isinstance(read, Fault):
        return _refused(read, column, t)
    if abs(read.number) >= LIMIT:
        message = t("This figure is larger than anything in a district.")
        return refused("not_a_number", message, _leave(t))
    if unit is not None and read.unit not in {None, unit} and not unit.startswith(f"{read.unit}/"):
        message = t(
            "The cell says {unit}, the heading says {heading}.",
            unit=measures.shown(read.unit or ""),
            heading=measures.shown(unit),
        )
        return refused("unit", message, t("Give the figure in the unit of the heading."))
    return _converted(read, unit or read.unit, column, t)


def none(column: Column, t: Translate) -> Parsed:
    """Return what "none" (无) is in a column of figures: 0 where a place can be without the thing, else refused."""
    if column.name in ABSENT:
        return Parsed(0 if column.type == "int" else 0.0)
    message = t("“None” is no figure here: it may mean 0, or that it is unknown.")
    return refused("none", message, t("Write 0, or leave the cell empty when it is unknown."))


def _plain(raw: str | float, column: Column, unit: str | None) -> Parsed | None:
    """Return a figure without any doubt or word, as the long way does, only sooner; None for all others."""
    if isinstance(raw, str):
        if not PLAIN.fullmatch(raw):
            return None
        value = float(raw)
    elif abs(raw) < LIMIT:  # nor is NaN
        value = float(f"{raw:.15g}") + 0.0
    else:
        return None
    if not _is_own(unit, column.unit) if unit is not None else _implausible(value, column.unit):
        return None
    if abs(value) >= LIMIT:
        return None
    if column.type == "number":
        return Parsed(value)
    return Parsed(int(value)) if value.is_integer() else None


@lru_cache(1024)
def _is_own(code: str, unit: str) -> bool:
    """Return whether figures in the unit `code` are those of the schema's `unit` as they stand."""
    measure = measures.measures().get(code)
    return measure is not None and measure.factor == 1 and unit in measure.of


def _number(raw: float) -> Quantity | Fault:
    if isinstance(raw, int):
        return Quantity(Decimal(raw))
    return Quantity(Decimal(f"{raw:.15g}")) if math.isfinite(raw) else UNREADABLE


def _read(text: str, of: str, said: str | None) -> Quantity | Fault:
    """Return the figure that a plain text in lower case says in a column with the schema's unit `of`."""
    if len(text) > LONGEST:
        return UNREADABLE
    number, rest = _leading(text)
    if number is not None and (not rest or measures.named(rest)):
        return _united(Quantity(number), rest, said)
    text = WORDS.get(of, {}).get(text, text)
    below = BELOW_ZERO.fullmatch(text)
    text = f"-{below[1]}{below[2]}" if below else text
    hedge, text = _hedge(text)
    currency = CURRENCY.match(text)
    money = currency[0].strip() if currency else ""
    sign, text = _prefix(text[currency.end() :] if currency else text, of)
    number, rest = _leading(text)
    if number is None:
        return UNREADABLE
    if TWO.fullmatch(rest):
        return Fault("range")
    behind = next((kind for kind, words in AFTER.items() if words.search(rest)), "")
    rest = AFTER[behind].sub("", rest, count=1) if behind else rest
    return _united(Quantity(number * sign, None, hedge or behind), money + rest, said)


def _hedge(text: str) -> tuple[str, str]:
    """Return how exact a text says that its figure is, and the text without that."""
    for hedge, words in HEDGES.items():
        found = words.match(text)
        if found:
            return hedge, text[found.end() :].lstrip()
    return "", text


def _prefix(text: str, of: str) -> tuple[int, str]:
    for word, sign in PREFIXES.get(of, {}).items():
        if text.startswith(word):
            return sign, text.removeprefix(word).lstrip()
    return 1, text


def _leading(text: str) -> tuple[Decimal | None, str]:
    """Return the number at the beginning of a text, and what follows it."""
    found = FIGURE.match(text)
    if found:
        digits = found["digits"].replace(found["gap"], "") if found["gap"] else found["digits"]
        return Decimal(digits), text[found.end() :].strip()
    said = numerals.LEADING.match(text)
    number = numerals.read(said[0]) if said else None
    return (None, "") if said is None or number is None else (Decimal(number), text[said.end() :].strip())


def _united(read: Quantity, words: str, said: str | None) -> Quantity | Fault:
    """Return a figure with the unit that the words behind it name: 万㎡ is 万 of ㎡, unless the heading says 万㎡."""
    if not words:
        return read
    code = measures.named(words)
    if code is not None and code == said:
        return read._replace(unit=code)
    for word, size in TIMES.items():
        left = words.removeprefix(word).strip()
        inner = measures.named(left)
        if left != words and (inner or not left):
            if not left and said is not None and said.startswith("wan_"):
                return Fault("doubled", word)
            return read._replace(number=read.number * size, unit=inner)
    if code is None:
        letters = any(sign.isalpha() for sign in words) and not re.search("[0-9()]", words)
        return Fault("unit", words) if letters else UNREADABLE
    return read._replace(unit=code)


def _converted(read: Quantity, code: str | None, column: Column, t: Translate) -> Parsed:
    """Return a figure in the unit `code`, None for the schema's, as a value of `column`."""
    up, down = read.number.as_integer_ratio()
    if code is not None:
        measure = measures.measures().get(code)
        if measure is None or measure.factor is None or column.unit not in measure.of:
            return _foreign(code, column, t)
        up, down = up * measure.factor.numerator, down * measure.factor.denominator
    elif _implausible(read.number, column.unit):
        message = t(
            "{value} {unit} is hardly meant: the unit is not said.",
            value=f"{read.number:f}",
            unit=_unit(column.unit, t),
        )
        return refused("unit", message, t("Write the unit behind the figure or in the heading."))
    if column.type == "int" and up % down:
        return refused("not_whole", t("This is not a whole number."), _leave(t))
    value = up // down if column.type == "int" else up / down
    return _hedged(value, read.hedge, column, t) if read.hedge else Parsed(value)


def _implausible(number: float | Decimal, unit: str) -> bool:
    own = measures.own(unit)
    return own is not None and number != 0 and not own.least <= float(number) <= own.most


def _hedged(value: float, hedge: str, column: Column, t: Translate) -> Parsed:
    """Return a figure that is less than exact: with a note where that does no harm, else refused."""
    mend = t("Give the exact figure when it is known.")
    if hedge == "about":
        message = t("The figure is approximate; it is taken as {value}.", value=f"{value:.15g}")
        return Parsed(value, None, ("approximate", message, mend))
    means = "_max_" in column.name if hedge == "most" else "_min_" in column.name or column.unit in SAFE
    if means:
        message = t("A limit is given; {value} is taken for it.", value=f"{value:.15g}")
        return Parsed(value, None, ("limit", message, mend))
    return refused("range", t("This is a limit, not a figure."), _one(t))


def _refused(fault: Fault, column: Column, t: Translate) -> Parsed:
    if fault.kind == "range":
        return refused("range", t("This is a range, not one figure."), _one(t))
    if fault.kind == "doubled":
        message = t("Both the cell and the heading say {word}.", word=fault.words)
        return refused("unit", message, t("Say it in one place only."))
    if fault.kind == "unit":
        message = t("The unit “{unit}” is not known.", unit=fault.words)
        return refused("unit", message, _wanted(column, t))
    message = t("This is not a whole number.") if column.type == "int" else t("This is not a number.")
    return refused("not_a_number", message, t("Write digits only, without units."))


def _foreign(code: str, column: Column, t: Translate) -> Parsed:
    """Return the refusal of a unit in which this column cannot be given."""
    if column.unit == "kVA" and measures.measuring(code, "kVA"):
        message = t(
            "{unit} is real power; without the power factor it cannot be turned into kVA.", unit=measures.shown(code)
        )
        return refused("unit", message, t("Give the apparent power in kVA."))
    if column.unit == "CNY/m²/day" and measures.measuring(code, column.unit):
        message = t("This is a rent of land, not of lettable space.")
        return refused("unit", message, t("Give the rent per m² of lettable space and day."))
    message = t("This column is not measured in {unit}.", unit=measures.shown(code))
    return refused("unit", message, _wanted(column, t))


def _wanted(column: Column, t: Translate) -> str:
    if not column.unit:
        return t("Write digits only, without units.")
    return t("Give the figure in {unit}.", unit=_unit(column.unit, t))


def _unit(unit: str, t: Translate) -> str:
    """Return how a unit of the schema is said."""
    return {
        "CNY/m²/day": t("CNY/m²/day"),
        "grade": t("grades"),
        "level": t("levels"),
        "months": t("months"),
        "storey": t("storeys"),
        "storeys": t("storeys"),
    }.get(unit, unit)


def _one(t: Translate) -> str:
    return t("Give one number, or least and most in their columns.")


def _leave(t: Translate) -> str:
    return t("Mend it, or leave the cell empty when it is unknown.")
