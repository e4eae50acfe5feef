"""The index of the full text search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not CONCURRENTLY, which no transaction can hold: on a large table writers wait for it.
    op.create_index(
        "ix_products_words",
        "products",
        [
            sa.text(
                "(setweight(to_tsvector('english', name::text), 'A')"
                " || setweight(to_tsvector('english', left(description, 20000)), 'B'))"
            )
        ],
        postgresql_using="gin",
        postgresql_where=sa.text("is_active"),
    )


def downgrade() -> None:
    op.drop_index("ix_products_words")
