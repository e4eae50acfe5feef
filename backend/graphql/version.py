"""The state of a product, named: who changes it can say which one it has seen."""

from __future__ import annotations

import hashlib
import json

from backend.catalog.models import Product
from backend.catalog.schemas import ProductSchema


def product_version(product: Product) -> str:
    """A name for this state of the product, the same in every process."""
    shown = json.dumps(ProductSchema().dump(product), sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]
