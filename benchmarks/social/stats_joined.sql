SELECT
    users.id,
    count(DISTINCT posts.id) AS post_count,
    count(DISTINCT following.followee_id) AS following_count,
    count(DISTINCT followers.follower_id) AS follower_count
FROM users
LEFT JOIN posts ON posts.user_id = users.id AND NOT posts.is_hidden
LEFT JOIN follows AS following ON following.follower_id = users.id
LEFT JOIN follows AS followers ON followers.followee_id = users.id
WHERE users.id = %(user_id)s
GROUP BY users.id
