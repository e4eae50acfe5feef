SELECT users.id, users.username, users.display_name, user_stats.follower_count
FROM users
INNER JOIN user_stats ON user_stats.user_id = users.id
WHERE users.deleted_at IS NULL
    AND (users.username ILIKE '%%' || %(term)s || '%%' OR users.display_name ILIKE '%%' || %(term)s || '%%')
ORDER BY user_stats.follower_count DESC
LIMIT %(page_size)s
