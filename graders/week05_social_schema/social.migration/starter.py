"""When a post is published: posts.published_at, and an index for an author's page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # TODO: it works, when the table is small and nobody is there
    op.add_column("posts", sa.Column("published_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE posts SET published_at = created_at")
    op.alter_column("posts", "published_at", nullable=False)
    # TODO: the rest


def downgrade() -> None:
    # TODO
    pass
