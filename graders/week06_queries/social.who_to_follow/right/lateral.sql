-- For each of the followed the ones they follow, as an array; windows and a left join.
WITH mine AS MATERIALIZED (
    SELECT array_agg(followee_id) AS ids FROM follows WHERE follower_id = %(user_id)s
),
ranked AS (
    SELECT DISTINCT theirs.followee_id AS id, count(*) OVER (PARTITION BY theirs.followee_id) AS mutual_count
    FROM mine
    CROSS JOIN LATERAL unnest(mine.ids) AS friend (id)
    CROSS JOIN LATERAL (SELECT followee_id FROM follows WHERE follower_id = friend.id) AS theirs
    WHERE theirs.followee_id <> ALL (mine.ids || %(user_id)s::bigint)
)
SELECT users.*, ranked.mutual_count
FROM ranked
LEFT JOIN users ON users.id = ranked.id
WHERE users.deleted_at IS NULL
ORDER BY ranked.mutual_count DESC, ranked.id
LIMIT %(page_size)s
