"""Categories, as far as products need them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Category


def require_category(session: Session, category_id: UUID) -> None:
    """Make sure that the category exists until the transaction ends. Raises UnknownCategory."""
    # FOR KEY SHARE, the lock that the foreign key takes anyway: nobody deletes the category
    # between this look and the insert, and other readers and writers are not held up.
    lock = {"read": True, "key_share": True}
    if session.get(Category, category_id, with_for_update=lock) is None:
        raise UnknownCategory(category_id)
