-- The order by SEARCH, and what the children touched from a node's own JSON.
WITH RECURSIVE walk (depth, number, plan) AS (
    SELECT 0, 1::bigint, document #> '{0,Plan}'
    FROM CAST(%(plan)s AS json) AS document
    UNION ALL
    SELECT depth + 1, child.ordinality, child.value
    FROM walk, json_array_elements(walk.plan -> 'Plans') WITH ORDINALITY AS child
) SEARCH DEPTH FIRST BY number SET place
SELECT
    depth,
    n."Node Type" AS node_type,
    n."Relation Name" AS relation,
    round((n."Plan Rows" * n."Actual Loops")::numeric) AS estimated_rows,
    round((n."Actual Rows" * n."Actual Loops")::numeric) AS actual_rows,
    CASE n."Actual Loops" WHEN 0 THEN NULL ELSE round(
        (greatest(1, n."Plan Rows" * n."Actual Loops", round(n."Actual Rows" * n."Actual Loops"))
            / least(greatest(1, n."Plan Rows" * n."Actual Loops"), greatest(1, round(n."Actual Rows" * n."Actual Loops")))
        )::numeric, 1)
    END AS off_by,
    round((coalesce(n."Rows Removed by Filter", 0) + coalesce(n."Rows Removed by Join Filter", 0)
        + coalesce(n."Rows Removed by Index Recheck", 0)) * n."Actual Loops") AS rows_removed,
    n."Shared Hit Blocks" + n."Shared Read Blocks" - coalesce((
        SELECT sum((c ->> 'Shared Hit Blocks')::int + (c ->> 'Shared Read Blocks')::int)
        FROM json_array_elements(plan -> 'Plans') AS c
        WHERE c ->> 'Parent Relationship' <> 'InitPlan'
    ), 0) AS own_buffers,
    n."Index Name" AS index_name
FROM walk
CROSS JOIN LATERAL json_to_record(plan) AS n (
    "Node Type" text, "Relation Name" text, "Index Name" text, "Plan Rows" double precision,
    "Actual Rows" double precision, "Actual Loops" bigint, "Shared Hit Blocks" bigint,
    "Shared Read Blocks" bigint, "Rows Removed by Filter" double precision,
    "Rows Removed by Join Filter" double precision, "Rows Removed by Index Recheck" double precision
)
ORDER BY place
