"""SQL by hand: requests of one key queue at an advisory lock, and each statement asks and does."""

from __future__ import annotations

from flask import abort, request
from sqlalchemy import text

from backend.api import Blueprint
from backend.inventory.schemas import ReservationSchema
from backend.problems import problem

SHOWN = "id, product_id, quantity, created_at"

TAKE = """
    UPDATE products SET stock_quantity = stock_quantity - :quantity
    WHERE id = :product AND is_active AND stock_quantity >= :quantity RETURNING id
"""

RELEASE = """
    WITH released AS (
        UPDATE reservations SET released_at = now() WHERE id = :key AND released_at IS NULL
        RETURNING product_id, quantity
    )
    UPDATE products SET stock_quantity = stock_quantity + released.quantity
    FROM released WHERE products.id = released.product_id RETURNING products.id
"""


def create_reservations_blueprint(database):
    reservations = Blueprint("reservations", __name__, url_prefix="/api/v1")

    def run(statement, **values):
        rows = database.session.execute(text(statement), values)
        return rows.mappings().first() if rows.returns_rows else None

    @reservations.post("/products/<uuid:product>/reservations")
    @reservations.arguments(ReservationSchema)
    @reservations.response(201, ReservationSchema)
    def create(data, product):
        key = request.headers.get("Idempotency-Key")
        if not key or len(key) > 255:
            abort(400, "The header Idempotency-Key is missing or too long.")
        quantity = data["quantity"]
        run("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(:key, 0))", key=key)
        made = run("SELECT * FROM reservations WHERE idempotency_key = :key", key=key)
        if made:
            if (made["product_id"], made["quantity"]) != (product, quantity):
                return problem(422, "This key came with another request.")
            if made["released_at"]:
                return problem(409, "Released.")
        elif run(TAKE, product=product, quantity=quantity):
            # Nobody else can store this key meanwhile, except who does not ask for the lock.
            made = run(
                "INSERT INTO reservations (product_id, quantity, idempotency_key)"
                " VALUES (:product, :quantity, :key)"
                f" ON CONFLICT (idempotency_key) DO NOTHING RETURNING {SHOWN}",
                product=product,
                quantity=quantity,
                key=key,
            )
            if not made:
                database.session.rollback()
                return problem(422, "This key came with another request.")
            database.session.commit()
        elif run("SELECT 1 FROM products WHERE id = :product AND is_active", product=product):
            return problem(409, "Not enough left.")
        else:
            return problem(404, "No such product.")
        return made, {"Location": f"/api/v1/reservations/{made['id']}"}

    @reservations.get("/reservations/<uuid:key>")
    @reservations.response(200, ReservationSchema)
    def show(key):
        where = "WHERE id = :key AND released_at IS NULL"
        found = run(f"SELECT {SHOWN} FROM reservations {where}", key=key)
        return found or problem(404, "No such reservation.")

    @reservations.delete("/reservations/<uuid:key>")
    @reservations.response(204)
    def remove(key):
        if not run(RELEASE, key=key):
            return problem(404, "No such reservation.")
        database.session.commit()
        return None

    return reservations
