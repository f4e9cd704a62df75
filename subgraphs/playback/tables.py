"""Playback's tables. Moments are aware UTC datetimes."""

from __future__ import annotations

import sqlalchemy as sa

from reelgraph_dgs.database import UtcDateTime
from reelgraph_dgs.outbox import add_outbox_table

metadata = sa.MetaData()
add_outbox_table(metadata)

sessions = sa.Table(
    "playback_sessions",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("member_id", sa.String(64), nullable=False),
    sa.Column("profile_id", sa.String(64), nullable=False),
    sa.Column("title_id", sa.String(64), nullable=False),
    sa.Column("asset", sa.String(64), nullable=False),
    sa.Column("streams", sa.JSON, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("entitled_until", UtcDateTime, nullable=False),
    sa.Column("urls_expire_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Index("playback_sessions_ended", "ended_at", "urls_expire_at"),
    sa.Index("playback_sessions_by_start", "started_at"),
)

# One row a slot that a member's plan allows; a slot is taken over once its lease has expired.
stream_leases = sa.Table(
    "stream_leases",
    metadata,
    sa.Column("member_id", sa.String(64), primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("session_id", sa.String(36), nullable=False, unique=True),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Column("secret", sa.String(32), nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

url_keys = sa.Table(
    "url_keys",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("signs_from", UtcDateTime, nullable=False),
    sa.Column("verifies_until", UtcDateTime, nullable=False),
)

assets = sa.Table(
    "assets",
    metadata,
    sa.Column("asset", sa.String(64), primary_key=True),
    sa.Column("title_id", sa.String(64), nullable=False),
    sa.Column("name", sa.String(500), nullable=False),
    sa.Column("release_year", sa.Integer),
)

appliances = sa.Table(
    "appliances",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("base_url_v4", sa.String(200)),
    sa.Column("base_url_v6", sa.String(200)),
    sa.Column("boot_id", sa.String(64), nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("last_report_at", UtcDateTime, nullable=False),
    sa.Column("good_reports_needed", sa.Integer, nullable=False),
    sa.Column("health", sa.JSON, nullable=False),
    sa.Column("reads_through", sa.Boolean, nullable=False),
    sa.Column("codecs", sa.JSON, nullable=False),
    sa.Column("routes_generation", sa.BigInteger, nullable=False),
)

appliance_routes = sa.Table(
    "appliance_routes",
    metadata,
    sa.Column("appliance_id", sa.String(64), primary_key=True),
    sa.Column("prefix", sa.String(64), primary_key=True),
    sa.Column("as_path", sa.JSON, nullable=False),
    sa.Column("med", sa.BigInteger, nullable=False),
)

appliance_files = sa.Table(
    "appliance_files",
    metadata,
    sa.Column("appliance_id", sa.String(64), primary_key=True),
    sa.Column("file", sa.String(200), primary_key=True),
)
