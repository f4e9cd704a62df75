"""The ledger's tables."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

sequence = Table(
    "search_sequence",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

dirty = Table(
    "search_dirty",
    metadata,
    Column("index_name", String(63), primary_key=True),
    Column("root", String(512), primary_key=True),
    Column("priority", Integer, nullable=False),
    Column("only_building", Boolean, nullable=False),
    Column("first_event_at", Float, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("min_version", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("lease_owner", String(64)),
    Column("lease_until", Float),
    Column("event", Text),
    Column("last_error", Text),
)
Index("search_dirty_due", dirty.c.index_name, dirty.c.priority, dirty.c.first_event_at)

dead_letters = Table(
    "search_dead_letters",
    metadata,
    Column("index_name", String(63), primary_key=True),
    Column("root", String(512), primary_key=True),
    Column("error", Text, nullable=False),
    Column("error_path", Text),
    Column("subgraph", String(255)),
    Column("event", Text),
    Column("attempts", Integer, nullable=False),
    Column("died_at", Float, nullable=False),
)

changes = Table(
    "search_changes",
    metadata,
    Column("ref", String(512), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("noted_at", Float, nullable=False),
)

index_versions = Table(
    "search_index_versions",
    metadata,
    Column("index_name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("engine_index", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("definition", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("cursor", Text),
    Column("listed_all", Boolean, nullable=False),
    Column("roots", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("live_at", Float),
    Column("drop_at", Float),
)
