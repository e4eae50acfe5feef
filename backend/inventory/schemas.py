"""What the API accepts and shows of reservations."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

MAX_QUANTITY = 2**31 - 1
MAX_KEY_LENGTH = 255

#: The header Idempotency-Key, for the API document.
IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "Names this request: sent again, it is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_LENGTH},
}


class ReservationSchema(Schema):
    """A reservation, as the body of POST and as it is shown."""

    class Meta:
        unknown = RAISE

    id = fields.UUID(dump_only=True)
    product_id = fields.UUID(dump_only=True)
    quantity = fields.Integer(strict=True, required=True, validate=validate.Range(1, MAX_QUANTITY))
    created_at = fields.DateTime(dump_only=True)
