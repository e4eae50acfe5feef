"""SQL by hand: no exception of the database is needed, each statement says what it found.

PUT and DELETE lock the category first, so that nothing changes between the look and the deed.
"""

from __future__ import annotations

from flask import url_for
from sqlalchemy import text

from backend.api import Blueprint
from backend.catalog.category_schemas import (
    CategoryListSchema,
    CategoryQuerySchema,
    CategorySchema,
)
from backend.catalog.errors import UnknownCategory
from backend.catalog.models import Category
from backend.problems import problem

SHOWN = """
    SELECT c.id, c.name, c.description, c.created_at, COALESCE(p.number, 0) AS product_count
    FROM categories AS c
    LEFT JOIN LATERAL (
        SELECT count(*) AS number FROM products WHERE category_id = c.id AND is_active
    ) AS p ON true
"""


def require_category(session, category_id):
    lock = {"read": True, "key_share": True}
    if session.get(Category, category_id, with_for_update=lock) is None:
        raise UnknownCategory(category_id)


def create_categories_blueprint(database):
    categories = Blueprint("categories", __name__, url_prefix="/api/v1/categories")

    def run(statement, **values):
        return database.session.execute(text(statement), values).mappings().all()

    def shown(key):
        return next(iter(run(SHOWN + "WHERE c.id = :key", key=key)), None)

    def not_found():
        return problem(404, "There is no such category.")

    def taken():
        return problem(409, "Choose another name.", errors={"name": ["It is taken."]})

    def locked(key):
        return bool(run("SELECT id FROM categories WHERE id = :key FOR UPDATE", key=key))

    @categories.get("")
    @categories.arguments(CategoryQuerySchema, location="query")
    @categories.response(200, CategoryListSchema)
    def list_all(query):
        order = "ORDER BY c.name LIMIT :limit"
        where = "" if query["after"] is None else "WHERE c.name > :after "
        return {"categories": run(SHOWN + where + order, **query)}

    @categories.post("")
    @categories.arguments(CategorySchema)
    @categories.response(201, CategorySchema)
    def create(data):
        made = run(
            "INSERT INTO categories (name, description) VALUES (:name, :description) "
            "ON CONFLICT (name) DO NOTHING RETURNING id",
            **data,
        )
        if not made:
            return taken()
        key = made[0]["id"]
        answer = shown(key)
        database.session.commit()
        return answer, {"Location": url_for("categories.show", key=key)}

    @categories.get("/<uuid:key>")
    @categories.response(200, CategorySchema)
    def show(key):
        return shown(key) or not_found()

    @categories.put("/<uuid:key>")
    @categories.arguments(CategorySchema)
    @categories.response(200, CategorySchema)
    def replace(data, key):
        # Whoever writes names does so one after another: then a look is enough.
        database.session.execute(text("LOCK TABLE categories IN SHARE ROW EXCLUSIVE MODE"))
        if not locked(key):
            return not_found()
        if run("SELECT 1 FROM categories WHERE name = :name AND id <> :key", key=key, **data):
            return taken()
        database.session.execute(
            text("UPDATE categories SET name = :name, description = :description WHERE id = :key"),
            {"key": key, **data},
        )
        answer = shown(key)
        database.session.commit()
        return answer

    @categories.delete("/<uuid:key>")
    @categories.response(204)
    def remove(key):
        if not locked(key):  # waits for whoever refers to it just now
            return not_found()
        if run("SELECT 1 FROM products WHERE category_id = :key LIMIT 1", key=key):
            return problem(409, "Products refer to it.")
        database.session.execute(text("DELETE FROM categories WHERE id = :key"), {"key": key})
        database.session.commit()
        return None

    return categories
