"""What is wrong, where, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault in a user's data, said so that the user can mend it.

    Parameters
    ----------
    table
        Table or file that holds the fault.
    row
        The user's own row: a key, or a line number counted from 1. Empty when the whole table is meant.
    column
        Column at fault. Empty when the whole row is meant.
    value
        The value as it was read.
    kind
        Short code of the fault, stable across versions (``missing``, ``unknown_code`` …).
    message
        What is wrong, in a sentence.
    mend
        What to do about it, in a sentence.
    """

    table: str
    row: str
    column: str
    value: str
    kind: str
    message: str
    mend: str

    def as_dict(self) -> dict[str, Any]:
        """Return the issue as a plain dictionary in the order of its fields."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line: where, what is wrong, how to mend it."""
        place = " ".join(part for part in (self.table, self.row, self.column) if part)
        value = f" [{self.value}]" if self.value else ""
        return f"{place}{value}: {self.message} {self.mend}"


class InvalidData(ValueError):  # noqa: N818 - named for what the user brought, not for the machine
    """Data that cannot be used at all. Carries every issue found, not only the first.

    Parameters
    ----------
    issues
        The faults, in the order found. At least one.
    """

    def __init__(self, issues: Iterable[Issue]) -> None:
        """Keep the issues; the message is one line each."""
        self.issues: tuple[Issue, ...] = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))
