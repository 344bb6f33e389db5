"""The screens' and reports' words in the chosen language, from the gettext catalogues in `parks/locale`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Protocol

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent / "locale"


class Translate(Protocol):
    """Turns an English sentence into the reader's language."""

    def __call__(self, sentence: str, /, **values: object) -> str:
        """Return `sentence` in the reader's language with `{names}` filled from `values`."""


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return every translated sentence of a language, all rooms' catalogues together.

    Parameters
    ----------
    lang
        ``zh`` or ``en``. English is the language of the code: its catalogue is empty.

    Raises
    ------
    ValueError
        When the language is not one of ours, or two rooms translate one sentence differently.
    """
    if lang not in LANGUAGES:
        message = f"no such language: {lang!r}; ours are {', '.join(LANGUAGES)}"
        raise ValueError(message)
    found: dict[str, str] = {}
    for path in sorted((FOLDER / lang / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            entries = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}
        clash = {sentence for sentence in entries.keys() & found.keys() if entries[sentence] != found[sentence]}
        if clash:
            message = f"{path.name} translates otherwise than another room: {sorted(clash)}"
            raise ValueError(message)
        found |= entries
    return found


def translator(lang: str) -> Translate:
    """Return the function that says a sentence in `lang` (``zh`` or ``en``)."""
    entries = catalogue(lang)

    def translate(sentence: str, /, **values: object) -> str:
        said = entries.get(sentence, sentence)
        return said.format(**values) if values else said

    return translate
