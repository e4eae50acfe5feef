"""When a post is published: with Alembic's own operations, which look first at what is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMN, CHECK, NOT_NULL = (
    "published_at",
    "posts_published_after_created",
    "posts_published_not_null",
)
INDEX = "posts_author_page"


def names() -> set[str]:
    found = op.get_bind().execute(
        sa.text("SELECT conname FROM pg_constraint WHERE conrelid = 'posts'::regclass")
    )
    return set(found.scalars())


def upgrade() -> None:
    context = op.get_context()
    op.execute("SET lock_timeout TO '3s'")
    if COLUMN not in {c["name"] for c in sa.inspect(op.get_bind()).get_columns("posts")}:
        op.add_column("posts", sa.Column(COLUMN, sa.DateTime(timezone=True), nullable=True))
    op.alter_column("posts", COLUMN, server_default=sa.func.now())
    with context.autocommit_block():
        last = 0
        while True:
            rows = (
                op.get_bind()
                .execute(
                    sa.text(
                        "UPDATE posts SET published_at = created_at WHERE id IN"
                        " (SELECT id FROM posts WHERE published_at IS NULL AND id > :last"
                        "  ORDER BY id LIMIT 400)"
                        " RETURNING id"
                    ),
                    {"last": last},
                )
                .scalars()
                .all()
            )
            if not rows:
                break
            last = max(rows)
    if NOT_NULL not in names():
        op.create_check_constraint(
            NOT_NULL, "posts", "published_at IS NOT NULL", postgresql_not_valid=True
        )
    if CHECK not in names():
        op.create_check_constraint(
            CHECK, "posts", "published_at >= created_at", postgresql_not_valid=True
        )
    with context.autocommit_block():
        op.execute(f"ALTER TABLE posts VALIDATE CONSTRAINT {NOT_NULL}")
        op.execute(f"ALTER TABLE posts VALIDATE CONSTRAINT {CHECK}")
        op.alter_column("posts", COLUMN, nullable=False)
        op.drop_constraint(NOT_NULL, "posts")
        op.drop_index(INDEX, "posts", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            INDEX, "posts", ["user_id", "published_at", "id"], postgresql_concurrently=True
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(INDEX, "posts", if_exists=True, postgresql_concurrently=True)
    op.drop_constraint(CHECK, "posts")
    op.drop_column("posts", COLUMN)
