"""Mistakes that people make with stock, with requests that come twice, and with locks."""

from workbench.alternatives import Wrong

LOCK = "            .with_for_update(of=Product, key_share=True)\n"

LOOK_FOR_KEY = """        earlier = session.scalar(select(Reservation).where(Reservation.idempotency_key == key))
        if earlier is not None:
            return _same(earlier, product_id, quantity)
"""

LOOK_FOR_PRODUCT = """        if product is None or not product.is_active:
            raise ProductNotFound(product_id)
        if product.stock_quantity < quantity:
            raise NotEnoughStock(product_id, quantity)
"""

NEW = """        reservation = Reservation(product_id=product_id, quantity=quantity, idempotency_key=key)
"""

RELEASED = """        released = session.execute(
            update(Reservation)
            .where(Reservation.id == reservation_id, Reservation.released_at.is_(None))
            .values(released_at=func.now())
            .returning(Reservation.product_id, Reservation.quantity)
        ).one_or_none()
        if released is None:
            raise ReservationNotFound(reservation_id)
"""

WRONG = [
    Wrong(
        "adds_to_what_it_read",
        "A release reads the stock, adds to it, and writes over what was sold meanwhile.",
        fails=["gives_back_to_what_is_there_then"],
        edits=[
            (
                """        session.execute(
            update(Product)
            .where(Product.id == released.product_id)
            .values(stock_quantity=Product.stock_quantity + released.quantity)
        )
""",
                """        product = session.get(Product, released.product_id)
        product.stock_quantity += released.quantity
""",
            )
        ],
    ),
    Wrong(
        "no_lock",
        "The stock is read and written, and whoever comes in between is overwritten.",
        fails=[
            "never_oversells",
            "reserves_once_for_two_at_once",
            "goes_with_a_change_of_the_product",
        ],
        edits=[(LOCK, "")],
    ),
    Wrong(
        "looks_for_the_key_first",
        "The key is looked for before the lock is had: two requests both find nothing.",
        fails=["reserves_once_for_two_at_once"],
        edits=[
            (LOOK_FOR_KEY, ""),
            (
                "    with transaction(session):\n        # The product is locked",
                f"    with transaction(session):\n{LOOK_FOR_KEY}        # The product is locked",
            ),
        ],
    ),
    Wrong(
        "foreign_key_first",
        "The reservation is stored first: two share the product, and each waits to have it alone.",
        fails=["never_oversells", "goes_with_a_change_of_the_product"],
        edits=[
            (
                "    with transaction(session):\n        # The product is locked",
                """    with transaction(session):
        if session.scalar(select(Reservation.id).where(Reservation.idempotency_key == key)) is None:
            early = Reservation(product_id=product_id, quantity=quantity, idempotency_key=key)
            session.add(early)
            try:
                session.flush()
            except IntegrityError as error:
                session.rollback()
                if not isinstance(error.orig, UniqueViolation):
                    raise ProductNotFound(product_id) from error
                early = None
        else:
            early = None
        # The product is locked""",
            ),
            (
                "        if earlier is not None:\n",
                "        if earlier is not None and earlier is not early:\n",
            ),
            (NEW, ""),
            ("        session.add(reservation)\n", "        reservation = early\n"),
            (LOCK, "            .with_for_update(of=Product)\n"),
        ],
    ),
    Wrong(
        "stock_before_key",
        "A repetition of the request that took the last one is told that nothing is left.",
        fails=["repeats_it_whatever_happened_since"],
        edits=[(LOOK_FOR_KEY + LOOK_FOR_PRODUCT, LOOK_FOR_PRODUCT + LOOK_FOR_KEY)],
    ),
    Wrong(
        "repetition_is_an_error",
        "A key that is known is refused, whatever comes with it.",
        fails=["repeats_its_answer", "takes_no_key_again_after_a_release"],
        edits=[
            (
                "            return _same(earlier, product_id, quantity)\n",
                "            raise KeyReused(key)\n",
            )
        ],
    ),
    Wrong(
        "any_request_will_do",
        "Whoever has the key gets its reservation, for whatever was asked.",
        fails=["refuses_a_key_for_another_request"],
        edits=[
            (
                "    if (earlier.product_id, earlier.quantity) != (product_id, quantity):\n"
                "        raise KeyReused(earlier.idempotency_key)\n",
                "",
            )
        ],
    ),
    Wrong(
        "quantity_not_compared",
        "Another number of the same product is taken for the same request.",
        fails=["refuses_a_key_for_another_request"],
        edits=[
            (
                "(earlier.product_id, earlier.quantity) != (product_id, quantity)",
                "earlier.product_id != product_id",
            )
        ],
    ),
    Wrong(
        "reused_key_is_409",
        "The status of a conflict, where the request itself is what cannot be.",
        fails=["refuses_a_key_for_another_request"],
        edits=[("return problem(422, ", "return problem(409, ")],
    ),
    Wrong(
        "keys_in_memory",
        "What was answered is kept in the process: the next process knows nothing of it.",
        fails=["repeats_its_answer", "takes_no_key_again_after_a_release"],
        edits=[
            (
                "def reserve(",
                "_ANSWERED: dict[str, Reservation] = {}\n\n\ndef reserve(",
            ),
            (
                "        earlier = session.scalar(select(Reservation).where("
                "Reservation.idempotency_key == key))\n",
                "        earlier = _ANSWERED.get(key)\n"
                "        earlier = session.merge(earlier) if earlier is not None else None\n",
            ),
            (
                "    return reservation\n\n\ndef get_reservation",
                "    _ANSWERED[key] = reservation\n    return reservation\n\n\ndef get_reservation",
            ),
        ],
    ),
    Wrong(
        "unique_unheard_of",
        "One key for two products: the constraint speaks, and nobody answers.",
        fails=["takes_a_key_for_one_of_two_products"],
        edits=[("                raise KeyReused(key) from error\n", "                raise\n")],
    ),
    Wrong(
        "half_undone",
        "A savepoint undoes the insert that failed, and what was taken before it is committed.",
        fails=["takes_a_key_for_one_of_two_products"],
        edits=[
            (
                "            session.flush()\n        except IntegrityError as error:\n",
                "            session.expunge(reservation)\n"
                "            session.flush()\n"
                "            with session.begin_nested():\n"
                "                session.add(reservation)\n"
                "        except IntegrityError as error:\n"
                "            session.commit()\n",
            )
        ],
    ),
    Wrong(
        "stock_of_nobody",
        "Nothing is taken: a reservation is a note.",
        fails=["reserves"],
        edits=[("        product.stock_quantity -= quantity\n", "")],
    ),
    Wrong(
        "left_to_the_constraint",
        "The constraint keeps the stock from falling below 0, and is told as a bad value.",
        fails=["sells_no_more_than_there_is", "uses_no_key_for_a_refusal", "never_oversells"],
        edits=[
            (
                "        if product.stock_quantity < quantity:\n"
                "            raise NotEnoughStock(product_id, quantity)\n",
                "",
            )
        ],
    ),
    Wrong(
        "one_stays_in_stock",
        "The last one cannot be had.",
        fails=["reserves"],
        edits=[("product.stock_quantity < quantity:", "product.stock_quantity <= quantity:")],
    ),
    Wrong(
        "deleted_products",
        "What was deleted can still be reserved.",
        fails=["knows_no_other_products"],
        edits=[
            (
                "        if product is None or not product.is_active:\n",
                "        if product is None:\n",
            )
        ],
    ),
    Wrong(
        "refusals_use_keys",
        "A refused request is kept as well: its key is lost, though nothing was reserved.",
        fails=["sells_no_more_than_there_is", "uses_no_key_for_a_refusal"],
        edits=[
            (
                "            raise NotEnoughStock(product_id, quantity)\n",
                "            session.add(Reservation(product_id=product_id, quantity=quantity,\n"
                "                                    idempotency_key=key, released_at=func.now()))\n"
                "            session.commit()\n"
                "            raise NotEnoughStock(product_id, quantity)\n",
            )
        ],
    ),
    Wrong(
        "key_is_optional",
        "Who sends no key gets one made up: every repetition is another request.",
        fails=["asks_for_a_key"],
        edits=[
            (
                'request.headers.get("Idempotency-Key", "")',
                'request.headers.get("Idempotency-Key") or __import__("uuid").uuid4().hex',
            )
        ],
    ),
    Wrong(
        "missing_key_is_422",
        "A missing header is told as a defect of the body.",
        fails=["asks_for_a_key"],
        edits=[
            (
                "from werkzeug.exceptions import BadRequest",
                "from werkzeug.exceptions import UnprocessableEntity",
            ),
            ("        raise BadRequest(\n", "        raise UnprocessableEntity(\n"),
        ],
    ),
    Wrong(
        "keys_in_small_letters",
        "Two keys that differ in capitals are taken for one: somebody else's reservation is the answer.",
        fails=["asks_for_a_key"],
        edits=[
            (
                'request.headers.get("Idempotency-Key", "")',
                'request.headers.get("Idempotency-Key", "").lower()',
            )
        ],
    ),
    Wrong(
        "keys_of_any_length",
        "A key that does not fit into the column is the database's error.",
        fails=["asks_for_a_key"],
        edits=[("1 <= len(key) <= MAX_KEY_LENGTH and", "1 <= len(key) and")],
    ),
    Wrong(
        "quantity_has_a_default",
        "Who forgets the quantity buys one.",
        fails=["checks_the_quantity"],
        edits=[
            (
                "@reservations.arguments(ReservationSchema)",
                "@reservations.arguments(ReservationSchema(partial=True))",
            ),
            ('data["quantity"], _idempotency_key()', 'data.get("quantity", 1), _idempotency_key()'),
        ],
    ),
    Wrong(
        "no_location",
        "The 201 does not say where the reservation lives.",
        fails=["tells_where_it_is", "repeats_its_answer"],
        edits=[
            (
                'return made, {"Location": url_for("reservations.show", reservation_id=made.id)}',
                "return made, {}",
            )
        ],
    ),
    Wrong(
        "released_is_still_there",
        "A reservation that was released is shown.",
        fails=["releases"],
        edits=[
            ("reservation is None or reservation.released_at is not None", "reservation is None")
        ],
    ),
    Wrong(
        "releases_again",
        "Each release gives back once more: stock out of nothing.",
        fails=["releases"],
        edits=[
            (
                "Reservation.id == reservation_id, Reservation.released_at.is_(None)",
                "Reservation.id == reservation_id",
            )
        ],
    ),
    Wrong(
        "release_looks_first",
        "Whether it is released already is asked, and then forgotten while waiting.",
        fails=["releases_once_for_two_at_once"],
        edits=[
            (
                RELEASED,
                "        released = get_reservation(session, reservation_id)\n"
                "        session.execute(\n"
                "            select(Product.id).where(Product.id == released.product_id).with_for_update()\n"
                "        )\n"
                "        released.released_at = func.now()\n",
            )
        ],
    ),
    Wrong(
        "release_forgets",
        "The row is deleted, and with it the memory of its key: a late copy reserves again.",
        fails=["takes_no_key_again_after_a_release"],
        edits=[
            (
                "            update(Reservation)\n",
                "            delete(Reservation)\n",
            ),
            ("            .values(released_at=func.now())\n", ""),
            (
                "from sqlalchemy import func, select, update",
                "from sqlalchemy import delete, select, update",
            ),
        ],
    ),
    Wrong(
        "gives_back_to_the_living",
        "What belongs to a deleted product is lost.",
        fails=["gives_back_to_a_deleted_product"],
        edits=[
            (
                "            .where(Product.id == released.product_id)\n",
                "            .where(Product.id == released.product_id, Product.is_active)\n",
            )
        ],
    ),
    Wrong(
        "gives_one_back",
        "Whatever was reserved, one comes back.",
        fails=["releases"],
        edits=[("Product.stock_quantity + released.quantity", "Product.stock_quantity + 1")],
    ),
    Wrong(
        "piece_by_piece",
        "A statement for each piece.",
        fails=["takes_few_statements"],
        edits=[
            (
                "        product.stock_quantity -= quantity\n",
                "        for _ in range(quantity):\n"
                "            product.stock_quantity -= 1\n"
                "            session.flush()\n",
            )
        ],
    ),
]
