"""Texts inside markup: the one place where what was imported becomes part of HTML, SVG or an office file."""

from __future__ import annotations

import html
import re

LONG = re.compile(r"[^\s\u2e80-\uffef]{24,}")
"""A word without a place to break it."""
PIECE = 12
BREAK = "\u200b"
"""Where a long word may be broken: a sign that is not seen."""


NO_MARKUP = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What neither XML nor HTML can hold."""


def sound(text: object) -> str:
    """Return a text with � for the signs that no markup can hold."""
    return NO_MARKUP.sub("�", str(text))


def escape(text: object) -> str:
    """Return a text as markup: it shows what it is and does nothing."""
    return html.escape(sound(text), quote=True)


def breakable(text: str) -> str:
    """Return a text whose long words can be broken, so that no cell of a printed table cuts them."""

    def broken(match: re.Match[str]) -> str:
        word = re.sub(r"([/_.\-])(?=\w)", rf"\1{BREAK}", match[0])
        return BREAK.join(
            part[at : at + PIECE] for part in word.split(BREAK) for at in range(0, max(len(part), 1), PIECE)
        )

    return LONG.sub(broken, text)
