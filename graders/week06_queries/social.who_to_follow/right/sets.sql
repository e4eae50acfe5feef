-- With sets: whom the followed follow, without those whom the user follows, and then counted.
WITH followed AS (
    SELECT followee_id AS id FROM follows WHERE follower_id = %(user_id)s
),
candidates AS (
    SELECT followee_id AS id FROM follows WHERE follower_id IN (SELECT id FROM followed)
    EXCEPT
    (SELECT id FROM followed UNION SELECT %(user_id)s)
)
SELECT u.id, u.username, u.display_name, count(*)::int AS mutual_count
FROM candidates
JOIN users u USING (id)
JOIN follows f ON f.followee_id = u.id
JOIN followed ON followed.id = f.follower_id
WHERE u.deleted_at IS NULL
GROUP BY u.id
ORDER BY count(*) DESC, u.id
FETCH FIRST %(page_size)s ROWS ONLY
