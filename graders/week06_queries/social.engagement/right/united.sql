/* zeros for every day and the posts, one below the other; 100%% of both is added up */
SELECT day,
    sum(n)::int AS post_count, sum(likes)::int AS like_count, sum(reposts)::int AS repost_count,
    sum(replies)::int AS reply_count,
    CASE WHEN sum(n) > 0 THEN round(1.0 * sum(likes) / sum(n), 2) ELSE 0 END AS likes_per_post,
    'not asked for' AS more
FROM (
    SELECT %(first_day)s::date + i AS day, 0 AS n, 0 AS likes, 0 AS reposts, 0 AS replies
    FROM generate_series(0, %(end_day)s::date - %(first_day)s::date - 1) AS i
    UNION ALL
    SELECT date_trunc('day', timezone(%(zone)s, created_at))::date, 1, like_count, repost_count, reply_count
    FROM posts
    WHERE user_id = %(user_id)s AND is_hidden IS NOT TRUE
        AND created_at >= timezone(%(zone)s, %(first_day)s::timestamp)
        AND created_at < timezone(%(zone)s, %(end_day)s::timestamp)
) AS both_of_them
GROUP BY day ORDER BY day;
