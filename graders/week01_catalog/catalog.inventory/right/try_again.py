"""No lock is asked for: serializable transactions, tried again when they meet another one."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from backend.api import Blueprint
from backend.catalog.models import Product
from backend.inventory.models import Reservation
from backend.inventory.schemas import ReservationSchema
from backend.problems import problem

#: Serialization failure, deadlock; and a key that somebody else has stored meanwhile.
MET_ANOTHER = {"40001", "40P01", "23505"}


class Told(HTTPException):
    """A problem as an exception."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(response=problem(status, detail))


def patiently(database, work):
    while True:
        session = database.session
        session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        try:
            done = work(session)
            session.commit()
        except DBAPIError as error:
            session.rollback()
            if error.orig.pgcode not in MET_ANOTHER:
                raise
        except BaseException:
            session.rollback()
            raise
        else:
            return done


def create_reservations_blueprint(database):
    reservations = Blueprint("reservations", __name__, url_prefix="/api/v1")

    @reservations.post("/products/<uuid:product_id>/reservations")
    @reservations.arguments(ReservationSchema)
    @reservations.response(201, ReservationSchema)
    def create(data, product_id):
        key, quantity = request.headers.get("Idempotency-Key", ""), data["quantity"]
        if not key or len(key) > 255:
            raise Told(400, "Idempotency-Key: 1 to 255 characters.")

        def work(session):
            by_key = select(Reservation).where(Reservation.idempotency_key == key)
            made = session.scalars(by_key).one_or_none()
            if made is not None:
                if made.product_id != product_id or made.quantity != quantity:
                    raise Told(422, "Another request had this key.")
                if made.released_at is not None:
                    raise Told(409, "That one was released.")
                return made
            product = session.get(Product, product_id)
            if product is None or not product.is_active:
                raise Told(404, "No such product.")
            if product.stock_quantity < quantity:
                raise Told(409, "Sold out.")
            product.stock_quantity -= quantity
            session.flush()  # the product before the reservation that refers to it
            made = Reservation(product_id=product_id, quantity=quantity, idempotency_key=key)
            session.add(made)
            session.flush()
            return made

        made = patiently(database, work)
        return made, {"Location": f"/api/v1/reservations/{made.id}"}

    def in_force(session, reservation_id):
        made = session.get(Reservation, reservation_id)
        if made is None or made.released_at is not None:
            raise Told(404, "No such reservation.")
        return made

    @reservations.get("/reservations/<uuid:reservation_id>")
    @reservations.response(200, ReservationSchema)
    def show(reservation_id):
        return in_force(database.session, reservation_id)

    @reservations.delete("/reservations/<uuid:reservation_id>")
    def remove(reservation_id):
        def work(session):
            made = in_force(session, reservation_id)
            made.released_at = datetime.now(UTC)
            session.get(Product, made.product_id).stock_quantity += made.quantity

        patiently(database, work)
        return Response(status=204)

    return reservations
