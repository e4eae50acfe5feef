-- Users whose name or display name contains a term: first the very name, then names that begin with it,
-- then display names that do, then the rest; the verified before others, and then by name.
-- A term of one or two characters is looked for at the beginning only: without three letters in a row the
-- index of trigrams can't help. What a pattern would take for a wildcard is a character like any other.
WITH asked AS MATERIALIZED (
    SELECT
        term,
        escaped || '%%' AS begins,
        CASE WHEN char_length(term) < 3 THEN '' ELSE '%%' END || escaped || '%%' AS contains
    FROM
        (SELECT lower(btrim(%(term)s)) AS term) AS given,
        regexp_replace(term, '([\\%%_])', '\\\1', 'g') AS escaped
    WHERE term <> ''
),
found AS (
    SELECT
        users.id,
        users.username,
        users.display_name,
        users.is_verified,
        CASE
            WHEN lower(users.username) = asked.term THEN 1
            WHEN lower(users.username) LIKE asked.begins THEN 2
            WHEN lower(users.display_name) LIKE asked.begins THEN 3
            ELSE 4
        END AS match
    FROM users
    CROSS JOIN asked
    WHERE users.deleted_at IS NULL
        AND (lower(users.username) LIKE asked.contains OR lower(users.display_name) LIKE asked.contains)
    -- Live names differ in more than case, so they decide every tie.
    ORDER BY match, users.is_verified DESC, lower(users.username)
    LIMIT %(page_size)s
)
SELECT
    found.id,
    found.username,
    found.display_name,
    found.is_verified,
    -- Counted for those that are shown, not for all that match.
    (SELECT count(*) FROM follows WHERE followee_id = found.id) AS follower_count,
    EXISTS (
        SELECT FROM follows WHERE follower_id = %(viewer_id)s AND followee_id = found.id
    ) AS is_followed
FROM found
ORDER BY found.match, found.is_verified DESC, lower(found.username);
