"""Mistakes that people make with indexes."""

from workbench.alternatives import Wrong

_TIMELINE = "CREATE INDEX posts_visible_created_at_idx ON posts (created_at DESC, id DESC) WHERE NOT is_hidden;\n"
_THREAD = "ON posts (thread_root_id, created_at, id)\n    INCLUDE (user_id)\n"
_NO_BEGINNINGS = "    WHERE thread_root_id IS NOT NULL AND NOT is_hidden;\n"
_HASHTAGS = "ON posts USING gin (hashtags);"
_FLAGGED = "ON posts (created_at, id) WHERE is_flagged AND NOT is_hidden;"
_UNREAD = "ON notifications (user_id, created_at DESC, id DESC)\n    WHERE read_at IS NULL;\n"
_BRIN = "USING brin (created_at)\n    WITH (pages_per_range = 16);"
_NAMES = "USING gin (lower(username) gin_trgm_ops, lower(display_name) gin_trgm_ops)"

WRONG = [
    Wrong(
        "hidden_too",
        "Whoever opens the timeline after a wave of spam reads the whole wave.",
        fails=["timeline"],
        edits=[(_TIMELINE, _TIMELINE.replace(" WHERE NOT is_hidden", ""))],
    ),
    Wrong(
        "hidden_along",
        "is_hidden lies in the index, where no search can use it.",
        fails=["timeline"],
        edits=[(_TIMELINE, _TIMELINE.replace("WHERE NOT is_hidden", "INCLUDE (is_hidden)"))],
    ),
    Wrong(
        "time_only",
        "Many posts are of one moment: all of them are sorted for each page.",
        fails=["timeline"],
        edits=[(_TIMELINE, _TIMELINE.replace(", id DESC", ""))],
    ),
    Wrong(
        "mixed_directions",
        "Time falls and ids rise: no way through the index gives the order that is asked for.",
        fails=["timeline"],
        edits=[(_TIMELINE, _TIMELINE.replace("id DESC", "id"))],
    ),
    Wrong(
        "order_forgotten",
        "The thread is found, and then sorted as a whole.",
        fails=["thread_page"],
        edits=[(_THREAD, "ON posts (thread_root_id)\n    INCLUDE (created_at, id, user_id)\n")],
    ),
    Wrong(
        "not_covering",
        "Each of the thread's posts is read to learn who wrote it.",
        fails=["thread_heading"],
        edits=[(_THREAD, "ON posts (thread_root_id, created_at, id)\n")],
    ),
    Wrong(
        "one_for_each_question",
        "Two indexes about one thread, and each reply pays for both.",
        fails=["thread_heading"],
        edits=[(_THREAD, "ON posts (thread_root_id, created_at, id)\n"),
               (_HASHTAGS, _HASHTAGS + "\nCREATE INDEX ON posts (thread_root_id, user_id, created_at)"
                                       " WHERE thread_root_id IS NOT NULL AND NOT is_hidden;")],
    ),
    Wrong(
        "beginnings_too",
        "Nine of ten posts answer nothing, and are in the index of answers.",
        fails=["thread_page"],
        edits=[(_NO_BEGINNINGS, "    WHERE NOT is_hidden;\n")],
    ),
    Wrong(
        "btree_of_lists",
        "A B-tree sorts lists as a whole, and cannot look into one.",
        fails=["hashtags", "none_is_superfluous"],
        edits=[(_HASHTAGS, "ON posts (hashtags);")],
    ),
    Wrong(
        "flag_first",
        "Every post is in the queue's index, nearly all of them as no.",
        fails=["moderation"],
        edits=[(_FLAGGED, "ON posts (is_flagged, is_hidden, created_at, id);")],
    ),
    Wrong(
        "settled_cases",
        "What was flagged and then hidden stays in the queue's index for ever.",
        fails=["moderation"],
        edits=[(_FLAGGED, "ON posts (created_at, id) WHERE is_flagged;")],
    ),
    Wrong(
        "settled_cases_behind",
        "is_hidden as the first column: the queue is read in order, and the settled cases stay behind it.",
        fails=["moderation"],
        edits=[(_FLAGGED, "ON posts (is_hidden, created_at, id) WHERE is_flagged;")],
    ),
    Wrong(
        "unread_without_id",
        "What came at the same moment is sorted each time.",
        fails=["unread"],
        edits=[(_UNREAD, "ON notifications (user_id, created_at DESC) WHERE read_at IS NULL;\n")],
    ),
    Wrong(
        "read_ones_too",
        "Years of what has been read, for the three that have not.",
        fails=["unread"],
        edits=[(_UNREAD, "ON notifications (user_id, (read_at IS NULL), created_at DESC, id DESC);\n")],
    ),
    Wrong(
        "only_these_months",
        "The partitions of today have it, those of next year will not.",
        fails=["unread"],
        edits=[("CREATE INDEX notifications_unread_idx " + _UNREAD,
                "DO $$\nDECLARE month regclass;\nBEGIN\n"
                "    FOR month IN SELECT inhrelid FROM pg_inherits"
                " WHERE inhparent = 'notifications'::regclass LOOP\n"
                "        EXECUTE format('CREATE INDEX ON %s (user_id, created_at DESC, id DESC)"
                " WHERE read_at IS NULL', month);\n    END LOOP;\nEND $$;\n")],
    ),
    Wrong(
        "btree_of_time",
        "An entry for every row, where rows come in the order of time.",
        fails=["an_hour"],
        edits=[(_BRIN, "(created_at);")],
    ),
    Wrong(
        "coarse_ranges",
        "128 pages a range, as it is unless one says otherwise: an hour of a few pages reads a fifth of the week.",
        fails=["an_hour"],
        edits=[(_BRIN, "USING brin (created_at);")],
    ),
    Wrong(
        "names_as_written",
        "The index knows username, and the question asks lower(username).",
        fails=["names", "none_is_superfluous"],
        edits=[(_NAMES, "USING gin (username gin_trgm_ops, display_name gin_trgm_ops)")],
    ),
    Wrong(
        "usernames_only",
        "One half of an OR without an index, and all of it is without.",
        fails=["names", "none_is_superfluous"],
        edits=[(_NAMES, "USING gin (lower(username) gin_trgm_ops)")],
    ),
    Wrong(
        "beginnings_of_names",
        "text_pattern_ops finds what begins with it, and %zebra% begins with anything.",
        fails=["names", "none_is_superfluous"],
        edits=[(_NAMES, "(lower(username) text_pattern_ops, lower(display_name) text_pattern_ops)")],
    ),
    Wrong(
        "counts_along",
        "The timeline's index carries the likes, and each like moves its post's entries everywhere.",
        fails=["writes_stay_cheap"],
        edits=[(_TIMELINE, _TIMELINE.replace(" WHERE", " INCLUDE (like_count) WHERE"))],
    ),
    Wrong(
        "views_along",
        "Each view of a flagged post writes to all indexes, and of any other post as well.",
        fails=["writes_stay_cheap"],
        edits=[(_FLAGGED, _FLAGGED.replace("(created_at, id)", "(created_at, id) INCLUDE (view_count)"))],
    ),
    Wrong(
        "last_seen",
        "An index of last_active_at, which each visit changes and nobody asks.",
        fails=["writes_stay_cheap", "none_is_superfluous"],
        edits=[(_BRIN, _BRIN + "\nCREATE INDEX ON users (last_active_at DESC);")],
    ),
    Wrong(
        "foreign_key_again",
        "posts has an index that begins with user_id.",
        fails=["none_is_superfluous"],
        edits=[(_HASHTAGS, _HASHTAGS + "\nCREATE INDEX ON posts (user_id);")],
    ),
    Wrong(
        "one_for_the_bell",
        "The bell gets an index of its own, which is the beginning of the list's.",
        fails=["none_is_superfluous"],
        edits=[(_UNREAD, _UNREAD + "CREATE INDEX ON notifications (user_id) WHERE read_at IS NULL;\n")],
    ),
    Wrong(
        "tidied_up",
        "The index of all notifications looks like that of the unread, and goes.",
        fails=["earlier_questions"],
        edits=[(_UNREAD, _UNREAD + "DROP INDEX notifications_user_id_created_at_idx;\n")],
    ),
    Wrong(
        "not_in_the_list",
        "None of the seven questions searches the text, and the index of search goes.",
        fails=["earlier_questions"],
        edits=[(_HASHTAGS, _HASHTAGS + "\nDROP INDEX posts_search_vector_idx;")],
    ),
    Wrong(
        "unread_foreign_key",
        "Nobody asks by actor_id, until an account is deleted and its notifications are looked for.",
        fails=["earlier_questions"],
        edits=[(_UNREAD, _UNREAD + "DROP INDEX notifications_actor_id_idx;\n")],
    ),
    Wrong(
        "more_room",
        "More room for HOT updates, and every reader of posts pays for it with more pages.",
        fails=["earlier_questions"],
        edits=[(_FLAGGED, _FLAGGED + "\nALTER TABLE posts SET (fillfactor = 70);")],
    ),
]  # fmt: skip
