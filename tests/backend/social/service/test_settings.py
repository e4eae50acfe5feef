"""Settings of the service: read once, and refused at start."""

from __future__ import annotations

import pytest

from backend.settings import SettingsError
from backend.social.service.settings import ServiceSettings

URL = "postgresql://ada:secret@127.0.0.1/social"


def test_defaults_and_what_is_set() -> None:
    settings = ServiceSettings.from_environ({"DATABASE_URL": URL, "POOL_MAX_SIZE": "3"})
    assert (settings.pool_max_size, settings.pool_min_size) == (3, 1)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"DATABASE_URL": URL, "FEED_SECONDS": "0"}, "FEED_SECONDS"),
        ({"DATABASE_URL": URL, "RETRY_ATTEMPTS": "many"}, "RETRY_ATTEMPTS"),
        ({"DATABASE_URL": URL, "RETRY_ATTEMPTS": "٣"}, "RETRY_ATTEMPTS"),
        ({"DATABASE_URL": URL, "POOL_MIN_SIZE": "9"}, "POOL_MIN_SIZE"),
    ],
)
def test_what_cannot_be_used_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        ServiceSettings.from_environ(environ)
