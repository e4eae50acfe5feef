"""The composition root: every object of the running system is made and wired here.

Serve it with `waitress-serve --call backend.app:create_app`, or while developing with
`flask --app backend.app run`.
"""

from __future__ import annotations

import os

from flask import Flask
from flask_swagger_ui import get_swaggerui_blueprint
from redis import Redis

from backend.api import create_api
from backend.catalog.routes import create_products_blueprint
from backend.database import Database
from backend.database_problems import register_database_problems
from backend.health import create_health_blueprint
from backend.problems import register_problems
from backend.request_id import register_request_ids
from backend.schema import register_schema_command
from backend.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Without settings it reads them from the environment.

    Raises SettingsError. Nothing is connected to before the first request.
    """
    settings = settings or Settings.from_environ(os.environ)
    app = Flask("backend", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes

    database = Database(settings.database_url, settings.database_pool_size)
    database.init_app(app)
    redis = Redis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=5)

    api = create_api(app)
    api.register_blueprint(create_products_blueprint(database))
    app.register_blueprint(create_health_blueprint(database, redis))
    app.register_blueprint(get_swaggerui_blueprint("/docs", "/api/v1/openapi.json"))

    register_request_ids(app)
    # After the API: flask-smorest has an answer to errors of its own, and the last one counts.
    register_problems(app)
    register_database_problems(app)
    register_schema_command(app, settings)
    return app
