"""The catalog: categories and the products in them."""
