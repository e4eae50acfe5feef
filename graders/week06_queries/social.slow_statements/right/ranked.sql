SELECT queryid, query, calls, round(total_exec_time::numeric, 3) AS total_time,
    round(mean_exec_time::numeric, 3) AS mean_time, rows, buffers,
    round(100 * total_exec_time::numeric / everything::numeric, 1) AS percent
FROM (
    SELECT *,
        shared_blks_hit + shared_blks_read AS buffers,
        sum(total_exec_time) OVER () AS everything,
        row_number() OVER (ORDER BY total_exec_time DESC) AS place
    FROM pg_stat_statements
    WHERE dbid = (SELECT datid FROM pg_stat_database WHERE datname = current_database())
        AND calls >= %(least_calls)s
) AS ranked
WHERE place <= %(page_size)s
ORDER BY place;
