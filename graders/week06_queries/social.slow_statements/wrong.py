"""Mistakes that people make with pg_stat_statements."""

from workbench.alternatives import Wrong

_ALL = [
    "calls_and_rows",
    "times",
    "buffers",
    "dearest_first",
    "a_page",
    "least_calls",
    "this_database",
    "percent",
]
_MINE = (
    "WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())\n    AND calls"
)

WRONG = [
    Wrong(
        "old_names",
        "Since PostgreSQL 13 the column is total_exec_time.",
        fails=_ALL,
        edits=[("    total_exec_time AS total_time,", "    pg_stat_statements.total_time,")],
    ),
    Wrong(
        "slowest_first",
        "A report that runs once a month comes before what runs all day.",
        fails=["dearest_first", "a_page"],
        edits=[("ORDER BY total_exec_time DESC", "ORDER BY mean_exec_time DESC")],
    ),
    Wrong(
        "most_often_first",
        "What runs most is not what costs most.",
        fails=["dearest_first", "a_page"],
        edits=[("ORDER BY total_exec_time DESC", "ORDER BY calls DESC")],
    ),
    Wrong(
        "cheapest_first",
        "The direction is forgotten.",
        fails=["dearest_first", "a_page"],
        edits=[("ORDER BY total_exec_time DESC", "ORDER BY total_exec_time")],
    ),
    Wrong(
        "whole_server",
        "Other databases' statements are listed, and share the percents.",
        fails=["a_page", "this_database", "percent"],
        edits=[(_MINE, "WHERE calls")],
    ),
    Wrong(
        "more_than",
        "A statement with just as many calls is left out.",
        fails=["least_calls", "percent"],
        edits=[("calls >= %(least_calls)s", "(calls > %(least_calls)s OR %(least_calls)s = 1)")],
    ),
    Wrong(
        "any_number_of_calls",
        "least_calls is not used.",
        fails=["least_calls", "percent"],
        edits=[("calls >= %(least_calls)s", "calls >= least(1, %(least_calls)s)")],
    ),
    Wrong(
        "no_page",
        "Everything comes.",
        fails=["a_page"],
        edits=[("LIMIT %(page_size)s", "LIMIT greatest(%(page_size)s, 1000)")],
    ),
    Wrong(
        "memory_only",
        "Pages that were read from files are not counted.",
        fails=["buffers"],
        edits=[("shared_blks_hit + shared_blks_read", "shared_blks_hit")],
    ),
    Wrong(
        "files_only",
        "Pages that were found in memory are not counted.",
        fails=["buffers"],
        edits=[("shared_blks_hit + shared_blks_read", "shared_blks_read")],
    ),
    Wrong(
        "all_pages",
        "A sort's own pages are no pages of tables and indexes.",
        fails=["buffers"],
        edits=[
            (
                "shared_blks_hit + shared_blks_read",
                "shared_blks_hit + shared_blks_read + temp_blks_read",
            )
        ],
    ),
    Wrong(
        "beginning_of_the_text",
        "What tells two long statements apart may stand at their ends.",
        fails=["calls_and_rows"],
        edits=[("    query,\n", "    left(query, 100) AS query,\n")],
    ),
    Wrong(
        "longest_as_mean",
        "The slowest call is given for all.",
        fails=["times"],
        edits=[("total_exec_time / calls AS", "max_exec_time AS")],
    ),
    Wrong(
        "seconds",
        "Times are in seconds.",
        fails=["times", "percent"],
        edits=[("    total_exec_time AS total_time,", "    total_exec_time / 1000 AS total_time,")],
    ),
    Wrong(
        "rows_of_one_call",
        "Rows are those of one call.",
        fails=["calls_and_rows"],
        edits=[("    rows,\n", "    rows / calls AS rows,\n")],
    ),
    Wrong(
        "share_not_percent",
        "A half is 50 percent, not 0.5.",
        fails=["percent"],
        edits=[("round((100 * total", "round((total")],
    ),
    Wrong(
        "percent_of_the_page",
        "The percents of a page add up to 100, whatever is not on it.",
        fails=["percent"],
        edits=[
            ("FROM pg_stat_statements\n", "FROM (SELECT * FROM pg_stat_statements\n"),
            (
                "ORDER BY total_exec_time DESC, queryid\nLIMIT %(page_size)s;",
                "ORDER BY total_exec_time DESC, queryid\nLIMIT %(page_size)s) AS page ORDER BY total_exec_time DESC;",
            ),
        ],
    ),
    Wrong(
        "whole_percents",
        "Without decimals, most statements have none.",
        fails=["percent"],
        edits=[("::numeric, 1) AS percent", "::numeric, 0) AS percent")],
    ),
]
