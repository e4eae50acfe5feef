"""Mistakes that people make with numbers that triggers keep."""

from workbench.alternatives import Wrong


def _trigger(table: str, name: str, event: str, rows: str) -> str:
    return (
        f"CREATE TRIGGER {table}_count_{name} AFTER {event} ON {table}\n"
        f"    REFERENCING {rows}\n"
        f"    FOR EACH STATEMENT EXECUTE FUNCTION count_on_posts('{table}');\n"
    )


_ADDED, _REMOVED = "NEW TABLE AS added", "OLD TABLE AS removed"
_LIKES_INSERTED = _trigger("likes", "inserted", "INSERT", _ADDED)
_LIKES_DELETED = _trigger("likes", "deleted", "DELETE", _REMOVED)
_LIKES_MOVED = _trigger("likes", "moved", "UPDATE", f"{_REMOVED} {_ADDED}")
_REPOSTS_MOVED = _trigger("reposts", "moved", "UPDATE", f"{_REMOVED} {_ADDED}")
_REPLIES_INSERTED = (
    "CREATE TRIGGER posts_count_inserted AFTER INSERT ON posts\n"
    "    REFERENCING NEW TABLE AS added\n"
    "    FOR EACH STATEMENT EXECUTE FUNCTION count_replies();\n"
)
_REPLIES_DELETED = (
    "CREATE TRIGGER posts_count_deleted AFTER DELETE ON posts\n"
    "    REFERENCING OLD TABLE AS removed\n"
    "    FOR EACH STATEMENT EXECUTE FUNCTION count_replies();\n"
)
_REPLIES_MOVED = (
    "CREATE TRIGGER posts_count_moved AFTER UPDATE OF parent_post_id ON posts\n"
    "    FOR EACH ROW WHEN (OLD.parent_post_id IS DISTINCT FROM NEW.parent_post_id)\n"
    "    EXECUTE FUNCTION count_moved_reply();\n"
)
_LIKES_TRUNCATED = (
    "CREATE TRIGGER likes_count_truncated AFTER TRUNCATE ON likes\n"
    "    FOR EACH STATEMENT EXECUTE FUNCTION forget_post_counts('likes');\n"
)
_LOCK = "    PERFORM FROM public.posts WHERE id = ANY (post_ids) ORDER BY id FOR NO KEY UPDATE;\n"
_UPDATE_LIKES = (
    "        like_count = like_count + CASE counted WHEN 'likes' THEN change ELSE 0 END,\n"
)
_REPLY_COUNT = (
    "        reply_count = reply_count + CASE counted WHEN 'replies' THEN change ELSE 0 END\n"
    "    FROM unnest(post_ids, changes)"
)
_CREATE_RECOUNT = "CREATE FUNCTION recount_posts() RETURNS bigint\n"

#: What everybody writes first: one row, one update.
_BY_ROW = """
CREATE FUNCTION count_a_like() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'UPDATE') THEN
        UPDATE public.posts SET like_count = like_count - 1 WHERE id = OLD.post_id;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        UPDATE public.posts SET like_count = like_count + 1 WHERE id = NEW.post_id;
    END IF;
    RETURN NULL;
END
$$;
"""

WRONG = [
    Wrong(
        "row_by_row",
        "A trigger for each row: ten thousand rows are ten thousand updates, in the order of the rows.",
        fails=["does_not_deadlock", "updates_each_post_once"],
        edits=[
            (_LIKES_INSERTED, _BY_ROW + "CREATE TRIGGER likes_count AFTER INSERT OR UPDATE OR DELETE ON likes\n"
                              "    FOR EACH ROW EXECUTE FUNCTION count_a_like();\n"),
            (_LIKES_DELETED, ""),
            (_LIKES_MOVED, ""),
        ],
    ),
    Wrong(
        "at_commit",
        "A deferred trigger: the liker himself still reads the old count.",
        fails=["counts_likes_and_reposts", "does_not_deadlock", "updates_each_post_once",
               "counts_for_any_session"],
        edits=[
            (_LIKES_INSERTED, _BY_ROW + "CREATE CONSTRAINT TRIGGER likes_count_inserted AFTER INSERT ON likes\n"
                              "    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_a_like();\n"),
        ],
    ),
    Wrong(
        "for_update",
        "The lock is stronger than the foreign key's: two who have just liked wait for each other.",
        fails=["does_not_deadlock"],
        edits=[(_LOCK, _LOCK.replace("NO KEY UPDATE", "UPDATE"))],
    ),
    Wrong(
        "locks_the_table",
        "No deadlock, and no two likes at the same time either.",
        fails=["lets_others_pass"],
        edits=[(_LOCK, "    LOCK TABLE public.posts IN SHARE ROW EXCLUSIVE MODE;\n")],
    ),
    Wrong(
        "reads_then_writes",
        "The old count is read, then somebody else's like is committed, then the new one is written.",
        fails=["loses_no_count", "does_not_deadlock"],
        edits=[
            (_LOCK, "    CREATE TEMP TABLE IF NOT EXISTS seen (id bigint, n integer);\n"
                    "    DELETE FROM seen;\n"
                    "    INSERT INTO seen SELECT id, like_count FROM public.posts WHERE id = ANY (post_ids);\n" + _LOCK),
            (_UPDATE_LIKES, "        like_count = CASE counted WHEN 'likes'\n"
                            "            THEN (SELECT n FROM seen WHERE seen.id = posts.id) + change ELSE like_count END,\n"),
        ],
    ),
    Wrong(
        "one_at_a_time_to_leave",
        "Who takes a like back waits for whoever takes back any other.",
        fails=["lets_others_pass"],
        edits=[("    ELSIF TG_OP = 'DELETE' THEN\n",
                "    ELSIF TG_OP = 'DELETE' THEN\n        PERFORM pg_advisory_xact_lock(5);\n")],
    ),
    Wrong(
        "a_like_is_a_change",
        "With every like the post looks as if its author had edited it.",
        fails=["counts_likes_and_reposts"],
        edits=[(_UPDATE_LIKES, "        updated_at = now(),\n" + _UPDATE_LIKES)],
    ),
    Wrong(
        "counts_all_again",
        "Right, and dear: every like of a post with a million of them counts a million.",
        fails=["costs_the_same_for_the_famous"],
        edits=[
            (_UPDATE_LIKES, "        like_count = CASE counted WHEN 'likes'\n"
                            "            THEN (SELECT count(*) FROM public.likes WHERE likes.post_id = posts.id)\n"
                            "            ELSE like_count END,\n"),
        ],
    ),
    Wrong(
        "likes_do_not_move",
        "Nobody updates a like, until somebody merges two accounts or two posts.",
        fails=["follows_what_moves", "counts_for_any_session"],
        edits=[(_LIKES_MOVED, ""), (_REPOSTS_MOVED, "")],
    ),
    Wrong(
        "moves_one_by_one",
        "Only a post that gains or loses one is counted, so three that move together are lost.",
        fails=["follows_what_moves"],
        edits=[("HAVING sum(change) <> 0", "HAVING sum(change) IN (1, -1)")],
    ),
    Wrong(
        "replies_do_not_move",
        "A reply that moves is still counted where it was.",
        fails=["follows_what_moves", "counts_for_any_session"],
        edits=[(_REPLIES_MOVED, "")],
    ),
    Wrong(
        "truncate_is_no_delete",
        "TRUNCATE calls no DELETE trigger: the likes are gone and the counts are not.",
        fails=["starts_anew_after_truncate"],
        edits=[(_LIKES_TRUNCATED, "")],
    ),
    Wrong(
        "truncate_is_a_change",
        "All posts look edited at once.",
        fails=["starts_anew_after_truncate"],
        edits=[("SET like_count = 0 WHERE", "SET like_count = 0, updated_at = now() WHERE")],
    ),
    Wrong(
        "truncate_clears_everything",
        "One function for both tables, which clears both counts.",
        fails=["starts_anew_after_truncate"],
        edits=[("UPDATE public.posts SET like_count = 0 WHERE like_count <> 0;",
                "UPDATE public.posts SET like_count = 0, repost_count = 0;")],
    ),
    Wrong(
        "replies_are_not_counted",
        "Likes and reposts have their triggers, and replies were left for later.",
        fails=["counts_replies", "follows_what_moves", "notices_what_goes_along", "starts_anew_after_truncate",
               "loses_no_count", "does_not_deadlock", "lets_others_pass", "updates_each_post_once",
               "counts_for_any_session"],
        edits=[(_REPLIES_INSERTED, ""), (_REPLIES_DELETED, ""), (_REPLIES_MOVED, "")],
    ),
    Wrong(
        "before_the_delete",
        "A reply takes itself off a post that the same statement is about to delete: it is refused.",
        fails=["notices_what_goes_along", "updates_each_post_once"],
        edits=[
            (_REPLIES_DELETED,
             "CREATE FUNCTION uncount_reply() RETURNS trigger LANGUAGE plpgsql AS $$\n"
             "BEGIN\n"
             "    UPDATE public.posts SET reply_count = reply_count - 1 WHERE id = OLD.parent_post_id;\n"
             "    RETURN OLD;\n"
             "END\n$$;\n"
             "CREATE TRIGGER posts_count_deleted BEFORE DELETE ON posts\n"
             "    FOR EACH ROW EXECUTE FUNCTION uncount_reply();\n"),
        ],
    ),
    Wrong(
        "short_names",
        "The names are looked up by the settings of whoever writes.",
        fails=["counts_for_any_session"],
        edits=[(_LOCK, _LOCK.replace("public.", ""))],
    ),
    Wrong(
        "recounts_by_short_names",
        "The repair works from psql, and not from a job that has no search_path.",
        fails=["recounts"],
        edits=[("FROM public.likes GROUP BY 1", "FROM likes GROUP BY 1")],
    ),
    Wrong(
        "recounts_what_is_shown",
        "The triggers count hidden replies and the repair does not.",
        fails=["recounts"],
        edits=[("FROM public.posts GROUP BY 1", "FROM public.posts WHERE NOT is_hidden GROUP BY 1")],
    ),
    Wrong(
        "counts_what_is_joined",
        "The recount joins likes, reposts and replies, so that each multiplies the others.",
        fails=["recounts"],
        edits=[
            ("            coalesce(liked.n, 0) AS likes,\n", "            coalesce(liked.n, 0) * greatest(coalesce(reposted.n, 1), 1) AS likes,\n"),
        ],
    ),
    Wrong(
        "recounts_what_is_there",
        "A post without likes is in no group of likes, so its wrong count stays.",
        fails=["recounts"],
        edits=[
            ("        LEFT JOIN (SELECT post_id, count(*) AS n FROM public.likes GROUP BY 1) AS liked\n",
             "        JOIN (SELECT post_id, count(*) AS n FROM public.likes GROUP BY 1) AS liked\n"),
        ],
    ),
    Wrong(
        "posts_become_a_view",
        "A view stands in the place of posts: no index can be made on it.",
        fails=["starts_anew_after_truncate", "is_built_on"],
        edits=[
            (_CREATE_RECOUNT,
             "ALTER TABLE posts RENAME TO stored_posts;\n"
             "CREATE VIEW posts AS SELECT * FROM stored_posts;\n" + _CREATE_RECOUNT),
        ],
    ),
]  # fmt: skip
