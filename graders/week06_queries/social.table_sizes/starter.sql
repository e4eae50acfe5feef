-- How large each table is on disk, in bytes, the largest first.
SELECT
    relation.relname AS table_name
    -- TODO: partition_count, table_bytes, index_bytes, other_bytes, total_bytes
FROM pg_class AS relation
-- TODO: which relations are meant, and in which order?
