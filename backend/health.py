"""What an operator's probes ask: is the process alive, and can it do its work?"""

from __future__ import annotations

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from redis import Redis, RedisError
from sqlalchemy.exc import SQLAlchemyError

from backend.database import Database
from backend.problems import problem


def create_health_blueprint(database: Database, redis: Redis) -> Blueprint:
    """/healthz and /readyz. They never share a fate: a restart does not cure a lost database."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> ResponseReturnValue:
        return {"status": "alive"}

    @blueprint.get("/readyz")
    def ready() -> ResponseReturnValue:
        missing = []
        try:
            database.ping()
        except SQLAlchemyError as error:
            current_app.logger.warning("PostgreSQL does not answer: %s", error)
            missing.append("PostgreSQL")
        try:
            redis.ping()
        except RedisError as error:
            current_app.logger.warning("Redis does not answer: %s", error)
            missing.append("Redis")
        if missing:
            return problem(503, f"No answer from {' and '.join(missing)}.")
        return {"status": "ready"}

    return blueprint
