"""Mistakes that people make with a table of pairs."""

from workbench.alternatives import Wrong

KEY = "PRIMARY KEY (follower_id, followee_id)"
INDEX = """CREATE INDEX follows_followee_id_created_at_idx
    ON follows (followee_id, created_at DESC, follower_id DESC);"""
SELF = """,
    CONSTRAINT follows_not_oneself_check CHECK (follower_id <> followee_id)
"""

LOOKS = """
CREATE FUNCTION followee_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM users WHERE id = NEW.followee_id) THEN
        RAISE foreign_key_violation USING MESSAGE = 'nobody';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER followee_is_there BEFORE INSERT OR UPDATE ON follows
    FOR EACH ROW EXECUTE FUNCTION followee_is_there();

CREATE FUNCTION followee_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM follows WHERE followee_id = OLD.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER followee_goes AFTER DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION followee_goes();
"""

LIVE_ONLY = """
CREATE FUNCTION followee_is_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM users WHERE id = NEW.followee_id AND deleted_at IS NOT NULL) THEN
        RAISE check_violation USING MESSAGE = 'the account was given up';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER followee_is_live BEFORE INSERT ON follows
    FOR EACH ROW EXECUTE FUNCTION followee_is_live();
"""

GIVEN_UP = """
CREATE FUNCTION forget_ties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM follows WHERE NEW.id IN (follower_id, followee_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER forget_ties AFTER UPDATE OF deleted_at ON users
    FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION forget_ties();
"""

FOLLOWEE = (
    "    CONSTRAINT follows_followee_id_fkey FOREIGN KEY (followee_id)"
    " REFERENCES users (id) ON DELETE CASCADE,\n"
)

WRONG = [
    Wrong(
        "an_id_of_its_own",
        "An id that nobody asks for has an index that nobody reads.",
        fails=["has_two_indexes"],
        edits=[
            (
                "    follower_id bigint NOT NULL,",
                "    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    follower_id bigint NOT NULL,",
            ),
            (f"CONSTRAINT follows_pkey {KEY}", "UNIQUE (follower_id, followee_id)"),
        ],
    ),
    Wrong(
        "an_id_and_no_pair",
        "With an id as the key, the same tie can be there many times.",
        fails=["follows_once", "follows_nobody_twice_at_once"],
        edits=[
            (
                "    follower_id bigint NOT NULL,",
                "    id bigint GENERATED ALWAYS AS IDENTITY,\n    follower_id bigint NOT NULL,",
            ),
            (KEY, "PRIMARY KEY (follower_id, followee_id, id)"),
        ],
    ),
    Wrong(
        "friends",
        "One index for both directions: who is followed cannot follow back.",
        fails=["follows_once", "has_two_indexes"],
        edits=[
            (
                INDEX,
                INDEX + "\nCREATE UNIQUE INDEX ON follows"
                " (least(follower_id, followee_id), greatest(follower_id, followee_id));",
            )
        ],
    ),
    Wrong(
        "oneself",
        "Everybody can follow themselves.",
        fails=["follows_somebody_else"],
        edits=[(SELF, "\n")],
    ),
    Wrong(
        "ids_of_anybody",
        "The one who is followed need not be there.",
        fails=["ties_users", "goes_with_its_users"],
        edits=[(FOLLOWEE, "")],
    ),
    Wrong(
        "triggers_for_a_foreign_key",
        "A trigger looks whether the user is there, and not whether somebody is deleting the row.",
        fails=["ties_users"],
        edits=[(FOLLOWEE, ""), (INDEX, INDEX + LOOKS)],
    ),
    Wrong(
        "only_who_is_live",
        "Nobody can follow an account that was given up.",
        fails=["ties_late_users"],
        edits=[(INDEX, INDEX + LIVE_ONLY)],
    ),
    Wrong(
        "given_up_is_gone",
        "The ties go when the account is given up, and would not be there when it comes back.",
        fails=["ties_late_users"],
        edits=[(INDEX, INDEX + GIVEN_UP)],
    ),
    Wrong(
        "followers_hold_a_user",
        "Who is followed cannot be deleted.",
        fails=["goes_with_its_users"],
        edits=[
            (
                "FOREIGN KEY (followee_id) REFERENCES users (id) ON DELETE CASCADE",
                "FOREIGN KEY (followee_id) REFERENCES users (id)",
            )
        ],
    ),
    Wrong(
        "a_unique_pair_with_nulls",
        "UNIQUE, unlike a primary key, lets NULL in, and so does the CHECK.",
        fails=["fills_in_the_moment"],
        edits=[
            ("follower_id bigint NOT NULL", "follower_id bigint"),
            ("followee_id bigint NOT NULL", "followee_id bigint"),
            (KEY, "UNIQUE (follower_id, followee_id)"),
        ],
    ),
    Wrong(
        "one_direction",
        "The key finds whom somebody follows. Who follows somebody is found by reading all.",
        fails=["finds_who_follows_somebody", "shows_the_newest_followers"],
        edits=[(INDEX, "")],
    ),
    Wrong(
        "only_the_other_direction",
        "The key begins with the one who is followed: whom somebody follows is found by reading all.",
        fails=["finds_whom_somebody_follows"],
        edits=[(KEY, "PRIMARY KEY (followee_id, follower_id)")],
    ),
    Wrong(
        "index_without_order",
        "All followers of a star are read and sorted for the newest twenty.",
        fails=["shows_the_newest_followers"],
        edits=[(INDEX, "CREATE INDEX ON follows (followee_id);")],
    ),
    Wrong(
        "index_without_the_last_word",
        "The index does not know who comes first of those who came at one moment.",
        fails=["shows_the_newest_followers"],
        edits=[
            (INDEX, "CREATE INDEX ON follows (followee_id, created_at DESC) INCLUDE (follower_id);")
        ],
    ),
    Wrong(
        "index_in_two_directions",
        "The moments descend and the ids ascend: no reading of it gives both descending.",
        fails=["shows_the_newest_followers"],
        edits=[(INDEX, "CREATE INDEX ON follows (followee_id, created_at DESC, follower_id);")],
    ),
    Wrong(
        "small_ids",
        "Users are numbered by a bigint, and ties by an integer.",
        fails=["ties_late_users"],
        edits=[("followee_id bigint NOT NULL", "followee_id integer NOT NULL")],
    ),
    Wrong(
        "another_name",
        "The one who is followed is called otherwise.",
        fails=[
            "follows_once",
            "follows_nobody_twice_at_once",
            "follows_somebody_else",
            "ties_users",
            "goes_with_its_users",
            "fills_in_the_moment",
            "ties_late_users",
            "finds_whom_somebody_follows",
            "finds_who_follows_somebody",
            "shows_the_newest_followers",
            "is_built_on",
        ],
        edits=[
            ("followee_id bigint NOT NULL", "following_id bigint NOT NULL"),
            (KEY, "PRIMARY KEY (follower_id, following_id)"),
            ("FOREIGN KEY (followee_id)", "FOREIGN KEY (following_id)"),
            ("CHECK (follower_id <> followee_id)", "CHECK (follower_id <> following_id)"),
            ("ON follows (followee_id,", "ON follows (following_id,"),
        ],
    ),
]
