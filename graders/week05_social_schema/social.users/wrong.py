"""Mistakes that people make with names, addresses and accounts that are given up."""

from workbench.alternatives import Wrong

NAMES = "CREATE UNIQUE INDEX users_live_username_key ON users (lower(username)) WHERE deleted_at IS NULL;"
EMAILS = (
    "CREATE UNIQUE INDEX users_live_email_key ON users (lower(email)) WHERE deleted_at IS NULL;"
)

LOOKS = """
CREATE INDEX ON users (lower(username));
CREATE INDEX ON users (lower(email));

CREATE FUNCTION name_is_free() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.deleted_at IS NULL AND EXISTS (
        SELECT FROM users
        WHERE id <> NEW.id AND deleted_at IS NULL
            AND (lower(username) = lower(NEW.username) OR lower(email) = lower(NEW.email))
    ) THEN
        RAISE unique_violation USING MESSAGE = 'the name or the address is taken';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER users_name_is_free BEFORE INSERT OR UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION name_is_free();
"""

TRIGGER_COLUMNS = (
    "    BEFORE UPDATE OF username, email, password_hash, display_name, bio, avatar_url, is_verified,"
    " deleted_at\n    ON users"
)

WRONG = [
    Wrong(
        "letters_as_they_are",
        "Ada and ada are two names; and who asks for lower(username) finds no index.",
        fails=["gives_a_name_once", "lets_one_of_two_have_it", "finds_by_name"],
        edits=[
            (NAMES, NAMES.replace("lower(username)", "username")),
            (EMAILS, EMAILS.replace("lower(email)", "email")),
        ],
    ),
    Wrong(
        "taken_for_ever",
        "Nobody gets the name of somebody who has left.",
        fails=["frees_a_name"],
        edits=[
            (NAMES, NAMES.replace(" WHERE deleted_at IS NULL", "")),
            (EMAILS, EMAILS.replace(" WHERE deleted_at IS NULL", "")),
        ],
    ),
    Wrong(
        "address_taken_for_ever",
        "The name is free again, and who wants to sign up anew with the same address cannot.",
        fails=["frees_a_name"],
        edits=[(EMAILS, EMAILS.replace(" WHERE deleted_at IS NULL", ""))],
    ),
    Wrong(
        "null_is_like_nothing",
        "deleted_at in the key: two NULLs are not equal, so all live users may share a name.",
        fails=["gives_a_name_once", "frees_a_name", "lets_one_of_two_have_it"],
        edits=[
            (NAMES, "CREATE UNIQUE INDEX ON users (lower(username), deleted_at);"),
            (EMAILS, "CREATE UNIQUE INDEX ON users (lower(email), deleted_at);"),
        ],
    ),
    Wrong(
        "two_left_at_once",
        "NULLS NOT DISTINCT keeps live names apart, and two of one name cannot be given up at one moment.",
        fails=["frees_a_name"],
        edits=[
            (
                NAMES,
                "CREATE UNIQUE INDEX ON users (lower(username), deleted_at) NULLS NOT DISTINCT;",
            ),
            (EMAILS, "CREATE UNIQUE INDEX ON users (lower(email), deleted_at) NULLS NOT DISTINCT;"),
        ],
    ),
    Wrong(
        "only_the_pair",
        "Name and address together are unique: either alone is not.",
        fails=["gives_a_name_once", "frees_a_name", "lets_one_of_two_have_it", "finds_by_name"],
        edits=[
            (
                NAMES,
                "CREATE UNIQUE INDEX ON users (lower(username), lower(email)) WHERE deleted_at IS NULL;",
            ),
            (EMAILS, ""),
        ],
    ),
    Wrong(
        "looks_before",
        "A trigger looks whether the name is free, and cannot see who is not committed yet.",
        fails=["lets_one_of_two_have_it"],
        edits=[(NAMES, LOOKS), (EMAILS, "")],
    ),
    Wrong(
        "pattern_without_ends",
        "The pattern is found somewhere in the name.",
        fails=["bounds_names"],
        edits=[("'^[A-Za-z0-9_]{1,30}$'", "'[A-Za-z0-9_]{1,30}'")],
    ),
    Wrong(
        "spaces_are_cut_off",
        "varchar(30) takes a name of 30 letters and a space, and cuts the space off.",
        fails=["bounds_names"],
        edits=[("username text", "username varchar(30)"), ("{1,30}$'", "+$'")],
    ),
    Wrong(
        "spaces_of_addresses_are_cut_off",
        "varchar(254) takes an address of 254 characters and a space, and cuts the space off.",
        fails=["bounds_addresses"],
        edits=[("email text", "email varchar(254)")],
    ),
    Wrong(
        "anything_that_begins_like_http",
        "httpx is no http.",
        fails=["bounds_the_other_texts"],
        edits=[("avatar_url ~ '^https?://'", "avatar_url ~ '^http'")],
    ),
    Wrong(
        "pictures_of_any_length",
        "An address of a picture may be longer than a page.",
        fails=["bounds_the_other_texts"],
        edits=[(" AND char_length(avatar_url) <= 2000", "")],
    ),
    Wrong(
        "control_characters",
        "No space and no @ may yet be a character that nobody can print.",
        fails=["bounds_addresses"],
        edits=[
            (
                "email COLLATE \"C\" ~ '^[!-?A-~]+@[!-?A-~]+$'",
                "email ~ '^[^@[:space:]]+@[^@[:space:]]+$'"
                " AND octet_length(email) = char_length(email)",
            )
        ],
    ),
    Wrong(
        "hashes_of_one_kind",
        "The hash has as much room as those of today need.",
        fails=["bounds_the_other_texts"],
        edits=[("password_hash text", "password_hash varchar(100)")],
    ),
    Wrong(
        "null_passes_the_check",
        "A CHECK takes NULL: it is not false.",
        fails=["holds_no_null"],
        edits=[("email text NOT NULL", "email text")],
    ),
    Wrong(
        "white_space_has_no_name",
        "A display name of spaces.",
        fails=["bounds_the_other_texts"],
        edits=[("display_name ~ '[^[:space:]]'", "display_name <> ''")],
    ),
    Wrong(
        "never_updated",
        "updated_at has a default, and nobody sets it afterwards.",
        fails=["tells_of_changes"],
        edits=[("    NEW.updated_at := now();\n", "")],
    ),
    Wrong(
        "a_visit_is_a_change",
        "The trigger fires at every UPDATE.",
        fails=["tells_of_changes"],
        edits=[(TRIGGER_COLUMNS, "    BEFORE UPDATE ON users")],
    ),
    Wrong(
        "index_on_visits",
        "An index of who was there last: every visit has to write into all indexes.",
        fails=["visits_touch_no_index"],
        edits=[
            (
                EMAILS,
                EMAILS + "\nCREATE INDEX users_last_active_at_idx ON users (last_active_at DESC);",
            )
        ],
    ),
    Wrong(
        "clocks_without_a_zone",
        "timestamp keeps what some clock on some wall showed.",
        fails=["keeps_moments"],
        edits=[
            ("created_at timestamptz", "created_at timestamp"),
            ("deleted_at timestamptz", "deleted_at timestamp"),
        ],
    ),
    Wrong(
        "uuid_keys",
        "Everything after it speaks of users by a bigint.",
        fails=["fills_in_what_is_left_out", "is_built_on"],
        edits=[("id bigint GENERATED ALWAYS AS IDENTITY", "id uuid DEFAULT gen_random_uuid()")],
    ),
]
