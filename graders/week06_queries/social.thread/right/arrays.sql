WITH RECURSIVE t AS (
    SELECT p.*, 0 AS depth, ARRAY[p.id] AS way, ARRAY[ROW(p.created_at, p.id)] AS key
    FROM posts p WHERE p.id = %(post_id)s AND p.is_hidden = false
    UNION ALL
    SELECT r.*, t.depth + 1, t.way || r.id, t.key || ROW(r.created_at, r.id)
    FROM t JOIN posts r ON r.parent_post_id = t.id
    WHERE t.depth + 1 <= %(max_depth)s AND r.is_hidden = false AND r.id <> ALL (t.way)
)
SELECT t.id, t.parent_post_id, t.depth, t.user_id, u.username, t.content, t.created_at, t.way
FROM t JOIN users u ON u.id = t.user_id
ORDER BY t.key
