-- A post and the replies below it, each reply behind the post that it answers, siblings the oldest first.
-- What is hidden is left out, with all that stands below it. Depth 0 is the post itself.
WITH RECURSIVE thread AS (
    SELECT id, parent_post_id, user_id, content, created_at, 0 AS depth
    FROM posts
    WHERE id = %(post_id)s AND NOT is_hidden
    UNION ALL
    SELECT reply.id, reply.parent_post_id, reply.user_id, reply.content, reply.created_at, thread.depth + 1
    FROM thread
    INNER JOIN posts AS reply ON reply.parent_post_id = thread.id
    WHERE NOT reply.is_hidden AND thread.depth < %(max_depth)s
)
SEARCH DEPTH FIRST BY created_at, id SET place
-- No circle can be written today. A query that would not end is too dear a way to learn of a mistake.
CYCLE id SET is_repeated USING path
SELECT
    thread.id,
    thread.parent_post_id,
    thread.depth,
    thread.user_id,
    users.username,
    thread.content,
    thread.created_at
FROM thread
INNER JOIN users ON users.id = thread.user_id
WHERE NOT thread.is_repeated
ORDER BY thread.place;
