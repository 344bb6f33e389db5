"""What a place refuses, in words: the same sentence whichever engine said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from parks.words import Translate


def said(address: str, kind: str, t: Translate) -> InvalidData:
    """Return the refusal called `kind` (a key of `_sentences`) of the store at `address`."""
    return InvalidData([Issue("store", "", "", address, kind, *_sentences(t)[kind])])


def _sentences(t: Translate) -> dict[str, tuple[str, str]]:
    """Return kind → what is wrong, how to mend it."""
    nothing = t("Nothing was changed.")
    again = t("Check the network and the server, then try again.")
    rights = t("Give your account the right to write to the file and its folder, or choose another place.")
    return {
        "double_booking": (
            t("The unit is already firmly held in that period."),
            t("Look at the newest state of the unit and choose another unit or period."),
        ),
        "locked": (
            f"{t('Somebody else is writing to the store and has not finished.')} {nothing}",
            t("Try again in a moment."),
        ),
        "full": (
            f"{t('The disk is full.')} {nothing}",
            t("Make room on the disk that holds it, then try again."),
        ),
        "readonly": (f"{t('The store cannot be written.')} {nothing}", rights),
        "unreachable": (t("The store cannot be opened or made there."), rights),
        "gone": (
            t("The store's file is gone: it was moved or deleted, or its drive is not there any more."),
            t("Put it back where it was, or put back the last backup, then try again."),
        ),
        "missing": (t("There is no store there."), t("Check the path, or load data first.")),
        "not_a_store": (t("What is there is no Parks store."), t("Choose another place; this one was left as it was.")),
        "older": (
            t("The store was written by an older Parks, or with other tables or columns."),
            t("Take it up with “parks migrate”; it makes a backup first."),
        ),
        "damaged": (
            t("The store's file is damaged."),
            t("Move it away and put back the last backup with “parks restore”."),
        ),
        "disk": (t("The disk does not answer."), t("Check the disk, then open the store again.")),
        "no_server": (
            t("The database server cannot be reached, or refuses the account or the database."),
            t("Check the address, the account and that the server runs, then try again."),
        ),
        "lost": (f"{t('The connection to the database was lost.')} {nothing}", again),
        "unsure": (
            t("The connection to the database was lost while the act was confirmed; whether it was is not known."),
            t("Look at the newest acts before you do it again."),
        ),
        "extension": (
            t("The database server lacks the extension btree_gist, which keeps two bookings of a unit apart."),
            t("Let the server's administrator install PostgreSQL's contrib package, then try again."),
        ),
        "denied": (
            f"{t('The account may not do this in the database.')} {nothing}",
            t("Let the database's owner make or migrate the store, or give the account the rights."),
        ),
        "unfit": (
            f"{t('A value is one that the database cannot keep.')} {nothing}",
            t("Look for numbers out of all proportion and for signs that are no text, and mend them."),
        ),
        "engine": (
            t("A store is a file, or a database on a PostgreSQL server."),
            t("Give a path, sqlite:/// and a path, or postgresql://user@host/database."),
        ),
    }
