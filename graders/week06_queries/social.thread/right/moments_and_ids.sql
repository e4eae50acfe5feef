WITH RECURSIVE t AS (
    SELECT posts.id, parent_post_id, user_id, username, content, posts.created_at, 0 AS depth,
        ARRAY[extract(epoch FROM posts.created_at), posts.id] AS key
    FROM posts JOIN users ON users.id = posts.user_id
    WHERE posts.id = %(post_id)s AND NOT is_hidden
    UNION ALL
    SELECT posts.id, posts.parent_post_id, posts.user_id, users.username, posts.content, posts.created_at,
        depth + 1, key || ARRAY[extract(epoch FROM posts.created_at), posts.id]
    FROM t JOIN posts ON posts.parent_post_id = t.id JOIN users ON users.id = posts.user_id
    WHERE NOT is_hidden AND depth < %(max_depth)s
) CYCLE id SET again TO 'yes' DEFAULT 'no' USING way
SELECT id, parent_post_id, depth, user_id, username, content, created_at FROM t WHERE again = 'no' ORDER BY key
