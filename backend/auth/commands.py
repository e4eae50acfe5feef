"""`flask --app backend.app new-token`."""

from __future__ import annotations

import hashlib
import secrets

import click
from flask import Flask

from backend.auth.roles import Role


def register_token_command(app: Flask) -> None:
    """Add the command that makes a token for one more caller."""

    @app.cli.command("new-token")
    @click.argument("role", type=click.Choice([role.name.lower() for role in Role]))
    def command(role: str) -> None:
        """Make a token, and the entry of ACCESS_TOKENS that lets its holder in."""
        token = secrets.token_urlsafe(32)
        digest = hashlib.sha256(token.encode()).hexdigest()
        click.echo(f"token, for the caller, shown only now: {token}")
        click.echo(f"add to ACCESS_TOKENS: {role}={digest}")
