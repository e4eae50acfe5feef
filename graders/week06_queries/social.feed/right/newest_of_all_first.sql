-- Always looks among the newest thousand of everybody, and else by author.
WITH whom AS MATERIALIZED (
    SELECT u.id, u.username, u.display_name
    FROM follows AS f
    JOIN users AS u ON u.id = f.followee_id
    WHERE f.follower_id = %(user_id)s AND u.deleted_at IS NULL
), latest AS MATERIALIZED (
    SELECT p.id, p.created_at
    FROM (
        SELECT id, user_id, created_at
        FROM posts
        WHERE NOT is_hidden
            AND created_at <= coalesce(%(before_created_at)s::timestamptz, 'infinity')
            AND (created_at, id) < (
                coalesce(%(before_created_at)s, 'infinity')::timestamptz, coalesce(%(before_id)s, 0)::bigint
            )
            AND EXISTS (SELECT FROM whom)
        ORDER BY created_at DESC, id DESC
        LIMIT 1000
    ) AS p
    WHERE EXISTS (SELECT FROM whom WHERE whom.id = p.user_id)
    ORDER BY p.created_at DESC, p.id DESC
    LIMIT %(page_size)s
), chosen AS (
    SELECT id FROM latest WHERE (SELECT count(*) FROM latest) = %(page_size)s
    UNION ALL
    (
        SELECT p.id
        FROM whom
        CROSS JOIN LATERAL (
            SELECT id, created_at
            FROM posts
            WHERE user_id = whom.id
                AND NOT is_hidden
                AND (created_at, id) < (
                    coalesce(%(before_created_at)s, 'infinity')::timestamptz,
                    coalesce(%(before_id)s, 0)::bigint
                )
            ORDER BY created_at DESC, id DESC
            LIMIT %(page_size)s
        ) AS p
        WHERE (SELECT count(*) FROM latest) < %(page_size)s
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT %(page_size)s
    )
)
SELECT
    p.id, p.user_id, whom.username, whom.display_name, p.content, p.created_at, p.like_count,
    p.repost_count, p.reply_count
FROM posts AS p
JOIN whom ON whom.id = p.user_id
WHERE p.id = ANY (ARRAY(SELECT id FROM chosen))
ORDER BY p.created_at DESC, p.id DESC
