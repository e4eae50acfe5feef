-- Only the authors with the newest heads can be on the page; their rows are read whole.
WITH heads AS (
    SELECT users.id AS user_id, users.username, users.display_name
    FROM follows
    INNER JOIN users ON users.id = followee_id
    CROSS JOIN LATERAL (
        SELECT created_at, id
        FROM posts
        WHERE user_id = followee_id AND is_hidden = false
            AND ROW (created_at, id) < ROW (
                coalesce(%(before_created_at)s::timestamptz, 'infinity'),
                coalesce(%(before_id)s::bigint, 9223372036854775807)
            )
        ORDER BY created_at DESC, id DESC
        FETCH FIRST ROW ONLY
    ) AS head
    WHERE follower_id = %(user_id)s AND deleted_at IS NULL
    ORDER BY head.created_at DESC, head.id DESC
    LIMIT %(page_size)s
)
SELECT user_id, username, display_name, written.*
FROM heads, LATERAL (
    SELECT id, content, created_at, like_count, repost_count, reply_count, view_count
    FROM posts
    WHERE user_id = heads.user_id AND is_hidden = false
        AND ROW (created_at, id) < ROW (
            coalesce(%(before_created_at)s::timestamptz, 'infinity'),
            coalesce(%(before_id)s::bigint, 9223372036854775807)
        )
    ORDER BY created_at DESC, id DESC
    LIMIT %(page_size)s
) AS written
ORDER BY created_at DESC, id DESC
LIMIT %(page_size)s;
