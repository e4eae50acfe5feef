"""Mistakes that people make when they count several things of one row."""

from workbench.alternatives import Wrong

_VIEW = "CREATE VIEW user_stats AS\n"
_NUMBERS = (
    "    written.post_count,\n"
    "    followed.following_count,\n"
    "    followers.follower_count,\n"
    "    written.last_post_at\n"
)
_WRITTEN = (
    "CROSS JOIN LATERAL (\n"
    "    SELECT count(*) AS post_count, max(posts.created_at) AS last_post_at\n"
    "    FROM posts\n"
    "    WHERE posts.user_id = users.id AND NOT posts.is_hidden\n"
    ") AS written\n"
)
_FOLLOWED = (
    "CROSS JOIN LATERAL (\n"
    "    SELECT count(*) AS following_count\n"
    "    FROM follows\n"
    "    WHERE follows.follower_id = users.id\n"
    ") AS followed\n"
)
_FOLLOWERS = (
    "CROSS JOIN LATERAL (\n"
    "    SELECT count(*) AS follower_count\n"
    "    FROM follows\n"
    "    WHERE follows.followee_id = users.id\n"
    ") AS followers\n"
)
_LIVE = "WHERE users.deleted_at IS NULL;\n"


def _joined(count: str) -> list[tuple[str, str]]:
    """Everything joined with everything, and then counted."""
    return [
        (_NUMBERS, f"    {count.format('posts.id')} AS post_count,\n"
                   f"    {count.format('ours.followee_id')} AS following_count,\n"
                   f"    {count.format('theirs.follower_id')} AS follower_count,\n"
                   "    max(posts.created_at) AS last_post_at\n"),
        (_WRITTEN, "LEFT JOIN posts ON posts.user_id = users.id AND NOT posts.is_hidden\n"),
        (_FOLLOWED, "LEFT JOIN follows AS ours ON ours.follower_id = users.id\n"),
        (_FOLLOWERS, "LEFT JOIN follows AS theirs ON theirs.followee_id = users.id\n"),
        (_LIVE, "WHERE users.deleted_at IS NULL\nGROUP BY users.id;\n"),
    ]  # fmt: skip


def _grouped(number: str, kind: str) -> list[tuple[str, str]]:
    """Everything counted for everybody, and then joined."""
    return [
        (_NUMBERS, "".join(f"    {number.format(one)},\n" for one in
                           ("post_count", "following_count", "follower_count")) + "    last_post_at\n"),
        (_WRITTEN, f"{kind} JOIN (\n"
                   "    SELECT user_id, count(*) AS post_count, max(created_at) AS last_post_at\n"
                   "    FROM posts WHERE NOT is_hidden GROUP BY user_id\n"
                   ") AS written ON written.user_id = users.id\n"),
        (_FOLLOWED, f"{kind} JOIN (\n"
                    "    SELECT follower_id, count(*) AS following_count FROM follows GROUP BY follower_id\n"
                    ") AS followed ON followed.follower_id = users.id\n"),
        (_FOLLOWERS, f"{kind} JOIN (\n"
                     "    SELECT followee_id, count(*) AS follower_count FROM follows GROUP BY followee_id\n"
                     ") AS followers ON followers.followee_id = users.id\n"),
    ]  # fmt: skip


WRONG = [
    Wrong(
        "joins_and_counts",
        "Three posts and two followers are six rows, and both are counted six times.",
        fails=["counts_each_on_its_own", "shows_live_users", "reads_one_user_only",
               "multiplies_nothing", "is_right_for_everybody"],
        edits=_joined("count({})"),
    ),
    Wrong(
        "joins_and_counts_distinct",
        "DISTINCT mends the numbers. The rows are still multiplied: 60 x 60 x 60.",
        fails=["reads_one_user_only", "multiplies_nothing"],
        edits=_joined("count(DISTINCT {})"),
    ),
    Wrong(
        "counts_everybody_first",
        "Each number is counted for everybody before one user is looked for.",
        fails=["reads_one_user_only"],
        edits=_grouped("coalesce({0}, 0) AS {0}", "LEFT"),
    ),
    Wrong(
        "null_is_no_zero",
        "Who has no posts is in no group, and the outer join says NULL.",
        fails=["has_zeros", "leaves_hidden_posts_out", "shows_live_users", "reads_one_user_only",
               "is_right_for_everybody", "is_built_on"],
        edits=_grouped("{}", "LEFT"),
    ),
    Wrong(
        "no_posts_no_row",
        "Only who has posts can be joined with them.",
        fails=["has_zeros", "leaves_hidden_posts_out", "shows_live_users"],
        edits=[(_WRITTEN, _WRITTEN.replace("    WHERE posts.user_id = users.id AND NOT posts.is_hidden\n",
                         "    WHERE posts.user_id = users.id AND NOT posts.is_hidden\n    HAVING count(*) > 0\n"))],
    ),
    Wrong(
        "counts_a_row_of_nulls",
        "count(*) counts the row that the outer join has filled up: nobody has no followers.",
        fails=["has_zeros", "leaves_hidden_posts_out", "is_right_for_everybody", "is_built_on"],
        edits=[(_FOLLOWERS,
                "CROSS JOIN LATERAL (\n"
                "    SELECT count(*) AS follower_count\n"
                "    FROM (SELECT users.id) AS u LEFT JOIN follows ON follows.followee_id = u.id\n"
                ") AS followers\n")],
    ),
    Wrong(
        "the_wrong_way_round",
        "Who follows whom is easily mixed up.",
        fails=["counts_each_on_its_own", "has_zeros", "shows_live_users"],
        edits=[("    followed.following_count,\n    followers.follower_count,\n",
                "    followers.follower_count AS following_count,\n    followed.following_count AS follower_count,\n")],
    ),
    Wrong(
        "counts_hidden_posts",
        "What a moderator has hidden is shown in the number.",
        fails=["leaves_hidden_posts_out"],
        edits=[("posts.user_id = users.id AND NOT posts.is_hidden", "posts.user_id = users.id")],
    ),
    Wrong(
        "flagged_is_not_hidden",
        "A flagged post waits for a moderator; nobody has hidden it yet.",
        fails=["leaves_hidden_posts_out"],
        edits=[("AND NOT posts.is_hidden", "AND NOT posts.is_hidden AND NOT posts.is_flagged")],
    ),
    Wrong(
        "planned_is_written",
        "A post that is dated to the future is left out: the text counts what is written.",
        fails=["leaves_hidden_posts_out"],
        edits=[("AND NOT posts.is_hidden", "AND NOT posts.is_hidden AND posts.created_at <= now()")],
    ),
    Wrong(
        "last_post_is_hidden",
        "The filter stands at the count only: the date tells of a post that nobody may see.",
        fails=["leaves_hidden_posts_out"],
        edits=[("    SELECT count(*) AS post_count, max(", "    SELECT count(*) FILTER (WHERE NOT posts.is_hidden) AS post_count, max("),
               ("posts.user_id = users.id AND NOT posts.is_hidden", "posts.user_id = users.id")],
    ),
    Wrong(
        "shows_who_has_left",
        "An account that was given up is still shown.",
        fails=["shows_live_users"],
        edits=[(_LIVE, ";\n")],
    ),
    Wrong(
        "leaves_later",
        "Live is who has no deleted_at, and not who has one that is to come.",
        fails=["shows_live_users"],
        edits=[(_LIVE, "WHERE users.deleted_at IS NULL OR users.deleted_at > now();\n")],
    ),
    Wrong(
        "only_live_followers",
        "Followers who have left are looked up and left out: the text counts every row of follows.",
        fails=["shows_live_users"],
        edits=[("    WHERE follows.followee_id = users.id\n",
                "    JOIN users AS follower ON follower.id = follows.follower_id\n"
                "    WHERE follows.followee_id = users.id AND follower.deleted_at IS NULL\n")],
    ),
    Wrong(
        "as_it_was",
        "A materialized view has the numbers of the moment when it was made.",
        fails=["counts_each_on_its_own", "has_zeros", "leaves_hidden_posts_out", "shows_live_users",
               "reads_one_user_only", "multiplies_nothing", "is_right_for_everybody", "is_built_on"],
        edits=[(_VIEW, "CREATE MATERIALIZED VIEW user_stats AS\n")],
    ),
    Wrong(
        "an_index_of_others",
        "An index on the side, under a name that a later part wants to give.",
        fails=["is_built_on"],
        edits=[(_VIEW, "CREATE INDEX posts_visible_created_at_idx ON posts (user_id, created_at) WHERE NOT is_hidden;\n" + _VIEW)],
    ),
]  # fmt: skip
