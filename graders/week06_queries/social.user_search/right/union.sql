-- Each index condition on its own, and another escape character.
WITH parameters AS (
    SELECT
        lower(trim(%(term)s)) AS term,
        replace(replace(replace(lower(trim(%(term)s)), '!', '!!'), '%%', '!%%'), '_', '!_') AS safe
),
patterns AS (
    SELECT term, CASE WHEN length(term) > 2 THEN '%%' || safe || '%%' ELSE safe || '%%' END AS pattern
    FROM parameters
    WHERE length(term) > 0
),
matching AS (
    SELECT u.id FROM patterns p
    JOIN users u ON lower(u.username) LIKE p.pattern ESCAPE '!' AND u.deleted_at IS NULL
    UNION
    SELECT u.id FROM patterns p
    JOIN users u ON lower(u.display_name) LIKE p.pattern ESCAPE '!' AND u.deleted_at IS NULL
),
ranked AS (
    SELECT
        u.id, u.username, u.display_name, u.is_verified,
        row_number() OVER (
            ORDER BY
                lower(u.username) = p.term DESC,
                starts_with(lower(u.username), p.term) DESC,
                starts_with(lower(u.username), p.term)
                    OR coalesce(starts_with(lower(u.display_name), p.term), false) DESC,
                u.is_verified DESC,
                lower(u.username),
                u.id
        ) AS place
    FROM matching
    JOIN users u USING (id)
    CROSS JOIN patterns p
)
SELECT r.*, counted.follower_count, mine.follower_id IS NOT NULL AS is_followed
FROM (SELECT * FROM ranked ORDER BY place LIMIT %(page_size)s) r
CROSS JOIN LATERAL (SELECT count(*) AS follower_count FROM follows f WHERE f.followee_id = r.id) counted
LEFT JOIN follows mine ON mine.follower_id = %(viewer_id)s AND mine.followee_id = r.id
ORDER BY r.place
