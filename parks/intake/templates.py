"""Workbooks to be filled in and imported: one for each table, with drop-downs, notes and examples, in both languages.

The first sheet is the table and nothing else; what explains it stands on sheets of its own, which are never data.
"""

from __future__ import annotations

import datetime as dt
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from parks import policy, schema, spreadsheets, words
from parks.checks import cells as checked
from parks.intake import examples
from parks.intake.values import cells, measures, quantities, signs

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from parks.policy import Policy
    from parks.schema import Column
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Codes = Mapping[str, Sequence[tuple[str, str]]]

ROWS = 5_000
"""Rows below the headings that have drop-downs and checks."""
DAYS = (dt.date(1950, 1, 1), dt.date(2100, 12, 31))
"""A day outside these is hardly meant; it may be written all the same."""
MOST = 10**12
"""A figure beyond this is hardly meant, whatever its unit."""
INK, REQUIRED, OPTIONAL, QUIET = "#1F2A36", "#FFE3B3", "#DCE6F0", "#6B7785"
WIDTHS = (26, 40, 12, 9, 44, 24, 24, 44)
"""Widths of the columns of the explanations."""
LINE = 15
"""Height of a line [points]."""
NOTE = 40
"""Half-width signs in a line of a note."""
NUMBERS = {"int": "General", "number": "General", "date": "yyyy-mm-dd"}
"""Type of a column → number format. All others are text, so that no spreadsheet makes 3-1 a day and 001 a 1."""


class _Book(NamedTuple):
    """A workbook while it is made, with the language and its formats."""

    book: Workbook
    lang: str
    t: Translate
    styles: dict[str, Format]


def write(path: Path, table: str, lang: str, codes: Codes = MappingProxyType({})) -> None:
    """Write the template of a table as XLSX; the same arguments give the same bytes.

    Parameters
    ----------
    path
        File to write; one that is there is replaced.
    table
        One of `schema.TABLES`.
    lang
        ``zh`` or ``en``: headings, words and notes.
    codes
        Table or policy list (``parks``, ``zones``, ``sectors`` …) → the codes that may be chosen, each with its name.

    Raises
    ------
    KeyError
        When there is no such table.
    """
    columns = [column for column in schema.columns(table).values() if not column.is_geometry]
    t = words.translator(lang)
    with spreadsheets.workbook(path) as book:
        made = _Book(book, lang, t, _styles(book))
        page, guide, lists = (book.add_worksheet(name) for name in (schema.title(table, t), t("Fill in"), t("Lists")))
        places = _lists(made, lists, columns, codes)
        _table(made, page, columns, places)
        _guide(made, guide, table)


def codes(table: str, park: Snapshot, rules: Policy, lang: str) -> dict[str, list[tuple[str, str]]]:
    """Return list → the codes that the columns of `table` may name, each with its name in `lang` where it has one."""
    found = {}
    for name in sorted({column.refers_to for column in schema.columns(table).values() if column.refers_to}):
        is_policy = name in policy.LISTS
        frame = getattr(rules, name) if is_policy else park.table(name)
        key = policy.LISTS[name] if is_policy else schema.key(name)
        found[name] = [(str(row[key]), _called(row, lang)) for row in frame.to_dict("records")]
    return found


def _called(row: Mapping[Hashable, Any], lang: str) -> str:
    """Return what a row is called, in the language asked for where it has a name in it."""
    names = (f"name_{lang}", "name", f"phrase_{lang}", "name_zh", "name_en", "level")
    return str(next((row[name] for name in names if isinstance(row.get(name), str | int)), ""))


def is_explanation(sheet: str) -> bool:
    """Return whether a sheet of that name is one of those beside the table in our templates: it holds no rows."""
    each = [words.translator(lang) for lang in words.LANGUAGES]
    return signs.plain(sheet) in {said for t in each for said in (t("Fill in"), t("Lists"))}


def _styles(book: Workbook) -> dict[str, Format]:
    base = {"font_size": 10, "font_color": INK, "valign": "top"}
    head = base | {"bold": True, "text_wrap": True, "border": 1, "border_color": "#FFFFFF"}
    cell = base | {"text_wrap": True, "num_format": "@", "bottom": 1, "bottom_color": "#E3E8EE"}
    return {
        "required": book.add_format(head | {"bg_color": REQUIRED}),
        "optional": book.add_format(head | {"bg_color": OPTIONAL}),
        "title": book.add_format(base | {"bold": True, "font_size": 14}),
        "line": book.add_format(base),
        "cell": book.add_format(cell),
        "name": book.add_format(cell | {"bold": True}),
        "quiet": book.add_format(cell | {"italic": True, "font_color": QUIET}),
        **{kind: book.add_format(base | {"num_format": NUMBERS.get(kind, "@")}) for kind in sorted(schema.TYPES)},
        "code": book.add_format(base | {"num_format": "@"}),
    }


def _table(made: _Book, page: Worksheet, columns: Sequence[Column], places: Mapping[str, str]) -> None:
    """Draw the sheet to be filled in: one line of headings, and what the cells below may hold."""
    for place, column in enumerate(columns):
        heading = _heading(column, made.lang)
        wide = min(max(spreadsheets.width(heading) + 4, 12), 24)
        page.set_column(place, place, wide, made.styles[column.type])
        spreadsheets.put(page, 0, place, heading, made.styles["required" if column.required else "optional"])
        said = list(_told(column, made.lang, made.t))
        spreadsheets.note(page, 0, place, "\n".join(said), lines=sum(_lines(line, NOTE) for line in said))
        rule = _rule(column, places.get(_list_name(column), ""), made.t)
        if rule:
            page.data_validation(1, place, ROWS, place, {"ignore_blank": True, **rule})
    page.set_row(0, 2 * LINE)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, ROWS, len(columns) - 1)
    _print(page)


def _heading(column: Column, lang: str) -> str:
    return f"{column.heading(lang)} *" if column.required else column.heading(lang)


def _told(column: Column, lang: str, t: Translate) -> Iterator[str]:
    """Return the lines of the note on a heading."""
    yield _meaning(column, t)
    if column.unit:
        yield t("Measured in: {unit}", unit=_unit(column, lang))
    yield t("must be filled in") if column.required else t("may stay empty")
    yield _what(column, lang, t)


def _meaning(column: Column, t: Translate) -> str:
    """Return what a column means, as a sentence: without its stop it might read like a heading."""
    return t("{meaning}.", meaning=t(column.description))


def _what(column: Column, lang: str, t: Translate) -> str:
    """Return what may be written into a column."""
    found = examples.options(column, lang)
    if found:
        return t("One of: {words}", words=" / ".join(found.values()))
    if column.type == "code":
        return t("An ID from the list “{list}”", list=schema.title(column.refers_to, t))
    return {
        "key": t("An ID that no other row has"),
        "int": t("A whole number"),
        "number": t("A number"),
        "date": t("A day, such as 2025-07-17"),
    }.get(column.type, t("Text"))


def _unit(column: Column, lang: str) -> str:
    return schema.UNITS_ZH.get(column.unit, column.unit) if lang == "zh" else column.unit


def _rule(column: Column, place: str, t: Translate) -> dict[str, Any]:
    """Return what a spreadsheet checks in a column; only words of ours are insisted on."""
    if place:
        kind = "warning" if column.type == "code" else "stop"
        said = {"error_title": t("Choose from the list."), "error_message": t("This is not in the list.")}
        return {"validate": "list", "source": place, "error_type": kind, **said}
    if column.type == "date":
        message = t("This is not a day, or hardly the one that is meant.")
        return _between("date", *DAYS) | {"error_title": t("Write days as 2025-07-17."), "error_message": message}
    if column.type not in cells.FIGURES:
        return {}
    message = t("This is hardly the figure that is meant.")
    return _between("integer" if column.type == "int" else "decimal", *_limits(column)) | {"error_message": message}


def _between(kind: str, least: object, most: object) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "minimum": least, "maximum": most, "error_type": "warning"}


def _limits(column: Column) -> tuple[float, float]:
    """Return between which figures one is plausible in a column, in its unit."""
    own = measures.own(column.unit)
    most = own.most if own is not None and math.isfinite(own.most) else MOST
    if any(schema.columns(table)[name] == column for table, name in checked.SIGNED):
        return -MOST, most
    least = own.least if own is not None and math.isfinite(own.least) else 0
    return (0 if column.name in quantities.ABSENT else least), most


def _list_name(column: Column) -> str:
    """Return under which name the list of a column is kept; empty when it has none."""
    return column.refers_to or (column.type if column.type == "bool" else column.name if column.values else "")


def _entries(column: Column, lang: str, codes: Codes) -> Sequence[tuple[str, str]]:
    """Return what may be chosen in a column, each with what it means."""
    if column.type == "code":
        return codes.get(column.refers_to, ())
    other = examples.options(column, "en" if lang == "zh" else "zh")
    return [(word, other[value]) for value, word in examples.options(column, lang).items()]


def _lists(made: _Book, page: Worksheet, columns: Sequence[Column], codes: Codes) -> dict[str, str]:
    """Draw the sheet of what may be chosen; return for each list where its cells are."""
    t, places, line = made.t, {}, 1
    for place, (name, wide) in enumerate([(t("List"), 26), (t("Write this"), 26), (t("It means"), 44)]):
        page.set_column(place, place, wide)
        spreadsheets.put(page, 0, place, name, made.styles["optional"])
    for column in columns:
        name, entries = _list_name(column), _entries(column, made.lang, codes)
        if not entries or name in places:
            continue
        title = schema.title(column.refers_to, t) if column.refers_to else ""
        title = t("Yes or no") if column.type == "bool" else title
        title = t("for {name}", name=title or column.heading(made.lang))  # alone it would read like a heading
        for row, entry in enumerate(entries, line):
            for place, (text, style) in enumerate(zip((title, *entry), ("quiet", "name", "cell"), strict=True)):
                spreadsheets.put(page, row, place, text, made.styles[style])
        places[name] = f"='{page.get_name()}'!$B${line + 1}:$B${line + len(entries)}"
        line += len(entries)
    page.freeze_panes(1, 0)
    _print(page)
    return places


def _guide(made: _Book, page: Worksheet, table: str) -> None:
    """Draw the sheet that explains the columns and shows the examples, a line for each column."""
    t, styles = made.t, made.styles
    spreadsheets.put(page, 0, 0, t("How to fill in the table “{table}”", table=schema.title(table, t)), styles["title"])
    for line, text in enumerate(_rules(table, t), 1):
        spreadsheets.put(page, line, 0, text, styles["line"])
    top = len(_rules(table, t)) + 2
    for place, (name, wide) in enumerate(zip(_questions(t), WIDTHS, strict=True)):
        page.set_column(place, place, wide)
        spreadsheets.put(page, top, place, name, styles["optional"])
    shown = examples.of(table, made.lang)
    columns = [column for column in schema.columns(table).values() if not column.is_geometry]
    for row, column in enumerate(columns, top + 1):
        answers = _answers(column, shown[column.name], made.lang, t)
        for place, text in enumerate(answers):
            spreadsheets.put(page, row, place, text, styles["cell" if place else "name"])
        page.set_row(row, LINE * max(_lines(text, wide - 2) for text, wide in zip(answers, WIDTHS, strict=True)))
    page.freeze_panes(top + 1, 1)
    _print(page)


def _rules(table: str, t: Translate) -> list[str]:
    """Return what holds for every column."""
    return [
        t("One row each, on the first sheet. The headings stay as they are."),
        t("Columns marked with * must be filled in."),
        t("Leave a cell empty when its value is not known. 0 means that there is none."),
        t("Write days as 2025-07-17."),
        t("The examples are made up. They are not imported."),
        *([t("Places and outlines are not written here: bring them as a layer.")] if schema.geometry(table) else []),
    ]


def _questions(t: Translate) -> list[str]:
    return [
        t("Name of the column"),
        t("What it means"),
        t("In which unit"),
        t("Must be filled in"),
        t("What to write"),
        *(t("Example {number}", number=number + 1) for number in range(examples.ROWS)),
        t("Other names understood"),
    ]


def _answers(column: Column, shown: Sequence[str], lang: str, t: Translate) -> list[str]:
    return [
        _heading(column, lang),
        _meaning(column, t),
        _unit(column, lang),
        t("yes") if column.required else t("no"),
        _what(column, lang, t),
        *(text or t("(left empty)") for text in shown),
        (", " if lang == "en" else "、").join(column.headings),
    ]


def _lines(text: str, wide: int) -> int:
    return max(1, math.ceil(spreadsheets.width(text) / wide))


def _print(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
