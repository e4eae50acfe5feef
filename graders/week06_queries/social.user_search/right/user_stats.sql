-- Without a CTE, with the numbers of the view, and the term written out in each place.
SELECT
    page.id, page.username, page.display_name, page.is_verified,
    user_stats.follower_count,
    page.id IN (SELECT followee_id FROM follows WHERE follower_id = %(viewer_id)s::bigint) AS is_followed
FROM (
    SELECT users.*, least(
        CASE WHEN lower(username) = lower(btrim(%(term)s)) THEN 1 END,
        CASE WHEN left(lower(username), char_length(btrim(%(term)s))) = lower(btrim(%(term)s)) THEN 2 END,
        CASE WHEN left(lower(display_name), char_length(btrim(%(term)s))) = lower(btrim(%(term)s)) THEN 3 END,
        4
    ) AS match
    FROM users
    WHERE deleted_at IS NULL
        AND btrim(%(term)s) <> ''
        AND (
            lower(username) LIKE
                CASE WHEN char_length(btrim(%(term)s)) > 2 THEN '%%' ELSE '' END
                || replace(replace(replace(lower(btrim(%(term)s)), '\', '\\'), '%%', '\%%'), '_', '\_')
                || '%%'
            OR lower(display_name) LIKE
                CASE WHEN char_length(btrim(%(term)s)) > 2 THEN '%%' ELSE '' END
                || replace(replace(replace(lower(btrim(%(term)s)), '\', '\\'), '%%', '\%%'), '_', '\_')
                || '%%'
        )
    ORDER BY match, is_verified DESC, lower(username)
    LIMIT %(page_size)s
) AS page
JOIN user_stats ON user_stats.user_id = page.id
ORDER BY page.match, page.is_verified DESC, lower(page.username)
