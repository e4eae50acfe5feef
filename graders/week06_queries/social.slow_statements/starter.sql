-- The statements that have cost this database most. Times are in milliseconds.
SELECT
    queryid,
    query,
    calls
    -- TODO: total_time, mean_time, rows, buffers, percent
FROM pg_stat_statements
-- TODO: of this database, with at least %(least_calls)s calls, the dearest first
LIMIT %(page_size)s
