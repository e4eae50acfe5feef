"""Settings come from the environment, and a bad one is named."""

import pytest

from backend.settings import Settings, SettingsError

GOOD = {"DATABASE_URL": "postgresql://u:secret@h/d", "REDIS_URL": "redis://:secret@h/0"}


def test_reads_what_is_set_and_defaults_the_rest():
    settings = Settings.from_environ({**GOOD, "DATABASE_POOL_SIZE": "9"})
    assert settings.database_url == GOOD["DATABASE_URL"]
    assert settings.redis_url == GOOD["REDIS_URL"]
    assert (settings.database_pool_size, settings.max_body_bytes) == (9, 1024 * 1024)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [None, "", "mysql://h/d"])
def test_names_a_url_that_is_missing_or_of_another_kind(name, value):
    environ = {key: text for key, text in {**GOOD, name: value}.items() if text is not None}
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ(environ)


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_POOL_SIZE",
        "MAX_BODY_BYTES",
        "RATE_LIMIT_REQUESTS",
        "RATE_LIMIT_WINDOW_SECONDS",
    ],
)
@pytest.mark.parametrize("value", ["", "0", "-1", "5.5", "many", "²"])
def test_names_a_number_that_is_none(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ({**GOOD, name: value})


def test_moments_have_an_offset_and_an_order():
    moments = {"V1_DEPRECATED_AT": "2026-01-01T02:00:00+02:00", "V1_SUNSET_AT": "2026-01-01T00:00Z"}
    settings = Settings.from_environ({**GOOD, **moments})
    assert settings.v1_deprecated_at == settings.v1_sunset_at
    for value in ("", "soon", "2026-01-01T00:00:00"):
        with pytest.raises(SettingsError, match="V1_SUNSET_AT"):
            Settings.from_environ({**GOOD, **moments, "V1_SUNSET_AT": value})
    with pytest.raises(SettingsError, match="V1_SUNSET_AT must not be before V1_DEPRECATED_AT"):
        Settings.from_environ({**GOOD, **moments, "V1_SUNSET_AT": "2025-01-01T00:00Z"})


def test_no_proxy_is_trusted_unless_said():
    assert Settings.from_environ(GOOD).trusted_proxies == 0
    assert Settings.from_environ({**GOOD, "TRUSTED_PROXIES": "2"}).trusted_proxies == 2
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES must be a whole number from 0"):
        Settings.from_environ({**GOOD, "TRUSTED_PROXIES": "-1"})


@pytest.mark.parametrize("name", ["GRAPHIQL", "GRAPHQL_INTROSPECTION"])
def test_what_is_on_or_off_is_off_unless_said(name):
    assert getattr(Settings.from_environ(GOOD), name.lower()) is False
    assert getattr(Settings.from_environ({**GOOD, name: "1"}), name.lower()) is True
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ({**GOOD, name: "yes"})


def test_shows_no_password():
    assert "secret" not in repr(Settings.from_environ(GOOD))


@pytest.mark.parametrize("value", ["editor", "editor=", "owner=" + "0" * 64, "editor=" + "g" * 64])
def test_names_tokens_that_cannot_be_read(value):
    with pytest.raises(SettingsError, match="ACCESS_TOKENS"):
        Settings.from_environ({**GOOD, "ACCESS_TOKENS": value})
