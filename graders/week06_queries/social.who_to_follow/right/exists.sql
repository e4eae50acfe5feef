-- Candidates by EXISTS, each counted on its own.
SELECT u.id, u.username, u.display_name, (
    SELECT count(*) FROM follows mine JOIN follows theirs ON theirs.follower_id = mine.followee_id
    WHERE mine.follower_id = %(user_id)s AND theirs.followee_id = u.id
) AS mutual_count
FROM users u
WHERE EXISTS (
    SELECT FROM follows mine JOIN follows theirs ON theirs.follower_id = mine.followee_id
    WHERE mine.follower_id = %(user_id)s AND theirs.followee_id = u.id
) AND NOT EXISTS (SELECT FROM follows f WHERE f.follower_id = %(user_id)s AND f.followee_id = u.id)
AND u.id <> %(user_id)s AND u.deleted_at IS NULL
ORDER BY mutual_count DESC, u.id LIMIT %(page_size)s
