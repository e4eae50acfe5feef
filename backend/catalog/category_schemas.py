"""What the API accepts and shows of categories."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from backend.catalog.text import StrippedText, no_nul


class CategorySchema(Schema):
    """A category, as the body of POST and PUT and as it is shown."""

    class Meta:
        unknown = RAISE

    id = fields.UUID(dump_only=True)
    name = StrippedText(required=True, validate=[no_nul, validate.Length(1, 100)])
    description = fields.String(load_default="", validate=no_nul)
    product_count = fields.Integer(dump_only=True)
    created_at = fields.DateTime(dump_only=True)


class CategoryQuerySchema(Schema):
    """The query string of the list of categories."""

    class Meta:
        unknown = RAISE

    after = fields.String(load_default=None, allow_none=False, validate=no_nul)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 100))


class CategoryListSchema(Schema):
    """The list of categories."""

    categories = fields.List(fields.Nested(CategorySchema))
