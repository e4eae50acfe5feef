"""Queries of the social network as they are written first, and as sql/social has them."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from backend.social.data import SIZES, fill_with_data
from backend.social.schema import FOLDER, create_social_schema
from benchmarks.measuring import Size
from benchmarks.report import Section, Target
from workbench.bench.embedded import Embedded
from workbench.bench.urls import replaced

NAIVE = Path(__file__).with_name("social")
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)

#: A statement that takes longer is ended: it has made its point.
SECONDS = 60

#: The users that sql/data/social.sql makes for this, by what they follow.
FEEDS = {1: "nobody", 2: "10 who are quiet", 3: "10", 4: "200", 5: "2,000"}

#: Below this many pages there is nothing to compare.
FEW = 10

TEXT = """
{users:,} users and {posts:,} posts; pages of 8 KiB are counted wherever they lay. Medians of
{rounds} runs after one that warms up; each runs up to {seconds} s. A page of the feed has 50 posts.
All columns are exact, but for the window of seven days: where it shows fewer posts than there are,
their number stands behind it.
"""


@dataclass(frozen=True)
class Cost:
    """Pages that were touched, milliseconds, and rows that came out."""

    pages: int
    time: float
    rows: int


@dataclass(frozen=True, eq=False)
class Query:
    """A question, what it is asked with, and the files that ask it, by their column."""

    question: str
    parameters: Mapping[str, Any]
    files: Mapping[str, Path]
    is_feed: bool = False


def queries() -> list[Query]:
    reference = FOLDER / "queries"
    feed = {
        "naive": NAIVE / "feed_naive.sql",
        "a window": NAIVE / "feed_window.sql",
        "LATERAL": NAIVE / "feed_lateral.sql",
        "reference": reference / "feed.sql",
    }
    page = {"page_size": 50, "until": UNTIL, "before_created_at": None, "before_id": None}
    asked = [
        Query(f"feed, follows {name}", {**page, "user_id": user}, feed, is_feed=True)
        for user, name in FEEDS.items()
    ]
    stats = {"naive": NAIVE / "stats_joined.sql", "reference": NAIVE / "stats_view.sql"}
    search = {"naive": NAIVE / "search_naive.sql", "reference": reference / "user_search.sql"}
    return [
        *asked,
        Query("numbers of a usual user", {"user_id": 1000}, stats),
        Query("numbers of the user with most followers", {"user_id": 1}, stats),
        Query(
            "search for a whole name",
            {"term": "bela_1002", "viewer_id": 5, "page_size": 20},
            search,
        ),
        Query("search for `ada`", {"term": "ada", "viewer_id": 5, "page_size": 20}, search),
    ]


def measure(size: Size) -> Section:
    network = next((one for one in SIZES.values() if one.users == size.users), None)
    if network is None:
        raise SystemExit(
            f"--users takes one of {', '.join(str(one.users) for one in SIZES.values())}."
        )
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        Path(name).chmod(0o755)
        bench = Embedded(Path(name) / "bench")
        try:
            with bench.acquire() as lease:
                url = _database(lease.services.postgres_url)
                fill_with_data(url, network, UNTIL)
                with closing(psycopg2.connect(url)) as opened:
                    opened.autocommit = True
                    found = {one: _compared(opened, one, size.rounds) for one in queries()}
        finally:
            bench.down()
    return _section(found, TEXT.format(**vars(network) | vars(size), seconds=SECONDS))


def _database(url: str) -> str:
    with closing(psycopg2.connect(url)) as admin:
        admin.autocommit = True
        admin.cursor().execute("CREATE DATABASE social")
    made = replaced(url, path="social")
    create_social_schema(made)
    return made


def _compared(opened: Connection, query: Query, rounds: int) -> dict[str, Cost | None]:
    """The costs by column; None for what was ended."""
    return {
        column: _measured(opened, file.read_text(encoding="utf-8"), query.parameters, rounds)
        for column, file in query.files.items()
    }


def _measured(
    opened: Connection, text: str, parameters: Mapping[str, Any], rounds: int
) -> Cost | None:
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {text}"
    costs = []
    with opened.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{SECONDS}s'")
        for _ in range(1 + rounds):
            try:
                cursor.execute(explain, parameters)
            except psycopg2.errors.QueryCanceled:
                return None
            ((told,),) = cursor.fetchall()
            plan = told[0]["Plan"]
            pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
            costs.append(Cost(pages, told[0]["Execution Time"], round(plan["Actual Rows"])))
    pages, time = (statistics.median(getattr(one, name) for one in costs[1:])
                   for name in ("pages", "time"))  # fmt: skip
    return Cost(round(pages), time, costs[0].rows)


def _section(found: Mapping[Query, Mapping[str, Cost | None]], text: str) -> Section:
    columns = list(dict.fromkeys(column for costs in found.values() for column in costs))
    rows = []
    targets = []
    for query, costs in found.items():
        most = max(one.rows for one in costs.values() if one)
        rows.append([query.question, *(_told(costs, column, most) for column in columns)])
        reference = costs["reference"]
        if query.is_feed and reference is not None:
            best = min(one.pages for one in costs.values() if one and one.rows == most)
            targets.append(
                Target(f"pages of the {query.question}, by the best other way to the same page",
                       "at most 1.5 times", f"{reference.pages:,} by {best:,}",
                       reference.pages <= max(FEW, 1.5 * best))
            )  # fmt: skip
    return Section("Queries of the social network", text, ("pages / ms", *columns), rows, targets)


def _told(costs: Mapping[str, Cost | None], column: str, most: int) -> str:
    if column not in costs:
        return ""
    cost = costs[column]
    if cost is None:
        return f"over {SECONDS} s"
    fewer = f" ({cost.rows} rows)" if cost.rows < most else ""
    return f"{cost.pages:,} / {cost.time:,.1f}{fewer}"
