-- The event log in one file. An event's id is its offset: it grows with the order of commits.
CREATE TABLE IF NOT EXISTS event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    topic        TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    value        BLOB    NOT NULL,
    published_at REAL    NOT NULL -- unix seconds
);
CREATE INDEX IF NOT EXISTS event_by_topic ON event (topic, id);
CREATE INDEX IF NOT EXISTS event_by_time ON event (published_at);

-- How far a group has come, and which of its consumers has the work until when.
CREATE TABLE IF NOT EXISTS consumer_group (
    topic        TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    committed    INTEGER NOT NULL, -- id of the last event that is done
    owner        TEXT,
    owned_until  REAL    NOT NULL DEFAULT 0, -- unix seconds
    PRIMARY KEY (topic, name)
) WITHOUT ROWID;
