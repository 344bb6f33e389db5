"""Days as offices write them, also where only a month, a quarter or a year is given."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from parks.intake.values import numerals
from parks.intake.values.parsed import Parsed, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parks.schema import Column
    from parks.words import Translate

    Meaning = Callable[..., "Reading"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
FIRST, END = dt.date(FIRST_YEAR, 1, 1), dt.date(LAST_YEAR + 1, 1, 1)
"""First day, and the end of the last: it is a day too where an end is the day after."""
SERIALS = (20_000, 73_416)
"""Days since 1899-12-30 that a spreadsheet shows as a number: from 1954 to `END`."""
LARGEST = 10**8
"""No number from here on is a day, not even one written 21001231."""
LAST_DAY = "last_day"
"""What a heading such as 到期日 says in place of a unit: its days are the last ones, not the days after."""
LONGEST = 40
OPEN = (
    "长期 永久 长期有效 无固定期限 无限期 无期限 不限 不定期 至今 现在 目前 present now today open permanent indefinite"
)
"""Words for "has not ended"."""
AT_ONCE = "即日 即日起 随时 立即 即时 即刻 尽快 now immediately asap"
"""Words for "from today on"."""
FOREVER = dt.date(9999, 12, 31)
"""What databases write for an open end."""
MONTHS = (
    *("january jan", "february feb", "march mar", "april apr", "may", "june jun"),
    *("july jul", "august aug", "september sept sep", "october oct", "november nov", "december dec"),
)
ENGLISH = {name: str(month) for month, names in enumerate(MONTHS, start=1) for name in names.split()}
MONTH = "|".join(sorted(ENGLISH, key=len, reverse=True))
EXPECTED = re.compile(r"^(?:预计|计划|拟于|拟|约|暂定|力争|expected|planned|by the|by|in)\s*|(?:之前|以前|前|左右)$")
"""Words round a day to come, or one that is not exact."""
CLOCK = re.compile(r"[t ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\s*(?:z|[+-][0-9]{2}:?[0-9]{2})?$")
"""A time of the day behind a day, which is dropped."""
HAN_YEAR = re.compile(f"[{numerals.DIGITS}〇]{{4}}(?=年)")
HAN_PART = re.compile(f"[{numerals.SIGNS}]+(?=[月日号季])")
SHORT_YEAR = re.compile(
    rf"'?[0-9]{{2}}(?:[-/.年][0-9]{{1,2}}(?:[-/.月].*)?|年.*|q[1-4])"
    rf"|[0-9]{{1,2}}[-/. ]?(?:[0-9]{{1,2}}|{MONTH})[-/., ]+'?[0-9]{{2}}"
)
"""A year of two digits, or three short numbers of which none is surely the year."""
TWO = re.compile(r"(.{4,}?)\s*(?:~|至|到|to|--|-)\s*(.+)")


class Period(NamedTuple):
    """The days that a cell can mean, first and last; exact where it gives a day."""

    first: dt.date
    last: dt.date
    exact: bool = False


Reading = Period | str
"""A period, or the kind of its fault."""


def parse(raw: str | float | dt.date, column: Column, unit: str | None, t: Translate) -> Parsed:
    """Return the day that a cell means in a date column.

    A month, quarter, half or whole year is taken with a note: as its first day in a column of beginnings
    (``…_from``), as the day after its last in ``valid_to``, as its last day elsewhere: what is said to be reached in
    2025 is surely reached only at its end. A time of the day is dropped. A number is a serial day of a spreadsheet
    (1900 system) from 20000 to 73416, else a year, ``202503``, ``20250301`` or year.month: 2025.3 can only be March,
    but the number 2025.1 is January or October and is refused. 2025.10 as text is October. 03/04/2025 is refused,
    13/04/2025 is not. 长期 is an open end; so is 9999-12-31.

    Parameters
    ----------
    raw
        A day, a number, or plain text (`signs.plain`).
    column
        A ``date`` column.
    unit
        `LAST_DAY` when the heading says that the days of ``valid_to`` are the last ones; else None.
    t
        Says the sentences.
    """
    text = raw.casefold() if isinstance(raw, str) else ""
    open_ended = (
        text in OPEN.split() or (isinstance(raw, dt.date) and _day(raw) == FOREVER) or text.startswith("9999-12-31")
    )
    if open_ended and column.name.endswith("_to"):
        return Parsed(None)
    if text in AT_ONCE.split() and column.name == "wanted_from":
        return Parsed(None)
    bare, hedged = (text, False) if column.name == "actual_on" else _unhedged(text)
    read = _read(bare) if isinstance(raw, str) else _typed(raw)
    if isinstance(read, str):
        return _refused("open_end" if open_ended else read, t)
    day = _chosen(read, column, unit)
    if read.exact and not hedged:
        return Parsed(day)
    message = t("This names no single day; it is read as {day}.", day=day.isoformat())
    return Parsed(day, None, ("imprecise", message, t("Give the day when it is known.")))


def none(column: Column, t: Translate) -> Parsed:
    """Return what "none" (无) is in a date column: empty where an empty cell says that too, else refused."""
    if column.name in {"valid_to", "wanted_to", "wanted_from", "actual_on"}:
        return Parsed(None)
    return _refused("not_a_date", t)


def _chosen(read: Period, column: Column, unit: str | None) -> dt.date:
    if column.name.endswith("_from"):
        return read.first
    exclusive = column.name == "valid_to" and (unit == LAST_DAY or not read.exact)
    return read.last + dt.timedelta(days=1) if exclusive else read.last


def _typed(raw: float | dt.date) -> Reading:
    """Return the period that a number or a day of the file means."""
    if isinstance(raw, dt.date):
        day = _day(raw)
        return Period(day, day, exact=True) if FIRST <= day <= END else "not_a_date"
    if not abs(raw) < LARGEST:  # nor is NaN
        return "not_a_date"
    text = f"{raw:.15g}"
    return "ambiguous_number" if re.fullmatch(r"[0-9]{4}\.1", text) else _read(text)


def _day(raw: dt.date) -> dt.date:
    return raw.date() if isinstance(raw, dt.datetime) else raw


def _unhedged(text: str) -> tuple[str, bool]:
    bare = EXPECTED.sub("", text)
    return bare.strip(), bare != text


def _read(text: str) -> Reading:
    """Return the period that a plain text in lower case means."""
    if len(text) > LONGEST:
        return "not_a_date"
    text = CLOCK.sub("", _arabic(text))
    for pattern, meaning in FORMS:
        found = pattern.fullmatch(text)
        if found:
            try:
                return meaning(*found.groups())
            except ValueError:
                return "no_such_day"
    halves = TWO.fullmatch(text)
    if halves and isinstance(_read(halves[1]), Period) and halves[2][0].isdecimal():
        return "range"
    return "short_year" if SHORT_YEAR.fullmatch(text) else "not_a_date"


def _arabic(text: str) -> str:
    """Return `text` with Chinese numbers as Arabic ones and without blanks beside Chinese words."""
    if text.isascii():
        return text
    text = re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)
    text = HAN_YEAR.sub(lambda found: numerals.digits(found[0]), text)
    return HAN_PART.sub(lambda found: str(numerals.read(found[0]) or found[0]), text)


def _date(year: str, month: str, day: str) -> Period:
    one = dt.date(int(year), int(month), int(day))
    if not FIRST <= one <= END:
        raise ValueError(year)
    return Period(one, one, exact=True)


def _serial(number: str) -> Reading:
    """Return the day that a spreadsheet keeps as `number`."""
    if not SERIALS[0] <= int(number) <= SERIALS[1]:
        return "not_a_date"
    day = dt.date(1899, 12, 30) + dt.timedelta(days=int(number))
    return Period(day, day, exact=True)


def _months(year: str, first: int, last: int) -> Period:
    number = _year(year)
    return Period(dt.date(number, first, 1), dt.date(number, last, calendar.monthrange(number, last)[1]))


def _year(year: str) -> int:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise ValueError(year)
    return int(year)


def _month(year: str, month: str, part: str | None = None) -> Period:
    whole = _months(year, int(month), int(month))
    ten, twenty = whole.first.replace(day=10), whole.first.replace(day=20)
    after = dt.timedelta(days=1)
    parts = {
        "初": Period(whole.first, whole.first),
        "底": Period(whole.last, whole.last),
        "末": Period(whole.last, whole.last),
        "上旬": Period(whole.first, ten),
        "中旬": Period(ten + after, twenty),
        "下旬": Period(twenty + after, whole.last),
    }
    return parts.get(part or "", whole)


def _part_of_year(year: str, part: str | None = None) -> Period:
    whole = _months(year, 1, 12)
    return {"初": Period(whole.first, whole.first), None: whole, "内": whole}.get(part, Period(whole.last, whole.last))


def _quarter(year: str, quarter: str) -> Period:
    return _months(year, 3 * int(quarter) - 2, 3 * int(quarter))


def _half(year: str, half: str) -> Period:
    return _months(year, 1, 6) if half in {"上", "1"} else _months(year, 7, 12)


def _slashed(one: str, other: str, year: str) -> Reading:
    """Return the day of 13/04/2025 or 04/13/2025; 03/04/2025 may be either of two."""
    found: list[Period] = []
    for day, month in {(one, other), (other, one)}:
        try:
            found.append(_date(year, month, day))
        except ValueError:
            continue
    if len(found) > 1:
        return "ambiguous_date"
    return found[0] if found else "no_such_day"


def _refused(fault: str, t: Translate) -> Parsed:
    """Return the refusal of a cell, from the kind of its fault."""
    mend = t("Write it as 2025-07-17.")
    if fault == "range":
        return refused("range", t("These are two days."), t("Give the first and the last day in their columns."))
    if fault == "open_end":
        message = t("An open end can stand only where something ends.")
        return refused("open_end", message, t("Give the day, or leave the cell empty when it is unknown."))
    if fault == "ambiguous_number":
        message = t("This number is January or October: a spreadsheet drops the last 0.")
        return refused("ambiguous_date", message, t("Write it as text, such as 2025-01 or 2025-10."))
    if fault == "ambiguous_date":
        message = t("It cannot be told which figure is the day and which the month.")
        return refused("ambiguous_date", message, mend)
    if fault == "short_year":
        return refused("ambiguous_date", t("The year has only two digits."), mend)
    return refused(
        "not_a_date", t("There is no such day.") if fault == "no_such_day" else t("This is not a day."), mend
    )


def _forms() -> Iterator[tuple[str, Meaning]]:
    """Every way to write a period, with the function that its figures go to."""
    year, two, ending = "([0-9]{4})", "([0-9]{1,2})", "(?:st|nd|rd|th)?"
    for sign in "-", "/", r"\.":
        yield f"{year}{sign}{two}{sign}{two}", _date
        yield f"{two}{sign}{two}{sign}{year}", _slashed
    yield f"{year}年{two}月{two}[日号]?", _date
    yield f"{year}([0-9]{{2}})([0-9]{{2}})", _date
    yield "([0-9]{5})(?:\\.[0-9]+)?", _serial
    yield f"{year}[-/.年]{two}(?:月份?)?(初|底|末|上旬|中旬|下旬)?", _month
    yield f"{year}([0-9]{{2}})", _month
    yield f"{year}(?:年度?)?[- ]?第?([1-4])季度?", _quarter
    yield f"{year}[-/.年 ]?q([1-4])", _quarter
    yield f"q([1-4])[-/ ]?{year}", lambda quarter, number: _quarter(number, quarter)
    yield f"{year}年?(上|下)半年", _half
    yield f"{year}[-年 ]?h([12])", _half
    yield f"h([12])[-/ ]?{year}", lambda half, number: _half(number, half)
    yield f"{year}(?:年度?)?年?(初|底|末|内)?", _part_of_year
    yield f"(?:the )?(?:year-)?end(?: of)? {year}", lambda number: _part_of_year(number, "底")
    yield f"{two}{ending}[-/ ]?({MONTH})[-/., ]*{year}", lambda day, name, number: _date(number, ENGLISH[name], day)
    yield f"({MONTH})[-. ]*{two}{ending},? ?{year}", lambda name, day, number: _date(number, ENGLISH[name], day)
    yield f"{year}[- ]({MONTH})[- ]{two}", lambda number, name, day: _date(number, ENGLISH[name], day)
    yield f"({MONTH})[-., ]*{year}", lambda name, number: _month(number, ENGLISH[name])


FORMS = [(re.compile(form), meaning) for form, meaning in _forms()]
