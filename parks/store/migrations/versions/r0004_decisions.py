"""Revision 0004: what planners decide is kept: waivers, pins and bans, quotas, weights."""

from __future__ import annotations

from parks.store.migrations.versions import r0001_file

revision = "0004"
down_revision = "0003"

DATA = {
    "waivers": "waiver_id:t! tenant_id:t! unit_id:t building_id:t rule:t! reason:t! by:t! day:d!",
    "pins": "pin_id:t! need_id:t tenant_id:t unit_id:t building_id:t sense:t! reason:t",
    "quotas": "quota_id:t! zone_id:t! sectors:t! sense:t! share:n area_m2:n price:n",
    "weights": "criterion:t! weight:n! reason:t",
}
"""As `r0001_file.DATA`."""


def upgrade() -> None:
    """Make the four tables."""
    for name, own in DATA.items():
        r0001_file.keep(name, own)
