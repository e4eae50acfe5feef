-- Whom a user may want to follow: those whom most of the followed follow, and whom the user does not.
SELECT
    candidate.id,
    candidate.username,
    candidate.display_name,
    shared.mutual_count
FROM (
    SELECT theirs.followee_id, count(*) AS mutual_count
    FROM follows AS mine
    INNER JOIN follows AS theirs ON theirs.follower_id = mine.followee_id
    WHERE mine.follower_id = %(user_id)s AND theirs.followee_id <> %(user_id)s
    GROUP BY theirs.followee_id
) AS shared
INNER JOIN users AS candidate ON candidate.id = shared.followee_id
WHERE candidate.deleted_at IS NULL
    AND NOT EXISTS (
        SELECT FROM follows AS already
        WHERE already.follower_id = %(user_id)s AND already.followee_id = shared.followee_id
    )
ORDER BY shared.mutual_count DESC, candidate.id
LIMIT %(page_size)s;
