"""The composition root: every object of the running system is made and wired here.

Serve it with `waitress-serve --call backend.app:create_app`, or while developing with
`flask --app backend.app run`. Behind proxies, set TRUSTED_PROXIES to their number and give waitress
`--no-clear-untrusted-proxy-headers`, or it takes away what they say.
"""

from __future__ import annotations

import os
from functools import partial

from flask import Flask
from flask_swagger_ui import get_swaggerui_blueprint
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.api import create_api
from backend.auth.bearer import register_authentication
from backend.auth.commands import register_token_command
from backend.cache.connection import connect
from backend.cache.shelf import Shelf, add_sweeping, register_invalidation
from backend.cache.single_flight import SingleFlight
from backend.catalog.categories import create_categories_blueprint
from backend.catalog.listing_cache import register_listing_cache
from backend.catalog.routes import create_products_blueprint
from backend.catalog.v2 import announce_v2, create_products_v2_blueprint
from backend.database import Database
from backend.database_problems import register_database_problems
from backend.graphql.engine import Engine
from backend.graphql.graphiql import create_graphiql_blueprint
from backend.graphql.limits import Limits
from backend.graphql.listening import connect_to_listen
from backend.graphql.persisted_queries import PersistedQueries
from backend.graphql.schema import create_graphql_schema
from backend.graphql.stock_changes import StockChanges, publish_stock_changes
from backend.graphql.streams import Streams
from backend.graphql.view import create_graphql_blueprint
from backend.health import create_health_blueprint
from backend.inventory.reservations import create_reservations_blueprint
from backend.problems import register_problems
from backend.rate_limiting import register_rate_limits
from backend.request_id import register_request_ids
from backend.schema import register_schema_command
from backend.settings import Settings
from backend.worker import create_celery


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Without settings it reads them from the environment.

    Raises SettingsError. Nothing is connected to before the first request.
    """
    settings = settings or Settings.from_environ(os.environ)
    app = Flask("backend", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes

    # Only our own proxies are believed about who the client is: the header's other entries are his.
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0
    )

    database = Database(settings.database_url, settings.database_pool_size)
    database.init_app(app)
    redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=settings.redis_timeout_ms / 1000,
        socket_connect_timeout=settings.redis_timeout_ms / 1000,
        # One more try, for a connection that a restarted server has closed. The default are ten
        # with pauses, and whoever can do without Redis must not wait for it.
        retry=Retry(NoBackoff(), 1),
    )

    products = create_products_blueprint(database)
    announce_v2(products, settings.v1_deprecated_at, settings.v1_sunset_at)
    v1, v2 = create_api(app, "v1"), create_api(app, "v2")
    v1.register_blueprint(products)
    v1.register_blueprint(create_categories_blueprint(database))
    v1.register_blueprint(create_reservations_blueprint(database))
    v2.register_blueprint(create_products_v2_blueprint(database))
    app.register_blueprint(create_health_blueprint(database, redis))
    documents = [{"name": name, "url": f"/api/{name}/openapi.json"} for name in ("v1", "v2")]
    app.register_blueprint(get_swaggerui_blueprint("/docs", None, config={"urls": documents}))

    _add_graph(app, settings, database, redis)

    register_request_ids(app)
    register_rate_limits(
        app,
        redis,
        settings.access_tokens,
        settings.rate_limit_requests,
        settings.rate_limit_window_seconds,
    )
    register_authentication(app, settings.access_tokens)
    if settings.cache_seconds:
        _add_cache(app, settings, database)
    # After the API: flask-smorest has an answer to errors of its own, and the last one counts.
    register_problems(app)
    register_database_problems(app)
    register_schema_command(app, settings)
    register_token_command(app)
    return app


def _add_graph(app: Flask, settings: Settings, database: Database, redis: Redis) -> None:
    limits = Limits(
        settings.graphql_max_depth,
        settings.graphql_max_cost,
        settings.graphql_max_aliases,
        settings.graphql_introspection,
    )
    engine = Engine(create_graphql_schema(), limits)
    persisted = PersistedQueries(
        redis, settings.persisted_query_seconds, settings.persisted_queries
    )
    streams = Streams(
        engine,
        StockChanges(partial(connect_to_listen, settings.redis_url)),
        settings.graphql_streams,
        settings.graphql_heartbeat_seconds,
    )
    publish_stock_changes(database, redis)
    app.register_blueprint(
        create_graphql_blueprint(engine, database, settings.access_tokens, persisted, streams)
    )
    if settings.graphiql:
        app.register_blueprint(create_graphiql_blueprint())


def _add_cache(app: Flask, settings: Settings, database: Database) -> None:
    redis = connect(settings.redis_url, settings.redis_timeout_ms)
    shelf = Shelf(redis, "listing", settings.cache_seconds)
    flight = SingleFlight(redis, settings.cache_lock_seconds, settings.cache_wait_seconds)
    register_listing_cache(app, redis, shelf, flight, settings.cache_seconds)
    register_invalidation(database, shelf, add_sweeping(create_celery(settings), shelf))
