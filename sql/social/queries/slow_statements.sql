-- Where this database's time goes: the statements that have cost most in all, not those that were slowest
-- once. Times are in milliseconds. Source: PostgreSQL documentation, pg_stat_statements.
SELECT
    queryid,
    query,
    calls,
    total_exec_time AS total_time,
    total_exec_time / calls AS mean_time,
    rows,
    shared_blks_hit + shared_blks_read AS buffers,
    round((100 * total_exec_time / sum(total_exec_time) OVER ())::numeric, 1) AS percent
FROM pg_stat_statements
-- The view is of the whole server.
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND calls >= %(least_calls)s
ORDER BY total_exec_time DESC, queryid
LIMIT %(page_size)s;
