"""Mistakes that people make with trees."""

from workbench.alternatives import Wrong

_SEARCH = "SEARCH DEPTH FIRST BY created_at, id SET place"
_CYCLE = "CYCLE id SET is_repeated USING path\n"
_LAST = "WHERE NOT thread.is_repeated\n"
_ORDER = "ORDER BY thread.place;"
_STOP = " AND thread.depth < %(max_depth)s"
_JOIN = "INNER JOIN users ON users.id = thread.user_id"
_START = "WHERE id = %(post_id)s AND NOT is_hidden"
_STEP = "WHERE NOT reply.is_hidden AND"
_FIRST = "SELECT id, parent_post_id, user_id, content, created_at, 0 AS depth\n"
_NEXT = "reply.created_at, thread.depth + 1\n"

WRONG = [
    Wrong(
        "level_by_level",
        "All direct replies come first, and behind them the replies to those.",
        fails=[
            "is_in_reading_order",
            "has_the_oldest_first",
            "has_the_smaller_id_first_at_one_moment",
        ],
        edits=[(_SEARCH, _SEARCH.replace("DEPTH", "BREADTH"))],
    ),
    Wrong(
        "as_they_were_written",
        "Two conversations that went on at the same time are mixed.",
        fails=["is_in_reading_order", "has_the_smaller_id_first_at_one_moment"],
        edits=[(_ORDER, "ORDER BY thread.created_at, thread.id;")],
    ),
    Wrong(
        "as_they_come",
        "No order is asked for: it is as the walk finds them.",
        fails=[
            "is_in_reading_order",
            "has_the_oldest_first",
            "has_the_smaller_id_first_at_one_moment",
        ],
        edits=[(_ORDER, ";")],
    ),
    Wrong(
        "by_id",
        "The path of ids orders siblings by id, not by age.",
        fails=["has_the_oldest_first"],
        edits=[(_SEARCH, "SEARCH DEPTH FIRST BY id SET place")],
    ),
    Wrong(
        "newest_first",
        "The youngest reply of each post comes first.",
        fails=["is_in_reading_order", "has_the_oldest_first"],
        edits=[
            (_SEARCH, "SEARCH DEPTH FIRST BY age, id SET place"),
            (
                _FIRST,
                _FIRST.replace("0 AS depth", "0 AS depth, -extract(epoch FROM created_at) AS age"),
            ),
            (_NEXT, "reply.created_at, thread.depth + 1, -extract(epoch FROM reply.created_at)\n"),
        ],
    ),
    Wrong(
        "by_time_alone",
        "Two replies of the same moment have the same key, and so their replies are mixed.",
        fails=["has_the_smaller_id_first_at_one_moment"],
        edits=[(_SEARCH, "SEARCH DEPTH FIRST BY created_at SET place")],
    ),
    Wrong(
        "to_the_second",
        "Replies of the same second come by id, although one is older.",
        fails=["has_the_oldest_first"],
        edits=[
            (_SEARCH, "SEARCH DEPTH FIRST BY second, id SET place"),
            (
                _FIRST,
                _FIRST.replace(
                    "0 AS depth", "0 AS depth, date_trunc('second', created_at) AS second"
                ),
            ),
            (_NEXT, "reply.created_at, thread.depth + 1, date_trunc('second', reply.created_at)\n"),
        ],
    ),
    Wrong(
        "the_first_answers_nothing",
        "Whatever is asked for begins the tree, and so it is said to answer no post.",
        fails=["begins_anywhere"],
        edits=[(_FIRST, _FIRST.replace("parent_post_id", "NULL::bigint AS parent_post_id"))],
    ),
    Wrong(
        "upwards_only",
        "Replies have larger ids than what they answer, and so that is asked for, in place of a memory.",
        fails=["ends_in_a_circle"],
        edits=[
            (_CYCLE, ""),
            (_LAST, ""),
            (_STEP, "WHERE reply.id > thread.id AND NOT reply.is_hidden AND"),
        ],
    ),
    Wrong(
        "ids_as_text",
        "10001 comes before 9998 when both are texts.",
        fails=["has_the_smaller_id_first_at_one_moment"],
        edits=[
            (_SEARCH, "SEARCH DEPTH FIRST BY created_at, label SET place"),
            (_FIRST, _FIRST.replace("0 AS depth", "0 AS depth, id::text AS label")),
            (_NEXT, "reply.created_at, thread.depth + 1, reply.id::text\n"),
        ],
    ),
    Wrong(
        "hidden_at_the_end",
        "Hidden posts are left out after the walk has gone through them.",
        fails=["cuts_what_is_hidden"],
        edits=[
            (_FIRST, _FIRST.replace("0 AS depth", "0 AS depth, is_hidden")),
            (_NEXT, "reply.created_at, thread.depth + 1, reply.is_hidden\n"),
            (_STEP, "WHERE"),
            (_LAST, _LAST.replace("NOT thread", "NOT thread.is_hidden AND NOT thread")),
        ],
    ),
    Wrong(
        "a_hidden_beginning",
        "Whoever has the number of a hidden post can read it.",
        fails=["cuts_what_is_hidden"],
        edits=[(_START, "WHERE id = %(post_id)s")],
    ),
    Wrong(
        "one_level_more",
        "The step is still taken when the depth has been reached.",
        fails=["keeps_to_the_depth", "reads_what_it_shows"],
        edits=[(_STOP, " AND thread.depth <= %(max_depth)s")],
    ),
    Wrong(
        "depth_from_one",
        "The post itself is at depth 1.",
        fails=[
            "shows_a_post_and_its_replies",
            "begins_anywhere",
            "keeps_to_the_depth",
            "reads_what_it_shows",
        ],
        edits=[("0 AS depth", "1 AS depth")],
    ),
    Wrong(
        "as_deep_as_it_goes",
        "max_depth is asked for in vain.",
        fails=["keeps_to_the_depth", "reads_what_it_shows"],
        edits=[(_STOP, "")],
    ),
    Wrong(
        "depth_at_the_end",
        "The whole tree is walked, and most of it thrown away.",
        fails=["reads_what_it_shows"],
        edits=[(_STOP, ""), (_LAST, _LAST.replace("NOT", "thread.depth <= %(max_depth)s AND NOT"))],
    ),
    Wrong(
        "without_an_end",
        "Neither the depth nor a memory ends the walk: only the constraint does.",
        fails=["reads_what_it_shows"],
        edits=[(_STOP, ""), (_CYCLE, ""), (_LAST, "WHERE thread.depth <= %(max_depth)s\n")],
    ),
    Wrong(
        "round_and_round",
        "Nothing remembers where the walk has been: a circle is shown until the depth ends it.",
        fails=["ends_in_a_circle"],
        edits=[(_CYCLE, ""), (_LAST, "")],
    ),
    Wrong(
        "shows_where_the_circle_closes",
        "CYCLE marks the row that comes a second time. Somebody has to leave it out.",
        fails=["ends_in_a_circle"],
        edits=[(_LAST, "")],
    ),
    Wrong(
        "begins_threads_only",
        "Only a post that begins a thread can be asked for.",
        fails=["begins_anywhere", "reads_what_it_shows"],
        edits=[(_START, _START + " AND parent_post_id IS NULL")],
    ),
    Wrong(
        "the_whole_thread",
        "A branch is asked for, and all of its thread is told.",
        fails=["begins_anywhere", "cuts_what_is_hidden", "reads_what_it_shows"],
        edits=[
            (
                _START,
                "WHERE id = (SELECT thread_id FROM posts WHERE id = %(post_id)s) AND NOT is_hidden",
            )
        ],
    ),
    Wrong(
        "without_who_left",
        "An account was given up, and its words are torn out of the conversation.",
        fails=["keeps_the_words_of_who_left"],
        edits=[(_JOIN, _JOIN + " AND users.deleted_at IS NULL")],
    ),
    Wrong(
        "blanks_who_left",
        "Of an account that was given up only the name is kept.",
        fails=["keeps_the_words_of_who_left"],
        edits=[
            (
                "    thread.content,\n",
                "    CASE WHEN users.deleted_at IS NULL THEN thread.content ELSE '' END AS content,\n",
            )
        ],
    ),
]
