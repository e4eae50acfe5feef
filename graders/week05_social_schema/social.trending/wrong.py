"""Mistakes that people make with a list that is kept."""

from workbench.alternatives import Wrong

_KEPT = "CREATE MATERIALIZED VIEW trending_hashtags AS"
_TAGGED = "    SELECT DISTINCT posts.id, posts.user_id, posts.created_at, lower(listed.hashtag) AS hashtag\n"
_WINDOW = "    WHERE posts.created_at > now() - interval '24 hours'\n"
_FUTURE = "        AND posts.created_at <= now()\n"
_ORDER = "ORDER BY post_count DESC, user_count DESC, tagged.hashtag\nLIMIT 50;\n"
_KEY = "CREATE UNIQUE INDEX trending_hashtags_hashtag_key ON trending_hashtags (hashtag);\n"
_REFRESH = "    REFRESH MATERIALIZED VIEW CONCURRENTLY public.trending_hashtags;\n"

#: A table in the place of the view, which a function fills.
_TABLE = [
    (_KEPT, "CREATE VIEW now_trending AS"),
    (_KEY, "CREATE TABLE trending_hashtags AS SELECT * FROM now_trending;\n"
           "ALTER TABLE trending_hashtags ADD PRIMARY KEY (hashtag);\n"),
]  # fmt: skip

WRONG = [
    Wrong(
        "locks_readers_out",
        "REFRESH without CONCURRENTLY has the view for itself.",
        fails=["lets_readers_read"],
        edits=[(_REFRESH, "    REFRESH MATERIALIZED VIEW public.trending_hashtags;\n")],
    ),
    Wrong(
        "empties_a_table",
        "TRUNCATE has the table for itself.",
        fails=["lets_readers_read"],
        edits=[*_TABLE, (_REFRESH, "    TRUNCATE public.trending_hashtags;\n"
                         "    INSERT INTO public.trending_hashtags SELECT * FROM public.now_trending;\n")],
    ),
    Wrong(
        "jobs_collide",
        "Two jobs delete the same old rows, and insert the same new ones.",
        fails=["lets_jobs_meet"],
        edits=[*_TABLE, (_REFRESH, "    DELETE FROM public.trending_hashtags;\n"
                         "    INSERT INTO public.trending_hashtags SELECT * FROM public.now_trending;\n")],
    ),
    Wrong(
        "locks_the_posts",
        "So that nothing changes meanwhile: every like waits for the job.",
        fails=["lets_readers_read"],
        edits=[(_REFRESH, "    SELECT FROM public.posts FOR UPDATE;\n" + _REFRESH)],
    ),
    Wrong(
        "what_was_stays",
        "A table whose rows come and change, and never go.",
        fails=["is_kept_until_it_is_refreshed"],
        edits=[*_TABLE, (_REFRESH, "    LOCK TABLE public.trending_hashtags IN SHARE ROW EXCLUSIVE MODE;\n"
                         "    INSERT INTO public.trending_hashtags SELECT * FROM public.now_trending\n"
                         "    ON CONFLICT (hashtag) DO UPDATE SET post_count = EXCLUDED.post_count,\n"
                         "        user_count = EXCLUDED.user_count, last_used_at = EXCLUDED.last_used_at;\n")],
    ),
    Wrong(
        "last_use_stays",
        "What trends again has its new counts, and the time at which it trended first.",
        fails=["counts_posts_and_users"],
        edits=[*_TABLE, (_REFRESH, "    LOCK TABLE public.trending_hashtags IN SHARE ROW EXCLUSIVE MODE;\n"
                         "    DELETE FROM public.trending_hashtags\n"
                         "    WHERE hashtag NOT IN (SELECT hashtag FROM public.now_trending);\n"
                         "    INSERT INTO public.trending_hashtags SELECT * FROM public.now_trending\n"
                         "    ON CONFLICT (hashtag) DO UPDATE SET post_count = EXCLUDED.post_count,\n"
                         "        user_count = EXCLUDED.user_count;\n")],
    ),
    Wrong(
        "plain_view",
        "Nothing is kept: every reader counts again.",
        fails=["is_kept_until_it_is_refreshed", "lets_readers_read"],
        edits=[(_KEPT, "CREATE VIEW trending_hashtags AS"), (_KEY, ""), (_REFRESH, "    SELECT;\n")],
    ),
    Wrong(
        "unreadable_at_first",
        "WITH NO DATA: neither readers nor a concurrent refresh can begin with it.",
        fails=["is_kept_until_it_is_refreshed"],
        edits=[("LIMIT 50;\n", "LIMIT 50\nWITH NO DATA;\n"),
               (" RETURNS void\nLANGUAGE sql AS $$\n" + _REFRESH + "$$;",
                " RETURNS void\nLANGUAGE plpgsql AS $$\nBEGIN\n"
                "    IF (SELECT relispopulated FROM pg_class\n"
                "        WHERE oid = 'public.trending_hashtags'::regclass) THEN\n"
                "        REFRESH MATERIALIZED VIEW CONCURRENTLY public.trending_hashtags;\n"
                "    ELSE\n"
                "        REFRESH MATERIALIZED VIEW public.trending_hashtags;\n"
                "    END IF;\nEND\n$$;")],
    ),
    Wrong(
        "every_mention",
        "A post that repeats a hashtag votes again.",
        fails=["gives_a_post_one_vote", "folds_case"],
        edits=[(_TAGGED, _TAGGED.replace("DISTINCT ", ""))],
    ),
    Wrong(
        "mentions_decide",
        "Posts are counted once, but mentions decide who has five.",
        fails=["gives_a_post_one_vote"],
        edits=[(_TAGGED, _TAGGED.replace("DISTINCT ", "")),
               ("    count(*) AS post_count", "    count(DISTINCT tagged.id) AS post_count")],
    ),
    Wrong(
        "folds_too_late",
        "Duplicates are removed before SQL and sql are the same.",
        fails=["folds_case"],
        edits=[("    tagged.hashtag,\n", "    lower(tagged.hashtag) AS hashtag,\n"),
               (_TAGGED, _TAGGED.replace("lower(listed.hashtag) AS hashtag", "listed.hashtag")),
               ("GROUP BY tagged.hashtag", "GROUP BY lower(tagged.hashtag)"),
               (_ORDER, _ORDER.replace("tagged.hashtag", "1"))],
    ),
    Wrong(
        "case_as_written",
        "SQL and sql are two hashtags.",
        fails=["folds_case"],
        edits=[(_TAGGED, _TAGGED.replace("lower(listed.hashtag) AS hashtag", "listed.hashtag"))],
    ),
    Wrong(
        "more_than_five",
        "Five are not more than five.",
        fails=["takes_five"],
        edits=[("HAVING count(*) >= 5", "HAVING count(*) > 5")],
    ),
    Wrong(
        "users_by_post",
        "Who writes seven times is counted seven times.",
        fails=["counts_posts_and_users", "keeps_the_first_fifty"],
        edits=[("count(DISTINCT tagged.user_id)", "count(tagged.user_id)")],
    ),
    Wrong(
        "used_first",
        "The time of the first post.",
        fails=["counts_posts_and_users"],
        edits=[("max(tagged.created_at)", "min(tagged.created_at)")],
    ),
    Wrong(
        "posts_of_the_future",
        "A window without an end.",
        fails=["looks_at_the_last_24_hours"],
        edits=[(_FUTURE, "")],
    ),
    Wrong(
        "a_clock_on_the_wall",
        "UTC's wall clock, read in the time zone of whoever refreshes.",
        fails=["looks_at_the_last_24_hours"],
        edits=[(_WINDOW, "    WHERE posts.created_at > (now() AT TIME ZONE 'UTC') - interval '24 hours'\n")],
    ),
    Wrong(
        "hidden_as_well",
        "What a moderator has hidden trends.",
        fails=["leaves_out_hidden_posts"],
        edits=[("        AND NOT posts.is_hidden\n", "")],
    ),
    Wrong(
        "only_what_begins",
        "Only what begins a thread counts, and a reply does not.",
        fails=["leaves_out_hidden_posts"],
        edits=[("        AND NOT posts.is_hidden\n",
                "        AND NOT posts.is_hidden\n        AND posts.parent_post_id IS NULL\n")],
    ),
    Wrong(
        "flagged_is_hidden",
        "What waits for a moderator is treated as if it were hidden.",
        fails=["leaves_out_hidden_posts"],
        edits=[("        AND NOT posts.is_hidden\n",
                "        AND NOT posts.is_hidden\n        AND NOT posts.is_flagged\n")],
    ),
    Wrong(
        "ties_by_the_last_post",
        "Among equal counts the newest are kept.",
        fails=["keeps_the_first_fifty"],
        edits=[(_ORDER, "ORDER BY post_count DESC, user_count DESC, last_used_at DESC, tagged.hashtag\n"
                        "LIMIT 50;\n")],
    ),
    Wrong(
        "ties_by_chance",
        "Among equal counts whoever comes first is kept.",
        fails=["keeps_the_first_fifty"],
        edits=[(_ORDER, "ORDER BY post_count DESC\nLIMIT 50;\n")],
    ),
    Wrong(
        "ties_by_the_last_name",
        "The last names of the alphabet are kept.",
        fails=["keeps_the_first_fifty"],
        edits=[(_ORDER, "ORDER BY post_count DESC, user_count DESC, tagged.hashtag DESC\nLIMIT 50;\n")],
    ),
    Wrong(
        "without_an_end",
        "All that have five are kept.",
        fails=["keeps_the_first_fifty"],
        edits=[("LIMIT 50;", ";")],
    ),
    Wrong(
        "index_of_a_later_part",
        "The index of the window is another part's, which now finds its name taken.",
        fails=["is_built_on"],
        edits=[(_KEY, _KEY + "CREATE INDEX posts_visible_created_at_idx ON posts (created_at);\n")],
    ),
]  # fmt: skip
