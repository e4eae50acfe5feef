SELECT
    day,
    count(p.id) AS post_count,
    coalesce(sum(p.like_count), 0) AS like_count,
    coalesce(sum(p.repost_count), 0) AS repost_count,
    coalesce(sum(p.reply_count), 0) AS reply_count,
    coalesce(round(avg(p.like_count), 2), 0) AS likes_per_post
FROM (
    SELECT s::date AS day
    FROM generate_series(
        %(first_day)s::timestamp, %(end_day)s::timestamp - interval '1 day', interval '1 day'
    ) AS s
) AS calendar
LEFT JOIN LATERAL (
    SELECT * FROM posts
    WHERE user_id = %(user_id)s AND is_hidden = false
        AND created_at >= day::timestamp AT TIME ZONE %(zone)s
        AND created_at < (day + 1)::timestamp AT TIME ZONE %(zone)s
) AS p ON true
GROUP BY day
ORDER BY day
