-- A plan as a table: a row for each node of the JSON that EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) gives,
-- in the order in which the plan is read. Rows are those of all loops; buffers are pages that the node
-- touched itself. Source: PostgreSQL documentation, Using EXPLAIN.
WITH RECURSIVE node AS (
    SELECT '{}'::bigint[] AS place, (%(plan)s::jsonb) -> 0 -> 'Plan' AS plan
    UNION ALL
    SELECT node.place || child.number, child.plan
    FROM node
    CROSS JOIN LATERAL jsonb_array_elements(node.plan -> 'Plans') WITH ORDINALITY AS child (plan, number)
),
counted AS (
    SELECT
        place,
        plan,
        -- PostgreSQL gives numbers of rows for one loop, and of buffers for all loops.
        coalesce((plan ->> 'Actual Loops')::numeric, 0) AS loops,
        coalesce((plan ->> 'Shared Hit Blocks')::bigint, 0)
            + coalesce((plan ->> 'Shared Read Blocks')::bigint, 0) AS buffers
    FROM node
),
measured AS (
    SELECT
        *,
        round((plan ->> 'Plan Rows')::numeric * loops) AS estimated_rows,
        round(coalesce((plan ->> 'Actual Rows')::numeric, 0) * loops) AS actual_rows
    FROM counted
)
SELECT
    cardinality(place) AS depth,
    plan ->> 'Node Type' AS node_type,
    plan ->> 'Relation Name' AS relation,
    estimated_rows,
    actual_rows,
    CASE WHEN loops > 0 THEN
        round(
            greatest(estimated_rows, actual_rows, 1) / greatest(least(estimated_rows, actual_rows), 1), 1
        )
    END AS off_by,
    round(loops * (
        coalesce((plan ->> 'Rows Removed by Filter')::numeric, 0)
        + coalesce((plan ->> 'Rows Removed by Join Filter')::numeric, 0)
        + coalesce((plan ->> 'Rows Removed by Index Recheck')::numeric, 0)
    )) AS rows_removed,
    buffers - (
        -- What an InitPlan touches is counted where its value is waited for, which may be further down.
        SELECT coalesce(sum(child.buffers), 0)
        FROM counted AS child
        WHERE cardinality(child.place) = cardinality(measured.place) + 1
            AND child.place[:cardinality(measured.place)] = measured.place
            AND child.plan ->> 'Parent Relationship' IS DISTINCT FROM 'InitPlan'
    ) AS own_buffers
FROM measured
ORDER BY place;
