-- Everything below each table, by the catalogue of inheritance alone.
WITH RECURSIVE family (root, member, kind, level) AS (
    SELECT oid, oid, relkind, 0
    FROM pg_catalog.pg_class
    WHERE relkind IN ('r', 'p', 'm') AND NOT relispartition
        AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'public')
    UNION ALL
    SELECT family.root, child.oid, child.relkind, family.level + 1
    FROM family
    JOIN pg_inherits ON pg_inherits.inhparent = family.member
    JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid AND child.relispartition
)
SELECT
    (SELECT relname FROM pg_class WHERE oid = root) AS table_name,
    count(*) FILTER (WHERE level > 0 AND kind <> 'p') AS partition_count,
    sum(pg_relation_size(member)) AS table_bytes,
    sum(pg_indexes_size(member)) AS index_bytes,
    sum(pg_table_size(member) - pg_relation_size(member)) AS other_bytes,
    sum(pg_table_size(member)) + sum(pg_indexes_size(member)) AS total_bytes
FROM family
GROUP BY root
ORDER BY 6 DESC, 1
