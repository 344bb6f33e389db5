"""Rows on standard output as a table, JSON or CSV; sentences and issues on standard error."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.output import figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parks.words import Translate

DIGITS = 6
"""Decimals kept of a number: less than any figure that is measured."""
WIDEST = 60
"""Characters of one cell in a table on the screen."""
NONE = "–"
"""Stands for nothing at all, which is no unknown."""


def rows(frame: pd.DataFrame, form: str, t: Translate) -> None:
    """Print `frame`: an array of objects in JSON, one row a line otherwise.

    Parameters
    ----------
    frame
        What to print; the column names are the keys.
    form
        ``table``, ``json`` or ``csv``.
    t
        Says what stands for unknown in a table.
    """
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    if form == "csv":
        from parks.output import tables  # only this form pays for it

        sys.stdout.write(tables.csv(plain).decode("utf-8-sig").replace("\r\n", "\n"))
    elif form == "json":
        _json([{str(name): value(cell) for name, cell in row.items()} for row in plain.to_dict("records")])
    else:
        _table(plain, t)


def fields(held: Mapping[str, Any], form: str, t: Translate) -> None:
    """Print one object: as JSON, or its fields line by line, lists of rows as tables below."""
    if form == "json":
        _json(value(dict(held)))
        return
    if form == "csv":
        rows(pd.DataFrame({"key": list(held), "value": [_text(cell, t) for cell in held.values()]}), "csv", t)
        return
    for name, cell in held.items():
        parts = cell if isinstance(cell, list) else [cell]
        said = [part["sentence"] if isinstance(part, dict) and "sentence" in part else part for part in parts]
        if said and isinstance(said[0], dict):
            sys.stdout.write(f"{name}:\n")
            _table(pd.DataFrame(said), t)
        elif isinstance(cell, list) and any(" " in str(part) for part in said):
            sys.stdout.write(f"{name}:\n" + "".join(f"  {_printable(str(part))}\n" for part in said))
        else:
            line = ", ".join(NONE if part is None else _text(part, t) for part in said)
            sys.stdout.write(f"{name}: {line or NONE}\n")


def say(*sentences: object) -> None:
    """Print sentences on standard error, one a line."""
    for sentence in sentences:
        sys.stderr.write(f"{sentence}\n")


def issues(found: Iterable[Any]) -> None:
    """Print issues on standard error, one a line: where, what is wrong, how to mend it."""
    say(*found)


def value(cell: Any) -> Any:  # noqa: ANN401 - whatever a frame or a plan holds
    """Return `cell` as JSON knows it: None for unknown, days as ISO text, numbers plain."""
    if isinstance(cell, dict):
        return {str(name): value(part) for name, part in cell.items()}
    if isinstance(cell, list | tuple | set | frozenset):
        return [value(part) for part in (sorted(cell) if isinstance(cell, set | frozenset) else cell)]
    if figures.missing(cell):
        return None
    if isinstance(cell, dt.datetime) and cell.time() != dt.time():
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, dt.date):
        return cell.isoformat()[:10]
    plain = cell.item() if isinstance(cell, np.generic) else cell
    return round(plain, DIGITS) if isinstance(plain, float) else plain


def _json(held: Any) -> None:  # noqa: ANN401 - what JSON can say
    json.dump(held, sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.write("\n")


def _table(frame: pd.DataFrame, t: Translate) -> None:
    head = [str(name) for name in frame.columns]
    body = [[_cut(_text(cell, t)) for cell in row] for row in frame.itertuples(index=False, name=None)]
    right = [pd.api.types.is_numeric_dtype(frame.iloc[:, place]) for place in range(len(head))]
    widths = [max(map(figures.width, column)) for column in zip(head, *body, strict=True)]
    for line in [head, ["-" * width for width in widths], *body]:
        cells = [_padded(*cell) for cell in zip(line, widths, right, strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _padded(text: str, width: int, right: bool) -> str:  # noqa: FBT001 - private, always from `_table`
    room = " " * (width - figures.width(text))
    return room + text if right else text + room


def _text(cell: Any, t: Translate) -> str:  # noqa: ANN401 - whatever a frame holds
    plain = value(cell)
    if plain is None:
        return t("unknown")
    if isinstance(plain, float):
        return f"{plain:,.0f}" if plain.is_integer() else f"{plain:,.3f}" if abs(plain) < 1 else f"{plain:,.1f}"
    return _printable(" ".join(map(str, plain)) if isinstance(plain, list) else str(plain))


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _printable(text: str) -> str:
    """Return `text` without signs that would move the cursor or colour the screen: names are imported."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
