"""Mistakes that people make with reports by day."""

from workbench.alternatives import Wrong

_DAY = "(posts.created_at AT TIME ZONE %(zone)s)::date AS day"
_STARTS = "%(first_day)s::date::timestamp AT TIME ZONE %(zone)s AS starts_at"
_ENDS = "%(end_day)s::date::timestamp AT TIME ZONE %(zone)s AS ends_at"
_FROM = "posts.created_at >= span.starts_at"
_UNTIL = "posts.created_at < span.ends_at"
_RATE = "coalesce(round(earned.like_count::numeric / earned.post_count, 2), 0)"

WRONG = [
    Wrong(
        "days_with_posts",
        "A quiet day is missing, and in a chart its neighbours stand side by side.",
        fails=["gives_every_day"],
        edits=[("LEFT JOIN earned", "JOIN earned")],
    ),
    Wrong(
        "nothing_is_null",
        "Where nothing was counted, a LEFT JOIN gives NULL.",
        fails=["gives_every_day"],
        edits=[("coalesce(earned.repost_count, 0)", "earned.repost_count")],
    ),
    Wrong(
        "no_rate_without_posts",
        "The counts are zeros, and the rate of a quiet day is NULL.",
        fails=["gives_every_day"],
        edits=[(_RATE, "round(earned.like_count::numeric / earned.post_count, 2)")],
    ),
    Wrong(
        "a_moment_for_a_day",
        "generate_series of dates gives moments: the day has a time and a zone.",
        fails=["gives_every_day", "is_the_same_in_any_session"],
        edits=[
            (
                "span.first_day + n AS day",
                "(span.first_day + n)::timestamp AT TIME ZONE 'UTC' AS day",
            )
        ],
    ),
    Wrong(
        "with_the_end",
        "Seven days give eight rows.",
        fails=["leaves_the_end_out"],
        edits=[("span.end_day - span.first_day - 1)", "span.end_day - span.first_day)")],
    ),
    Wrong(
        "until_the_last_millisecond",
        "23:59:59.999 is not the end of a day: what comes in the millisecond after it is lost.",
        fails=["leaves_the_end_out"],
        edits=[(_UNTIL, "posts.created_at <= span.ends_at - interval '1 millisecond'")],
    ),
    Wrong(
        "whole_numbers",
        "2 / 3 is 0 where both are whole.",
        fails=["adds_up"],
        edits=[
            (
                "round(earned.like_count::numeric / earned.post_count, 2)",
                "earned.like_count / earned.post_count",
            )
        ],
    ),
    Wrong(
        "not_rounded",
        "0.66666666666666666667 likes.",
        fails=["adds_up"],
        edits=[
            (
                "round(earned.like_count::numeric / earned.post_count, 2)",
                "earned.like_count::numeric / earned.post_count",
            )
        ],
    ),
    Wrong(
        "posts_without_replies",
        "A reply is a post, too.",
        fails=["adds_up"],
        edits=[
            (
                "    AND NOT posts.is_hidden\n",
                "    AND NOT posts.is_hidden AND posts.parent_post_id IS NULL\n",
            )
        ],
    ),
    Wrong(
        "everybody_s",
        "The user is asked for in vain.",
        fails=["adds_up", "reads_only_its_days"],
        edits=[("WHERE posts.user_id = %(user_id)s", "WHERE true")],
    ),
    Wrong(
        "with_what_is_hidden",
        "What nobody may see earns nothing any more.",
        fails=["leaves_out_what_is_hidden", "reads_only_its_days"],
        edits=[("    AND NOT posts.is_hidden\n", "")],
    ),
    Wrong(
        "days_of_the_session",
        "A cast to date asks the session which day it is.",
        fails=[
            "has_the_days_of_the_zone",
            "has_days_of_23_and_25_hours",
            "is_the_same_in_any_session",
        ],
        edits=[(_DAY, "posts.created_at::date AS day")],
    ),
    Wrong(
        "bounds_of_the_session",
        "The days are the zone's, and the range is cut at the session's midnights.",
        fails=[
            "has_the_days_of_the_zone",
            "has_days_of_23_and_25_hours",
            "is_the_same_in_any_session",
        ],
        edits=[
            (_STARTS, "%(first_day)s::date::timestamptz AS starts_at"),
            (_ENDS, "%(end_day)s::date::timestamptz AS ends_at"),
        ],
    ),
    Wrong(
        "right_in_utc",
        "It works as long as the session's zone is UTC, as it is on the server, and not on the laptop.",
        fails=["is_the_same_in_any_session"],
        edits=[
            (
                _DAY,
                "(posts.created_at::timestamp AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day",
            )
        ],
    ),
    Wrong(
        "days_of_24_hours",
        "Days are counted in hours from the first midnight: after a change of clocks all are wrong.",
        fails=["has_days_of_23_and_25_hours"],
        edits=[
            (
                _DAY,
                "span.first_day + floor(extract(epoch FROM posts.created_at - span.starts_at) / 86400)::integer AS day",
            )
        ],
    ),
    Wrong(
        "reads_all_posts",
        "The column stands in an expression, so its index cannot find the range.",
        fails=["reads_only_its_days"],
        edits=[
            (_FROM, "posts.created_at AT TIME ZONE %(zone)s >= span.first_day"),
            (_UNTIL, "posts.created_at AT TIME ZONE %(zone)s < span.end_day"),
        ],
    ),
]
