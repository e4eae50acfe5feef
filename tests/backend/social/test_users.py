"""Names and addresses of live users are theirs alone, in any case of letters."""

import psycopg2
import pytest


def test_a_live_name_and_address_are_taken_in_any_case(db, add_user):
    add_user(username="Ada", email="Ada@Example.org")
    other = "INSERT INTO users (username, email, password_hash) VALUES (%s, %s, 'x')"
    db.refuses("users_live_username_key", other, "aDA", "other@example.org")
    db.refuses("users_live_email_key", other, "other", "ada@example.ORG")


def test_a_deleted_account_frees_both_and_cannot_come_back_to_them(db, add_user):
    old = add_user(username="ada", email="ada@example.org")
    db.rows("UPDATE users SET deleted_at = now() WHERE id = %s", old)
    also_old = add_user(username="ADA", email="ada@example.org")
    db.rows("UPDATE users SET deleted_at = now() WHERE id = %s", also_old)
    add_user(username="Ada", email="ADA@example.org")
    back = "UPDATE users SET deleted_at = NULL WHERE id = %s"
    db.refuses("users_live_username_key", back, old)


def test_of_two_who_want_one_name_at_once_one_gets_it(db, open_session, add_user, start_waiting):
    add_user(username="ada")
    late = start_waiting(
        open_session(),
        "INSERT INTO users (username, email, password_hash) VALUES ('ADA', 'a@b', 'x')",
    )
    db.commit()
    with pytest.raises(psycopg2.errors.UniqueViolation):
        late.result(30)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("username", ["", " ", "a b", "a\n", "\nada", "Ädä", "аda", "a" * 31, "a-b", "a'b"]),
        ("email", ["", "ada", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "ä@b", "a" * 253 + "@b"]),
        ("password_hash", [""]),
        ("display_name", ["", " \t\n", "a" * 101]),
        ("bio", ["b" * 501]),
        ("avatar_url", ["", "javascript:alert(1)", "//example.org/a.png"]),
    ],
)
def test_what_a_column_refuses(db, add_user, column, values):
    user = add_user()
    for value in values:
        db.refuses(
            f"users_{column}_check", f"UPDATE users SET {column} = %s WHERE id = %s", value, user
        )


def test_what_columns_accept(db, add_user):
    add_user(username="a", email="x@y", display_name=None, avatar_url=None)
    add_user(username="A_1" * 10, email="Ada+tag@sub.example.org", display_name="Ädä 🦉" * 10,
             bio="ß" * 500, avatar_url="https://example.org/ä.png")  # fmt: skip


@pytest.mark.parametrize("column", ["username", "email", "password_hash", "bio", "is_verified",
                                    "created_at", "updated_at", "last_active_at"])  # fmt: skip
def test_null_is_refused(db, add_user, column):
    user = add_user()
    with pytest.raises(psycopg2.errors.NotNullViolation):
        db.rows(f"UPDATE users SET {column} = NULL WHERE id = %s", user)


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ("display_name = 'Ada'", True),
        ("deleted_at = now()", True),
        ("display_name = display_name", False),
        ("last_active_at = now()", False),
    ],
)
def test_updated_at_tells_of_changes_of_the_account(db, add_user, change, counts):
    user = add_user(updated_at="2020-01-01T00:00Z", last_active_at="2020-01-01T00:00Z")
    db.rows(f"UPDATE users SET {change} WHERE id = %s", user)
    assert db.value("SELECT updated_at = now() FROM users WHERE id = %s", user) is counts


def test_a_client_cannot_choose_an_id(db):
    with pytest.raises(psycopg2.errors.GeneratedAlways):
        db.rows(
            "INSERT INTO users (id, username, email, password_hash) VALUES (1, 'a', 'a@b', 'x')"
        )
