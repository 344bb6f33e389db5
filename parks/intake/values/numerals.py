"""Numbers in Chinese characters, read only where they are written as they are said."""

from __future__ import annotations

import re

DIGITS = "零一二三四五六七八九"
PLACES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
SIGNS = f"{DIGITS}〇两{''.join(PLACES)}{''.join(MYRIADS)}"
LEADING = re.compile(f"[{SIGNS}]+")
"""A Chinese numeral at the beginning of a text. 三千瓦 is read as 三千 and 瓦: the same power as 三 and 千瓦."""


def read(text: str) -> int | None:
    """Return the number that `text` says; None when it is no number or could be said of another.

    一万二 (12,000 to a speaker, 10,002 to a reader) and 二〇 are refused: what is read must say itself again.
    """
    if not LEADING.fullmatch(text):
        return None
    plain = text.replace("两", "二").replace("〇", "零")
    total = _value(plain)
    return total if spoken(total) == (f"一{plain}" if plain[0] == "十" else plain) else None


def digits(text: str) -> str:
    """Return `text` with each Chinese digit as an Arabic one, as years are written: 二〇二五 is 2025."""
    table = {ord(sign): str(value) for value, sign in enumerate(DIGITS)} | {ord("〇"): "0"}
    return text.translate(table)


def _value(text: str) -> int:
    for sign in ("亿", "万"):
        high, found, low = text.rpartition(sign)
        if found:
            return _value(high) * MYRIADS[sign] + _value(low)
    total = digit = 0
    for sign in text:
        if sign in PLACES:
            total, digit = total + (digit or 1) * PLACES[sign], 0
        else:
            digit = DIGITS.index(sign)
    return total + digit


def spoken(number: int) -> str:
    """Return how `number` is said in full."""
    if number == 0:
        return "零"
    for sign, size in reversed(MYRIADS.items()):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return spoken(high) + sign + gap + (spoken(low) if low else "")
    said, gap = "", ""
    for sign, size in ("千", 1000), ("百", 100), ("十", 10), ("", 1):
        digit = number // size % 10
        if digit:
            said, gap = said + gap + DIGITS[digit] + sign, ""
        elif said:
            gap = "零"
    return said
