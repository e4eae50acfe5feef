"""When a post is published: a constant default makes the column NOT NULL without a look at rows."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FILL = """
DO $$
DECLARE
    start bigint := 0;
    newest bigint := (SELECT max(id) FROM public.posts);
BEGIN
    WHILE start < newest LOOP
        UPDATE public.posts SET published_at = created_at
        WHERE id BETWEEN start + 1 AND start + 500 AND published_at = '-infinity';
        COMMIT;
        start := start + 500;
    END LOOP;
END
$$
"""

STEPS = (
    "SET lock_timeout = '4s'",
    "ALTER TABLE posts ADD COLUMN IF NOT EXISTS published_at timestamptz"
    " NOT NULL DEFAULT '-infinity', ALTER COLUMN published_at SET DEFAULT CURRENT_TIMESTAMP",
    FILL,
    "ALTER TABLE posts DROP CONSTRAINT IF EXISTS published_after",
    "ALTER TABLE posts ADD CONSTRAINT published_after"
    " CHECK (NOT (published_at < created_at)) NOT VALID",
    "ALTER TABLE posts VALIDATE CONSTRAINT published_after",
    "DROP INDEX IF EXISTS author_page",
    "CREATE INDEX CONCURRENTLY author_page ON posts (user_id, published_at DESC)",
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for step in STEPS:
            op.execute(step)


def downgrade() -> None:
    op.execute("ALTER TABLE posts DROP COLUMN published_at CASCADE")
