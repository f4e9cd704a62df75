-- name: insert_check
-- Keep the result of a check.
INSERT INTO checks (graph, id, variant, passes, result, created_at)
VALUES (:graph, :id, :variant, :passes, :result, :created_at);

-- name: check
-- The result of one check.
SELECT result FROM checks WHERE graph = :graph AND id = :id;

-- name: checks
-- A page of a variant's checks, newest first.
SELECT result FROM checks
WHERE graph = :graph AND variant = :variant AND created_at < :before
ORDER BY created_at DESC, id
LIMIT :limit;

-- name: set_check_settings
-- How a variant judges proposals.
UPDATE variants SET check_settings = :check_settings WHERE graph = :graph AND name = :variant;
