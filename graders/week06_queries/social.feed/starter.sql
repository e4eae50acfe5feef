-- A page of a user's feed. Parameters: user_id, page_size, before_created_at, before_id.
-- So far everybody sees the newest posts of all, and no second page. TODO
SELECT
    posts.id,
    posts.user_id,
    users.username,
    users.display_name,
    posts.content,
    posts.created_at,
    posts.like_count,
    posts.repost_count,
    posts.reply_count
FROM posts
INNER JOIN users ON users.id = posts.user_id
ORDER BY posts.created_at DESC
LIMIT %(page_size)s
