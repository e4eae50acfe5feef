SELECT posts.id, posts.content, posts.created_at, users.username
FROM follows
INNER JOIN users ON users.id = follows.followee_id
CROSS JOIN LATERAL (
    SELECT id, content, created_at
    FROM posts
    WHERE user_id = follows.followee_id AND NOT is_hidden
    ORDER BY created_at DESC, id DESC
    LIMIT %(page_size)s
) AS posts
WHERE follows.follower_id = %(user_id)s AND users.deleted_at IS NULL
ORDER BY posts.created_at DESC, posts.id DESC
LIMIT %(page_size)s
