-- Graphs, variants, immutable versions, the pointer, history and checks.
-- One text for SQLite and PostgreSQL. Times are ISO 8601 in UTC, lists and results are JSON.

CREATE TABLE graphs (
    name TEXT PRIMARY KEY,
    last_supergraph_number INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE variants (
    graph TEXT NOT NULL REFERENCES graphs (name),
    name TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0,
    last_history_number INTEGER NOT NULL DEFAULT 0,
    supergraph_version TEXT,
    check_settings TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (graph, name)
);

CREATE TABLE subgraph_versions (
    graph TEXT NOT NULL REFERENCES graphs (name),
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    url TEXT NOT NULL,
    sdl TEXT NOT NULL,
    digest TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (graph, name, number),
    UNIQUE (graph, name, digest)
);

CREATE TABLE supergraph_versions (
    graph TEXT NOT NULL REFERENCES graphs (name),
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    variant TEXT NOT NULL,
    supergraph_sdl TEXT NOT NULL,
    api_schema_sdl TEXT NOT NULL,
    hints TEXT NOT NULL,
    changes TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (graph, id),
    UNIQUE (graph, number)
);

CREATE TABLE supergraph_members (
    graph TEXT NOT NULL,
    supergraph_version TEXT NOT NULL,
    subgraph TEXT NOT NULL,
    subgraph_number INTEGER NOT NULL,
    PRIMARY KEY (graph, supergraph_version, subgraph),
    FOREIGN KEY (graph, supergraph_version) REFERENCES supergraph_versions (graph, id),
    FOREIGN KEY (graph, subgraph, subgraph_number)
        REFERENCES subgraph_versions (graph, name, number)
);

CREATE TABLE history (
    graph TEXT NOT NULL,
    variant TEXT NOT NULL,
    number INTEGER NOT NULL,
    action TEXT NOT NULL,
    supergraph_version TEXT,
    previous_version TEXT,
    subgraphs TEXT NOT NULL,
    errors TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (graph, variant, number),
    FOREIGN KEY (graph, variant) REFERENCES variants (graph, name)
);

CREATE TABLE checks (
    graph TEXT NOT NULL,
    id TEXT NOT NULL,
    variant TEXT NOT NULL,
    passes INTEGER NOT NULL,
    result TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (graph, id)
);

CREATE INDEX checks_by_variant ON checks (graph, variant, created_at);
