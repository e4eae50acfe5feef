"""When a post is published: posts.published_at, and an index for an author's page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: Posts that one transaction fills: others who change one of them wait for as long as it takes.
BATCH = 1000


def upgrade() -> None:
    # The table is large, and written to meanwhile. So every statement is a transaction of its own,
    # and what it has locked is free again when it is done. Each can be run again after a failure.
    with op.get_context().autocommit_block():
        # Whoever waits for the table makes everybody wait who comes after: give up early.
        op.execute("SET lock_timeout = '2s'")
        # In two steps: DEFAULT in ADD COLUMN would be the value of the old rows as well.
        op.execute(
            "ALTER TABLE posts ADD COLUMN IF NOT EXISTS published_at timestamptz,"
            " ALTER COLUMN published_at SET DEFAULT now()"
        )
        _fill_old_posts()
        # New rows are held to it at once; the old ones are looked at without a lock on writers.
        op.execute(
            "ALTER TABLE posts DROP CONSTRAINT IF EXISTS posts_published_at_check,"
            " ADD CONSTRAINT posts_published_at_check"
            " CHECK (published_at IS NOT NULL AND published_at >= created_at) NOT VALID"
        )
        op.execute("ALTER TABLE posts VALIDATE CONSTRAINT posts_published_at_check")
        # The constraint proves it: PostgreSQL need not look at any row.
        op.execute("ALTER TABLE posts ALTER COLUMN published_at SET NOT NULL")
        # These two wait for all who are writing, and nobody waits for them.
        op.execute("SET lock_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS posts_user_id_published_at_idx")
        op.execute(
            "CREATE INDEX CONCURRENTLY posts_user_id_published_at_idx"
            " ON posts (user_id, published_at DESC)"
        )


def _fill_old_posts() -> None:
    """Give each post its published_at that has none. New ones have it from the default."""
    connection = op.get_bind()
    newest = connection.scalar(sa.text("SELECT coalesce(max(id), 0) FROM posts"))
    fill = sa.text(
        "UPDATE posts SET published_at = created_at"
        " WHERE id > :after AND id <= :to AND published_at IS NULL"
    )
    for after in range(0, newest, BATCH):
        connection.execute(fill, {"after": after, "to": after + BATCH})


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '2s'")
    # The index and the constraint go with it.
    op.drop_column("posts", "published_at")
