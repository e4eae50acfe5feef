-- The newest of each author, by the index alone; rows are fetched for the page only.
SELECT
    posts.id, posts.user_id, users.username, users.display_name, posts.content, posts.created_at,
    posts.like_count, posts.repost_count, posts.reply_count
FROM (
    SELECT newest.id
    FROM follows
    JOIN users ON users.id = follows.followee_id AND users.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT id, created_at
        FROM posts
        WHERE user_id = follows.followee_id
            AND NOT is_hidden
            AND (
                %(before_created_at)s::timestamptz IS NULL
                OR (created_at, id) < (%(before_created_at)s::timestamptz, %(before_id)s::bigint)
            )
        ORDER BY created_at DESC, id DESC
        LIMIT %(page_size)s
    ) AS newest
    WHERE follows.follower_id = %(user_id)s
    ORDER BY newest.created_at DESC, newest.id DESC
    LIMIT %(page_size)s
) AS page
JOIN posts ON posts.id = page.id
JOIN users ON users.id = posts.user_id
ORDER BY posts.created_at DESC, posts.id DESC
