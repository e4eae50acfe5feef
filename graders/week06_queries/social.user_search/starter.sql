-- Users by a piece of their name. Parameters: term, viewer_id, page_size.
SELECT
    users.id,
    users.username,
    users.display_name,
    users.is_verified
    -- TODO: follower_count, is_followed
FROM users
WHERE users.username = %(term)s  -- TODO: a piece of a name is enough
ORDER BY users.id  -- TODO: the best first
LIMIT %(page_size)s;
