"""The tables of recommendations, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

features = Table(
    "features",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("year", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("prior", Float, nullable=False),
    Column("version", Integer, nullable=False),
    Column("genres", JSON, nullable=False),
    Column("people", JSON, nullable=False),
    # Unix seconds; null: never opens, or never closes.
    Column("opens", Float),
    Column("closes", Float),
    Column("countries", JSON, nullable=False),
    Column("series_id", String(120)),
)

plays = Table(
    "plays",
    metadata,
    # The number of plays, decayed to the moment `at` (unix seconds).
    Column("title_id", String(120), primary_key=True),
    Column("plays", Float, nullable=False),
    Column("at", Float, nullable=False),
)

history = Table(
    "history",
    metadata,
    Column("profile_id", String(120), primary_key=True),
    Column("title_id", String(120), primary_key=True),
    Column("at", Float, nullable=False),
    Column("position", Integer, nullable=False),
    Index("history_by_time", "profile_id", "at"),
)

seen_events = Table(
    "seen_events",
    metadata,
    # Events come at least once; these were counted.
    Column("id", String(120), primary_key=True),
    Column("at", Float, nullable=False),
    Index("seen_events_by_time", "at"),
)

marks = Table(
    "marks",
    metadata,
    # What is done once in the life of a store.
    Column("name", String(60), primary_key=True),
)
