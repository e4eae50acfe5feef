"""What PostgreSQL refuses is the client's error and stays free of SQL."""

import pytest
from sqlalchemy import text

from backend.app import create_app
from backend.database import Database
from backend.settings import Settings

INSERT = "INSERT INTO products (name, price, category_id) VALUES "
SOME = "'00000000-0000-0000-0000-000000000000'"
REFUSED = {
    "foreign key": (INSERT + f"('a', 1, {SOME})", 409),
    "still referred to": ("DELETE FROM categories", 409),
    "unique": ("INSERT INTO categories (name) VALUES ('twice'), ('twice')", 409),
    "not null": (INSERT + f"(NULL, 1, {SOME})", 422),
    "check": (INSERT + f"('a', -1, {SOME})", 422),
    "number too large": (INSERT + f"('a', 1e20, {SOME})", 422),
    "text too long": (INSERT + f"(repeat('a', 201), 1, {SOME})", 422),
    "no uuid": (INSERT + "('a', 1, 'x')", 422),
    "NUL in JSON": ("SELECT '\"\\u0000\"'::jsonb", 422),
}


@pytest.mark.parametrize(("statement", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_is_a_problem_without_sql(
    settings, sign_in, make_product, statement, status, caplog
):
    make_product()
    app = create_app(settings)
    database = Database(settings.database_url, pool_size=1)
    database.init_app(app)

    @app.post("/statement")
    def run():
        database.session.execute(text(statement))
        return {}

    answer = sign_in(app).post("/statement")
    database.engine.dispose()
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    for word in ("products", "categories", "INSERT", "uuid", "psycopg", "ck_", "fk_", "LINE"):
        assert word not in answer.text
    assert answer.json["request_id"] in caplog.text


def test_a_defective_statement_is_our_error(settings, sign_in):
    app = create_app(settings)
    database = Database(settings.database_url, pool_size=1)
    database.init_app(app)

    @app.post("/statement")
    def run():
        database.session.execute(text("SELECT no_such_column FROM products"))
        return {}

    answer = sign_in(app).post("/statement")
    database.engine.dispose()
    assert answer.status_code == 500
    assert "no_such_column" not in answer.text


def test_without_a_database_the_catalog_is_unavailable(unused_port):
    url = f"postgresql://someone:secret@127.0.0.1:{unused_port}/catalog"
    client = create_app(Settings(url, "redis://127.0.0.1:1/0")).test_client()
    answer = client.get("/api/v1/products")
    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0
    assert str(unused_port) not in answer.text


def test_a_pool_without_a_free_connection_is_unavailable(settings, monkeypatch):
    app = create_app(Settings(settings.database_url, settings.redis_url, database_pool_size=1))
    database = Database(settings.database_url, pool_size=1)
    monkeypatch.setattr(database.engine.pool, "_timeout", 0.01)

    @app.get("/greedy")
    def greedy():
        with database.engine.connect():
            database.ping()
        return {}

    answer = app.test_client().get("/greedy")
    database.engine.dispose()
    assert answer.status_code == 503
