"""The bench: the PostgreSQL and Redis that the labs run on, and who may use what on it."""
