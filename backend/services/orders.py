"""The orders service: what users have bought. It has tables of its own, in the schema `orders`.

Serve it with `waitress-serve --call backend.services.orders:create_orders`, after
`flask --app backend.services.orders:create_orders create-schema`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Flask, request, url_for
from marshmallow import Schema, ValidationError, fields
from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    MetaData,
    Numeric,
    Row,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
)
from werkzeug.exceptions import BadRequest, NotFound

from backend.services.callers import require_self_or_admin
from backend.services.service import create_service, sent

#: The newest ones of a user; the page size of this small service.
MOST_ORDERS = 20

MOST_TOTAL = Decimal("99999999.99")

metadata = MetaData(schema="orders")

# No foreign key to users: they are another service's, and may lie in another database.
orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("user_id", Uuid, nullable=False),
    Column("status", Text, nullable=False, server_default="placed"),
    Column("total", Numeric(10, 2), CheckConstraint("total >= 0", "total"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index("ix_orders_user_id", orders.c.user_id, orders.c.created_at, orders.c.id)


def _valid_total(total: Decimal) -> None:
    """Refuse an amount that NUMERIC(10, 2) would refuse or round."""
    if not 0 <= total <= MOST_TOTAL or total != total.quantize(Decimal("0.01")):
        raise ValidationError(f"Must be from 0 to {MOST_TOTAL}, with two decimal places at most.")


class OrderSchema(Schema):
    """An order, as the body of POST."""

    user_id = fields.UUID(required=True)
    total = fields.Decimal(required=True, validate=_valid_total)


def create_orders(database_url: str | None = None) -> Flask:
    """The application. Without a URL it is read from DATABASE_URL. Raises SettingsError."""
    app, engine = create_service("orders", metadata, database_url)

    @app.get("/api/v1/orders")
    def listing() -> dict[str, Any]:
        """The newest orders of `?user_id=`, for that user and for admins."""
        try:
            user_id = UUID(request.args.get("user_id", ""))
        except ValueError:
            raise BadRequest("Send the id of a user as user_id.") from None
        require_self_or_admin(str(user_id))
        newest = (orders.c.created_at.desc(), orders.c.id)
        found = select(orders).where(orders.c.user_id == user_id).order_by(*newest)
        with engine.connect() as connection:
            rows = connection.execute(found.limit(MOST_ORDERS)).all()
        return {"orders": [_shown(row) for row in rows]}

    @app.get("/api/v1/orders/<uuid:order_id>")
    def show(order_id: UUID) -> dict[str, Any]:
        """Show an order to whoever placed it and to admins."""
        with engine.connect() as connection:
            row = connection.execute(select(orders).where(orders.c.id == order_id)).one_or_none()
        if row is None:
            raise NotFound("There is no such order.")
        require_self_or_admin(str(row.user_id))
        return _shown(row)

    @app.post("/api/v1/orders")
    def create() -> tuple[dict[str, Any], int, dict[str, str]]:
        """Place an order for oneself, or as an admin."""
        values = sent(OrderSchema())
        require_self_or_admin(str(values["user_id"]))
        with engine.begin() as connection:
            row = connection.execute(insert(orders).values(values).returning(orders)).one()
        return _shown(row), 201, {"Location": url_for("show", order_id=row.id)}

    return app


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "user_id": str(row.user_id),
        "status": row.status,
        "total": f"{row.total:.2f}",
        "created_at": row.created_at.isoformat(),
    }
