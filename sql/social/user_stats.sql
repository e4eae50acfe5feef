-- A live user's numbers. Each is counted on its own: joined in one SELECT, posts, follows and followers
-- would multiply (100 posts of somebody with 1000 followers are 100,000 rows to count).
-- LATERAL: for one user only this user's rows are read, however the user is found.
CREATE VIEW user_stats AS
SELECT
    users.id AS user_id,
    users.username,
    users.display_name,
    written.post_count,
    followed.following_count,
    followers.follower_count,
    written.last_post_at
FROM users
CROSS JOIN LATERAL (
    SELECT count(*) AS post_count, max(posts.created_at) AS last_post_at
    FROM posts
    WHERE posts.user_id = users.id AND NOT posts.is_hidden
) AS written
CROSS JOIN LATERAL (
    SELECT count(*) AS following_count
    FROM follows
    WHERE follows.follower_id = users.id
) AS followed
CROSS JOIN LATERAL (
    SELECT count(*) AS follower_count
    FROM follows
    WHERE follows.followee_id = users.id
) AS followers
WHERE users.deleted_at IS NULL;
