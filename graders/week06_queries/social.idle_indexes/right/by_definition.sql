-- The columns as PostgreSQL writes them, and everything else that describes each in one text.
WITH described AS (
    SELECT
        i.indexrelid AS oid,
        i.indrelid AS owner,
        i.indisunique OR EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conindid = i.indexrelid) AS is_rule,
        i.indisunique AS is_unique,
        c.relam AS method,
        c.relname,
        coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS condition,
        ARRAY(
            SELECT concat_ws('/', pg_get_indexdef(i.indexrelid, n, true), i.indclass[n - 1],
                i.indcollation[n - 1], i.indoption[n - 1])
            FROM generate_series(1, i.indnkeyatts) AS n ORDER BY n
        ) AS keys,
        ARRAY(
            SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnatts) AS n ORDER BY n
        ) AS every
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indisvalid AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
        AND NOT (SELECT relispartition FROM pg_class WHERE pg_class.oid = i.indrelid)
), judged AS (
    SELECT a.*, (
        SELECT max(b.oid::bigint)::oid FROM described AS b
        WHERE b.owner = a.owner AND b.oid <> a.oid AND b.method = a.method AND b.condition = a.condition
            AND b.keys[1:cardinality(a.keys)] = a.keys AND a.every <@ b.every
            AND (b.is_unique OR b.oid < a.oid
                OR NOT (a.keys[1:cardinality(b.keys)] = b.keys AND b.every <@ a.every
                    AND cardinality(a.keys) >= cardinality(b.keys)))
    ) AS better
    FROM described AS a
    WHERE NOT a.is_rule
), sums AS (
    SELECT
        coalesce(pg_partition_root(s.oid)::oid, s.oid) AS oid,
        sum(coalesce(u.idx_scan, 0))::bigint AS scans,
        sum(pg_relation_size(s.oid))::bigint AS bytes
    FROM pg_class AS s
    LEFT JOIN pg_stat_user_indexes AS u ON u.indexrelid = s.oid
    WHERE s.relkind IN ('i', 'I')
    GROUP BY 1
)
SELECT
    judged.relname::text AS index_name,
    (SELECT relname FROM pg_class WHERE oid = judged.owner)::text AS table_name,
    CASE WHEN better IS NOT NULL THEN 'redundant' ELSE 'unused' END AS reason,
    (SELECT relname FROM pg_class WHERE oid = better)::text AS covered_by,
    sums.scans,
    sums.bytes
FROM judged
JOIN sums USING (oid)
WHERE better IS NOT NULL OR sums.scans = 0
ORDER BY sums.bytes DESC, 1
