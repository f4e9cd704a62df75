"""The catalogue's tables, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from reelgraph_dgs.database import UtcDateTime
from reelgraph_dgs.outbox import add_outbox_table

metadata = MetaData()
add_outbox_table(metadata)

titles = Table(
    "titles",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("name", Text, nullable=False),
    Column("original_name", Text),
    Column("kind", String(16), nullable=False),
    Column("synopsis", Text, nullable=False),
    Column("release_year", Integer, nullable=False),
    Column("runtime_minutes", Integer, nullable=False),
    Column("countries", JSON, nullable=False),
    Column("maturity_rating", String(16), nullable=False),
    Column("series_id", String(120), ForeignKey("titles.id")),
    Column("season_number", Integer),
    Column("episode_number", Integer),
    Column("popularity", Float, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("titles_by_kind", "kind", "id"),
    Index("titles_by_series", "series_id", "season_number", "episode_number"),
)

genres = Table(
    "genres",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("name", Text, nullable=False),
)

title_genres = Table(
    "title_genres",
    metadata,
    Column("title_id", ForeignKey("titles.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("genre_id", ForeignKey("genres.id"), nullable=False),
    Index("titles_by_genre", "genre_id", "title_id"),
)

people = Table(
    "people",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("name", Text, nullable=False),
    Column("birth_year", Integer),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

credits = Table(
    "credits",
    metadata,
    Column("title_id", ForeignKey("titles.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("role", String(16), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("character", Text),
    Index("credits_by_person", "person_id", "title_id"),
)

availability_windows = Table(
    "availability_windows",
    metadata,
    Column("title_id", ForeignKey("titles.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("country", String(2)),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime),
)

productions = Table(
    "productions",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("title_id", ForeignKey("titles.id"), nullable=False, unique=True),
    Column("company", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("status", String(16), nullable=False),
)

progress = Table(
    "progress",
    metadata,
    # How far a load has come: the seed, and each seed of the generator.
    Column("load", String(120), primary_key=True),
    Column("done", Integer, nullable=False),
)
