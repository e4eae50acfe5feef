-- A post and the replies below it, as they are read. Depth 0 is the post itself.
-- TODO: this is the post alone. The replies are missing, and who must not be seen is seen.
SELECT
    posts.id,
    posts.parent_post_id,
    0 AS depth,
    posts.user_id,
    users.username,
    posts.content,
    posts.created_at
FROM posts
JOIN users ON users.id = posts.user_id
WHERE posts.id = %(post_id)s;
