"""The API keeps what its OpenAPI document promises, for inputs that nobody thought of."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.catalog.models import Category, Product
from backend.inventory.models import Reservation
from backend.inventory.schemas import MAX_QUANTITY

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

SUPPRESSED = [HealthCheck.too_slow, HealthCheck.filter_too_much]

SEARCH = "/api/v1/products/search"
COLLECTION, ITEM = "/api/v1/products", "/api/v1/products/{product_id}"
CATEGORIES, CATEGORY = "/api/v1/categories", "/api/v1/categories/{category_id}"
RESERVATIONS = "/api/v1/products/{product_id}/reservations"
RESERVATION = "/api/v1/reservations/{reservation_id}"
COLLECTION_V2, ITEM_V2 = "/api/v2/products", "/api/v2/products/{product_id}"
OPERATIONS = [
    (CATEGORIES, "get"),
    (CATEGORIES, "post"),
    (CATEGORY, "get"),
    (CATEGORY, "put"),
    (CATEGORY, "delete"),
    (COLLECTION, "get"),
    (SEARCH, "get"),
    (COLLECTION, "post"),
    (ITEM, "get"),
    (ITEM, "put"),
    (ITEM, "patch"),
    (RESERVATIONS, "post"),
    (RESERVATION, "get"),
    (RESERVATION, "delete"),
    (ITEM, "delete"),
    (COLLECTION_V2, "get"),
    (ITEM_V2, "get"),
]


@pytest.fixture(scope="module")
def documents(app):
    """The document of each version, by the version."""
    return {
        version: schemathesis.openapi.from_wsgi(f"/api/{version}/openapi.json", app)
        for version in ("v1", "v2")
    }


@pytest.fixture(scope="module")
def headers(sign_in, app):
    return {"Authorization": sign_in(app).environ_base["HTTP_AUTHORIZATION"]}


@pytest.fixture(scope="module")
def rows(engine):
    """One row of each kind, so that not every generated request ends in 404 or 422."""
    with Session(engine) as session:
        category = Category(name="Lamps")
        product = Product(name="Lamp", price=10, category=category, stock_quantity=MAX_QUANTITY)
        session.add(product)
        session.flush()
        made = Reservation(product_id=product.id, quantity=1, idempotency_key="contract")
        session.add(made)
        session.commit()
        return {
            "category_id": str(category.id),
            "product_id": str(product.id),
            "reservation_id": str(made.id),
        }


def operation(documents, path, method):
    """The operation as the document of its version describes it."""
    return documents[path.split("/")[2]][path][method]


def aim_at_rows(case, rows):
    """Replace generated ids, which name nothing, by ids that exist."""
    for name in case.path_parameters:
        case.path_parameters[name] = rows[name]
    if isinstance(case.body, dict) and "category_id" in case.body:
        case.body["category_id"] = rows["category_id"]


def test_all_operations_are_tested(documents):
    documented = {
        (operation.ok().path, operation.ok().method)
        for document in documents.values()
        for operation in document.get_all_operations()
    }
    assert documented == set(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@settings(max_examples=25, suppress_health_check=SUPPRESSED)
@given(data=st.data())
def test_keeps_its_promises(documents, headers, path, method, mode, data):
    case = data.draw(operation(documents, path, method).as_strategy(generation_mode=mode))
    case.call_and_validate(checks=CHECKS, headers=headers)


@pytest.mark.parametrize(("path", "method"), [one for one in OPERATIONS if one[1] != "delete"])
def test_keeps_its_promises_where_rows_exist(documents, headers, rows, engine, path, method):
    statuses = set()
    with engine.begin() as connection:  # whatever other operations have made of the product
        connection.execute(update(Product).values(stock_quantity=MAX_QUANTITY, is_active=True))

    @settings(max_examples=40, suppress_health_check=SUPPRESSED)
    @given(
        case=operation(documents, path, method).as_strategy(generation_mode=GenerationMode.POSITIVE)
    )
    def try_it(case):
        aim_at_rows(case, rows)
        statuses.add(case.call_and_validate(checks=CHECKS, headers=headers).status_code)

    try_it()
    assert statuses & {200, 201}, "no generated request succeeded"
