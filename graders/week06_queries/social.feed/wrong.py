"""Mistakes that people make with a feed."""

from workbench.alternatives import Wrong

FIRST = "WITH followed AS MATERIALIZED ("
LAST = "ORDER BY post.created_at DESC, post.id DESC;"

COLUMNS = """posts.id, posts.user_id, users.username, users.display_name, posts.content,
    posts.created_at, posts.like_count, posts.repost_count, posts.reply_count"""

#: The newest of each by their keys, and the rows of the page: right, and short.
KEYS = f"""
SELECT {COLUMNS}
FROM (
    SELECT newest.id
    FROM follows
    JOIN users ON users.id = follows.followee_id AND users.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT id, created_at
        FROM posts
        WHERE user_id = follows.followee_id AND NOT is_hidden
            AND (%(before_created_at)s::timestamptz IS NULL
                OR (created_at, id) < (%(before_created_at)s::timestamptz, %(before_id)s::bigint))
        ORDER BY created_at DESC, id DESC
        LIMIT %(page_size)s
    ) AS newest
    WHERE follows.follower_id = %(user_id)s
    ORDER BY newest.created_at DESC, newest.id DESC
    LIMIT %(page_size)s
) AS page
JOIN posts ON posts.id = page.id
JOIN users ON users.id = posts.user_id
ORDER BY posts.created_at DESC, posts.id DESC
"""

PLAIN = f"""
SELECT {COLUMNS}
FROM posts
JOIN users ON users.id = posts.user_id
WHERE posts.user_id IN (SELECT followee_id FROM follows WHERE follower_id = %(user_id)s)
    AND NOT posts.is_hidden AND users.deleted_at IS NULL
    AND (%(before_created_at)s::timestamptz IS NULL OR (posts.created_at, posts.id)
        < (%(before_created_at)s::timestamptz, %(before_id)s::bigint))
ORDER BY posts.created_at DESC, posts.id DESC
LIMIT %(page_size)s
"""

LATERAL = f"""
SELECT {COLUMNS}
FROM follows
JOIN users ON users.id = follows.followee_id
CROSS JOIN LATERAL (
    SELECT * FROM posts
    WHERE user_id = follows.followee_id AND NOT is_hidden
        AND (%(before_created_at)s::timestamptz IS NULL
            OR (created_at, id) < (%(before_created_at)s::timestamptz, %(before_id)s::bigint))
    ORDER BY created_at DESC, id DESC
    LIMIT %(page_size)s
) AS posts
WHERE follower_id = %(user_id)s AND users.deleted_at IS NULL
ORDER BY posts.created_at DESC, posts.id DESC
LIMIT %(page_size)s
"""

WINDOW = f"""
SELECT {COLUMNS}
FROM (
    SELECT posts.*,
        row_number() OVER (PARTITION BY user_id ORDER BY posts.created_at DESC, posts.id DESC) AS place
    FROM posts
    JOIN follows ON followee_id = user_id AND follower_id = %(user_id)s
    WHERE NOT is_hidden AND (%(before_created_at)s::timestamptz IS NULL OR (posts.created_at, posts.id)
        < (%(before_created_at)s::timestamptz, %(before_id)s::bigint))
) AS posts
JOIN users ON users.id = posts.user_id
WHERE place <= %(page_size)s AND users.deleted_at IS NULL
ORDER BY posts.created_at DESC, posts.id DESC
LIMIT %(page_size)s
"""

BEFORE = "(created_at, id) < (%(before_created_at)s::timestamptz, %(before_id)s::bigint)"
FULL = "LIMIT %(page_size)s\n) AS page\n"
NOBODY_ELSE = "WHERE follows.follower_id = %(user_id)s"

NETWORK = [
    "shows_posts_of_the_followed",
    "leaves_out_what_is_hidden",
    "leaves_out_who_has_left",
    "decides_between_equals",
    "goes_on_where_it_ended",
    "is_full_behind_many_others",
    "takes_any_cursor",
    "pages_a_feed_of_everything",
]
TOWN = [
    "reads_little_of_the_quiet",
    "reads_little_of_the_loud",
    "reads_little_of_two_hundred",
    "reads_little_of_many",
    "reads_little_far_behind",
]


def instead(answer: str, *edits: tuple[str, str]) -> list[tuple[str, str]]:
    """This answer in the place of the part, which becomes a comment."""
    for old, new in edits:
        if answer.count(old) != 1:
            raise ValueError(f"{old!r} must stand once")
        answer = answer.replace(old, new)
    return [(FIRST, f"{answer}/*"), (LAST, "*/")]


WRONG = [
    Wrong(
        "plain_join",
        "It walks through everybody's posts until the page is full: all of them, for the quiet.",
        fails=[
            "reads_little_for_nobody",
            "reads_little_of_the_quiet",
            "reads_little_of_two_hundred",
        ],
        edits=instead(PLAIN),
    ),
    Wrong(
        "all_of_theirs",
        "With a list of authors the index finds all that they have ever written, to be sorted.",
        fails=["reads_little_of_the_loud"],
        edits=instead(
            PLAIN,
            ("IN (SELECT followee_id", "= ANY (ARRAY(SELECT followee_id"),
            ("follower_id = %(user_id)s)", "follower_id = %(user_id)s))"),
        ),
    ),
    Wrong(
        "whole_rows_of_each",
        "A page of whole rows of each of 2,000, to throw nearly all of them away.",
        fails=["reads_little_of_many"],
        edits=instead(LATERAL),
    ),
    Wrong(
        "numbered",
        "A window numbers all that they have ever written.",
        fails=[
            "reads_little_of_the_quiet",
            "reads_little_of_the_loud",
            "reads_little_of_two_hundred",
            "reads_little_far_behind",
        ],
        edits=instead(WINDOW),
    ),
    Wrong(
        "newest_of_all_only",
        "Among the newest of everybody there is nothing by the quiet.",
        fails=[
            "is_full_behind_many_others",
            "reads_little_of_the_quiet",
            "reads_little_of_two_hundred",
        ],
        edits=[
            ("SELECT count(*) >= 500 FROM followed", "SELECT count(*) > 0 FROM followed"),
            ("WHERE (SELECT count(*) < %(page_size)s FROM recent)", "WHERE false"),
            (
                "SELECT id FROM recent WHERE (SELECT count(*) = %(page_size)s FROM recent)",
                "SELECT id FROM recent",
            ),
        ],
    ),
    Wrong(
        "anything_is_a_page",
        "What the newest of everybody give is taken for a page, however little it is.",
        fails=["is_full_behind_many_others"],
        edits=[
            (
                "WHERE (SELECT count(*) < %(page_size)s FROM recent)",
                "WHERE (SELECT count(*) = 0 FROM recent)",
            ),
            (
                "SELECT id FROM recent WHERE (SELECT count(*) = %(page_size)s FROM recent)",
                "SELECT id FROM recent",
            ),
        ],
    ),
    Wrong(
        "hidden_newest",
        "An author whose newest post is hidden takes the place of one whose post would be shown.",
        fails=["is_full_behind_many_others"],
        edits=[
            (
                "WHERE user_id = followed.user_id\n            AND NOT is_hidden\n",
                "WHERE user_id = followed.user_id\n",
            )
        ],
    ),
    Wrong(
        "twenty_of_each",
        "A page of more than 20 may be all by one author.",
        fails=["is_full_behind_many_others"],
        edits=instead(KEYS, ("LIMIT %(page_size)s\n    ) AS newest", "LIMIT 20\n    ) AS newest")),
    ),
    Wrong(
        "ahead_of_the_clock",
        "What is ahead of the server's clock is left out.",
        fails=["pages_a_feed_of_everything"],
        edits=instead(KEYS, ("NOT is_hidden", "NOT is_hidden AND created_at <= now()")),
    ),
    Wrong(
        "one_of_each",
        "Only the newest post of each is looked at.",
        fails=[*NETWORK, "ends", *(name for name in TOWN if name != "reads_little_of_many")],
        edits=instead(KEYS, ("LIMIT %(page_size)s\n    ) AS newest", "LIMIT 1\n    ) AS newest")),
    ),
    Wrong(
        "cursor_with_or",
        "With OR the index is read from the newest post on, up to where the page begins.",
        fails=["reads_little_far_behind"],
        edits=instead(
            KEYS,
            (
                BEFORE,
                "created_at < %(before_created_at)s::timestamptz"
                " OR (created_at = %(before_created_at)s::timestamptz AND id < %(before_id)s::bigint)",
            ),
        ),
    ),
    Wrong(
        "cursor_of_a_moment",
        "The rest of the last moment is skipped.",
        fails=[
            "goes_on_where_it_ended",
            "is_full_behind_many_others",
            "takes_any_cursor",
            "pages_a_feed_of_everything",
        ],
        edits=instead(KEYS, (BEFORE, "created_at < %(before_created_at)s::timestamptz")),
    ),
    Wrong(
        "cursor_of_an_id",
        "Ids are not in the order of the moments.",
        fails=[
            "goes_on_where_it_ended",
            "is_full_behind_many_others",
            "takes_any_cursor",
            "pages_a_feed_of_everything",
            "reads_little_far_behind",
        ],
        edits=instead(KEYS, (BEFORE, "id < %(before_id)s::bigint")),
    ),
    Wrong(
        "cursor_without_zone",
        "The zone of a moment is cut off.",
        fails=["takes_any_cursor"],
        edits=instead(
            KEYS, (BEFORE, "(created_at, id) < (%(before_created_at)s::timestamp, %(before_id)s)")
        ),
    ),
    Wrong(
        "cursor_of_a_post",
        "The moment is looked up in the post, which may be gone.",
        fails=["takes_any_cursor"],
        edits=instead(
            KEYS,
            (
                BEFORE,
                "(created_at, id) < ((SELECT created_at FROM posts WHERE id = %(before_id)s),"
                " %(before_id)s)",
            ),
        ),
    ),
    Wrong(
        "small_ids",
        "A post's id is a bigint.",
        fails=[
            "goes_on_where_it_ended",
            "takes_any_cursor",
            "pages_a_feed_of_everything",
        ],
        edits=instead(KEYS, ("%(before_id)s::bigint", "%(before_id)s::integer")),
    ),
    Wrong(
        "hidden_after_the_cut",
        "Hidden posts take places of the page, and then go.",
        fails=[
            "leaves_out_what_is_hidden",
            "is_full_behind_many_others",
            "pages_a_feed_of_everything",
        ],
        edits=instead(
            KEYS,
            (" AND NOT is_hidden", ""),
            (
                "JOIN posts ON posts.id = page.id",
                "JOIN posts ON posts.id = page.id AND NOT is_hidden",
            ),
        ),
    ),
    Wrong(
        "left_after_the_cut",
        "Posts of those who have left take places of the page, and then go.",
        fails=[
            "leaves_out_who_has_left",
            "is_full_behind_many_others",
            "pages_a_feed_of_everything",
        ],
        edits=instead(
            KEYS,
            (" AND users.deleted_at IS NULL", ""),
            (
                "JOIN users ON users.id = posts.user_id",
                "JOIN users ON users.id = posts.user_id AND users.deleted_at IS NULL",
            ),
        ),
    ),
    Wrong(
        "left_are_shown",
        "Who has left is still read.",
        fails=[
            "leaves_out_who_has_left",
            "is_full_behind_many_others",
            "pages_a_feed_of_everything",
        ],
        edits=instead(KEYS, (" AND users.deleted_at IS NULL", "")),
    ),
    Wrong(
        "smaller_id_first",
        "The order among equals is the other way round.",
        fails=[
            "decides_between_equals",
            "goes_on_where_it_ended",
            "is_full_behind_many_others",
            "takes_any_cursor",
            "pages_a_feed_of_everything",
        ],
        edits=instead(
            KEYS,
            (
                "JOIN users ON users.id = posts.user_id\nORDER BY posts.created_at DESC, posts.id DESC",
                "JOIN users ON users.id = posts.user_id\nORDER BY posts.created_at DESC, posts.id",
            ),
        ),
    ),
    Wrong(
        "own_posts",
        "The reader's own posts are among them.",
        fails=["shows_posts_of_the_followed"],
        edits=instead(
            KEYS,
            (
                "FROM follows\n",
                "FROM (SELECT * FROM follows UNION ALL\n"
                "        SELECT %(user_id)s, %(user_id)s, now()) AS follows\n",
            ),
        ),
    ),
    Wrong(
        "followers",
        "It shows what followers write.",
        fails=[*NETWORK, "says_what_is_shown", "ends", *TOWN],
        edits=instead(
            KEYS.replace("follows.followee_id", "follows.follower_id"),
            (NOBODY_ELSE, "WHERE follows.followee_id = %(user_id)s"),
        ),
    ),
    Wrong(
        "no_replies",
        "Replies are left out.",
        fails=[
            "shows_posts_of_the_followed",
            "pages_a_feed_of_everything",
            "reads_little_of_many",
        ],
        edits=instead(KEYS, ("NOT is_hidden", "NOT is_hidden AND parent_post_id IS NULL")),
    ),
    Wrong(
        "a_name_for_everybody",
        "Who has no display name is shown with another one.",
        fails=["says_what_is_shown"],
        edits=instead(
            KEYS,
            ("users.display_name", "coalesce(users.display_name, users.username) AS display_name"),
        ),
    ),
]
