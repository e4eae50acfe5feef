WITH RECURSIVE calendar (day, begins, ends) AS (
    SELECT CAST(%(first_day)s AS date),
        CAST(%(first_day)s AS timestamp) AT TIME ZONE %(zone)s,
        (CAST(%(first_day)s AS timestamp) + interval '1 day') AT TIME ZONE %(zone)s
    WHERE CAST(%(first_day)s AS date) < CAST(%(end_day)s AS date)
    UNION ALL
    SELECT day + 1, ends, (day + 2)::timestamp AT TIME ZONE %(zone)s
    FROM calendar WHERE day + 1 < CAST(%(end_day)s AS date)
)
SELECT day,
    (SELECT count(*) FROM posts WHERE user_id = %(user_id)s AND NOT is_hidden AND created_at >= begins AND created_at < ends) AS post_count,
    (SELECT coalesce(sum(like_count), 0) FROM posts WHERE user_id = %(user_id)s AND NOT is_hidden AND created_at >= begins AND created_at < ends) AS like_count,
    (SELECT coalesce(sum(repost_count), 0) FROM posts WHERE user_id = %(user_id)s AND NOT is_hidden AND created_at >= begins AND created_at < ends) AS repost_count,
    (SELECT coalesce(sum(reply_count), 0) FROM posts WHERE user_id = %(user_id)s AND NOT is_hidden AND created_at >= begins AND created_at < ends) AS reply_count,
    (SELECT coalesce(avg(like_count), 0)::numeric(12, 2) FROM posts WHERE user_id = %(user_id)s AND NOT is_hidden AND created_at >= begins AND created_at < ends) AS likes_per_post
FROM calendar ORDER BY 1
