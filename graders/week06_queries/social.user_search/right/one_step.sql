-- In one step: what stands in the SELECT list is worked out for the rows that LIMIT leaves.
SELECT u.id, u.username, u.display_name, u.is_verified,
  (SELECT count(*) FROM follows f WHERE f.followee_id = u.id) AS follower_count,
  EXISTS (SELECT 1 FROM follows f WHERE f.followee_id = u.id AND f.follower_id = %(viewer_id)s) AS is_followed
FROM users u, LATERAL (SELECT replace(replace(replace(lower(trim(%(term)s)), '\', '\\'), '%%', '\%%'), '_', '\_') AS t) x
WHERE u.deleted_at IS NULL AND length(trim(%(term)s)) > 0
AND (lower(u.username) LIKE t || '%%' OR lower(u.display_name) LIKE t || '%%'
  OR (length(trim(%(term)s)) > 2 AND (lower(u.username) LIKE '%%' || t || '%%' OR lower(u.display_name) LIKE '%%' || t || '%%')))
ORDER BY lower(u.username) = lower(trim(%(term)s)) DESC, lower(u.username) LIKE t || '%%' DESC,
 lower(u.username) LIKE t || '%%' OR coalesce(lower(u.display_name) LIKE t || '%%', false) DESC, u.is_verified DESC, lower(u.username)
LIMIT %(page_size)s
