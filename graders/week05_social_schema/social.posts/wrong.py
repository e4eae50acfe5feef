"""Mistakes that people make with posts and threads."""

from workbench.alternatives import Wrong

_BOTH = (
    "    CONSTRAINT posts_parent_fkey FOREIGN KEY (parent_post_id, thread_root_id)\n"
    "        REFERENCES posts (id, thread_id) ON DELETE CASCADE,\n"
)
_EACH = (
    "    FOREIGN KEY (parent_post_id) REFERENCES posts (id) ON DELETE CASCADE,\n"
    "    FOREIGN KEY (thread_root_id) REFERENCES posts (id) ON DELETE CASCADE,\n"
)
_SET = "CREATE FUNCTION set_post_thread() RETURNS trigger\n"
#: A reply is looked at once, with a lock on what it answers, and is then moved by nobody who sets {}.
_GUARDED = """CREATE FUNCTION check_post_thread() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.thread_root_id <> (SELECT thread_id FROM posts WHERE id = NEW.parent_post_id FOR KEY SHARE) THEN
        RAISE EXCEPTION 'another thread';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER posts_a_check BEFORE INSERT ON posts
    FOR EACH ROW EXECUTE FUNCTION check_post_thread();

CREATE FUNCTION keep_post_thread() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'posts stay where they are';
END
$$;

CREATE TRIGGER posts_a_stay BEFORE UPDATE OF {} ON posts
    FOR EACH ROW EXECUTE FUNCTION keep_post_thread();

"""
_THREAD = "    NEW.thread_id := coalesce(NEW.thread_root_id, NEW.id);\n"
_MENTIONED = (
    "    CONSTRAINT post_mentions_user_id_fkey FOREIGN KEY (user_id)"
    " REFERENCES users (id) ON DELETE CASCADE\n"
)
_MENTIONING = (
    "    CONSTRAINT post_mentions_post_id_fkey FOREIGN KEY (post_id)"
    " REFERENCES posts (id) ON DELETE CASCADE,\n"
)
_TOUCH = (
    "    BEFORE UPDATE OF content, post_type, media_urls, hashtags, is_flagged, is_hidden ON posts\n"
    "    FOR EACH ROW\n"
    "    WHEN (\n"
    "        (OLD.content, OLD.post_type, OLD.media_urls, OLD.hashtags, OLD.is_flagged, OLD.is_hidden)\n"
    "        IS DISTINCT FROM\n"
    "        (NEW.content, NEW.post_type, NEW.media_urls, NEW.hashtags, NEW.is_flagged, NEW.is_hidden)\n"
    "    )\n"
)

WRONG = [
    Wrong(
        "two_keys_of_one_column",
        "Parent and root are posts, but nothing says that they are of one thread.",
        fails=["puts_replies_into_their_thread", "stays_a_tree", "holds_while_others_write"],
        edits=[(_BOTH, _EACH)],
    ),
    Wrong(
        "half_a_reply",
        "MATCH SIMPLE: with one of the columns NULL the foreign key looks at nothing.",
        fails=["puts_replies_into_their_thread"],
        edits=[("CHECK ((parent_post_id IS NULL) = (thread_root_id IS NULL))", "CHECK (true)")],
    ),
    Wrong(
        "circles",
        "Two posts that answer each other satisfy each other's foreign key.",
        fails=["stays_a_tree"],
        edits=[("CHECK (parent_post_id < id AND thread_root_id < id)", "CHECK (true)")],
    ),
    Wrong(
        "not_itself_only",
        "A post does not answer itself, and everybody forgets the longer circles.",
        fails=["stays_a_tree"],
        edits=[("CHECK (parent_post_id < id AND thread_root_id < id)",
                "CHECK (parent_post_id <> id AND thread_root_id <> id)")],
    ),
    Wrong(
        "looks_when_it_is_inserted",
        "A trigger compares the new reply with its parent, and nobody looks at what moves.",
        fails=["stays_a_tree", "holds_while_others_write"],
        edits=[(_BOTH, _EACH), (_SET,
                "CREATE FUNCTION check_post_thread() RETURNS trigger\nLANGUAGE plpgsql AS $$\nBEGIN\n"
                "    IF NEW.thread_root_id <> (SELECT thread_id FROM posts WHERE id = NEW.parent_post_id) THEN\n"
                "        RAISE EXCEPTION 'another thread';\n    END IF;\n    RETURN NEW;\nEND\n$$;\n\n"
                "CREATE TRIGGER posts_a_check BEFORE INSERT ON posts\n"
                "    FOR EACH ROW EXECUTE FUNCTION check_post_thread();\n\n" + _SET)],
    ),
    *(
        Wrong(
            f"guards_{guarded}_only",
            f"Nobody may move a post, but the trigger is not called for who sets {other} alone.",
            fails=["stays_a_tree"],
            edits=[(_BOTH, _EACH), (_SET, _GUARDED.format(guarded) + _SET)],
        )
        for guarded, other in (
            ("parent_post_id", "thread_root_id"),
            ("thread_root_id", "parent_post_id"),
        )
    ),
    Wrong(
        "looks_without_a_lock",
        "A trigger that looks at everything that is committed, and at nothing that is about to be.",
        fails=["holds_while_others_write"],
        edits=[(_BOTH, _EACH), (_SET,
                "CREATE FUNCTION check_post_thread() RETURNS trigger\nLANGUAGE plpgsql AS $$\nBEGIN\n"
                "    IF NEW.thread_root_id <> (SELECT thread_id FROM posts WHERE id = NEW.parent_post_id)\n"
                "    THEN\n        RAISE EXCEPTION 'another thread';\n    END IF;\n"
                "    IF TG_OP = 'UPDATE' AND EXISTS (SELECT FROM posts WHERE parent_post_id = NEW.id)\n"
                "    THEN\n        RAISE EXCEPTION 'it has replies';\n    END IF;\n    RETURN NEW;\nEND\n$$;\n\n"
                "CREATE TRIGGER posts_a_check\n"
                "    BEFORE INSERT OR UPDATE OF parent_post_id, thread_root_id ON posts\n"
                "    FOR EACH ROW EXECUTE FUNCTION check_post_thread();\n\n" + _SET)],
    ),
    Wrong(
        "generated_thread",
        "A generated column in a key, and a BEFORE UPDATE trigger: each count locks the key.",
        fails=["counts_without_waiting"],
        edits=[("    thread_id bigint NOT NULL,\n",
                "    thread_id bigint GENERATED ALWAYS AS (coalesce(thread_root_id, id)) STORED,\n"),
               (_THREAD, ""),
               ("UPDATE OF thread_root_id, thread_id ON", "UPDATE OF thread_root_id ON")],
    ),
    Wrong(
        "ranked_by_likes",
        "The id makes an index of the most liked unique, and that makes the likes part of a key.",
        fails=["counts_without_waiting"],
        edits=[(_SET, "CREATE UNIQUE INDEX posts_most_liked ON posts (like_count DESC, id DESC);\n\n" + _SET)],
    ),
    Wrong(
        "replies_stay",
        "Replies whose post is deleted begin threads, which they never did.",
        fails=["goes_with_what_it_stands_on"],
        edits=[("REFERENCES posts (id, thread_id) ON DELETE CASCADE",
                "REFERENCES posts (id, thread_id) ON DELETE SET NULL")],
    ),
    Wrong(
        "null_is_a_hashtag",
        "NULL fits the pattern neither nor not, and so is not found among what does not fit.",
        fails=["limits_hashtags"],
        edits=[("WHERE (hashtag ~ '^[^[:space:][:cntrl:]#]{1,100}$') IS NOT TRUE",
                "WHERE hashtag !~ '^[^[:space:][:cntrl:]#]{1,100}$'")],
    ),
    Wrong(
        "hashtags_are_english",
        "Letters are those of ASCII.",
        fails=["limits_hashtags"],
        edits=[("'^[^[:space:][:cntrl:]#]{1,100}$'", "'^[A-Za-z0-9_+]{1,100}$'")],
    ),
    Wrong(
        "tags_all_in_one",
        "The tags are joined and looked at as one text: an empty one, and a long one, get lost in it.",
        fails=["limits_hashtags"],
        edits=[("AND are_hashtags(hashtags))",
                "AND array_to_string(hashtags, '', '#') !~ '[[:space:]#]')")],
    ),
    Wrong(
        "blank_content",
        "Three spaces are not the empty text.",
        fails=["limits_what_a_post_is"],
        edits=[("CHECK (content ~ '[^[:space:]]' AND", "CHECK (content <> '' AND")],
    ),
    Wrong(
        "bytes",
        "500 bytes are 125 emojis.",
        fails=["limits_what_a_post_is"],
        edits=[("char_length(content) <= 500", "octet_length(content) <= 500")],
    ),
    Wrong(
        "tidied_up",
        "The content is trimmed on its way in, and code loses its indent.",
        fails=["limits_what_a_post_is"],
        edits=[(_THREAD, _THREAD + "    NEW.content := btrim(NEW.content);\n")],
    ),
    Wrong(
        "any_json",
        "An object is a list of media to nobody.",
        fails=["limits_what_a_post_is"],
        edits=[("CHECK (jsonb_typeof(media_urls) = 'array')", "CHECK (media_urls <> 'null')")],
    ),
    Wrong(
        "hidden_or_null",
        "A default is no NOT NULL: a post that is neither hidden nor visible.",
        fails=["knows_whether_it_is_hidden"],
        edits=[("    is_hidden boolean NOT NULL DEFAULT false,", "    is_hidden boolean DEFAULT false,")],
    ),
    Wrong(
        "every_like_is_an_edit",
        "updated_at changes whenever anything does.",
        fails=["keeps_what_is_given"],
        edits=[(_TOUCH, "    BEFORE UPDATE ON posts\n    FOR EACH ROW\n")],
    ),
    Wrong(
        "new_hashtags_are_no_edit",
        "The trigger was written anew, without the hashtags.",
        fails=["keeps_what_is_given"],
        edits=[(_TOUCH, _TOUCH.replace(" OLD.hashtags,", "").replace(" NEW.hashtags,", ""))],
    ),
    Wrong(
        "mentions_of_nobody",
        "Ids of users, and no foreign key that keeps them true.",
        fails=["mentions_somebody_once"],
        edits=[(_MENTIONED + ");", ");"), (_MENTIONING, _MENTIONING.replace("CASCADE,", "CASCADE"))],
    ),
    Wrong(
        "only_the_author_is_indexed",
        "The author's posts are found by an index, and sorted all for each page.",
        fails=["reads_what_a_page_needs"],
        edits=[("(user_id, created_at DESC, id DESC)\n    INCLUDE (is_hidden);", "(user_id);")],
    ),
    Wrong(
        "replies_without_index",
        "A foreign key brings no index of its own.",
        fails=["reads_what_a_page_needs"],
        edits=[("CREATE INDEX posts_parent_post_id_created_at_idx ON posts (parent_post_id, created_at, id)\n"
                "    WHERE parent_post_id IS NOT NULL;\n", "")],
    ),
    Wrong(
        "mentions_one_way",
        "The key finds whom a post mentions, and nothing finds where somebody is mentioned.",
        fails=["reads_what_a_page_needs"],
        edits=[("CREATE INDEX post_mentions_user_id_post_id_idx ON post_mentions (user_id, post_id DESC);\n", "")],
    ),
    Wrong(
        "renamed",
        "A name of one's own: what comes later looks for like_count.",
        fails=["keeps_what_is_given", "is_built_on"],
        edits=[("    like_count integer", "    likes integer"),
               ("CHECK (like_count >= 0)", "CHECK (likes >= 0)")],
    ),
]  # fmt: skip
