-- A row for each node of a plan, in the order of reading. %(plan)s is what
-- EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) has returned.
WITH RECURSIVE node AS (
    SELECT 0 AS depth, (%(plan)s::jsonb) -> 0 -> 'Plan' AS plan
    -- TODO: and the nodes below each
)
SELECT
    depth,
    plan ->> 'Node Type' AS node_type
    -- TODO: relation, estimated_rows, actual_rows, off_by, rows_removed, own_buffers
FROM node
