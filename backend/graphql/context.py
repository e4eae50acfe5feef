"""What resolvers find in `info.context`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from backend.auth.roles import Role
from backend.graphql.loaders import Loaders
from backend.graphql.stock_changes import StockChanges


@dataclass(frozen=True)
class Context:
    """One operation: the session it runs in, its loaders, the role of its caller, if any."""

    session: Session
    loaders: Loaders
    role: Role | None
    stock_changes: StockChanges | None = None  # where a subscription waits
