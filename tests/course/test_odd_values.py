"""A column of an answer may hold anything: its checks fail then, and none of them breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workbench.bench.provider import Services
from workbench.course import Course
from workbench.grading.engine import Engine
from workbench.running.runner import Runner

#: The queries and their columns.
COLUMNS = {
    "social.feed": "id user_id username display_name content created_at like_count repost_count"
    " reply_count",
    "social.thread": "id parent_post_id depth user_id username content created_at",
    "social.engagement": "day post_count like_count repost_count reply_count likes_per_post",
    "social.table_sizes": "table_name partition_count table_bytes index_bytes other_bytes"
    " total_bytes",
    "social.slow_statements": "queryid query calls total_time mean_time rows buffers percent",
    "social.idle_indexes": "index_name table_name reason covered_by scans bytes",
    "social.who_to_follow": "id username display_name mutual_count",
    "social.user_search": "id username display_name is_verified follower_count is_followed",
    "social.plan_nodes": "depth node_type relation estimated_rows actual_rows off_by rows_removed"
    " own_buffers",
}

#: What differs from row to row: of JSON, of which Python makes what it is; of numbers; of bytes.
ODD = {
    "JSON": """(ARRAY['null', '[]', '{"a": [1]}', '7', '"text"', 'true', '"7"', '1e999', '-0.0']
        ::json[])[1 + mod(row_number() OVER (), 9)]""",
    "numbers": "(ARRAY['NaN', '1', NULL, '1e400', '-Infinity', '0']::numeric[])"
    "[1 + mod(row_number() OVER (), 6)]",
    "bytes": "(ARRAY['', '\\x00', '\\x6162', NULL]::bytea[])[1 + mod(row_number() OVER (), 4)]",
    "NULL": "NULL",
    "lists": "ARRAY[NULL, 'a']",
    "texts": "(ARRAY['7', 'NaN', '1e400', '\\x00'])[1 + mod(row_number() OVER (), 4)]",
}


@pytest.fixture(scope="module")
def engine(services: Services) -> Iterator[Engine]:
    with Runner(services) as runner:
        yield Engine(runner)


def answer(part: str, columns: list[str], odd: list[str], value: str) -> str:
    """The reference's query, whose columns are replaced by the value."""
    shown = ", ".join(f"{value} AS {name}" if name in odd else name for name in columns)
    return f"SELECT {shown} FROM (\n{part.strip().removesuffix(';')}\n) AS known"


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("id_", COLUMNS)
def test_odd_columns_break_no_check(engine: Engine, course: Course, id_: str, kind: str) -> None:
    exercise, columns = course.exercise(id_), COLUMNS[id_].split()
    # One at a time, the others lead to what a check does with it. A feed takes seconds each time.
    alone = [[name] for name in columns] if kind == "JSON" and id_ != "social.feed" else []
    for odd in [columns, *alone]:
        result = engine.grade(exercise, answer(exercise.part, columns, odd, ODD[kind]))
        assert result.status == "graded", f"{odd}: {result.reason}"
        assert result.score < result.max_score, odd
        assert not all("as one statement" in one.message for one in result.checks), odd  # it runs
