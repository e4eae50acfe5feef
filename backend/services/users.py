"""The users service: who there is. It has tables of its own, in the schema `users`.

Serve it with `waitress-serve --call backend.services.users:create_users`, after
`flask --app backend.services.users:create_users create-schema`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask, url_for
from marshmallow import Schema, fields, validate
from sqlalchemy import Column, DateTime, MetaData, Row, Table, Text, Uuid, func, insert, select
from werkzeug.exceptions import NotFound

from backend.catalog.text import no_nul
from backend.services.callers import require_admin, require_self_or_admin
from backend.services.service import create_service, sent

metadata = MetaData(schema="users")

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)


class UserSchema(Schema):
    """A user, as the body of POST."""

    name = fields.String(required=True, validate=[no_nul, validate.Length(1, 200)])
    email = fields.Email(required=True, validate=[no_nul, validate.Length(max=320)])


def create_users(database_url: str | None = None) -> Flask:
    """The application. Without a URL it is read from DATABASE_URL. Raises SettingsError."""
    app, engine = create_service("users", metadata, database_url)

    @app.get("/api/v1/users/<uuid:user_id>")
    def show(user_id: UUID) -> dict[str, Any]:
        """Show a user to himself and to admins."""
        require_self_or_admin(str(user_id))
        with engine.connect() as connection:
            row = connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
        if row is None:
            raise NotFound("There is no such user.")
        return _shown(row)

    @app.post("/api/v1/users")
    def create() -> tuple[dict[str, Any], int, dict[str, str]]:
        """Create a user, as an admin."""
        require_admin()
        values = sent(UserSchema())
        with engine.begin() as connection:  # an email that is there already is answered with 409
            row = connection.execute(insert(users).values(values).returning(users)).one()
        return _shown(row), 201, {"Location": url_for("show", user_id=row.id)}

    return app


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "email": row.email,
        "created_at": row.created_at.isoformat(),
    }
