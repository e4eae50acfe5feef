"""The schema as sql/social makes it."""

from __future__ import annotations

from alembic import op

from backend.social.schema import FOLDER, PARTS, apply_part

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for part in PARTS:
        apply_part(op.get_bind(), FOLDER / f"{part}.sql")


def downgrade() -> None:
    raise NotImplementedError("Nothing is before the first revision: drop the database.")
