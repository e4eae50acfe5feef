-- Every relation with rows finds its own root; what has no member at all is added at the end.
WITH sized AS (
    SELECT
        coalesce(pg_partition_root(c.oid), c.oid)::oid AS root,
        c.relispartition AND c.relkind = 'r' AS is_leaf,
        pg_relation_size(c.oid, 'main') AS heap,
        pg_indexes_size(c.oid) AS indexes,
        pg_total_relation_size(c.oid) AS everything
    FROM pg_class AS c
    WHERE c.relkind IN ('r', 'm', 'p')
)
SELECT
    t.relname::text AS table_name,
    count(*) FILTER (WHERE sized.is_leaf)::int AS partition_count,
    sum(sized.heap)::bigint AS table_bytes,
    sum(sized.indexes)::bigint AS index_bytes,
    (sum(sized.everything) - sum(sized.heap) - sum(sized.indexes))::bigint AS other_bytes,
    sum(sized.everything)::bigint AS total_bytes,
    pg_size_pretty(sum(sized.everything)) AS shown
FROM sized
JOIN pg_class AS t ON t.oid = sized.root
JOIN pg_namespace AS n ON n.oid = t.relnamespace AND n.nspname = 'public'
GROUP BY t.oid, t.relname
ORDER BY total_bytes DESC, table_name;
