"""Mistakes that people make with friends of friends."""

from workbench.alternatives import Wrong

SHARED = """    SELECT theirs.followee_id, count(*) AS mutual_count
    FROM follows AS mine
    INNER JOIN follows AS theirs ON theirs.follower_id = mine.followee_id
    WHERE mine.follower_id = %(user_id)s AND theirs.followee_id <> %(user_id)s
    GROUP BY theirs.followee_id
"""
ALREADY = """
    AND NOT EXISTS (
        SELECT FROM follows AS already
        WHERE already.follower_id = %(user_id)s AND already.followee_id = shared.followee_id
    )"""
ORDER = "ORDER BY shared.mutual_count DESC, candidate.id"
ON = "ON theirs.follower_id = mine.followee_id"

WRONG = [
    Wrong(
        "who_follows_the_same",
        "The second tie is read in the wrong direction: who else follows whom the user follows.",
        fails=[
            "suggests_friends_of_friends",
            "suggests_nobody_to_who_follows_nobody",
            "leaves_out_the_user_and_the_followed",
            "leaves_out_who_has_left",
            "counts_mutual_ties",
            "orders_by_mutual_ties",
            "says_who_they_are",
        ],
        edits=[
            (
                SHARED,
                SHARED.replace("theirs.followee_id", "theirs.X")
                .replace("theirs.follower_id", "theirs.followee_id")
                .replace("theirs.X, count", "theirs.follower_id AS followee_id, count")
                .replace("theirs.X", "theirs.follower_id"),
            )
        ],
    ),
    Wrong(
        "whom_followers_follow",
        "It begins with who follows the user.",
        fails=[
            "suggests_friends_of_friends",
            "suggests_nobody_to_who_follows_nobody",
            "leaves_out_who_has_left",
            "counts_mutual_ties",
            "orders_by_mutual_ties",
            "says_who_they_are",
            "reads_only_the_ties_around",
        ],
        edits=[
            (
                SHARED,
                SHARED.replace("WHERE mine.follower_id", "WHERE mine.followee_id").replace(
                    "= mine.followee_id\n", "= mine.follower_id\n"
                ),
            )
        ],
    ),
    Wrong(
        "oneself",
        "Whoever is followed back is suggested to themselves.",
        fails=["leaves_out_the_user_and_the_followed"],
        edits=[(" AND theirs.followee_id <> %(user_id)s", "")],
    ),
    Wrong(
        "the_followed_again",
        "Whom the user follows is suggested.",
        fails=["leaves_out_the_user_and_the_followed"],
        edits=[(ALREADY, "")],
    ),
    Wrong(
        "without_the_followers",
        "Left out is who follows the user.",
        fails=["suggests_friends_of_friends", "leaves_out_the_user_and_the_followed"],
        edits=[
            (
                "already.follower_id = %(user_id)s AND already.followee_id = shared.followee_id",
                "already.followee_id = %(user_id)s AND already.follower_id = shared.followee_id",
            )
        ],
    ),
    Wrong(
        "who_has_left",
        "Accounts that were given up are suggested.",
        fails=["leaves_out_who_has_left"],
        edits=[("candidate.deleted_at IS NULL\n    AND ", "")],
    ),
    Wrong(
        "cut_off_too_early",
        "The page is cut off first, and then some of it is left out.",
        fails=["leaves_out_the_user_and_the_followed", "leaves_out_who_has_left"],
        edits=[
            (
                "    GROUP BY theirs.followee_id\n",
                "    GROUP BY theirs.followee_id\n"
                "    ORDER BY count(*) DESC, theirs.followee_id\n    LIMIT %(page_size)s\n",
            )
        ],
    ),
    Wrong(
        "the_followed_after_the_cut",
        "Whom the user follows is left out, but of a page that was cut off already.",
        fails=["leaves_out_the_user_and_the_followed"],
        edits=[
            (
                "WHERE candidate.deleted_at IS NULL" + ALREADY + f"\n{ORDER}\nLIMIT %(page_size)s",
                "WHERE candidate.deleted_at IS NULL AND candidate.id IN (\n"
                "    SELECT first.id FROM (\n"
                "        SELECT live.id FROM users AS live\n"
                "        INNER JOIN (\n"
                + SHARED
                + ") AS counted ON counted.followee_id = live.id\n"
                "        WHERE live.deleted_at IS NULL\n"
                "        ORDER BY counted.mutual_count DESC, live.id LIMIT %(page_size)s\n"
                "    ) AS first\n)" + ALREADY + f"\n{ORDER}",
            )
        ],
    ),
    Wrong(
        "twenty_of_each",
        "Of each of the followed only twenty ties are looked at.",
        fails=["orders_by_mutual_ties"],
        edits=[
            (
                "INNER JOIN follows AS theirs ON theirs.follower_id = mine.followee_id",
                "CROSS JOIN LATERAL (SELECT followee_id FROM follows"
                " WHERE follower_id = mine.followee_id LIMIT 20) AS theirs",
            )
        ],
    ),
    Wrong(
        "all_followers",
        "Counted is who follows the suggested one, whether the user knows them or not.",
        fails=["counts_mutual_ties"],
        edits=[
            (
                "    shared.mutual_count\n",
                "    (SELECT count(*) FROM follows WHERE followee_id = candidate.id) AS mutual_count\n",
            )
        ],
    ),
    Wrong(
        "the_most_popular",
        "Most followers instead of most mutual ties stand first.",
        fails=["orders_by_mutual_ties"],
        edits=[
            (
                ORDER,
                "ORDER BY (SELECT count(*) FROM follows WHERE followee_id = candidate.id) DESC,"
                " candidate.id",
            )
        ],
    ),
    Wrong(
        "ties_of_the_live_only",
        "The ties of accounts that were given up are not counted.",
        fails=["counts_mutual_ties"],
        edits=[
            (
                ON,
                f"{ON}\n    INNER JOIN users AS friend"
                " ON friend.id = mine.followee_id AND friend.deleted_at IS NULL",
            )
        ],
    ),
    Wrong(
        "once_for_each_friend",
        "Nothing is counted: who has three mutual ties is suggested three times.",
        fails=[
            "suggests_friends_of_friends",
            "leaves_out_the_user_and_the_followed",
            "leaves_out_who_has_left",
            "counts_mutual_ties",
            "orders_by_mutual_ties",
        ],
        edits=[("GROUP BY theirs.followee_id", "GROUP BY theirs.followee_id, mine.followee_id")],
    ),
    Wrong(
        "two_at_least",
        "One mutual tie is not enough.",
        fails=[
            "suggests_friends_of_friends",
            "leaves_out_the_user_and_the_followed",
            "leaves_out_who_has_left",
            "counts_mutual_ties",
            "orders_by_mutual_ties",
            "says_who_they_are",
            "reads_only_the_ties_around",
        ],
        edits=[("GROUP BY theirs.followee_id", "GROUP BY theirs.followee_id HAVING count(*) > 1")],
    ),
    Wrong(
        "equals_by_name",
        "Among equals it goes by the name.",
        fails=["orders_by_mutual_ties"],
        edits=[(ORDER, ORDER.replace("candidate.id", "candidate.username"))],
    ),
    Wrong(
        "equals_undecided",
        "Nothing decides between equals.",
        fails=["orders_by_mutual_ties"],
        edits=[(ORDER, ORDER.replace(", candidate.id", ""))],
    ),
    Wrong(
        "cut_off_by_ties_alone",
        "Nothing decides which of the equals are on the page; on it they are in order.",
        fails=["orders_by_mutual_ties"],
        edits=[
            (
                "    GROUP BY theirs.followee_id\n",
                "        AND NOT EXISTS (SELECT FROM follows AS already\n"
                "            WHERE already.follower_id = %(user_id)s"
                " AND already.followee_id = theirs.followee_id)\n"
                "        AND NOT EXISTS (SELECT FROM users AS gone\n"
                "            WHERE gone.id = theirs.followee_id AND gone.deleted_at IS NOT NULL)\n"
                "    GROUP BY theirs.followee_id\n"
                "    ORDER BY count(*) DESC\n    LIMIT %(page_size)s\n",
            )
        ],
    ),
    Wrong(
        "the_newest_of_equals",
        "Among equals the newest account stands first.",
        fails=["orders_by_mutual_ties"],
        edits=[(ORDER, ORDER.replace("candidate.id", "candidate.id DESC"))],
    ),
    Wrong(
        "always_ten",
        "A page has ten rows whatever is asked for.",
        fails=["orders_by_mutual_ties"],
        edits=[("LIMIT %(page_size)s", "LIMIT 10")],
    ),
    Wrong(
        "a_name_for_everybody",
        "Who has no display name gets the username instead.",
        fails=["says_who_they_are"],
        edits=[
            (
                "    candidate.display_name,\n",
                "    coalesce(candidate.display_name, candidate.username) AS display_name,\n",
            )
        ],
    ),
    Wrong(
        "as_text",
        "The column is changed before it is compared, and no index knows that.",
        fails=["reads_only_the_ties_around"],
        edits=[("mine.follower_id = %(user_id)s", "mine.follower_id::text = %(user_id)s::text")],
    ),
    Wrong(
        "everybody_is_asked",
        "It is counted for every user of the network.",
        fails=["reads_only_the_ties_around"],
        edits=[
            (
                SHARED,
                """    SELECT users.id AS followee_id, (
        SELECT count(*) FROM follows AS theirs
        WHERE theirs.followee_id = users.id AND theirs.follower_id IN (
            SELECT mine.followee_id FROM follows AS mine WHERE mine.follower_id = %(user_id)s
        )
    ) AS mutual_count
    FROM users
    WHERE users.id <> %(user_id)s
""",
            ),
            (
                "candidate.deleted_at IS NULL\n",
                "candidate.deleted_at IS NULL AND mutual_count > 0\n",
            ),
        ],
    ),
]
