-- What clients asked for, summed up by the hour; and which batches were added already.

CREATE TABLE usage_batches (
    graph TEXT NOT NULL,
    variant TEXT NOT NULL,
    id TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (graph, variant, id)
);

CREATE INDEX usage_batches_by_time ON usage_batches (received_at);

CREATE TABLE usage_operations (
    graph TEXT NOT NULL,
    variant TEXT NOT NULL,
    hour TEXT NOT NULL,
    signature TEXT NOT NULL,
    name TEXT NOT NULL,
    client TEXT NOT NULL,
    client_version TEXT NOT NULL,
    count BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    duration_ms DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (graph, variant, hour, signature, name, client, client_version)
);

CREATE INDEX usage_operations_by_hour ON usage_operations (hour);

CREATE TABLE usage_coordinates (
    graph TEXT NOT NULL,
    variant TEXT NOT NULL,
    coordinate TEXT NOT NULL,
    hour TEXT NOT NULL,
    signature TEXT NOT NULL,
    name TEXT NOT NULL,
    client TEXT NOT NULL,
    client_version TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (graph, variant, coordinate, hour, signature, name, client, client_version)
);

CREATE INDEX usage_coordinates_by_hour ON usage_coordinates (hour);
