-- A regular expression instead of a pattern: the same index knows both.
WITH asked AS (
    SELECT
        btrim(lower(%(term)s)) AS term,
        CASE WHEN char_length(btrim(%(term)s)) < 3 THEN '^' ELSE '' END
            || regexp_replace(btrim(lower(%(term)s)), '([]*+?.^$(){}|\\[])', '\\\1', 'g') AS regex
),
found AS (
    SELECT
        u.*,
        CASE position(asked.term IN lower(u.username))
            WHEN 1 THEN CASE WHEN lower(u.username) = asked.term THEN 0 ELSE 1 END
            ELSE CASE WHEN position(asked.term IN lower(u.display_name)) = 1 THEN 2 ELSE 3 END
        END AS rank
    FROM asked
    JOIN users AS u ON u.deleted_at IS NULL
        AND (lower(u.username) ~ asked.regex OR lower(u.display_name) ~ asked.regex)
    WHERE asked.term <> ''
    ORDER BY rank, is_verified DESC, lower(username)
    FETCH FIRST %(page_size)s ROWS ONLY
)
SELECT
    found.id, found.username, found.display_name, found.is_verified,
    count(follows.follower_id)::int AS follower_count,
    coalesce(bool_or(follows.follower_id = %(viewer_id)s), false) AS is_followed
FROM found
LEFT JOIN follows ON follows.followee_id = found.id
GROUP BY found.id, found.username, found.display_name, found.is_verified, found.rank
ORDER BY found.rank, found.is_verified DESC, lower(found.username)
