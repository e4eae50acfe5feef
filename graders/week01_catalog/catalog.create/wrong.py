"""Mistakes that people make when something is created."""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "never_commits",
        "The answer is read from a transaction that ends with the request.",
        fails=["says_where_the_product_is", "stores_every_field", "is_there_for_everybody",
               "owns_what_is_the_servers", "blames_only_what_is_to_blame",
               "waits_for_no_other_creation"],
        edits=[
            ("    with transaction(session):\n        require_category(session, data[\"category_id\"])\n        session.add(product)\n",
             "    require_category(session, data[\"category_id\"])\n    session.add(product)\n    session.flush()\n"),
        ],
    ),
    Wrong(
        "plain_200",
        "Created is not the same as done.",
        fails=["answers_with_the_product"],
        edits=[("@products.response(201", "@products.response(200")],
    ),
    Wrong(
        "no_location",
        "The client is not told where the product is.",
        fails=["says_where_the_product_is"],
        edits=[('return product, {"Location": url_for("products.show", product_id=product.id)}', "return product, {}")],
    ),
    Wrong(
        "location_of_the_collection",
        "Location leads to all products.",
        fails=["says_where_the_product_is"],
        edits=[('url_for("products.show", product_id=product.id)', 'url_for("products.list_page")')],
    ),
    Wrong(
        "location_is_an_id",
        "A bare id is resolved against the address: /api/v1/<id>.",
        fails=["says_where_the_product_is"],
        edits=[('url_for("products.show", product_id=product.id)', "str(product.id)")],
    ),
    Wrong(
        "location_elsewhere",
        "The address of the developer's machine.",
        fails=["says_where_the_product_is"],
        edits=[('url_for("products.show", product_id=product.id)', 'f"http://localhost:5000/api/v1/products/{product.id}"')],
    ),
    Wrong(
        "category_left_to_the_key",
        "The foreign key refuses it, in words that blame nothing: 409.",
        fails=["needs_a_category_that_exists"],
        edits=[('        require_category(session, data["category_id"])\n', "")],
    ),
    Wrong(
        "every_refusal_is_the_categorys",
        "Any IntegrityError is taken for an unknown category.",
        fails=["blames_only_what_is_to_blame"],
        edits=[
            ("    with transaction(session):\n        require_category(session, data[\"category_id\"])\n        session.add(product)\n",
             "    from sqlalchemy.exc import IntegrityError\n\n    from backend.catalog.errors import UnknownCategory\n\n"
             "    try:\n        with transaction(session):\n            session.add(product)\n"
             "    except IntegrityError:\n        raise UnknownCategory(data[\"category_id\"]) from None\n"),
        ],
    ),
    Wrong(
        "asks_in_a_broken_session",
        "After a failed flush the session is asked again without a rollback: 500.",
        fails=["loses_its_category_with_grace", "blames_only_what_is_to_blame"],
        edits=[
            ("    with transaction(session):\n        require_category(session, data[\"category_id\"])\n        session.add(product)\n",
             "    from sqlalchemy.exc import IntegrityError\n\n    from backend.catalog.models import Category\n\n"
             "    if session.get(Category, data[\"category_id\"]) is None:\n"
             "        require_category(session, data[\"category_id\"])\n"
             "    session.add(product)\n"
             "    try:\n        session.commit()\n"
             "    except IntegrityError:\n        require_category(session, product.category_id)\n        raise\n"),
        ],
    ),
    Wrong(
        "locks_too_much",
        "FOR UPDATE: whoever uses the category waits in a line.",
        fails=["waits_for_no_other_creation"],
        edits=[
            ('        require_category(session, data["category_id"])\n',
             '        from backend.catalog.models import Category\n\n'
             '        session.get(Category, data["category_id"], with_for_update=True)\n'
             '        require_category(session, data["category_id"])\n'),
        ],
    ),
    Wrong(
        "fetches_all_categories",
        "Every category is fetched to look for one.",
        fails=["takes_few_statements"],
        edits=[
            ('        require_category(session, data["category_id"])\n',
             '        from sqlalchemy import select\n\n        from backend.catalog.models import Category\n\n'
             '        if data["category_id"] not in {one.id for one in session.scalars(select(Category))}:\n'
             '            require_category(session, data["category_id"])\n'),
        ],
    ),
    Wrong(
        "forgets_fields",
        "What is optional is not stored.",
        fails=["answers_with_the_product", "stores_every_field"],
        edits=[("Product(**data)", 'Product(**{k: data[k] for k in ("name", "price", "category_id", "description")})')],
    ),
    Wrong(
        "price_as_float",
        "A price takes the way through a binary fraction, and is rounded to one place.",
        fails=["stores_every_field"],
        edits=[("Product(**data)", 'Product(**{**data, "price": round(float(data["price"]), 1) or 1})')],
    ),
    Wrong(
        "takes_the_body_as_it_is",
        "Nobody validates what goes into the row.",
        fails=["owns_what_is_the_servers", "validates_the_body", "is_documented"],
        edits=[
            ("    @products.arguments(ProductSchema)\n", ""),
            ("    def create(data: dict[str, Any]) ->", "    def create() ->"),
            ("        product = create_product(database.session, data)\n",
             "        from flask import request\n\n        product = create_product(database.session, request.get_json())\n"),
        ],
    ),
    Wrong(
        "loads_a_patch",
        "The schema of PATCH lets a product without a name pass.",
        fails=["validates_the_body"],
        edits=[("@products.arguments(ProductSchema)", "@products.arguments(ProductSchema(partial=True))")],
    ),
    Wrong(
        "made_when_the_server_started",
        "A default that was worked out once.",
        fails=["owns_what_is_the_servers"],
        edits=[
            ("def create_product(", "from datetime import UTC, datetime, timedelta\n\nSTARTED = datetime.now(UTC) - timedelta(minutes=1)\n\n\ndef create_product("),
            ("Product(**data)", "Product(**data, created_at=STARTED)"),
        ],
    ),
    Wrong(
        "confirms_before_the_commit",
        "The commit comes after the answer, and when it fails nobody is told.",
        fails=["blames_only_what_is_to_blame"],
        edits=[
            ("    with transaction(session):\n        require_category(session, data[\"category_id\"])\n        session.add(product)\n",
             "    from flask import after_this_request\n\n"
             "    require_category(session, data[\"category_id\"])\n    session.add(product)\n    session.flush()\n\n"
             "    @after_this_request\n    def commit(response: Any) -> Any:\n"
             "        try:\n            session.commit()\n"
             "        except Exception:\n            session.rollback()\n        return response\n"),
        ],
    ),
    Wrong(
        "stores_it_in_two_steps",
        "Committed with what is required, and then again with the rest: the second step may fail.",
        fails=["leaves_no_half"],
        edits=[
            ("    product = Product(**data)\n",
             '    product = Product(**{name: data[name] for name in ("name", "price", "category_id")})\n'),
            ("        session.add(product)\n",
             "        session.add(product)\n    with transaction(session):\n"
             '        for name in ("description", "stock_quantity", "attributes"):\n'
             "            setattr(product, name, data[name])\n"),
        ],
    ),
    Wrong(
        "session_of_its_own",
        "A session of its own, which nobody closes when the creation fails.",
        fails=["recovers_from_refusals", "loses_its_category_with_grace"],
        edits=[
            ("        product = create_product(database.session, data)\n",
             "        from sqlalchemy import NullPool, create_engine\n\n"
             "        engine = create_engine(database.engine.url, poolclass=NullPool)\n"
             "        session = Session(engine, expire_on_commit=False)\n        OPEN.append(session)\n"
             "        product = create_product(session, data)\n        session.close()\n"),
            ("    with transaction(session):\n        require_category(session, data[\"category_id\"])\n        session.add(product)\n",
             "    require_category(session, data[\"category_id\"])\n    session.add(product)\n    session.commit()\n    session.refresh(product)\n"),
            ("def create_product(", "OPEN: list[Session] = []\n\n\ndef create_product("),
        ],
    ),
    Wrong(
        "swallows_everything",
        "Whatever happens is called the client's fault.",
        fails=["survives_the_loss_of_its_database", "blames_only_what_is_to_blame"],
        edits=[
            ("        product = create_product(database.session, data)\n",
             "        from backend.catalog.errors import UnknownCategory\n\n"
             "        try:\n            product = create_product(database.session, data)\n"
             "        except Exception:\n            raise UnknownCategory(data[\"category_id\"]) from None\n"),
        ],
    ),
]  # fmt: skip
