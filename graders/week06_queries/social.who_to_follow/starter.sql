-- Whom a user may want to follow. Parameters: user_id, page_size.
SELECT
    candidate.id,
    candidate.username,
    candidate.display_name
    -- TODO: mutual_count
FROM users AS candidate
WHERE candidate.id <> %(user_id)s  -- TODO: only those whom somebody follows whom the user follows
ORDER BY candidate.id  -- TODO
LIMIT %(page_size)s;
