"""Revision 0001: the layout of the first release, one file with the format in `about`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TYPES: dict[str, Any] = {
    "t": TEXT,
    "n": sa.Double(),
    "i": sa.Integer(),
    "b": sa.Boolean(),
    "d": sa.Date(),
    "g": sa.LargeBinary(),
    "m": sa.DateTime(),
}
ABOUT = "format:i! columns:t!"
CHANGE = "id:i! recorded_at:m! who:t! what:t! subject:t! rows:i! reason:t! source:t! scenario:t! data_day:d undoes:i"
TOLD = "source:t! source_date:t standing:t!"
DAYS = "valid_from:d! valid_to:d!"
LEASES = f"unit_id:t! tenant_id:t state:t! {DAYS} rent_cny_m2_day:n reason:t {TOLD} scenario:t!"
STATES = "'let', 'reserved', 'intended', 'fitting_out', 'locked', 'renovation'"
DATA = {
    "parks": "park_id:t! name_zh:t! name_en:t zone_id:t! sub_area:t address:t developer:t record_type:t "
    "inside_layout:b! placement:t! geometry:g",
    "buildings": "building_id:t! park_id:t! name_zh:t! name_en:t use_type:t status:t! completed_on:d floors_above:i "
    "floors_below:i gfa_m2:n above_ground_m2:n far_area_m2:n fire_class:t fire_rating:i land_use:t bonded:b geometry:g",
    "floors": "floor_id:t! building_id:t! level:i! gfa_m2:n floor_height_m:n clear_height_m:n floor_load_kn_m2:n",
    "units": "unit_id:t! building_id:t! floor_id:t! name:t position:i lettable_m2:n gfa_m2:n power_kva:n dual_power:b "
    "process_drain:b exhaust_shaft:b freight_lift_t:n cleanroom_m2:n bsl:i radiation_ok:b asking_rent_cny_m2_day:n",
    "tenants": "tenant_id:t! name_zh:t! name_en:t kind:t! sector_code:t stage:t park_id:t zone_id:t pipeline:t owner:t",
    "needs": "need_id:t! tenant_id:t! stage:t! area_min_m2:n! area_max_m2:n! wanted_from:d wanted_to:d term_months:i "
    "rent_max_cny_m2_day:n floor_height_m:n clear_height_m:n floor_load_kn_m2:n power_kva:n dual_power:b "
    "process_drain:b exhaust_shaft:b freight_lift_t:n cleanroom_m2:n fire_class:t bsl:i radiation_ok:b bonded:b "
    "ground_floor:b priority:n",
    "projects": "project_id:t! name_zh:t! name_en:t kind:t! zone_id:t! park_id:t building_id:t developer:t gfa_m2:n "
    "far_area_m2:n counts_to:t",
    "milestones": "milestone_id:t! project_id:t! event:t! planned_on:d actual_on:d",
    "published_figures": "figure_id:t! park_id:t subject:t! metric:t! value:n text:t unit:t basis:t period:t "
    "publisher:t confidence:t",
}
"""Table → its own columns: name, type, and ! where a cell must be filled. The first is the key."""


def upgrade() -> None:
    """Make the whole layout."""
    op.create_table("about", *_columns(ABOUT), sa.PrimaryKeyConstraint("format"))
    undone = sa.ForeignKeyConstraint(["undoes"], ["change.id"])
    op.create_table("change", *_columns(CHANGE), sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("undoes"), undone)
    op.create_index("change_by_who", "change", ["who", "scenario", "id"])
    _dated("scenario", "name:t! note:t! base:i!", ["name"], sa.CheckConstraint("name <> ''"))
    once = ["scenario", "table_name", "key"]
    _dated("taken", "scenario:t! table_name:t! key:t!", once)
    op.create_index("taken_key", "taken", once)
    for name, own in DATA.items():
        keep(name, own)
    rules = [sa.CheckConstraint("valid_from < valid_to"), sa.CheckConstraint(f"state IN ({STATES})")]
    _dated("leases", f"lease_id:t! {LEASES}", ["lease_id", "scenario"], *rules)
    _looked_for("leases", "lease_id")
    op.create_index("leases_unit", "leases", ["unit_id"])
    op.create_index("leases_tenant", "leases", ["tenant_id"])


def keep(name: str, own: str) -> None:
    """Make a table of the data with its own columns (see `DATA`) and those that all of them have."""
    key = own.partition(":")[0]
    columns = f"{own} {TOLD} {DAYS} scenario:t!"
    _dated(name, columns, [key, "scenario", "valid_from"], sa.CheckConstraint("valid_from < valid_to"))
    _looked_for(name, key)


def _columns(said: str) -> list[sa.Column[Any]]:
    """Return the columns that a line like ``name:t! note:t`` says."""
    parts = [part.partition(":") for part in said.split()]
    # Changes are numbered by us on every engine.
    return [
        sa.Column(name, TYPES[rest[0]], nullable=not rest.endswith("!"), autoincrement=False) for name, _, rest in parts
    ]


def _dated(name: str, columns: str, once: list[str], *rules: sa.CheckConstraint) -> None:
    """Make a table whose rows say which changes wrote and ended them; `once` stands once among those in force."""
    bounds = [sa.ForeignKeyConstraint([column], ["change.id"]) for column in ("tx_from", "tx_to")]
    number = sa.Column("row_id", sa.Integer(), primary_key=True)
    op.create_table(name, number, *_columns(f"{columns} tx_from:i! tx_to:i"), *rules, *bounds)
    _index(f"{name}_current", name, once, "tx_to IS NULL", unique=True)
    op.create_index(f"{name}_tx_from", name, ["tx_from"])
    _index(f"{name}_tx_to", name, ["tx_to"], "tx_to IS NOT NULL")


def _looked_for(name: str, key: str) -> None:
    """Make the indexes by which rows of the data are looked for."""
    op.create_index(f"{name}_key", name, [key])
    _index(f"{name}_overlay", name, ["scenario"], "scenario <> ''")
    for day in ("valid_from", "valid_to"):
        op.create_index(f"{name}_{day}", name, [day])


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    part = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=part, postgresql_where=part)
