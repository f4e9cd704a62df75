-- name: graphs
-- The names of all graphs.
SELECT name FROM graphs ORDER BY name;

-- name: variants
-- The names of a graph's variants.
SELECT name FROM variants WHERE graph = :graph ORDER BY name;

-- name: variant
-- The pointer of a variant.
SELECT revision, supergraph_version, check_settings FROM variants
WHERE graph = :graph AND name = :variant;

-- name: members_with_sdl
-- The subgraph versions, texts and all, that a supergraph version is composed of.
SELECT s.graph, s.name, s.number, s.url, s.sdl, s.digest, s.author, s.created_at
FROM supergraph_members AS m
JOIN subgraph_versions AS s
    ON s.graph = m.graph AND s.name = m.subgraph AND s.number = m.subgraph_number
WHERE m.graph = :graph AND m.supergraph_version = :supergraph_version
ORDER BY s.name;

-- name: supergraph
-- One exact supergraph version.
SELECT graph, id, number, variant, supergraph_sdl, api_schema_sdl, hints, changes, author,
    created_at
FROM supergraph_versions
WHERE graph = :graph AND id = :id;

-- name: supergraphs
-- A page of a graph's supergraph versions, newest first.
SELECT graph, id, number, variant, author, created_at
FROM supergraph_versions
WHERE graph = :graph AND number < :before
ORDER BY number DESC
LIMIT :limit;

-- name: supergraphs_of_variant
-- A page of the supergraph versions composed for a variant, newest first.
SELECT graph, id, number, variant, author, created_at
FROM supergraph_versions
WHERE graph = :graph AND variant = :variant AND number < :before
ORDER BY number DESC
LIMIT :limit;

-- name: members
-- Which subgraph versions a supergraph version is composed of.
SELECT subgraph, subgraph_number FROM supergraph_members
WHERE graph = :graph AND supergraph_version = :supergraph_version
ORDER BY subgraph;

-- name: subgraph
-- One exact subgraph version.
SELECT graph, name, number, url, sdl, digest, author, created_at
FROM subgraph_versions
WHERE graph = :graph AND name = :name AND number = :number;

-- name: subgraphs
-- A page of a subgraph's versions, newest first.
SELECT graph, name, number, url, digest, author, created_at
FROM subgraph_versions
WHERE graph = :graph AND name = :name AND number < :before
ORDER BY number DESC
LIMIT :limit;

-- name: history
-- A page of what happened to a variant, newest first.
SELECT graph, variant, number, action, supergraph_version, previous_version, subgraphs, errors,
    author, created_at
FROM history
WHERE graph = :graph AND variant = :variant AND number < :before
ORDER BY number DESC
LIMIT :limit;
