"""The arithmetic of pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalog.pages import ProductPage


@pytest.mark.parametrize(
    ("page", "per_page", "total", "pages", "has_next", "has_prev"),
    [
        (1, 10, 0, 0, False, False),
        (1, 10, 1, 1, False, False),
        (1, 10, 10, 1, False, False),
        (1, 10, 11, 2, True, False),
        (2, 10, 11, 2, False, True),
        (9, 10, 11, 2, False, True),
    ],
)
def test_examples(page, per_page, total, pages, has_next, has_prev):
    result = ProductPage([], page, per_page, total)
    assert (result.pages, result.has_next, result.has_prev) == (pages, has_next, has_prev)


@given(st.integers(1, 100), st.integers(0, 10**6))
def test_the_pages_just_hold_everything(per_page, total):
    pages = ProductPage([], 1, per_page, total).pages
    assert pages * per_page >= total > (pages - 1) * per_page
