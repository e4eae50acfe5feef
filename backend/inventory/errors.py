"""What can go wrong with stock, in its own words: nothing here knows of HTTP."""

from __future__ import annotations

from uuid import UUID


class NotEnoughStock(Exception):
    """More of a product is wanted than there is."""

    def __init__(self, product_id: UUID, wanted: int) -> None:
        super().__init__(f"not {wanted} left of product {product_id}")
        self.product_id, self.wanted = product_id, wanted


class KeyReused(Exception):
    """An idempotency key came with another request before."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the idempotency key {key!r} belongs to another request")
        self.key = key


class ReservationReleased(Exception):
    """The reservation of this idempotency key has been released."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the reservation of the idempotency key {key!r} has been released")
        self.key = key


class ReservationNotFound(Exception):
    """No reservation that is in force has this id."""

    def __init__(self, reservation_id: UUID) -> None:
        super().__init__(f"no reservation {reservation_id}")
        self.reservation_id = reservation_id
