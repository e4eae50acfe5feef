SELECT
    t.oid::regclass AS table_name,
    (SELECT count(*) FROM pg_partition_tree(t.oid) WHERE isleaf AND relid <> t.oid) AS partition_count,
    (SELECT sum(pg_relation_size(m)) FROM unnest(t.members) AS m) AS table_bytes,
    (SELECT sum(pg_indexes_size(m)) FROM unnest(t.members) AS m) AS index_bytes,
    (SELECT sum(pg_total_relation_size(m) - pg_relation_size(m) - pg_indexes_size(m)) FROM unnest(t.members) AS m)
        AS other_bytes,
    (SELECT sum(pg_total_relation_size(m)) FROM unnest(t.members) AS m) AS total_bytes
FROM (
    SELECT
        oid,
        relname,
        -- Itself, which for an ordinary table is all; and whatever pg_partition_tree knows.
        ARRAY(SELECT relid::oid FROM pg_partition_tree(pg_class.oid) UNION SELECT pg_class.oid) AS members
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relispartition = false AND relkind = ANY ('{r,p,m}')
) AS t
ORDER BY total_bytes DESC, t.relname;
