"""Mistakes that people make with a search for a piece of a name."""

from workbench.alternatives import Wrong

LOOKS = (
    "(lower(users.username) LIKE asked.contains OR lower(users.display_name) LIKE asked.contains)"
)
ORDER = "ORDER BY match, users.is_verified DESC, lower(users.username)\n"
LAST_ORDER = "ORDER BY found.match, found.is_verified DESC, lower(found.username);"
COUNT = "(SELECT count(*) FROM follows WHERE followee_id = found.id) AS follower_count"
IS_FOLLOWED = """EXISTS (
        SELECT FROM follows WHERE follower_id = %(viewer_id)s AND followee_id = found.id
    )"""
SHORT = "CASE WHEN char_length(term) < 3 THEN '' ELSE '%%' END"

WRONG = [
    Wrong(
        "a_pattern",
        "What is typed is taken for a pattern.",
        fails=[
            "takes_a_term_as_it_is_written",
            "ranks_by_the_term_as_it_is_written",
            "looks_for_short_terms_at_the_beginning",
        ],
        edits=[("regexp_replace(term, '([\\\\%%_])', '\\\\\\1', 'g')", "concat(term)")],
    ),
    Wrong(
        "no_backslash",
        "The character that escapes is not escaped itself.",
        fails=["takes_a_term_as_it_is_written", "ranks_by_the_term_as_it_is_written"],
        edits=[("[\\\\%%_]", "[%%_]")],
    ),
    Wrong(
        "no_underscore",
        "Only the per cent sign is thought of.",
        fails=[
            "takes_a_term_as_it_is_written",
            "ranks_by_the_term_as_it_is_written",
        ],
        edits=[("[\\\\%%_]", "[\\\\%%]")],
    ),
    Wrong(
        "ranked_by_a_pattern",
        "It is escaped where it is looked for, and not where it is ranked.",
        fails=["ranks_by_the_term_as_it_is_written"],
        edits=[("escaped || '%%' AS begins", "term || '%%' AS begins")],
    ),
    Wrong(
        "another_escape",
        "The per cent sign and the underscore are escaped with a !, and the ! is not.",
        fails=["takes_a_term_as_it_is_written", "ranks_by_the_term_as_it_is_written"],
        edits=[
            ("'([\\\\%%_])', '\\\\\\1'", "'([%%_])', '!\\1'"),
            ("LIKE asked.begins THEN 2", "LIKE asked.begins ESCAPE '!' THEN 2"),
            ("LIKE asked.begins THEN 3", "LIKE asked.begins ESCAPE '!' THEN 3"),
            (LOOKS, LOOKS.replace("contains", "contains ESCAPE '!'")),
        ],
    ),
    Wrong(
        "as_it_is_typed",
        "The names are put into small letters, the term is not.",
        fails=[
            "finds_a_piece_of_a_name",
            "ranks_the_best_first",
            "looks_for_short_terms_at_the_beginning",
        ],
        edits=[("lower(btrim(%(term)s))", "btrim(%(term)s)")],
    ),
    Wrong(
        "with_its_spaces",
        "A space before the term is looked for as well.",
        fails=[
            "finds_a_piece_of_a_name",
            "ranks_the_best_first",
            "looks_for_short_terms_at_the_beginning",
        ],
        edits=[("lower(btrim(%(term)s))", "lower(%(term)s)")],
    ),
    Wrong(
        "the_escaped_are_longer",
        "The length is taken after escaping.",
        fails=["looks_for_short_terms_at_the_beginning"],
        edits=[(SHORT, SHORT.replace("(term)", "(escaped)"))],
    ),
    Wrong(
        "bytes",
        "The length is taken in bytes.",
        fails=["looks_for_short_terms_at_the_beginning"],
        edits=[(SHORT, SHORT.replace("char_length", "octet_length"))],
    ),
    Wrong(
        "short_terms_anywhere",
        "Two letters are looked for anywhere.",
        fails=["looks_for_short_terms_at_the_beginning", "reads_only_whom_it_finds"],
        edits=[(SHORT, "'%%'")],
    ),
    Wrong(
        "nothing_finds_all",
        "An empty term is a piece of every name.",
        fails=["looks_for_short_terms_at_the_beginning"],
        edits=[("WHERE term <> ''", "WHERE term IS NOT NULL")],
    ),
    Wrong(
        "who_has_left",
        "Accounts that were given up are found; and the index, which has no such rows, is no use.",
        fails=["leaves_out_who_has_left", "says_who_follows", "reads_only_whom_it_finds"],
        edits=[("users.deleted_at IS NULL\n        AND ", "")],
    ),
    Wrong(
        "ilike",
        "ILIKE finds the same, and cannot use an index on lower(...).",
        fails=["reads_only_whom_it_finds"],
        edits=[
            (
                LOOKS,
                "(users.username ILIKE asked.contains OR users.display_name ILIKE asked.contains)",
            )
        ],
    ),
    Wrong(
        "coalesced",
        "Another expression than the index's: one half of the OR reads everything.",
        fails=["reads_only_whom_it_finds"],
        edits=[
            (
                LOOKS,
                LOOKS.replace(
                    "lower(users.display_name)", "lower(coalesce(users.display_name, ''))"
                ),
            )
        ],
    ),
    Wrong(
        "both_names_in_one",
        "A name put together with NULL is NULL: who has no display name is not found.",
        fails=[
            "finds_a_piece_of_a_name",
            "ranks_the_best_first",
            "decides_between_equals",
            "ranks_by_the_term_as_it_is_written",
            "looks_for_short_terms_at_the_beginning",
            "says_who_follows",
            "reads_only_whom_it_finds",
        ],
        edits=[(LOOKS, "lower(users.username || ' ' || users.display_name) LIKE asked.contains")],
    ),
    Wrong(
        "once_for_each_name",
        "Who matches with both names is found twice.",
        fails=[
            "finds_a_piece_of_a_name",
            "leaves_out_who_has_left",
            "ranks_the_best_first",
            "reads_only_whom_it_finds",
        ],
        edits=[
            (
                "    CROSS JOIN asked\n",
                "    CROSS JOIN asked\n    CROSS JOIN LATERAL (VALUES (users.username),"
                " (users.display_name)) AS names (name)\n",
            ),
            (LOOKS, "lower(names.name) LIKE asked.contains"),
        ],
    ),
    Wrong(
        "the_first_found",
        "A page is cut off before it is ranked.",
        fails=["ranks_the_best_first", "decides_between_equals"],
        edits=[(ORDER, "ORDER BY users.created_at, users.id\n")],
    ),
    Wrong(
        "ranked_with_its_spaces",
        "The spaces are taken away where it is looked for, and not where it is ranked.",
        fails=["ranks_the_best_first"],
        edits=[
            (
                "lower(users.username) LIKE asked.begins",
                "starts_with(lower(users.username), lower(%(term)s))",
            ),
            (
                "lower(users.display_name) LIKE asked.begins",
                "starts_with(lower(users.display_name), lower(%(term)s))",
            ),
        ],
    ),
    Wrong(
        "both_names_rank",
        "Among the usernames that begin with the term, the display names decide once more.",
        fails=["ranks_the_best_first"],
        edits=[
            (
                ORDER,
                ORDER.replace(
                    "match,",
                    "match, coalesce(lower(users.display_name) LIKE asked.begins, false) DESC,",
                ),
            ),
            (
                LAST_ORDER,
                LAST_ORDER.replace(
                    "match,",
                    "match, coalesce(lower(found.display_name)"
                    " LIKE (SELECT begins FROM asked), false) DESC,",
                ),
            ),
        ],
    ),
    Wrong(
        "cut_off_by_rank_alone",
        "The page is cut off by rank, and what is left is put into the right order.",
        fails=["decides_between_equals"],
        edits=[(ORDER, "ORDER BY match\n")],
    ),
    Wrong(
        "fifty_at_most",
        "A page is never longer than 50, whatever is asked for.",
        fails=["decides_between_equals"],
        edits=[("LIMIT %(page_size)s", "LIMIT least(%(page_size)s, 50)")],
    ),
    Wrong(
        "the_very_name_as_typed",
        "Ada does not find ADA first.",
        fails=["ranks_the_best_first"],
        edits=[("lower(users.username) = asked.term", "users.username = asked.term")],
    ),
    Wrong(
        "the_verified_above_all",
        "Whoever is verified stands above the very name.",
        fails=["ranks_the_best_first"],
        edits=[
            (ORDER, "ORDER BY users.is_verified DESC, match, lower(users.username)\n"),
            (LAST_ORDER, "ORDER BY found.is_verified DESC, found.match, lower(found.username);"),
        ],
    ),
    Wrong(
        "equals_by_id",
        "Among equals whoever came first stands first.",
        fails=["decides_between_equals"],
        edits=[
            (ORDER, ORDER.replace("lower(users.username)", "users.id")),
            (LAST_ORDER, LAST_ORDER.replace("lower(found.username)", "found.id")),
        ],
    ),
    Wrong(
        "capitals_first",
        "Among equals capital letters come before all small ones.",
        fails=["decides_between_equals"],
        edits=[
            (ORDER, ORDER.replace("lower(users.username)", 'users.username COLLATE "C"')),
            (LAST_ORDER, LAST_ORDER.replace("lower(found.username)", 'found.username COLLATE "C"')),
        ],
    ),
    Wrong(
        "the_most_followed_first",
        "To rank by followers, those of everybody who matches must be counted.",
        fails=["decides_between_equals", "counts_for_what_is_shown"],
        edits=[
            (
                ORDER,
                ORDER.replace(
                    "lower(users.username)",
                    "(SELECT count(*) FROM follows WHERE followee_id = users.id) DESC,"
                    " lower(users.username)",
                ),
            ),
            (
                LAST_ORDER,
                LAST_ORDER.replace("lower(", "follower_count DESC, lower(").replace(
                    "follower_count", "(SELECT count(*) FROM follows WHERE followee_id = found.id)"
                ),
            ),
        ],
    ),
    Wrong(
        "counted_before_the_cut",
        "The followers of all who match are counted, and nearly all of that is thrown away.",
        fails=["counts_for_what_is_shown"],
        edits=[
            (
                "    CROSS JOIN asked\n",
                "    CROSS JOIN asked\n    CROSS JOIN LATERAL (SELECT count(*) AS followers"
                " FROM follows WHERE followee_id = users.id) AS counted\n",
            ),
            ("        users.is_verified,\n", "        users.is_verified,\n        followers,\n"),
            (COUNT, "found.followers AS follower_count"),
        ],
    ),
    Wrong(
        "none_is_null",
        "Who has no followers has NULL of them.",
        fails=["says_who_follows"],
        edits=[(COUNT, COUNT.replace("count(*)", "nullif(count(*), 0)"))],
    ),
    Wrong(
        "the_other_direction",
        "It says who follows the one who looks.",
        fails=["says_who_follows"],
        edits=[
            (
                IS_FOLLOWED,
                "EXISTS (SELECT FROM follows"
                " WHERE followee_id = %(viewer_id)s AND follower_id = found.id)",
            )
        ],
    ),
    Wrong(
        "nobody_looks",
        "Whether NULL is among the followers is NULL, and not false.",
        fails=["says_who_follows"],
        edits=[
            (
                IS_FOLLOWED,
                "%(viewer_id)s IN (SELECT follower_id FROM follows WHERE followee_id = found.id)",
            )
        ],
    ),
]
