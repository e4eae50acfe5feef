"""What every acceptance test starts from: a client, and things of its own to work on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

Product = dict[str, Any]


@pytest.fixture(scope="session")
def api() -> Iterator[httpx.Client]:
    """A client of the system at BASE_URL that may change things."""
    headers = {"Authorization": f"Bearer {os.environ['ACCESS_TOKEN']}"}
    with httpx.Client(base_url=os.environ["BASE_URL"], headers=headers) as client:
        yield client


@pytest.fixture
def category(api: httpx.Client) -> dict[str, Any]:
    """A new category, which no other test knows: `category["id"]`, `category["name"]`."""
    answer = api.post("/api/v1/categories", json={"name": f"Acceptance {uuid.uuid4()}"})
    answer.raise_for_status()
    created: dict[str, Any] = answer.json()
    return created


@pytest.fixture
def make_product(api: httpx.Client, category: dict[str, Any]) -> Callable[..., Product]:
    """Create a product in that category and return it as it is shown; keywords replace fields."""

    def make(**fields: Any) -> Product:
        body = {"name": "Lamp", "price": "10.00", "category_id": category["id"], **fields}
        answer = api.post("/api/v1/products", json=body)
        answer.raise_for_status()
        created: Product = answer.json()
        return created

    return make
