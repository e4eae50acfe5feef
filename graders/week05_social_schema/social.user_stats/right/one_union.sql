-- All that there is of a user below each other, once.
CREATE VIEW user_stats AS
SELECT
    users.id AS user_id,
    users.username,
    users.display_name,
    things.*
FROM users
LEFT JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE kind = 'post') AS post_count,
        count(*) FILTER (WHERE kind = 'following') AS following_count,
        count(*) FILTER (WHERE kind = 'follower') AS follower_count,
        max(at) AS last_post_at
    FROM (
        SELECT 'post' AS kind, created_at AS at FROM posts WHERE user_id = users.id AND NOT is_hidden
        UNION ALL
        SELECT 'following', NULL FROM follows WHERE follower_id = users.id
        UNION ALL
        SELECT 'follower', NULL FROM follows WHERE followee_id = users.id
    ) AS thing
) AS things ON true
WHERE users.deleted_at IS NULL;
