-- Indexes that cost a write and give nothing: `redundant` ones, whose columns are the first ones of
-- another index, and `unused` ones, which no query has read since the statistics began.
-- An index that keeps a rule (unique, or that of a constraint) is neither, however seldom it is read. The
-- index of a partitioned table is one index, with those of its partitions.
WITH candidate AS (
    SELECT
        pg_index.*,
        -- The columns that are searched by, without those that are only carried along.
        string_to_array(indkey::text, ' ') AS columns,
        pg_get_expr(indexprs, indrelid) AS expressions,
        pg_get_expr(indpred, indrelid) AS predicate
    FROM pg_index
    INNER JOIN pg_class AS relation ON relation.oid = pg_index.indrelid
    WHERE relation.relnamespace = 'public'::regnamespace AND NOT relation.relispartition AND indisvalid
),
idle AS (
    SELECT own.indexrelid, own.indrelid, other.indexrelid AS covered_by
    FROM candidate AS own
    LEFT JOIN LATERAL (
        SELECT other.indexrelid
        FROM candidate AS other
        WHERE other.indrelid = own.indrelid
            AND other.indexrelid <> own.indexrelid
            AND other.predicate IS NOT DISTINCT FROM own.predicate
            AND other.expressions IS NOT DISTINCT FROM own.expressions
            AND other.columns[:own.indnkeyatts] = own.columns[:own.indnkeyatts]
            AND own.columns[own.indnkeyatts + 1:] <@ other.columns
            AND (string_to_array(other.indclass::text, ' '))[:own.indnkeyatts]
                = string_to_array(own.indclass::text, ' ')
            AND (string_to_array(other.indcollation::text, ' '))[:own.indnkeyatts]
                = string_to_array(own.indcollation::text, ' ')
            AND (string_to_array(other.indoption::text, ' '))[:own.indnkeyatts]
                = string_to_array(own.indoption::text, ' ')
            -- Of two alike, one stays.
            AND (
                cardinality(own.columns) < cardinality(other.columns)
                OR own.indnkeyatts < other.indnkeyatts
                OR other.indisunique
                OR other.indexrelid < own.indexrelid
            )
        ORDER BY other.indexrelid
        LIMIT 1
    ) AS other ON true
    WHERE NOT own.indisunique
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = own.indexrelid)
)
SELECT
    idle.indexrelid::regclass::text AS index_name,
    idle.indrelid::regclass::text AS table_name,
    CASE WHEN idle.covered_by IS NULL THEN 'unused' ELSE 'redundant' END AS reason,
    idle.covered_by::regclass::text AS covered_by,
    read.scans,
    read.bytes
FROM idle
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(pg_stat_get_numscans(member.relid)), 0)::bigint AS scans,
        coalesce(sum(pg_relation_size(member.relid)), 0)::bigint AS bytes
    FROM (
        SELECT idle.indexrelid AS relid
        UNION
        SELECT relid FROM pg_partition_tree(idle.indexrelid)
    ) AS member
) AS read
WHERE idle.covered_by IS NOT NULL OR read.scans = 0
ORDER BY bytes DESC, index_name;
