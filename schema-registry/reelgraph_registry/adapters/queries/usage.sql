-- name: insert_usage_batch
-- No row comes back when the batch was added before.
INSERT INTO usage_batches (graph, variant, id, received_at)
VALUES (:graph, :variant, :id, :received_at)
ON CONFLICT (graph, variant, id) DO NOTHING
RETURNING id;

-- name: add_usage_operation
-- Add to the sums of one operation in its hour.
INSERT INTO usage_operations (
    graph, variant, hour, signature, name, client, client_version, count, errors, duration_ms
) VALUES (
    :graph, :variant, :hour, :signature, :name, :client, :client_version, :count, :errors,
    :duration_ms
)
ON CONFLICT (graph, variant, hour, signature, name, client, client_version) DO UPDATE SET
    count = usage_operations.count + excluded.count,
    errors = usage_operations.errors + excluded.errors,
    duration_ms = usage_operations.duration_ms + excluded.duration_ms;

-- name: add_usage_coordinate
-- Add to the sum of one coordinate's use by one operation in its hour.
INSERT INTO usage_coordinates (
    graph, variant, coordinate, hour, signature, name, client, client_version, count
) VALUES (
    :graph, :variant, :coordinate, :hour, :signature, :name, :client, :client_version, :count
)
ON CONFLICT (graph, variant, coordinate, hour, signature, name, client, client_version)
DO UPDATE SET count = usage_coordinates.count + excluded.count;

-- name: total_usage
-- How many operations were sent in the window.
SELECT COALESCE(SUM(count), 0) AS total FROM usage_operations
WHERE graph = :graph AND variant = :variant AND hour >= :since AND client NOT IN :excluded;

-- name: usage_of_coordinates
-- Who used the coordinates in the window, the busiest first.
SELECT coordinate, client, client_version, name, SUM(count) AS uses
FROM usage_coordinates
WHERE graph = :graph AND variant = :variant AND coordinate IN :coordinates
    AND hour >= :since AND client NOT IN :excluded
GROUP BY coordinate, client, client_version, name
ORDER BY coordinate, SUM(count) DESC, client, client_version, name;

-- name: forget_usage_operations
-- Drop old hours.
DELETE FROM usage_operations WHERE hour < :before;

-- name: forget_usage_coordinates
-- Drop old hours.
DELETE FROM usage_coordinates WHERE hour < :before;

-- name: forget_usage_batches
-- Drop the memory of old batches.
DELETE FROM usage_batches WHERE received_at < :before;
