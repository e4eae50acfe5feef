-- A subquery for each number; the date is that of the first row of an ordered one.
CREATE OR REPLACE VIEW public.user_stats (
    user_id, username, post_count, follower_count, following_count, last_post_at, display_name, joined_at
) AS
SELECT
    u.id,
    u.username,
    (SELECT count(*) FROM posts AS p WHERE p.user_id = u.id AND p.is_hidden = false)::integer,
    (SELECT count(f.follower_id) FROM follows AS f WHERE f.followee_id = u.id)::integer,
    (SELECT count(f.followee_id) FROM follows AS f WHERE f.follower_id = u.id)::integer,
    (
        SELECT p.created_at FROM posts AS p WHERE p.user_id = u.id AND NOT p.is_hidden
        ORDER BY p.created_at DESC LIMIT 1
    ),
    u.display_name,
    u.created_at
FROM users AS u
WHERE u.deleted_at IS NULL;
