"""Revision 0007: outlines of zones, parks and parcels are kept."""

from __future__ import annotations

from parks.store.migrations.versions import r0001_file

revision = "0007"
down_revision = "0006"

DATA = {
    "outlines": ("outline_id:t! kind:t! zone_id:t park_id:t name_zh:t name_en:t boundary:t uncertainty_m:n geometry:g"),
}
"""As `r0001_file.DATA`."""


def upgrade() -> None:
    """Make the table."""
    for name, own in DATA.items():
        r0001_file.keep(name, own)
