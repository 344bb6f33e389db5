"""What may stand behind an option of the command line, and what is said when it may not."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

PORTS = range(1, 65_536)
"""Ports of a machine."""


def chapter(text: str) -> str:
    """Return a chapter of the report by its code."""
    from parks.output import reports  # only this verb pays for it

    if text not in reports.CHAPTERS:
        message = f"{text!r} is no chapter; ours are {', '.join(reports.CHAPTERS)}"
        raise argparse.ArgumentTypeError(message)
    return text


def choice(text: str) -> tuple[str, str]:
    """Return a conflict and whose side stands in it."""
    conflict, _, side = text.rpartition("=")
    if not conflict or side not in {"mine", "theirs"}:
        message = f"{text!r} is no choice; write a conflict, = and mine or theirs"
        raise argparse.ArgumentTypeError(message)
    return conflict, side


def heading(text: str) -> tuple[str, str]:
    """Return a heading and the column that it means."""
    heading, mark, column = (part.strip() for part in text.rpartition("="))
    if not (heading and mark):
        message = f"{text!r} says no meaning; write a heading, = and a column of ours"
        raise argparse.ArgumentTypeError(message)
    return heading, column


def assumption(text: str) -> tuple[str, float]:
    """Return the name and the value of an assumption."""
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        message = f"{text!r} is no assumption; write a name, = and a number"
        raise argparse.ArgumentTypeError(message) from None


def probability(text: str) -> float:
    """Return a probability between 0 and 1."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < 1:
        message = f"{text!r} is no probability between 0 and 1"
        raise argparse.ArgumentTypeError(message)
    return found


def rejects(text: str) -> Path:
    """Return the path of a file that rejected rows can be written to."""
    if not text.lower().endswith((".xlsx", ".csv")):
        message = f"{text!r} says no format that can be written; use .xlsx or .csv"
        raise argparse.ArgumentTypeError(message)
    return Path(text)


def table(text: str) -> str:
    """Return a table of the schema."""
    from parks import schema  # only this verb pays for it

    if text not in schema.TABLES:
        message = f"{text!r} is no table; ours are {', '.join(schema.TABLES)}"
        raise argparse.ArgumentTypeError(message)
    return text


def day(text: str) -> dt.date:
    """Return a day."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day; write it as 2026-11-22"
        raise argparse.ArgumentTypeError(message) from None


def port(text: str) -> int:
    """Return a port of this machine."""
    if not text.isdecimal() or int(text) not in PORTS:
        message = f"{text!r} is no port; ports are 1 to {PORTS[-1]}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def count(text: str) -> int:
    """Return a number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is no number from 1 on"
        raise argparse.ArgumentTypeError(message)
    return int(text)
