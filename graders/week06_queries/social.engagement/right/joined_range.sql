SELECT c.day, count(p.id) AS post_count, coalesce(sum(p.like_count), 0) AS like_count,
    coalesce(sum(p.repost_count), 0) AS repost_count, coalesce(sum(p.reply_count), 0) AS reply_count,
    coalesce(round(sum(p.like_count) / nullif(count(p.id), 0)::numeric, 2), 0) AS likes_per_post
FROM (
    SELECT %(first_day)s::date + n AS day FROM generate_series(0, %(end_day)s::date - %(first_day)s::date - 1) n
) c
LEFT JOIN posts p ON p.user_id = %(user_id)s AND NOT p.is_hidden
    AND p.created_at >= c.day::timestamp AT TIME ZONE %(zone)s
    AND p.created_at < (c.day + 1)::timestamp AT TIME ZONE %(zone)s
GROUP BY c.day ORDER BY c.day
