"""Reservations: stock is set aside once for each request, and given back once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for
from sqlalchemy.orm import Session

from backend.api import LOCATION, Blueprint
from backend.catalog.errors import ProductNotFound
from backend.database import Database
from backend.inventory.errors import ReservationNotFound
from backend.inventory.models import Reservation
from backend.inventory.schemas import IDEMPOTENCY_KEY, ReservationSchema
from backend.problems import problem


def reserve(session: Session, product_id: UUID, quantity: int, key: str) -> Reservation:
    """Set `quantity` of a product aside and commit; the reservation of `key`, if there is one.

    Raises ProductNotFound, NotEnoughStock, KeyReused or ReservationReleased; then nothing has
    changed.
    """
    # TODO
    raise NotImplementedError


def get_reservation(session: Session, reservation_id: UUID) -> Reservation:
    """The reservation of this id. Raises ReservationNotFound, also once it is released."""
    # TODO
    raise ReservationNotFound(reservation_id)


def release(session: Session, reservation_id: UUID) -> None:
    """Give the stock of a reservation back, also to a deleted product, and commit.

    Raises ReservationNotFound, also once it is released.
    """
    # TODO
    raise ReservationNotFound(reservation_id)


def create_reservations_blueprint(database: Database) -> Blueprint:
    """Reservations of a product, and /api/v1/reservations."""
    reservations = Blueprint(
        "reservations", __name__, url_prefix="/api/v1", description="Stock that is set aside"
    )

    @reservations.post("/products/<uuid:product_id>/reservations")
    @reservations.arguments(ReservationSchema)
    @reservations.response(201, ReservationSchema, headers=LOCATION)
    @reservations.doc(parameters=[IDEMPOTENCY_KEY])
    @reservations.problems(400, 401, 403, 404, 409, 413, 415, 422)
    def create(data: dict[str, Any], product_id: UUID) -> tuple[Reservation, dict[str, str]]:
        """Reserve some of a product's stock."""
        made = reserve(database.session, product_id, data["quantity"], key="")  # TODO: the key
        return made, {"Location": url_for("reservations.show", reservation_id=made.id)}

    # TODO: GET and DELETE of one reservation

    @reservations.errorhandler(ProductNotFound)
    def product_not_found(_error: ProductNotFound) -> Response:
        return problem(404, "There is no product with this id.")

    # TODO: an answer to each of the other errors

    return reservations
