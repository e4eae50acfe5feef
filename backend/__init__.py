"""A product catalog behind a REST API: Flask, SQLAlchemy, PostgreSQL and Redis."""
