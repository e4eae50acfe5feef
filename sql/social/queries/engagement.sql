-- What a user's visible posts of each day have earned, a row for every day from first_day until before
-- end_day. A day is one of the given time zone: it may have 23 or 25 hours.
WITH span AS MATERIALIZED (
    SELECT
        %(first_day)s::date AS first_day,
        %(end_day)s::date AS end_day,
        %(first_day)s::date::timestamp AT TIME ZONE %(zone)s AS starts_at,
        %(end_day)s::date::timestamp AT TIME ZONE %(zone)s AS ends_at
),
earned AS (
    SELECT
        (posts.created_at AT TIME ZONE %(zone)s)::date AS day,
        count(*) AS post_count,
        sum(posts.like_count) AS like_count,
        sum(posts.repost_count) AS repost_count,
        sum(posts.reply_count) AS reply_count
    FROM posts
    CROSS JOIN span
    WHERE posts.user_id = %(user_id)s
        AND NOT posts.is_hidden
        -- Compared as moments, which is what the index holds.
        AND posts.created_at >= span.starts_at
        AND posts.created_at < span.ends_at
    GROUP BY 1
)
SELECT
    span.first_day + n AS day,
    coalesce(earned.post_count, 0) AS post_count,
    coalesce(earned.like_count, 0) AS like_count,
    coalesce(earned.repost_count, 0) AS repost_count,
    coalesce(earned.reply_count, 0) AS reply_count,
    coalesce(round(earned.like_count::numeric / earned.post_count, 2), 0) AS likes_per_post
FROM span
CROSS JOIN LATERAL generate_series(0, span.end_day - span.first_day - 1) AS n
LEFT JOIN earned ON earned.day = span.first_day + n
ORDER BY day;
