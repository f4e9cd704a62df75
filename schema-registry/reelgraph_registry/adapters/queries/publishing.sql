-- name: ensure_graph
-- A graph exists from its first write on.
INSERT INTO graphs (name) VALUES (:graph) ON CONFLICT (name) DO NOTHING;

-- name: ensure_variant
-- A variant exists from its first write on.
INSERT INTO variants (graph, name) VALUES (:graph, :variant) ON CONFLICT (graph, name) DO NOTHING;

-- name: advance_variant
-- The compare-and-set: no row comes back when another publish came first. It also locks the
-- variant until the transaction ends.
UPDATE variants
SET revision = revision + 1, last_history_number = last_history_number + 1
WHERE graph = :graph AND name = :variant AND revision = :revision
RETURNING last_history_number;

-- name: advance_history
-- The number of the next history entry, for attempts that leave the pointer where it is.
UPDATE variants
SET last_history_number = last_history_number + 1
WHERE graph = :graph AND name = :variant
RETURNING last_history_number;

-- name: point_variant
-- What the variant publishes from now on.
UPDATE variants SET supergraph_version = :supergraph_version
WHERE graph = :graph AND name = :variant;

-- name: next_supergraph_number
-- The number of the next supergraph version. It also locks the graph, so that subgraph versions
-- can be numbered.
UPDATE graphs SET last_supergraph_number = last_supergraph_number + 1
WHERE name = :graph
RETURNING last_supergraph_number;

-- name: lock_graph
-- Lock the graph where no supergraph is numbered.
UPDATE graphs SET last_supergraph_number = last_supergraph_number WHERE name = :graph;

-- name: subgraph_number_of_digest
-- The version that already has this content, if there is one.
SELECT number FROM subgraph_versions
WHERE graph = :graph AND name = :name AND digest = :digest;

-- name: last_subgraph_number
-- The number of the newest version of a subgraph; 0 when there is none. The graph is locked.
SELECT COALESCE(MAX(number), 0) AS number FROM subgraph_versions
WHERE graph = :graph AND name = :name;

-- name: insert_subgraph_version
-- Store a subgraph version for good.
INSERT INTO subgraph_versions (graph, name, number, url, sdl, digest, author, created_at)
VALUES (:graph, :name, :number, :url, :sdl, :digest, :author, :created_at);

-- name: insert_supergraph_version
-- Store a supergraph version for good.
INSERT INTO supergraph_versions (
    graph, id, number, variant, supergraph_sdl, api_schema_sdl, hints, changes, author, created_at
) VALUES (
    :graph, :id, :number, :variant, :supergraph_sdl, :api_schema_sdl, :hints, :changes, :author,
    :created_at
);

-- name: insert_supergraph_member
-- One subgraph version that a supergraph version is composed of.
INSERT INTO supergraph_members (graph, supergraph_version, subgraph, subgraph_number)
VALUES (:graph, :supergraph_version, :subgraph, :subgraph_number);

-- name: insert_history
-- What somebody did to the variant.
INSERT INTO history (
    graph, variant, number, action, supergraph_version, previous_version, subgraphs, errors, author,
    created_at
) VALUES (
    :graph, :variant, :number, :action, :supergraph_version, :previous_version, :subgraphs, :errors,
    :author, :created_at
);
