-- siblings are numbered 1, 2, 3 as they are found; a way back can only lead to where it began
WITH RECURSIVE t (id, depth, key) AS (
    SELECT id, 0, '{}'::bigint[] FROM posts WHERE id = %(post_id)s AND NOT is_hidden
    UNION ALL
    SELECT r.id, t.depth + 1, t.key || r.n
    FROM t, LATERAL (
        SELECT id, row_number() OVER (ORDER BY created_at, id) AS n
        FROM posts WHERE parent_post_id = t.id AND NOT is_hidden
    ) AS r
    WHERE t.depth < %(max_depth)s AND r.id <> %(post_id)s
)
SELECT p.id, p.parent_post_id, t.depth, p.user_id,
    (SELECT username FROM users WHERE users.id = p.user_id) AS username, p.content, p.created_at
FROM t, LATERAL (SELECT * FROM posts WHERE posts.id = t.id OFFSET 0) AS p
ORDER BY t.key;
