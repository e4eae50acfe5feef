"""When a post is published: transactions of its own, and locks that are not waited for."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import OperationalError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TRIES = 15


def quickly(engine: sa.Engine, *statements: str) -> None:
    """Run statements that need the table for themselves, as soon as it is free."""
    for left in reversed(range(TRIES)):
        try:
            with engine.begin() as connection:
                connection.execute(sa.text("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE NOWAIT"))
                for statement in statements:
                    connection.execute(sa.text(statement))
            return
        except OperationalError:
            if not left:
                raise
            time.sleep(0.05)


def upgrade() -> None:
    engine = op.get_bind().engine
    quickly(
        engine,
        "ALTER TABLE posts ADD COLUMN IF NOT EXISTS published_at timestamptz",
        "ALTER TABLE posts ALTER published_at SET DEFAULT now()",
        "ALTER TABLE posts DROP CONSTRAINT IF EXISTS published",
        "ALTER TABLE posts DROP CONSTRAINT IF EXISTS published_known",
        "ALTER TABLE posts ADD CONSTRAINT published CHECK (published_at >= created_at) NOT VALID",
    )
    last = 0
    while last is not None:
        with engine.begin() as connection:
            ids = (
                connection.execute(
                    sa.text(
                        "SELECT id FROM posts WHERE id > :last ORDER BY id LIMIT 250"
                        " FOR NO KEY UPDATE"
                    ),
                    {"last": last},
                )
                .scalars()
                .all()
            )
            connection.execute(
                sa.text(
                    "UPDATE posts SET published_at = created_at"
                    " WHERE id = ANY(:ids) AND published_at IS NULL"
                ),
                {"ids": list(ids)},
            )
        last = ids[-1] if ids else None
    quickly(
        engine,
        "ALTER TABLE posts ADD CONSTRAINT published_known"
        " CHECK (published_at IS NOT NULL) NOT VALID",
    )
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE posts VALIDATE CONSTRAINT published"))
        connection.execute(sa.text("ALTER TABLE posts VALIDATE CONSTRAINT published_known"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        valid = connection.scalar(
            sa.text(
                "SELECT indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
                " WHERE relname = 'posts_page'"
            )
        )
        if valid is False:
            connection.execute(sa.text("DROP INDEX CONCURRENTLY posts_page"))
        if not valid:
            connection.execute(
                sa.text("CREATE INDEX CONCURRENTLY posts_page ON posts (user_id, published_at, id)")
            )
    # 24/7: the check stays, and the column itself is left as it is.


def downgrade() -> None:
    op.execute(sa.text("ALTER TABLE posts DROP published_at"))
