-- The numbers of each live user: what they wrote, whom they follow, and who follows them.
CREATE VIEW user_stats AS
SELECT
    users.id AS user_id,
    users.username,
    users.display_name
    -- TODO: post_count, following_count, follower_count, last_post_at
FROM users;
