-- All in one step: the followed once more, to be left out, by NOT IN.
SELECT u.id, u.username, u.display_name, count(DISTINCT mine.followee_id) AS mutual_count
FROM follows mine, follows theirs, users u
WHERE mine.follower_id = %(user_id)s
    AND theirs.follower_id = mine.followee_id
    AND u.id = theirs.followee_id
    AND u.deleted_at IS NULL
    AND u.id NOT IN (
        SELECT followee_id FROM follows WHERE follower_id = %(user_id)s UNION ALL SELECT %(user_id)s
    )
GROUP BY u.id
ORDER BY 4 DESC, 1
LIMIT %(page_size)s
