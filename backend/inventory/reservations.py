"""Reservations: stock is set aside once for each request, and given back once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from psycopg2.errors import UniqueViolation
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from backend.api import LOCATION, Blueprint
from backend.catalog.errors import ProductNotFound
from backend.catalog.models import Product
from backend.database import Database, transaction
from backend.inventory.errors import (
    KeyReused,
    NotEnoughStock,
    ReservationNotFound,
    ReservationReleased,
)
from backend.inventory.models import Reservation
from backend.inventory.schemas import IDEMPOTENCY_KEY, MAX_KEY_LENGTH, ReservationSchema
from backend.problems import problem


def reserve(session: Session, product_id: UUID, quantity: int, key: str) -> Reservation:
    """Set `quantity` of a product aside and commit; the reservation of `key`, if there is one.

    Raises ProductNotFound, NotEnoughStock, KeyReused or ReservationReleased; then nothing has
    changed.
    """
    with transaction(session):
        # The product is locked before anything else. Buyers queue here, so that what is read below
        # holds until the commit. The lock is the one that the UPDATE takes, FOR NO KEY UPDATE: a
        # stronger one would wait for whoever refers to the product through a foreign key.
        product = session.scalar(
            select(Product)
            .where(Product.id == product_id)
            .with_for_update(of=Product, key_share=True)
        )
        earlier = session.scalar(select(Reservation).where(Reservation.idempotency_key == key))
        if earlier is not None:
            return _same(earlier, product_id, quantity)
        if product is None or not product.is_active:
            raise ProductNotFound(product_id)
        if product.stock_quantity < quantity:
            raise NotEnoughStock(product_id, quantity)
        product.stock_quantity -= quantity
        reservation = Reservation(product_id=product_id, quantity=quantity, idempotency_key=key)
        session.add(reservation)
        try:
            session.flush()
        except IntegrityError as error:
            if isinstance(error.orig, UniqueViolation):
                # Requests for one product come one after another: this one is for another.
                raise KeyReused(key) from error
            raise
    return reservation


def get_reservation(session: Session, reservation_id: UUID) -> Reservation:
    """The reservation of this id. Raises ReservationNotFound, also once it is released."""
    reservation = session.get(Reservation, reservation_id)
    if reservation is None or reservation.released_at is not None:
        raise ReservationNotFound(reservation_id)
    return reservation


def release(session: Session, reservation_id: UUID) -> None:
    """Give the stock of a reservation back, also to a deleted product, and commit.

    Raises ReservationNotFound, also once it is released.
    """
    with transaction(session):
        # Of two that release it, the second waits for the first and then finds nothing.
        released = session.execute(
            update(Reservation)
            .where(Reservation.id == reservation_id, Reservation.released_at.is_(None))
            .values(released_at=func.now())
            .returning(Reservation.product_id, Reservation.quantity)
        ).one_or_none()
        if released is None:
            raise ReservationNotFound(reservation_id)
        session.execute(
            update(Product)
            .where(Product.id == released.product_id)
            .values(stock_quantity=Product.stock_quantity + released.quantity)
        )


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
        made = reserve(database.session, product_id, data["quantity"], _idempotency_key())
        return made, {"Location": url_for("reservations.show", reservation_id=made.id)}

    @reservations.get("/reservations/<uuid:reservation_id>")
    @reservations.response(200, ReservationSchema)
    @reservations.problems(404)
    def show(reservation_id: UUID) -> Reservation:
        """Show a reservation."""
        return get_reservation(database.session, reservation_id)

    @reservations.delete("/reservations/<uuid:reservation_id>")
    @reservations.response(204)
    @reservations.problems(401, 403, 404, 422)
    def remove(reservation_id: UUID) -> None:
        """Release a reservation: its stock can be bought again."""
        release(database.session, reservation_id)

    @reservations.errorhandler(ProductNotFound)
    def product_not_found(_error: ProductNotFound) -> Response:
        return problem(404, "There is no product with this id.")

    @reservations.errorhandler(ReservationNotFound)
    def not_found(_error: ReservationNotFound) -> Response:
        return problem(404, "There is no reservation with this id.")

    @reservations.errorhandler(NotEnoughStock)
    def not_enough(_error: NotEnoughStock) -> Response:
        return problem(409, "There is not enough left of this product.")

    @reservations.errorhandler(ReservationReleased)
    def released(_error: ReservationReleased) -> Response:
        return problem(409, "This reservation has been released. A new one takes a new key.")

    @reservations.errorhandler(KeyReused)
    def reused(_error: KeyReused) -> Response:
        return problem(422, "This Idempotency-Key came with another request. Choose a new one.")

    return reservations


def _same(earlier: Reservation, product_id: UUID, quantity: int) -> Reservation:
    """The earlier reservation of a key, if it is what is asked for now."""
    if (earlier.product_id, earlier.quantity) != (product_id, quantity):
        raise KeyReused(earlier.idempotency_key)
    if earlier.released_at is not None:
        raise ReservationReleased(earlier.idempotency_key)
    return earlier


def _idempotency_key() -> str:
    """The key that the current request has. Raises BadRequest."""
    key = request.headers.get("Idempotency-Key", "")
    if not (1 <= len(key) <= MAX_KEY_LENGTH and key.isprintable()):
        raise BadRequest(
            f"Send the header Idempotency-Key, with 1 to {MAX_KEY_LENGTH} printable characters."
        )
    return key
