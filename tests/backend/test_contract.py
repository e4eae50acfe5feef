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
from sqlalchemy.orm import Session

from backend.catalog.models import Category, Product

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

SUPPRESSED = [HealthCheck.too_slow, HealthCheck.filter_too_much]

COLLECTION, ITEM = "/api/v1/products", "/api/v1/products/{product_id}"
OPERATIONS = [
    (COLLECTION, "get"),
    (COLLECTION, "post"),
    (ITEM, "get"),
    (ITEM, "put"),
    (ITEM, "patch"),
    (ITEM, "delete"),
]


@pytest.fixture(scope="module")
def document(app):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.fixture(scope="module")
def rows(engine):
    """A category and a product, so that not every generated request ends in 404 or 422."""
    with Session(engine) as session:
        category = Category(name="Lamps")
        product = Product(name="Lamp", price=10, category=category)
        session.add(product)
        session.commit()
        return {"category_id": str(category.id), "product_id": str(product.id)}


def aim_at_rows(case, rows):
    """Replace generated ids, which name nothing, by ids that exist."""
    if "product_id" in case.path_parameters:
        case.path_parameters["product_id"] = rows["product_id"]
    if isinstance(case.body, dict) and "category_id" in case.body:
        case.body["category_id"] = rows["category_id"]


def test_all_operations_are_tested(document):
    documented = {
        (operation.ok().path, operation.ok().method) for operation in document.get_all_operations()
    }
    assert documented == set(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@settings(max_examples=25, suppress_health_check=SUPPRESSED)
@given(data=st.data())
def test_keeps_its_promises(document, path, method, mode, data):
    case = data.draw(document[path][method].as_strategy(generation_mode=mode))
    case.call_and_validate(checks=CHECKS)


@pytest.mark.parametrize(("path", "method"), OPERATIONS[:-1])
def test_keeps_its_promises_where_rows_exist(document, rows, path, method):
    statuses = set()

    @settings(max_examples=40, suppress_health_check=SUPPRESSED)
    @given(case=document[path][method].as_strategy(generation_mode=GenerationMode.POSITIVE))
    def try_it(case):
        aim_at_rows(case, rows)
        statuses.add(case.call_and_validate(checks=CHECKS).status_code)

    try_it()
    assert statuses & {200, 201}, "no generated request succeeded"
