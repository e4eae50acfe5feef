WITH statement AS (
    SELECT s.*
    FROM pg_stat_statements AS s
    JOIN pg_database AS d ON d.oid = s.dbid
    WHERE d.datname = current_catalog AND NOT s.calls < %(least_calls)s
), spent AS (
    SELECT sum(total_exec_time) AS time FROM statement
)
SELECT
    statement.queryid::text::bigint AS queryid,
    statement.query,
    statement.calls,
    statement.total_exec_time AS total_time,
    statement.mean_exec_time AS mean_time,
    statement.rows,
    statement.shared_blks_read + statement.shared_blks_hit AS buffers,
    cast(statement.total_exec_time / nullif(spent.time, 0) * 100 AS numeric(6, 1)) AS percent
FROM statement, spent
ORDER BY statement.total_exec_time DESC NULLS LAST
FETCH FIRST %(page_size)s ROWS ONLY
