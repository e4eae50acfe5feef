SELECT posts.id, posts.content, posts.created_at, users.username
FROM posts
INNER JOIN users ON users.id = posts.user_id
WHERE posts.user_id IN (SELECT followee_id FROM follows WHERE follower_id = %(user_id)s)
    AND posts.created_at >= %(until)s::timestamptz - interval '7 days'
    AND NOT posts.is_hidden
    AND users.deleted_at IS NULL
ORDER BY posts.created_at DESC, posts.id DESC
LIMIT %(page_size)s
