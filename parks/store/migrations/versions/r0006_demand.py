"""Revision 0006: supporting facilities, requests of companies, foreign projects and products made here are kept."""

from __future__ import annotations

from parks.store.migrations.versions import r0001_file

revision = "0006"
down_revision = "0005"

DATA = {
    "facilities": (
        "facility_id:t! kind:t! name_zh:t! name_en:t zone_id:t park_id:t operator:t capacity:n capacity_unit:t "
        "opened_on:d geometry:g"
    ),
    "requests": (
        "request_id:t! tenant_id:t! unit_id:t building_id:t subject:t! found_on:d! solved_on:d answered_on:d owner:t"
    ),
    "localisations": (
        "localisation_id:t! kind:t! name_zh:t! name_en:t tenant_id:t zone_id:t way:t progress:t! done_on:d counts_to:t"
    ),
}
"""As `r0001_file.DATA`."""


def upgrade() -> None:
    """Make the tables."""
    for name, own in DATA.items():
        r0001_file.keep(name, own)
