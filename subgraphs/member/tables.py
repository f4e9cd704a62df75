"""Member's tables. Moments are aware UTC datetimes."""

from __future__ import annotations

import sqlalchemy as sa

from reelgraph_dgs.database import UtcDateTime
from reelgraph_dgs.outbox import add_outbox_table

metadata = sa.MetaData()
add_outbox_table(metadata)

members = sa.Table(
    "members",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("display_name", sa.String(80), nullable=False),
    sa.Column("country", sa.String(2)),
    sa.Column("password_hash", sa.String(256), nullable=False),
    sa.Column("scopes", sa.String(256), nullable=False, server_default=""),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

profiles = sa.Table(
    "profiles",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("member_id", sa.ForeignKey("members.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("maturity", sa.Integer, nullable=False),
    sa.Column("kids", sa.Boolean, nullable=False),
    sa.UniqueConstraint("member_id", "number"),
    sa.UniqueConstraint("member_id", "name"),
    sa.CheckConstraint("not kids or maturity <= 7", name="kids_maturity"),
)

sign_in_attempts = sa.Table(
    "sign_in_attempts",
    metadata,
    sa.Column("subject", sa.String(320), primary_key=True),
    sa.Column("window_ends_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
)
