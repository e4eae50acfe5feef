"""The schema of the social network, made from the files of sql/social."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg2
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from backend.database import connect_to
from backend.social.statements import split

FOLDER = Path(__file__).resolve().parents[2] / "sql" / "social"

#: The files in the order in which they build on each other.
PARTS = (
    "users",
    "posts",
    "follows",
    "likes_reposts",
    "notifications",
    "activities",
    "search",
    "counters",
    "user_stats",
    "trending",
    "indexes",
)

#: What the service (backend/social/service) adds to that schema.
SERVICE_PARTS = ("service/pins", "service/feed_changes")


class SocialSchemaError(Exception):
    """PostgreSQL refused a statement of a part; the message names its file and line."""

    def __init__(self, file: Path, line: int, message: str) -> None:
        super().__init__(f"{file}, line {line}: {message}")
        self.file, self.line = file, line


def create_social_schema(
    database_url: str, folder: Path = FOLDER, parts: Sequence[str] = PARTS
) -> None:
    """Make the social network's tables, functions and views in an empty database.

    Every part is a transaction of its own. Raises SocialSchemaError; the parts before the one that
    fails stay.
    """
    engine = connect_to(database_url)
    try:
        for part in parts:
            with engine.begin() as connection:
                apply_part(connection, folder / f"{part}.sql")
    finally:
        engine.dispose()


def apply_part(connection: Connection, file: Path) -> None:
    """Run the statements of a file. Raises SocialSchemaError."""
    # A percent sign in the text is one: there are no parameters to fill in.
    options = {"no_parameters": True}
    for line, statement in split(file.read_text(encoding="utf-8")):
        try:
            connection.exec_driver_sql(statement, execution_options=options)
        except DBAPIError as error:
            if not isinstance(error.orig, psycopg2.Error) or error.connection_invalidated:
                raise
            raise _refusal(file, line, statement, error.orig) from error


def _refusal(file: Path, line: int, statement: str, error: psycopg2.Error) -> SocialSchemaError:
    diagnosis = error.diag
    if diagnosis.statement_position:
        line += statement.count("\n", 0, int(diagnosis.statement_position) - 1)
    message = diagnosis.message_primary or str(error).strip()
    for more in (diagnosis.message_detail, diagnosis.message_hint):
        if more:
            message += f"\n{more}"
    return SocialSchemaError(file, line, message)
