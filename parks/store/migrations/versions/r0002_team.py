"""Revision 0002: a store for a team. It knows itself by a mark, scenarios are locked and approved, rights are given."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Take 0001 up; the number of the format goes, Alembic's own table says it from now on."""
    columns = op.get_bind().execute(sa.text("SELECT columns FROM about")).scalar()
    op.drop_table("about")
    about = op.create_table(
        "about", sa.Column("mark", TEXT, primary_key=True), sa.Column("columns", TEXT, nullable=False)
    )
    if columns is not None:
        op.bulk_insert(about, [{"mark": uuid.uuid4().hex, "columns": columns}])
    op.add_column("scenario", sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("ALTER TABLE scenario ADD COLUMN approved INTEGER REFERENCES change (id)")
    op.create_table(
        "right_given",
        sa.Column("row_id", sa.Integer(), primary_key=True),
        sa.Column("who", TEXT, sa.CheckConstraint("who <> ''"), nullable=False),
        sa.Column("may", TEXT, nullable=False),
        sa.Column("tx_from", sa.Integer(), sa.ForeignKey("change.id"), nullable=False),
        sa.Column("tx_to", sa.Integer(), sa.ForeignKey("change.id")),
    )
    current, ended = sa.text("tx_to IS NULL"), sa.text("tx_to IS NOT NULL")
    once = ["who", "may"]
    op.create_index(
        "right_given_current", "right_given", once, unique=True, sqlite_where=current, postgresql_where=current
    )
    op.create_index("right_given_tx_from", "right_given", ["tx_from"])
    op.create_index("right_given_tx_to", "right_given", ["tx_to"], sqlite_where=ended, postgresql_where=ended)
