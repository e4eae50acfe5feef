-- Redundant ones by a join, and then unused ones that are not among them.
WITH
whole AS (
    SELECT indexrelid, indrelid, indisunique, indnkeyatts,
        string_to_array(indkey::text, ' ')::int[] AS attributes,
        string_to_array(indclass::text, ' ') AS classes,
        string_to_array(indcollation::text, ' ') AS collations,
        string_to_array(indoption::text, ' ') AS options,
        (coalesce(indexprs::text, ''), coalesce(pg_get_expr(indpred, indrelid), '')) AS texts,
        coalesce(pg_get_expr(indexprs, indrelid), '') AS expressions
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND NOT relispartition AND indisvalid AND indislive
),
free AS (
    SELECT * FROM whole
    WHERE NOT indisunique AND indexrelid NOT IN (SELECT conindid FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))
),
redundant AS (
    SELECT DISTINCT ON (free.indexrelid) free.indexrelid, free.indrelid, whole.indexrelid AS by
    FROM free
    JOIN whole ON whole.indrelid = free.indrelid AND whole.indexrelid <> free.indexrelid
        AND whole.expressions = free.expressions
        AND (whole.texts).f2 = (free.texts).f2
        AND whole.indnkeyatts >= free.indnkeyatts
        AND whole.attributes[:free.indnkeyatts] = free.attributes[:free.indnkeyatts]
        AND whole.classes[:free.indnkeyatts] = free.classes
        AND whole.collations[:free.indnkeyatts] = free.collations
        AND whole.options[:free.indnkeyatts] = free.options
        AND whole.attributes @> free.attributes
    WHERE whole.indisunique
        OR (whole.indnkeyatts, cardinality(whole.attributes)) > (free.indnkeyatts, cardinality(free.attributes))
        OR whole.indexrelid < free.indexrelid
    ORDER BY free.indexrelid, whole.indnkeyatts DESC
),
numbers AS (
    SELECT free.indexrelid, sum(coalesce(idx_scan, 0)) AS scans, sum(pg_relation_size(leaf)) AS bytes
    FROM free
    CROSS JOIN LATERAL (
        SELECT relid::oid AS leaf FROM pg_partition_tree(free.indexrelid) WHERE isleaf
        UNION SELECT free.indexrelid
    ) AS leaves
    LEFT JOIN pg_stat_all_indexes AS s ON s.indexrelid = leaf
    GROUP BY free.indexrelid
)
SELECT redundant.indexrelid::regclass::text AS index_name, indrelid::regclass AS table_name, 'redundant' AS reason,
    by::regclass AS covered_by, scans, bytes
FROM redundant JOIN numbers USING (indexrelid)
UNION ALL
SELECT free.indexrelid::regclass::text, indrelid::regclass, 'unused', NULL, scans, bytes
FROM free JOIN numbers USING (indexrelid)
WHERE scans = 0 AND NOT EXISTS (SELECT FROM redundant WHERE redundant.indexrelid = free.indexrelid)
ORDER BY bytes DESC, index_name
