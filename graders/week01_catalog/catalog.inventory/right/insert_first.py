"""The key first: whoever inserts it reserves, and one UPDATE asks for the stock and takes it.

The UPDATE takes no stronger lock than may go beside the foreign key's, so nobody deadlocks.
"""

from __future__ import annotations

from flask import Response, request, url_for
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.inventory.models import Reservation
from backend.inventory.schemas import ReservationSchema
from backend.problems import problem


def create_reservations_blueprint(database):
    reservations = Blueprint("reservations", __name__, url_prefix="/api/v1")

    def shown(made):
        return made, {"Location": url_for("reservations.show", key=made.id)}

    def repeated(key, product_id, quantity):
        made = database.session.scalars(
            select(Reservation).where(Reservation.idempotency_key == key)
        ).one()
        if (made.product_id, made.quantity) != (product_id, quantity):
            return problem(422, "This key came with another request.")
        if made.released_at is not None:
            return problem(409, "It has been released.")
        return shown(made)

    def refused(status, detail):
        database.session.rollback()
        return problem(status, detail)

    @reservations.post("/products/<uuid:product_id>/reservations")
    @reservations.arguments(ReservationSchema)
    @reservations.response(201, ReservationSchema)
    def create(data, product_id):
        session, quantity = database.session, data["quantity"]
        key = request.headers.get("idempotency-key")
        if not key or len(key) > 255:
            return problem(400, "Idempotency-Key is missing, or longer than 255 characters.")
        new = insert(Reservation).values(
            product_id=product_id, quantity=quantity, idempotency_key=key
        )
        try:
            made = session.scalars(
                new.on_conflict_do_nothing(index_elements=["idempotency_key"]).returning(
                    Reservation
                )
            ).one_or_none()
        except IntegrityError:  # the foreign key
            return refused(404, "No such product.")
        if made is None:
            return repeated(key, product_id, quantity)
        of_sale = Product.id == product_id, Product.is_active
        taken = session.execute(
            update(Product)
            .where(*of_sale, Product.stock_quantity >= quantity)
            .values(stock_quantity=Product.stock_quantity - quantity)
        )
        if not taken.rowcount:
            if session.scalar(select(Product.id).where(*of_sale)) is None:
                return refused(404, "No such product.")
            return refused(409, "Not enough left.")
        session.commit()
        return shown(made)

    @reservations.get("/reservations/<uuid:key>")
    @reservations.response(200, ReservationSchema)
    def show(key):
        made = database.session.get(Reservation, key)
        return problem(404, "None.") if made is None or made.released_at else made

    @reservations.delete("/reservations/<uuid:key>")
    def remove(key):
        session = database.session
        made = session.get(Reservation, key, with_for_update=True)
        if made is None or made.released_at is not None:
            return refused(404, "None.")
        made.released_at = func.now()
        product = session.get(Product, made.product_id, with_for_update=True)
        product.stock_quantity += made.quantity
        session.commit()
        return Response(status=204)

    return reservations
