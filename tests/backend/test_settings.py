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


@pytest.mark.parametrize("name", ["DATABASE_POOL_SIZE", "MAX_BODY_BYTES"])
@pytest.mark.parametrize("value", ["", "0", "-1", "5.5", "many", "²"])
def test_names_a_number_that_is_none(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environ({**GOOD, name: value})


def test_shows_no_password():
    assert "secret" not in repr(Settings.from_environ(GOOD))
