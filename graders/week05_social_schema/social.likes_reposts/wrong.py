"""Mistakes that people make with likes and reposts."""

from workbench.alternatives import Wrong

_LIKES_KEY = "    CONSTRAINT likes_pkey PRIMARY KEY (user_id, post_id),\n"
_REPOSTS_KEY = "    CONSTRAINT reposts_pkey PRIMARY KEY (user_id, post_id),\n"
_LIKES_INDEX = (
    "CREATE INDEX likes_post_id_created_at_idx ON likes (post_id, created_at DESC, user_id DESC);\n"
)
_REPOSTS_INDEX = (
    "CREATE INDEX reposts_post_id_created_at_idx"
    " ON reposts (post_id, created_at DESC, user_id DESC);\n"
)
_CHECK = "CHECK (comment ~ '[^[:space:]]' AND char_length(comment) <= 500)"

WRONG = [
    Wrong(
        "a_key_with_the_time",
        "Two taps have two times, and so are two likes.",
        fails=["is_there_once", "is_there_once_when_two_come_together"],
        edits=[(_LIKES_KEY, _LIKES_KEY.replace("post_id)", "post_id, created_at)"))],
    ),
    Wrong(
        "reposts_as_often_as_you_like",
        "An index is no key.",
        fails=["is_there_once", "is_there_once_when_two_come_together"],
        edits=[(_REPOSTS_KEY, ""), (_REPOSTS_INDEX, _REPOSTS_INDEX +
                "CREATE INDEX reposts_user_id_post_id_idx ON reposts (user_id, post_id);\n"
                "ALTER TABLE reposts ALTER user_id SET NOT NULL, ALTER post_id SET NOT NULL;\n")],
    ),
    Wrong(
        "looks_before_it_writes",
        "A trigger looks for a like, and sees none of those that are not yet committed.",
        fails=["is_there_once", "is_there_once_when_two_come_together"],
        edits=[(_LIKES_KEY, ""), (_LIKES_INDEX, _LIKES_INDEX +
                "CREATE INDEX likes_user_id_post_id_idx ON likes (user_id, post_id);\n"
                "CREATE FUNCTION like_once() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
                "    IF EXISTS (SELECT FROM likes WHERE (user_id, post_id) = (NEW.user_id, NEW.post_id)) THEN\n"
                "        RAISE EXCEPTION 'liked already' USING ERRCODE = 'unique_violation';\n"
                "    END IF;\n    RETURN NEW;\nEND\n$$;\n"
                "CREATE TRIGGER likes_once BEFORE INSERT ON likes\n"
                "    FOR EACH ROW EXECUTE FUNCTION like_once();\n")],
    ),
    Wrong(
        "looked_at_in_the_end",
        "A deferrable key cannot be named by ON CONFLICT.",
        fails=["is_there_once"],
        edits=[(_LIKES_KEY, _LIKES_KEY.replace("),", ") DEFERRABLE,"))],
    ),
    Wrong(
        "likes_of_nobody",
        "The post is there, and nobody asks for the user.",
        fails=["goes_with_user_and_post"],
        edits=[("    CONSTRAINT likes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,\n", "")],
    ),
    Wrong(
        "reposts_hold_the_post",
        "Nobody can delete a post any more that somebody has passed on.",
        fails=["goes_with_user_and_post"],
        edits=[("    CONSTRAINT reposts_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,\n",
                "    CONSTRAINT reposts_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id),\n")],
    ),
    Wrong(
        "nothing_is_empty",
        "No comment is stored as the empty one.",
        fails=["says_something_or_nothing"],
        edits=[("    comment text,", "    comment text NOT NULL DEFAULT '',"),
               (_CHECK, "CHECK (char_length(comment) <= 500)")],
    ),
    Wrong(
        "blank_comments",
        "Spaces are not the empty text.",
        fails=["says_something_or_nothing"],
        edits=[(_CHECK, "CHECK (comment <> '' AND char_length(comment) <= 500)")],
    ),
    Wrong(
        "null_turns_it_off",
        "`x OR NULL` is NULL and never false: the CHECK refuses nothing.",
        fails=["says_something_or_nothing"],
        edits=[(_CHECK, "CHECK (comment = NULL OR comment ~ '[^[:space:]]' AND char_length(comment) <= 500)")],
    ),
    Wrong(
        "tidied_up",
        "Line ends behind a comment are taken away, and nobody asked for that.",
        fails=["says_something_or_nothing"],
        edits=[(_REPOSTS_INDEX, _REPOSTS_INDEX +
                "CREATE FUNCTION tidy_up() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
                "    NEW.comment := rtrim(NEW.comment, E'\\n');\n    RETURN NEW;\nEND\n$$;\n"
                "CREATE TRIGGER reposts_tidy BEFORE INSERT OR UPDATE ON reposts\n"
                "    FOR EACH ROW EXECUTE FUNCTION tidy_up();\n")],
    ),
    Wrong(
        "not_ones_own",
        "Nobody follows themselves, so nobody likes what they wrote themselves.",
        fails=["keeps_likes_and_reposts"],
        edits=[(_LIKES_INDEX, _LIKES_INDEX +
                "CREATE FUNCTION check_like() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
                "    IF EXISTS (SELECT FROM posts WHERE (id, user_id) = (NEW.post_id, NEW.user_id)) THEN\n"
                "        RAISE EXCEPTION 'your own post' USING ERRCODE = 'check_violation';\n"
                "    END IF;\n    RETURN NEW;\nEND\n$$;\n"
                "CREATE TRIGGER likes_check BEFORE INSERT ON likes\n"
                "    FOR EACH ROW EXECUTE FUNCTION check_like();\n")],
    ),
    Wrong(
        "timeless",
        "A like without a time is in no order.",
        fails=["keeps_likes_and_reposts"],
        edits=[("    created_at timestamptz NOT NULL DEFAULT now(),\n    -- \"Have I",
                "    created_at timestamptz DEFAULT now(),\n    -- \"Have I")],
    ),
    Wrong(
        "likes_by_post_only",
        "All likes of a post are read and sorted for a page of them.",
        fails=["finds_who_liked"],
        edits=[(_LIKES_INDEX, "CREATE INDEX likes_post_id_idx ON likes (post_id);\n")],
    ),
    Wrong(
        "ties_are_sorted",
        "Among a thousand of the same time the index has no order.",
        fails=["finds_who_liked"],
        edits=[(_REPOSTS_INDEX, "CREATE INDEX reposts_post_id_idx ON reposts (post_id, created_at DESC);\n")],
    ),
    Wrong(
        "the_key_the_other_way",
        "Two indexes that begin with the post, and none that begins with the user.",
        fails=["finds_what_somebody_liked"],
        edits=[(_LIKES_KEY, _LIKES_KEY.replace("(user_id, post_id)", "(post_id, user_id)"))],
    ),
    Wrong(
        "a_view",
        "likes can be written and read, but is no table: counting triggers cannot stand on it.",
        fails=["is_built_on"],
        edits=[("CREATE TABLE likes (", "CREATE TABLE given_likes ("),
               (_LIKES_INDEX, _LIKES_INDEX.replace("ON likes", "ON given_likes") +
                "CREATE VIEW likes AS SELECT user_id, post_id, created_at FROM given_likes;\n")],
    ),
]  # fmt: skip
