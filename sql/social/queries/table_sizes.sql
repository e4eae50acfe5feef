-- How large each table is on disk, in bytes, the largest first; a partitioned table with all of its
-- partitions. `other_bytes` are long values (TOAST) and the maps of free and visible pages.
SELECT
    relation.oid::regclass::text AS table_name,
    size.partition_count,
    size.table_bytes,
    size.index_bytes,
    size.total_bytes - size.table_bytes - size.index_bytes AS other_bytes,
    size.total_bytes
FROM pg_class AS relation
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE member.level > 0 AND member.isleaf) AS partition_count,
        coalesce(sum(pg_relation_size(member.relid)), 0)::bigint AS table_bytes,
        coalesce(sum(pg_indexes_size(member.relid)), 0)::bigint AS index_bytes,
        coalesce(sum(pg_total_relation_size(member.relid)), 0)::bigint AS total_bytes
    FROM (
        SELECT relid, level, isleaf FROM pg_partition_tree(relation.oid) WHERE relation.relkind = 'p'
        UNION ALL
        SELECT relation.oid, 0, true WHERE relation.relkind <> 'p'
    ) AS member
) AS size
WHERE relation.relnamespace = 'public'::regnamespace
    AND relation.relkind IN ('r', 'p', 'm')
    AND NOT relation.relispartition
ORDER BY size.total_bytes DESC, table_name;
