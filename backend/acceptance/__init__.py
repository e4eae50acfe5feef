"""Acceptance tests: what a deployed system promises, asked over HTTP.

    BASE_URL=http://127.0.0.1:8080 ACCESS_TOKEN=... pytest backend/acceptance

They run against any deployment, beside whatever it holds already, and need an admin's token.
"""
