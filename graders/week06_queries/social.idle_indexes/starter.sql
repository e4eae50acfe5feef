-- Indexes that cost a write and give nothing.
WITH candidate AS (
    SELECT
        indexrelid,
        indrelid
        -- TODO: what describes the index
    FROM pg_index
    -- TODO: which indexes are looked at
)
SELECT
    candidate.indexrelid::regclass::text AS index_name,
    candidate.indrelid::regclass::text AS table_name
    -- TODO: reason, covered_by, scans, bytes
FROM candidate
