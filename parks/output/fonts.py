"""The fonts that a printed report is set in: they come with a package, or from the templates' own folder."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

PACKAGE: Final = "justmytype_intl_cjk"
"""Carries Noto Sans SC, variable, under the SIL Open Font License 1.1."""
PLACE: Final = "fonts/ofl/notosanssc"
FAMILY: Final = "Noto Sans SC"
OWN: Final = "fonts"
"""Folder beside the templates: what a bureau puts there can be named in a template."""


def folders(templates: Path) -> list[Path]:
    """Return the folders to look for fonts in: the templates' own first, then the package's.

    Raises
    ------
    ModuleNotFoundError
        When the package with the Chinese font is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        message = f"the package {PACKAGE} with the font {FAMILY} is missing: install Parks anew"
        raise ModuleNotFoundError(message)
    own = templates / OWN
    return [*([own] if own.is_dir() else []), Path(found.origin).parent / PLACE]
