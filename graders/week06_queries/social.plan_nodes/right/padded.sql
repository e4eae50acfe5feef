-- The way to a node as a text whose numbers are all of one length; children are grouped by their parent.
WITH RECURSIVE input AS (
    SELECT jsonb_path_query_first(%(plan)s::jsonb, '$[0].Plan') AS plan
), tree AS (
    SELECT '001' AS way, NULL::text AS parent, 0 AS depth, plan FROM input
    UNION ALL
    SELECT tree.way || '.' || lpad(n::text, 3, '0'), tree.way, tree.depth + 1, tree.plan -> 'Plans' -> (n - 1)
    FROM tree
    CROSS JOIN LATERAL generate_series(1, jsonb_array_length(coalesce(tree.plan -> 'Plans', '[]'))) AS n
), numbers AS (
    SELECT way, parent, depth, plan,
        coalesce(plan ->> 'Parent Relationship', '') = 'InitPlan' AS is_before,
        (plan -> 'Shared Hit Blocks')::int + (plan -> 'Shared Read Blocks')::int AS touched,
        (plan -> 'Actual Loops')::int AS loops,
        round((plan -> 'Plan Rows')::numeric * (plan -> 'Actual Loops')::int)::bigint AS estimated,
        round((plan -> 'Actual Rows')::numeric * (plan -> 'Actual Loops')::int)::bigint AS actual
    FROM tree
), below AS (
    SELECT parent, sum(touched)::int AS touched FROM numbers WHERE NOT is_before GROUP BY parent
)
SELECT
    numbers.depth,
    plan ->> 'Node Type' AS node_type,
    plan ->> 'Relation Name' AS relation,
    estimated AS estimated_rows,
    actual AS actual_rows,
    CASE WHEN loops = 0 THEN NULL
        WHEN estimated > actual THEN round(estimated::numeric / greatest(actual, 1), 1)
        ELSE round(greatest(actual, 1)::numeric / greatest(estimated, 1), 1)
    END AS off_by,
    (
        SELECT coalesce(round(sum(value::text::numeric) * loops), 0)
        FROM jsonb_each(plan)
        WHERE key IN ('Rows Removed by Filter', 'Rows Removed by Join Filter', 'Rows Removed by Index Recheck')
    ) AS rows_removed,
    numbers.touched - coalesce(below.touched, 0) AS own_buffers
FROM numbers
LEFT JOIN below ON below.parent = numbers.way
ORDER BY numbers.way COLLATE "C";
