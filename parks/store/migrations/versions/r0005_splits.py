"""Revision 0005: a user's own split of a target by zone or year is kept."""

from __future__ import annotations

from parks.store.migrations.versions import r0001_file

revision = "0005"
down_revision = "0004"

DATA = {"target_splits": "split_id:t! target_id:t! zone_id:t year:i share:n area_m2:n"}
"""As `r0001_file.DATA`."""


def upgrade() -> None:
    """Make the table."""
    for name, own in DATA.items():
        r0001_file.keep(name, own)
