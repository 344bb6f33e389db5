"""Revision 0003: what an import brought is kept with it, and what a person has confirmed that headings mean."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTS = ("lines", "new", "changed", "ended", "unchanged", "rejected", "not_data")


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "receipt",
        sa.Column("row_id", sa.Integer(), primary_key=True),
        sa.Column("change", sa.Integer(), sa.ForeignKey("change.id"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("file", "digest", "part", "table_name")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
    )
    op.create_index("receipt_change", "receipt", ["change"])
    op.create_index("receipt_digest", "receipt", ["digest"])
    op.create_table(
        "heading",
        sa.Column("row_id", sa.Integer(), primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("source", "table_name", "heading", "column_name")),
        sa.Column("tx_from", sa.Integer(), sa.ForeignKey("change.id"), nullable=False),
        sa.Column("tx_to", sa.Integer(), sa.ForeignKey("change.id")),
    )
    current, ended = sa.text("tx_to IS NULL"), sa.text("tx_to IS NOT NULL")
    once = ["source", "table_name", "heading"]
    op.create_index("heading_current", "heading", once, unique=True, sqlite_where=current, postgresql_where=current)
    op.create_index("heading_tx_from", "heading", ["tx_from"])
    op.create_index("heading_tx_to", "heading", ["tx_to"], sqlite_where=ended, postgresql_where=ended)
