"""Invented data for the social network, in three sizes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from backend.database import connect_to
from backend.social.statements import split

FILE = Path(__file__).resolve().parents[2] / "sql" / "data" / "social.sql"


@dataclass(frozen=True)
class Size:
    """How much is drawn. Follows, likes and reposts come out fewer: who draws a pair twice has it
    once."""

    users: int
    posts: int
    follows: int
    likes: int
    reposts: int
    activities: int


#: Made within 2 s, within 15 s (95 MB) and within 10 minutes (1.5 GB), on two cores that had six
#: times as much to do as they could.
SIZES = {
    "small": Size(200, 2_000, 4_000, 6_000, 600, 1_000),
    "laptop": Size(2_000, 50_000, 100_000, 150_000, 15_000, 25_000),
    "large": Size(20_000, 1_000_000, 2_100_000, 3_050_000, 300_000, 500_000),
}

#: Told how many steps are done, of how many, and what comes next ("" at the end).
Progress = Callable[[int, int, str], None]


def _nobody(_done: int, _steps: int, _next: str) -> None:
    """A progress that nobody looks at."""


def fill_with_data(
    database_url: str, size: Size, at: datetime | None = None, progress: Progress = _nobody
) -> None:
    """Fill the empty tables of create_social_schema, in one transaction.

    at: when the 90 days of the data end, with its time zone; now unless said. The same size and
    `at` give the same rows on every server. Afterwards the tables are analysed and trending
    hashtags are fresh.
    """
    parameters = {**asdict(size), "at": at or datetime.now(UTC)}
    statements = [statement for _, statement in split(FILE.read_text(encoding="utf-8"))]
    steps = len(statements) + 1
    engine = connect_to(database_url)
    try:
        with engine.begin() as connection:
            for done, statement in enumerate(statements):
                progress(done, steps, _subject(statement))
                connection.exec_driver_sql(statement, parameters)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            progress(steps - 1, steps, "statistics")
            # VACUUM as well: index-only scans need to know which pages everybody sees.
            connection.execute(text("VACUUM (ANALYZE)"))
            connection.execute(text("SELECT refresh_trending_hashtags()"))
        progress(steps, steps, "")
    finally:
        engine.dispose()


def _subject(statement: str) -> str:
    """The table that a statement fills, or what it prepares."""
    filled = re.match(r"INSERT INTO (\w+)", statement)
    if filled:
        return filled[1]
    return "indexes and foreign keys" if "FROM put_aside" in statement else "preparations"
